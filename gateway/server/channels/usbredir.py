"""USBREDIR: one USB port of the machine, the usbredir protocol as a byte stream (spice server/spicevmc.cpp)."""

from __future__ import annotations

from typing import ClassVar

from gateway.server.char_device import StreamChannel, StreamClient
from gateway.server.pipe_client import PipeClient
from gateway.spice.enums import ChannelType


class UsbredirClient(StreamClient):
    """A client that offers one USB device at a time."""

    type: ClassVar[ChannelType] = ChannelType.USBREDIR


class UsbredirChannel(StreamChannel):
    """The channel of one USB port."""

    channel_type = ChannelType.USBREDIR
    client_class: ClassVar[type[PipeClient]] = UsbredirClient
