"""Data headers and the messages behind them.

After the link each channel is a row of messages in each direction. A *full* header has serial u64, type u16, size u32
and sub_list u32 (the offset of a sub-message list in the payload, 0: none); a *mini* header has type u16 and size
u32, and is used when both sides hold the MINI_HEADER capability. A sub-message list is u16 count and that many u32
offsets, each to a sub-message: type u16, size u32, data. A message LIST is nothing but such a list
(spice/protocol.h).

`HeaderScanner` looks at headers only, for whoever forwards bytes, and `MessageCutter` cuts them where messages end;
`MessageReader` yields whole messages. All take a stream in pieces of any size; scanner and reader check each size
before a byte of payload is stored.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from functools import cache
from struct import Struct  # headers are scanned at the relay's full speed; the codec is for payloads
from typing import NamedTuple

from . import catalog
from .enums import ChannelType, Direction
from .errors import ProtocolError, UsageError
from .limits import MAX_SUB_MESSAGES, max_message

FULL_HEADER = Struct("<QHII")
MINI_HEADER = Struct("<HI")
LIST = 8
"""SPICE_MSG_LIST, the message that holds only sub-messages."""

_COUNT = Struct("<H")
_OFFSET = Struct("<I")
_U32_MAX = 0xFFFFFFFF


class Frame(NamedTuple):
    """One message: its number, its payload and its serial; `part` marks a sub-message, which no ACK window counts."""

    number: int
    payload: bytes
    serial: int
    part: bool = False


def frame(number: int, payload: bytes | memoryview, mini: bool, serial: int) -> bytes:
    """The bytes of one message on the wire. A mini header carries no serial: the receiver counts."""
    if len(payload) > _U32_MAX:
        raise UsageError("a message holds less than 4 GiB")
    if mini:
        return MINI_HEADER.pack(number, len(payload)) + payload
    return FULL_HEADER.pack(serial, number, len(payload), 0) + payload


@cache
def sizes(channel: ChannelType, direction: Direction) -> Mapping[int, tuple[int, int]]:
    """The allow-list of a channel in one direction: message number to its least and greatest payload size in bytes."""
    return {entry.number: (entry.min_size, entry.max_size) for entry in catalog.messages(channel, direction)}


class HeaderScanner:
    """Checks the headers of a byte stream that somebody else forwards: work and memory per header, not per byte.

    `feed` raises `ProtocolError` for a message that the allow-list does not hold, or of a size that it cannot have;
    what was fed before that header is sound. A client's sub-message lists are refused: no server reads them, and they
    would carry messages past the allow-list.
    """

    __slots__ = ("_client", "_full", "_header", "_name", "_partial", "_payload", "_sizes", "messages", "octets")

    def __init__(self, channel: ChannelType, direction: Direction, mini: bool) -> None:
        self.messages = 0
        self.octets = 0
        self._sizes = sizes(channel, direction)
        self._full = not mini
        self._client = direction is Direction.CLIENT
        self._header = MINI_HEADER if mini else FULL_HEADER
        self._name = f"{channel.name} {direction.name.lower()}"
        self._partial = b""
        self._payload = 0  # bytes of the current message that have not come yet

    @property
    def between_messages(self) -> bool:
        """Whether the stream stands at the start of a message: an end of file here cuts nothing."""
        return not self._payload and not self._partial

    def feed(self, data: bytes | bytearray | memoryview) -> None:
        """Walk over the next piece of the stream."""
        end = len(data)
        self.octets += end
        at = self._payload
        if self._partial:
            at = self._finish_header(data)
        unpack = self._header.unpack_from
        head = self._header.size
        while at + head <= end:
            at += head + self._check(unpack(data, at))
        if at >= end:
            self._payload = at - end
        else:
            self._payload = 0
            self._partial = bytes(data[at:])

    def _finish_header(self, data: bytes | bytearray | memoryview) -> int:
        """Join a header that was cut by the end of a piece; the offset in `data` at which the next one begins."""
        head = self._header.size
        missing = head - len(self._partial)
        joined = self._partial + bytes(data[:missing])
        if len(joined) < head:
            self._partial = joined
            return len(data)
        self._partial = b""
        return missing + self._check(self._header.unpack(joined))

    def _check(self, fields: tuple[int, ...]) -> int:
        """The payload size of a header, once it is known to be allowed."""
        if self._full:
            _, number, size, sub_list = fields
            self._check_sub_list(number, size, sub_list)
        else:
            number, size = fields
        bounds = self._sizes.get(number)
        if bounds is None:
            raise ProtocolError(f"{self._name}: message {number} is not allowed")
        if not bounds[0] <= size <= bounds[1]:
            raise ProtocolError(f"{self._name}: message {number} cannot have {size} bytes")
        self.messages += 1
        return size

    def _check_sub_list(self, number: int, size: int, sub_list: int) -> None:
        if sub_list and (self._client or sub_list >= size):
            raise ProtocolError(f"{self._name}: message {number} has a sub-message list where none can be")


class MessageCutter:
    """Cuts a byte stream where its messages end, for whoever forwards it to a peer that must not get two at once."""

    def __init__(self, mini: bool) -> None:
        self._header = MINI_HEADER if mini else FULL_HEADER
        self._partial = b""
        self._left = 0  # payload bytes of the current message that have not come yet

    def cut(self, data: bytes) -> list[bytes]:
        """The next piece of the stream, in parts: each ends where a message does, the last where the data does."""
        parts, start, at = [], 0, 0
        while at < len(data):
            at = self._walk(data, at)
            if not self._left and not self._partial:
                parts.append(data[start:at])
                start = at
        return [*parts, data[start:]] if start < len(data) else parts

    def _walk(self, data: bytes, at: int) -> int:
        """Where the header, or the payload, that stands at `at` ends, as far as it has come."""
        if self._left:
            step = min(self._left, len(data) - at)
            self._left -= step
            return at + step
        missing = self._header.size - len(self._partial)
        self._partial += data[at : at + missing]
        if len(self._partial) == self._header.size:
            fields = self._header.unpack(self._partial)
            self._left = fields[1] if self._header is MINI_HEADER else fields[2]
            self._partial = b""
        return min(at + missing, len(data))


class MessageReader:
    """Whole messages from a byte stream: `feed` pieces, then `read` until it gives None (or iterate).

    A message's sub-messages come before it, as they are to be handled; a LIST message comes as its sub-messages and
    then itself, so that the ACK window can count it. Raises `ProtocolError` on what the allow-list does not hold when
    `strict`, else only on sizes beyond the limits: unknown numbers are then the caller's to count.
    """

    def __init__(self, channel: ChannelType, direction: Direction, mini: bool, *, strict: bool = True) -> None:
        self._sizes = sizes(channel, direction)
        self._limit = max_message(channel, direction)
        self._strict = strict
        self._name = f"{channel.name} {direction.name.lower()}"
        self._mini = mini
        self._header = MINI_HEADER if mini else FULL_HEADER
        self._buffer = bytearray()
        self._ready: deque[Frame] = deque()
        self._current: tuple[int, int, int, int] | None = None
        self._serial = 0

    def feed(self, data: bytes | bytearray | memoryview) -> None:
        """Take the next piece of the stream."""
        self._buffer += data

    def __iter__(self) -> Iterator[Frame]:
        """All messages that are complete by now."""
        while (message := self.read()) is not None:
            yield message

    def read(self) -> Frame | None:
        """The next message, or None when more bytes are needed."""
        if self._ready:
            return self._ready.popleft()
        buffer, head = self._buffer, self._header.size
        if self._current is None:
            if len(buffer) < head:
                return None
            self._current = self._parse_header()
        serial, number, size, sub_list = self._current
        end = head + size
        if len(buffer) < end:
            return None
        self._current = None
        payload = bytes(memoryview(buffer)[head:end])
        del buffer[:end]
        message = Frame(number, payload, serial)
        if number != LIST and not sub_list:
            return message
        self._ready.extend(self._sub_messages(payload, sub_list, serial))
        self._ready.append(message)
        return self._ready.popleft()

    def _parse_header(self) -> tuple[int, int, int, int]:
        """Serial, number, size and sub-list offset of the header at the start of the buffer, checked."""
        if self._mini:
            self._serial += 1
            number, size = MINI_HEADER.unpack_from(self._buffer)
            serial, sub_list = self._serial, 0
        else:
            serial, number, size, sub_list = FULL_HEADER.unpack_from(self._buffer)
        self._check(number, size)
        return serial, number, size, sub_list

    def _check(self, number: int, size: int) -> None:
        bounds = self._sizes.get(number)
        if bounds is None and self._strict:
            raise ProtocolError(f"{self._name}: message {number} is not allowed")
        least, most = bounds or (0, self._limit)
        if not least <= size <= most:
            raise ProtocolError(f"{self._name}: message {number} cannot have {size} bytes")

    def _sub_messages(self, payload: bytes, at: int, serial: int) -> Iterator[Frame]:
        left = len(payload)  # sub-messages do not overlap: together they are no more than what came
        for offset in self._sub_offsets(payload, at):
            if offset + MINI_HEADER.size > len(payload):
                raise ProtocolError(f"{self._name}: a sub-message starts past its message")
            number, size = MINI_HEADER.unpack_from(payload, offset)
            self._check(number, size)
            start = offset + MINI_HEADER.size
            left -= MINI_HEADER.size + size
            if size > len(payload) - start or left < 0:
                raise ProtocolError(f"{self._name}: a sub-message does not fit its message")
            yield Frame(number, payload[start : start + size], serial, part=True)

    def _sub_offsets(self, payload: bytes, at: int) -> tuple[int, ...]:
        if at + _COUNT.size > len(payload):
            raise ProtocolError(f"{self._name}: a sub-message list starts past its message")
        (count,) = _COUNT.unpack_from(payload, at)
        start = at + _COUNT.size
        if count > MAX_SUB_MESSAGES or count * _OFFSET.size > len(payload) - start:
            raise ProtocolError(f"{self._name}: a sub-message list of {count} does not fit its message")
        return tuple(offset for (offset,) in _OFFSET.iter_unpack(payload[start : start + count * _OFFSET.size]))
