"""Values from variables: `SPICEGATE_GATEWAY__PORT=9000` is `port` of `[gateway]`.

What is more than one word is JSON: `SPICEGATE_GATEWAY__TRUSTED_PROXIES=["10.0.0.0/8"]`,
`SPICEGATE_MACHINES=[{"name": "office", "url": "spice://host"}]`, `SPICEGATE_AUTH={"session_days": 1}`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, Final, get_origin

from gateway.access.machines import ENV_PREFIX as MACHINES_SECRETS
from gateway.config.errors import ConfigError
from gateway.config.models import SECTIONS

PREFIX: Final = "SPICEGATE_"
DELIMITER: Final = "__"
NOT_VALUES: Final = frozenset(
    {"SPICEGATE_PASSWORD", "SPICEGATE_CONFIG", "SPICEGATE_URL", "SPICEGATE_API_KEY", "SPICEGATE_CA"}
)
"""Variables that mean something else: the password of the machine on the command line, the configuration file, the
gateway that commands ask."""

_EXAMPLES: Final[dict[type, str]] = {list: '["one", "two"]', dict: '{"key": "value"}'}


def from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    """The values that variables give. Raises `ConfigError`, a line for each that is none of ours or not to be read."""
    values: dict[str, Any] = {}
    mistakes = []
    for variable in sorted(environment):  # SPICEGATE_AUTH comes before SPICEGATE_AUTH__SESSION_DAYS
        name = variable.upper()
        if not name.startswith(PREFIX) or name in NOT_VALUES or name.startswith(MACHINES_SECRETS):
            continue
        try:
            _put(values, name, environment[variable])
        except ConfigError as error:
            mistakes.append(f"environment: {variable} {error}")
    if mistakes:
        raise ConfigError("\n".join(mistakes))
    return values


def variables() -> list[str]:
    """The names of all variables that are values."""
    own = [f"{PREFIX}{name}{DELIMITER}{key}" for name, model in SECTIONS.items() for key in model.model_fields]
    return [name.upper() for name in (*own, f"{PREFIX}machines")]


def _put(values: dict[str, Any], name: str, text: str) -> None:
    """Put a variable's value in its place. Raises `ConfigError`."""
    section, delimiter, key = name.removeprefix(PREFIX).lower().partition(DELIMITER)
    if section == "machines" and not delimiter:
        values[section] = _read(text, list)
    elif section in SECTIONS and not delimiter:
        values[section] = _read(text, dict)
    elif section in SECTIONS and key in SECTIONS[section].model_fields:
        kind = get_origin(SECTIONS[section].model_fields[key].annotation)
        wanted = list if kind in (tuple, frozenset) else None
        values.setdefault(section, {})[key] = _read(text, wanted) if wanted is not None else text
    else:
        meant = get_close_matches(name, variables(), 1, 0.8)
        raise ConfigError(f"is no value of the configuration{f': {meant[0]} is one' if meant else ''}")


def _read(text: str, wanted: type) -> Any:
    """JSON of one kind. Raises `ConfigError`."""
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, wanted):
        raise ConfigError(f"is written as JSON: {_EXAMPLES[wanted]}")
    return value
