"""What USBREDIR, PORT and WEBDAV share: a byte stream (``spice.proto``: SpicevmcChannel)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from gateway.spice.catalog import message
from gateway.spice.enums import ChannelType, DataCompressionType, Direction
from gateway.spice.wire import U32, Message, Rest, Unless

STREAMS: Final = (ChannelType.USBREDIR, ChannelType.PORT, ChannelType.WEBDAV)


@message(STREAMS, Direction.SERVER, 101)
@message(STREAMS, Direction.CLIENT, 101)
@dataclass(slots=True)
class Data(Message):
    data: Annotated[bytes, Rest()]


@message(STREAMS, Direction.SERVER, 102)
@message(STREAMS, Direction.CLIENT, 102)
@dataclass(slots=True)
class CompressedData(Message):
    """One LZ4 block, when both sides hold DATA_COMPRESS_LZ4."""

    type: DataCompressionType
    uncompressed_size: Annotated[U32 | None, Unless("type", DataCompressionType.NONE)]
    compressed_data: Annotated[bytes, Rest()]
