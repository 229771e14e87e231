"""SMARTCARD: VSC messages both ways (``spice.proto``: SmartcardChannel); ``gateway.spice.vsc`` reads the data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from gateway.spice.catalog import message
from gateway.spice.enums import ChannelType, Direction, VscMessageType
from gateway.spice.wire import U32, Count, Counted, Message


@message(ChannelType.SMARTCARD, Direction.SERVER, 101)
@message(ChannelType.SMARTCARD, Direction.CLIENT, 101)
@dataclass(slots=True)
class Data(Message):
    type: VscMessageType
    reader_id: U32
    length: ClassVar[Count] = Count(U32, of="data")
    data: Annotated[bytes, Counted("length")]
