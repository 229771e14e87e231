"""Secrets of the configuration: from files and from the environment, never from the configuration itself."""

from __future__ import annotations

from pathlib import Path

from gateway.config.errors import ConfigError
from gateway.spice.auth import password_bytes
from gateway.spice.errors import SpiceError


def read_password(path: Path) -> str:
    """The first line of a file. Raises `ConfigError`."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ConfigError(f"the password file {path} cannot be read: {reason}") from error
    return checked_password(text.split("\n", 1)[0].rstrip("\r"), f"the password file {path}")


def checked_password(password: str, source: str) -> str:
    """A password that SPICE can carry. Raises `ConfigError`."""
    try:
        password_bytes(password)
    except SpiceError as error:
        raise ConfigError(f"{source}: {error}") from None
    return password
