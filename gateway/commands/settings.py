"""What the configuration of this computer says, for commands."""

from __future__ import annotations

from pathlib import Path

from gateway.commands.asking import CommandFailed
from gateway.config.errors import ConfigError
from gateway.config.loading import chosen_file, configure
from gateway.config.models import Config


def local_settings(file: Path | None, state: Path | None = None) -> Config:
    """As `serve` would read it, with this file and state directory if they are given. Raises `CommandFailed`."""
    try:
        return configure(chosen_file(file), {"state_dir": state} if state is not None else {})
    except ConfigError as error:
        raise CommandFailed(str(error)) from error
