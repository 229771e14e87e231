"""``marshal`` and ``demarshal``: messages to payloads and back. The header is ``framing``'s business."""

from __future__ import annotations

from typing import TypeVar

from . import catalog, reader, writer
from .enums import ChannelType, Direction
from .errors import ProtocolError
from .wire import Message, Struct

S = TypeVar("S", bound=Struct)
NO_CAPS: frozenset[int] = frozenset()


def demarshal(
    channel: ChannelType, direction: Direction, number: int, payload: bytes | bytearray | memoryview
) -> Message:
    """The message with this number. Bytes behind a message are let pass: newer peers append fields.

    Raises `ProtocolError` when the number is unknown or the payload malformed; memory is bounded by the payload's size.
    """
    entry = catalog.lookup(channel, direction, number)
    if entry is None:
        raise ProtocolError(f"{channel.name} has no message {number} from the {direction.value}")
    if len(payload) > entry.max_size:
        raise ProtocolError(f"{entry.name} has {len(payload)} bytes, more than {entry.max_size}")
    return unpack(entry.cls, payload)


def marshal(message: Message) -> bytes:
    """The payload of a message. Raises `UsageError` when one of its values does not fit."""
    return writer.write(message, NO_CAPS)


def unpack(cls: type[S], data: bytes | bytearray | memoryview, caps: frozenset[int] = NO_CAPS) -> S:
    """A record of any kind from the start of ``data``. Raises `ProtocolError`."""
    value, _end = reader.read(cls, data, caps)
    assert isinstance(value, cls)
    return value


def pack(record: Struct, caps: frozenset[int] = NO_CAPS) -> bytes:
    """The bytes of a record of any kind. Raises `UsageError`."""
    return writer.write(record, caps)


def size_of(cls: type[Struct]) -> int:
    """Bytes that every ``cls`` takes. Raises `TypeError` when they vary."""
    from .layout import Record, fixed_size

    size = fixed_size(Record(cls))
    if size is None:
        raise TypeError(f"{cls.__name__} has no fixed size")
    return size
