"""PORT: a named byte pipe (``spice.proto``: PortChannel). WEBDAV is such a port."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Final

from gateway.spice.catalog import message
from gateway.spice.enums import ChannelType, Direction, PortEvent
from gateway.spice.wire import U8, U32, Count, Counted, Message, Pointer

from .spicevmc import CompressedData, Data

__all__ = ["CompressedData", "Data", "Event", "Init"]
PORTS: Final = (ChannelType.PORT, ChannelType.WEBDAV)


@message(PORTS, Direction.SERVER, 201)
@dataclass(slots=True)
class Init(Message):
    """The port's name, NUL-terminated, and whether somebody holds its other end."""

    name_size: ClassVar[Count] = Count(U32, of="name")
    name: Annotated[bytes, Counted("name_size"), Pointer()]
    opened: U8


@message(PORTS, Direction.SERVER, 202)
@message(PORTS, Direction.CLIENT, 201)
@dataclass(slots=True)
class Event(Message):
    event: PortEvent
