"""The virtual smart card protocol: what `smartcard.Data` carries (``vscard_common.h`` of libcacard).

The client owns readers and cards, the host (the machine) uses them. On the SPICE channel everything is little-endian;
on the machine's own character device headers are big-endian, which is the machine's business.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from . import codec
from .enums import VscErrorCode, VscMessageType
from .errors import ProtocolError, UsageError
from .limits import MAX_ATR_BYTES, MAX_READER_NAME_BYTES, MAX_VSC_BYTES
from .messages.smartcard import Data
from .wire import U32, Rest, Struct

MAGIC: Final = 0x44435356
"""``VSCD`` read as a little-endian number."""
UNDEFINED_READER: Final = 0xFFFFFFFF


class VscMessage(Struct):
    """Base of what a VSC message may hold."""

    __slots__ = ()


@dataclass(slots=True)
class Init(VscMessage):
    """Each side's first, with its capabilities as words; ``version`` has 11, 11 and 10 bits."""

    magic: U32
    version: U32
    capabilities: Annotated[list[U32], Rest()]


@dataclass(slots=True)
class Error(VscMessage):
    """Answers `ReaderAdd`, `ReaderRemove` and `CardRemove`, with SUCCESS too; the reader's new id is beside it."""

    code: VscErrorCode


@dataclass(slots=True)
class ReaderAdd(VscMessage):
    """UTF-8, for people only, NUL-terminated in practice."""

    name: Annotated[bytes, Rest()]


@dataclass(slots=True)
class ReaderRemove(VscMessage):
    pass


@dataclass(slots=True)
class Atr(VscMessage):
    """A card came or was reset: its answer to reset."""

    atr: Annotated[bytes, Rest()]


@dataclass(slots=True)
class CardRemove(VscMessage):
    pass


@dataclass(slots=True)
class Apdu(VscMessage):
    """A command for the card or its response (ISO 7816-4)."""

    data: Annotated[bytes, Rest()]


@dataclass(slots=True)
class Flush(VscMessage):
    pass


@dataclass(slots=True)
class FlushComplete(VscMessage):
    pass


LAYOUTS: Final[dict[VscMessageType, type[VscMessage]]] = {
    VscMessageType.INIT: Init,
    VscMessageType.ERROR: Error,
    VscMessageType.READER_ADD: ReaderAdd,
    VscMessageType.READER_REMOVE: ReaderRemove,
    VscMessageType.ATR: Atr,
    VscMessageType.CARD_REMOVE: CardRemove,
    VscMessageType.APDU: Apdu,
    VscMessageType.FLUSH: Flush,
    VscMessageType.FLUSH_COMPLETE: FlushComplete,
}
NUMBERS: Final = {cls: kind for kind, cls in LAYOUTS.items()}
LONGEST: Final[dict[type[VscMessage], int]] = {ReaderAdd: MAX_READER_NAME_BYTES, Atr: MAX_ATR_BYTES}


def decode(message: Data) -> VscMessage:
    """What a `smartcard.Data` holds. Raises `ProtocolError` for an unknown type or a payload of a wrong size."""
    cls = LAYOUTS.get(message.type)
    if cls is None:
        raise ProtocolError(f"there is no VSC message {int(message.type)}")
    if len(message.data) > LONGEST.get(cls, MAX_VSC_BYTES):
        raise ProtocolError(f"a VSC {cls.__name__} of {len(message.data)} bytes is too long")
    return codec.unpack(cls, message.data)


def encode(reader_id: int, message: VscMessage) -> Data:
    """The message as a `smartcard.Data` for a reader. Raises `UsageError` when it is too long."""
    data = codec.pack(message)
    if len(data) > LONGEST.get(type(message), MAX_VSC_BYTES):
        raise UsageError(f"a VSC {type(message).__name__} of {len(data)} bytes is too long")
    return Data(NUMBERS[type(message)], reader_id, data)
