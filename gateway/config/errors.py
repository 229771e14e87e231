"""What is wrong with a configuration."""

from __future__ import annotations

from gateway.spice.errors import SpiceError


class ConfigError(SpiceError):
    """The configuration cannot be used; the text says where and why, one line a mistake."""
