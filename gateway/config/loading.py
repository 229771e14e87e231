"""Where values come from: the command line before the environment before the file, and then they are checked together.

Relative paths in the file are meant from the file's directory, others from the working directory.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from gateway.config.environment import from_environment
from gateway.config.errors import ConfigError
from gateway.config.machine import MachineConfig
from gateway.config.mistakes import Layer, told
from gateway.config.models import SECTIONS, Config
from gateway.config.names import FILE_NAME


def chosen_file(path: Path | None) -> Path | None:
    """The configuration file: the one that is named, else the one that lies here."""
    return path or (Path(FILE_NAME) if Path(FILE_NAME).exists() else None)


def configure(path: Path | None, overrides: Mapping[str, Any]) -> Config:
    """File, environment and the command line's values of `[gateway]`, all together. Raises `ConfigError`."""
    layers = [Layer(str(path), from_directory(read_toml(path), path.parent))] if path is not None else []
    if environment := from_environment(os.environ):
        layers.append(Layer("environment", environment))
    if overrides:
        layers.append(Layer("command line", {"gateway": dict(overrides)}))
    return checked(layers)


def checked(layers: Sequence[Layer]) -> Config:
    """What the layers say together, each over those before it. Raises `ConfigError`."""
    values: dict[str, Any] = {}
    for layer in layers:
        values = merged(values, layer.values)
    try:
        return Config.model_validate(values)
    except ValidationError as error:
        raise ConfigError(told(error, layers)) from None


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
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: it is not UTF-8") from error
    except ValueError as error:  # what is no TOML
        raise ConfigError(f"{path}: {error}") from error


def from_directory(values: dict[str, Any], base: Path) -> dict[str, Any]:
    """The values with paths that are meant from `base`. What is no table or no path is let be: `checked` tells it."""
    out = dict(values)
    for name, model in SECTIONS.items():
        if isinstance(out.get(name), dict):
            out[name] = _paths_from(model, out[name], base)
    if isinstance(machines := out.get("machines"), list):
        out["machines"] = [_paths_from(MachineConfig, row, base) if isinstance(row, dict) else row for row in machines]
    return out


def _paths_from(model: type[BaseModel], table: dict[str, Any], base: Path) -> dict[str, Any]:
    paths = {key for key, field in model.model_fields.items() if field.annotation == Path | None}
    return {
        key: str(base / value) if key in paths and isinstance(value, str) else value for key, value in table.items()
    }
