"""The mux of WEBDAV: several connections of HTTP in the one stream of a port (spice-gtk channel-webdav.c, phodav).

The machine opens connections, by speaking on a new id; the client, which has the folder, answers on it. Either side
closes one by saying nothing: an empty frame. All numbers are little-endian.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from . import codec
from .errors import UsageError
from .wire import I64, U16, Struct

MAX_FRAME: Final = 0xFFFF


@dataclass(slots=True)
class MuxHeader(Struct):
    connection: I64
    size: U16


_SIZE: Final = codec.size_of(MuxHeader)


class MuxFrame(NamedTuple):
    """Bytes of a connection; none: it is closed."""

    connection: int
    data: bytes


def encode(connection: int, data: bytes) -> bytes:
    """The frames for any number of bytes. Raises `UsageError` for none: that is `encode_close`."""
    if not data:
        raise UsageError("an empty frame closes its connection")
    pieces = (data[start : start + MAX_FRAME] for start in range(0, len(data), MAX_FRAME))
    return b"".join(codec.pack(MuxHeader(connection, len(piece))) + piece for piece in pieces)


def encode_close(connection: int) -> bytes:
    """The frame that closes a connection."""
    return codec.pack(MuxHeader(connection, 0))


class Demux:
    """Frames from a stream in pieces of any size. Any bytes make frames; what is kept is less than one of them."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[MuxFrame]:
        """The frames that `data` completes."""
        self._buffer += data
        start, end = 0, len(self._buffer)
        while end - start >= _SIZE:
            header = codec.unpack(MuxHeader, bytes(self._buffer[start : start + _SIZE]))
            following = start + _SIZE + header.size
            if following > end:
                break
            yield MuxFrame(header.connection, bytes(self._buffer[start + _SIZE : following]))
            start = following
        del self._buffer[:start]
