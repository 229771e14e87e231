"""Where values come from: the command line before the environment before the file.

Every value has a variable: `SPICEGATE_GATEWAY__PORT=9000` is `port` of `[gateway]`; lists are JSON, as in
`SPICEGATE_MACHINES=[{"name": "office", "url": "spice://host"}]`. Relative paths in the file are meant from the file's
directory, others from the working directory.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict
from pydantic_settings.exceptions import SettingsError

from gateway.config.errors import ConfigError
from gateway.config.models import FILE_NAME, Config

ENV_PREFIX = "SPICEGATE_"
ENV_DELIMITER = "__"
NOT_VALUES = frozenset({"SPICEGATE_PASSWORD", "SPICEGATE_CONFIG", "SPICEGATE_URL", "SPICEGATE_API_KEY", "SPICEGATE_CA"})
"""Variables that mean something else: the password of the machine on the command line, the configuration file, the
gateway that commands ask."""
MACHINES_SECRETS = "SPICEGATE_MACHINE_"
"""Passwords of machines that were added in the dashboard are in variables that begin so."""


class _FromEnvironment(Config, BaseSettings):
    """Tells pydantic-settings which variables there are."""

    model_config = SettingsConfigDict(env_prefix=ENV_PREFIX, env_nested_delimiter=ENV_DELIMITER)


def chosen_file(path: Path | None) -> Path | None:
    """The configuration file: the one that is named, else the one that lies here."""
    return path or (Path(FILE_NAME) if Path(FILE_NAME).exists() else None)


def load(path: Path) -> Config:
    """Read a configuration file, and nothing else. Raises `ConfigError`."""
    return parse(read_toml(path), str(path), base=path.parent)


def configure(path: Path | None, overrides: Mapping[str, Any]) -> Config:
    """File, environment and the command line's values of `[gateway]`, all together. Raises `ConfigError`."""
    values: dict[str, Any] = {}
    sources = []
    if path is not None:
        values = load(path).model_dump(exclude_unset=True)
        sources.append(str(path))
    if environment := from_environment():
        values = merged(values, environment)
        sources.append("environment")
    if overrides:
        values = merged(values, {"gateway": dict(overrides)})
        sources.append("command line")
    return parse(values, " and ".join(sources) or "defaults", base=Path())


def from_environment() -> dict[str, Any]:
    """The values that variables give. Raises `ConfigError` for one that is none of ours, or not to be read."""
    known = tuple(f"{ENV_PREFIX}{field.upper()}" for field in Config.model_fields)
    for name in sorted(os.environ):
        if not name.startswith(ENV_PREFIX) or name in NOT_VALUES or name.startswith(MACHINES_SECRETS):
            continue
        if not name.upper().startswith(known):
            raise ConfigError(f"environment: {name} is no value of the configuration: {', '.join(known)}…")
    try:
        return EnvSettingsSource(_FromEnvironment)()
    except SettingsError as error:
        raise ConfigError(f"environment: {error}: lists are written as JSON") from error


def merged(values: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`values` with those of `over` in their places; lists are replaced as a whole."""
    out = dict(values)
    for key, value in over.items():
        old = out.get(key)
        out[key] = merged(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return out


def read_toml(path: Path) -> dict[str, Any]:
    """A file's tables. Raises `ConfigError`."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from error
    except ValueError as error:  # TOML or UTF-8
        raise ConfigError(f"{path}: {error}") from error


def parse(data: dict[str, Any], source: str, *, base: Path) -> Config:
    """Check a configuration that comes from `source`; relative paths are meant from `base`. Raises `ConfigError`."""
    try:
        return Config.model_validate(data, context={"base": base})
    except ValidationError as error:
        lines = [f"{source}: {_place(mistake['loc'])}{mistake['msg']}" for mistake in error.errors()]
        raise ConfigError("\n".join(line.replace("Value error, ", "") for line in lines)) from None


def _place(loc: tuple[int | str, ...]) -> str:
    """`machines[0].url: ` for where a mistake is; the first machine is 0."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc).lstrip(".")
    return f"{text}: " if text else ""
