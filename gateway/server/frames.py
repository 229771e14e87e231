"""WebSocket frames (RFC 6455 section 5), sans-IO. Payload is passed on as it comes: no frame is held as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from struct import Struct  # frame headers are written at the relay's full speed
from typing import NamedTuple

from gateway.spice.errors import ProtocolError

try:
    from websockets.speedups import apply_mask
except ImportError:  # a platform without the compiled module
    from websockets.utils import apply_mask

_SHORT = Struct("!BB")
_MEDIUM = Struct("!BBH")
_LONG = Struct("!BBQ")
_MASK_BYTES = 4
_FIN = 0x80
_MASKED = 0x80
_MAX_CONTROL = 125
_SHORT_BINARY = 0x82
MAX_HEADER = _LONG.size
"""Bytes of the longest header without a mask."""


class Opcode(IntEnum):
    CONTINUATION = 0
    TEXT = 1
    BINARY = 2
    CLOSE = 8
    PING = 9
    PONG = 10


# Looked up for each frame: plain numbers, as an enum's members cost a search.
_BINARY = int(Opcode.BINARY)
_CONTINUATION = int(Opcode.CONTINUATION)
_CONTROLS = frozenset(map(int, (Opcode.CLOSE, Opcode.PING, Opcode.PONG)))
_HEADER_SIZES = {126: _MEDIUM.size, 127: _LONG.size}


class Piece(NamedTuple):
    """Some payload: `data[start:]`. A control frame comes whole; a BINARY one in as many pieces as it came in.

    What stands before `start` in `data` is used up.
    """

    opcode: int
    data: bytes | memoryview
    start: int


def put_header(data: memoryview, room: int, opcode: int = _BINARY) -> int:
    """Write the unmasked header for payload `data[room:]` just before it; the offset at which the frame begins.

    `room` must be at least `MAX_HEADER`.
    """
    size = len(data) - room
    if size <= _MAX_CONTROL:
        start = room - _SHORT.size
        _SHORT.pack_into(data, start, _FIN | opcode, size)
    elif size < 1 << 16:
        start = room - _MEDIUM.size
        _MEDIUM.pack_into(data, start, _FIN | opcode, 126, size)
    else:
        start = room - _LONG.size
        _LONG.pack_into(data, start, _FIN | opcode, 127, size)
    return start


def frame(opcode: int, payload: bytes | memoryview, mask: bytes = b"") -> bytes:
    """One whole frame; masked when `mask` is given (a client's must be)."""
    size, bit = len(payload), _MASKED if mask else 0
    if size <= _MAX_CONTROL:
        header = _SHORT.pack(_FIN | opcode, bit | size)
    elif size < 1 << 16:
        header = _MEDIUM.pack(_FIN | opcode, bit | 126, size)
    else:
        header = _LONG.pack(_FIN | opcode, bit | 127, size)
    return b"".join((header, mask, apply_mask(payload, mask) if mask else payload))


class FrameReader:
    """Takes the peer's frames apart. `masked`: the peer is a client, whose frames are masked."""

    __slots__ = ("_control", "_header", "_left", "_mask", "_masked", "_opcode", "_open")

    def __init__(self, masked: bool) -> None:
        self._masked = masked
        self._header = b""  # the start of a header that was cut by the end of a read
        self._left = 0  # payload bytes of the current frame that have not come yet
        self._mask = b""  # turned to where the next payload byte stands
        self._opcode = 0  # 0: between frames
        self._open = False  # a fragmented message is not finished
        self._control = b""

    def whole(self, data: bytes | memoryview, at: int) -> bytes | None:
        """The payload, if `data[at:]` is just one short binary frame of a client: a key or a pointer. Else None."""
        size = len(data) - at - _SHORT.size - _MASK_BYTES
        if (
            not 0 < size <= _MAX_CONTROL
            or data[at] != _SHORT_BINARY
            or data[at + 1] != _MASKED | size
            or self._opcode
            or self._open
            or self._header
            or not self._masked
        ):
            return None
        start = at + _SHORT.size + _MASK_BYTES
        return apply_mask(data[start:], bytes(data[start - _MASK_BYTES : start]))

    def feed(self, data: bytes | memoryview, at: int) -> Iterator[Piece]:
        """The pieces in `data[at:]`, to be used one by one. Raises `ProtocolError`."""
        if self._header:
            data, at = b"".join((self._header, data[at:])), 0
            self._header = b""
        end = len(data)
        while at < end:
            if not self._opcode:
                size = self._header_size(data, at)
                if end - at < size:
                    self._header = bytes(data[at:])
                    return
                self._read_header(data, at, size)
                at += size
            piece = self._payload(data, at)
            at += min(self._left, end - at)
            self._left -= len(piece.data) - piece.start
            if (done := self._finish(piece)) is not None:
                yield done

    def _header_size(self, data: bytes | memoryview, at: int) -> int:
        """Bytes of the header at `at`, as far as can be known from what has come. Raises `ProtocolError`."""
        if len(data) - at < _SHORT.size:
            return _SHORT.size
        second = data[at + 1]
        if bool(second & _MASKED) is not self._masked:
            raise ProtocolError("a WebSocket frame is masked wrongly")
        size = _HEADER_SIZES.get(second & 0x7F, _SHORT.size)
        return size + (_MASK_BYTES if self._masked else 0)

    def _read_header(self, data: bytes | memoryview, at: int, size: int) -> None:
        first, length = data[at], data[at + 1] & 0x7F
        if length == 126:
            (_, _, length) = _MEDIUM.unpack_from(data, at)
        elif length == 127:
            (_, _, length) = _LONG.unpack_from(data, at)
        self._check(first, length)
        self._left = length
        self._mask = bytes(data[at + size - _MASK_BYTES : at + size]) if self._masked else b""

    def _check(self, first: int, length: int) -> None:
        opcode, fin = first & 0x0F, bool(first & _FIN)
        if first & 0x70:
            raise ProtocolError("a WebSocket frame uses an extension that was not agreed on")
        if opcode in _CONTROLS:
            if not fin or length > _MAX_CONTROL:
                raise ProtocolError("a WebSocket control frame is too long")
            self._opcode = opcode
            return
        if opcode not in (_BINARY, _CONTINUATION):
            raise ProtocolError("SPICE travels in binary WebSocket frames only")
        if (opcode == _CONTINUATION) is not self._open or length >> 63:
            raise ProtocolError("a WebSocket frame is out of order")
        self._open = not fin
        self._opcode = _BINARY

    def _payload(self, data: bytes | memoryview, at: int) -> Piece:
        """What has come of the current frame's payload, unmasked; not yet counted."""
        stop = min(at + self._left, len(data))
        if not self._masked:
            return Piece(self._opcode, data[:stop], at)
        piece = apply_mask(data[at:stop], self._mask)
        turn = (stop - at) % _MASK_BYTES
        self._mask = self._mask[turn:] + self._mask[:turn]
        return Piece(self._opcode, piece, 0)

    def _finish(self, piece: Piece) -> Piece | None:
        """The piece as it is to be told; None for the first part of a control frame and for nothing."""
        opcode = self._opcode
        if not self._left:
            self._opcode = 0
        if opcode == _BINARY:
            return piece if len(piece.data) > piece.start else None
        self._control += bytes(piece.data[piece.start :])
        if self._left:
            return None
        whole, self._control = self._control, b""
        return Piece(opcode, whole, 0)
