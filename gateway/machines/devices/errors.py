"""What can go wrong with a device of a client."""

from __future__ import annotations

from gateway.spice.errors import SpiceError


class DeviceError(SpiceError):
    """The device did not do what it was asked, in a sentence for people."""


class DeviceGone(DeviceError):
    """The device was taken away."""
