"""An example of the configuration file, written from the models: what it says of a key is what the key's field says."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from gateway.config.machine import MachineConfig
from gateway.config.models import AuthConfig, GatewayConfig

_HEAD = """\
# spicegate.toml. Every value can also come from the environment: port of [gateway] is SPICEGATE_GATEWAY__PORT.
# Keys that are commented out show their default, or an example where that is nothing."""

_MACHINES = (
    {"name": "demo", "url": "demo:"},
    {"name": "office", "url": "spice://vm1.example.net:5900?tls-port=5901"},
)
"""Machines that any gateway could have."""


def example() -> str:
    """The file's text, which is itself a valid configuration."""
    first, *others = _MACHINES
    blocks = [_HEAD, "\n".join(("[gateway]", *_lines(GatewayConfig, {})))]
    blocks.append("\n".join(("[auth]", *_lines(AuthConfig, {}))))
    blocks.append("\n".join(("[[machines]]", *_lines(MachineConfig, first))))
    blocks += ["\n".join(("[[machines]]", *_values(other))) for other in others]
    return "\n\n".join(blocks) + "\n"


def _lines(model: type[BaseModel], given: dict[str, Any]) -> Iterator[str]:
    for key, field in model.model_fields.items():
        yield from textwrap.wrap(field.description or "", 118, initial_indent="# ", subsequent_indent="# ")
        yield f"{key} = {_toml(given[key])}" if key in given else f"# {key} = {_toml(_default(field))}"


def _values(given: dict[str, Any]) -> Iterator[str]:
    for key, value in given.items():
        yield f"{key} = {_toml(value)}"


def _default(field: FieldInfo) -> Any:
    """The default, or the example that the field gives where the default is nothing."""
    default = field.get_default(call_default_factory=True, validated_data={})
    return field.examples[0] if field.examples and not default else default


def _toml(value: Any) -> str:
    """A value as TOML writes it, which for ours is as JSON does."""
    if isinstance(value, tuple | frozenset | set):
        value = sorted(value, key=str)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items()) + " }" if value else "{}"
    return json.dumps(value, default=str)
