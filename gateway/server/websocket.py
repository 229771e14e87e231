"""A WebSocket as a byte transport, after its handshake: the subprotocol `binary`, in either role.

Frames carry a byte stream; their borders mean nothing. Control frames are answered here. `beat` is called from outside
by a clock of the owner's and finds peers that are gone.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterator
from itertools import chain
from time import perf_counter  # a loop's clock may count milliseconds only

from gateway.server.closing import NORMAL, CloseCode, Closing
from gateway.server.frames import MAX_HEADER, FrameReader, Opcode, Piece, frame, put_header
from gateway.server.transport import Data, StreamTransport, Transport
from gateway.spice.errors import ProtocolError

_BINARY = int(Opcode.BINARY)

MOST_A_TURN = 256
"""Frames that are handed on before others have their turn: a read may hold tens of thousands of tiny ones."""

MAX_REASON = 123
"""Bytes of text in a close frame."""

SILENT_BEATS = 2
"""So many beats without a byte, and the peer is gone."""

STALLED_BEATS = 6
"""The same for a peer that has stopped reading: our pings wait behind the picture, so its silence says less."""


class WebSocketTransport(Transport):
    """One WebSocket over a stream that is past the handshake."""

    __slots__ = (
        "_client",
        "_closing",
        "_held",
        "_pinged",
        "_reader",
        "_silent",
        "_stream",
        "_trip",
        "_waiting",
    )

    def __init__(self, stream: StreamTransport, *, client: bool) -> None:
        """`client`: we are the client, and mask; else the peer is."""
        super().__init__(stream.peer)
        self._stream = stream
        self._client = client
        self._reader = FrameReader(masked=not client)
        self._closing = False
        self._held = False
        self._waiting: Iterator[Piece] | None = None
        self._silent = 0
        self._pinged: float | None = None  # when, while the pong is awaited
        self._trip: float | None = None
        self.closed = stream.closed
        stream.receiver = self

    # the stream's side

    def on_data(self, data: Data, room: int) -> bool:
        self._silent = 0
        if (payload := self._reader.whole(data, room)) is not None and not self._closing:
            return self.receiver.on_data(payload, 0)
        pieces = self._reader.feed(data, room)
        if self._waiting is None:
            return self._take(pieces)
        self._waiting = chain(self._waiting, pieces)  # loops read once more than they are told to
        return True

    def _take(self, pieces: Iterator[Piece]) -> bool:
        """Hand on frames, so many in a turn; whether the memory in which they lie is still in use."""
        kept, left = False, MOST_A_TURN
        try:
            for piece in pieces:
                if piece.opcode == _BINARY:
                    if not self._closing:
                        kept = self.receiver.on_data(piece.data, piece.start) or kept
                else:
                    self._on_control(piece.opcode, bytes(piece.data))
                left -= 1
                if not left:
                    self._rest(pieces)
                    return True
        except ProtocolError as error:
            self.close(Closing(CloseCode.BAD_FRAME, str(error)))
        return kept

    def _rest(self, pieces: Iterator[Piece]) -> None:
        """Others have their turn before these."""
        self._waiting = pieces
        self._stream.pause_reading()
        asyncio.get_running_loop().call_soon(self._go_on)

    def _go_on(self) -> None:
        if (pieces := self._waiting) is None or self.closed:
            return
        self._waiting = None
        self._take(pieces)
        if self._waiting is None and (self._closing or not self._held):
            self._stream.resume_reading()

    def on_writable(self, writable: bool) -> None:
        self.receiver.on_writable(writable)

    def on_closed(self, error: Exception | None) -> None:
        self._end(error)

    def _on_control(self, opcode: int, payload: bytes) -> None:
        if opcode == Opcode.PING and not self.unsent:  # a flood of pings must not pile up pongs
            self._send(Opcode.PONG, payload)
        elif opcode == Opcode.PONG:
            if self._pinged is not None:
                self._trip = perf_counter() - self._pinged
                self._pinged = None
        elif opcode == Opcode.CLOSE:
            if not self._closing:
                self._closing = True
                self._send(Opcode.CLOSE, payload[:2])
            self._stream.close(NORMAL)

    # our side

    def write(self, data: Data, room: int = 0) -> bool:
        if self._closing:
            return False
        if not self._client and room >= MAX_HEADER and isinstance(data, memoryview):
            return self._stream.write(data, put_header(data, room))
        self._send(Opcode.BINARY, data[room:])
        return False

    def _send(self, opcode: Opcode, payload: Data) -> None:
        self._stream.write(frame(opcode, payload, secrets.token_bytes(4) if self._client else b""))

    @property
    def unsent(self) -> int:
        return self._stream.unsent

    def pause_reading(self) -> None:
        if not self._closing:
            self._held = True
            self._pinged = None  # a pong would wait with all that we leave unread
            self._stream.pause_reading()

    def resume_reading(self) -> None:
        self._held = False
        if self._waiting is None:
            self._stream.resume_reading()

    def close(self, closing: Closing) -> None:
        if self.closed or self._closing:
            return
        self._closing = True
        reason = closing.sentence.encode()[:MAX_REASON].decode(errors="ignore").encode()
        self._send(Opcode.CLOSE, int(closing.code).to_bytes(2, "big") + reason)
        if self._waiting is None:
            self._stream.resume_reading()  # the peer's close frame may stand behind data that was held back
        self._stream.expire()

    def abort(self) -> None:
        self._stream.abort()

    def beat(self) -> None:
        """Ping the peer, or let it go after too many beats without a byte from it.

        While we do not read on purpose its silence is ours, and says nothing.
        """
        if self._held:
            return
        limit = STALLED_BEATS if self.unsent else SILENT_BEATS
        if self._silent >= limit:
            self.abort()
            return
        self._silent += 1
        self.measure()

    def measure(self) -> None:
        """Ping the peer, whose pong tells the round trip; behind bytes that wait it would tell how long they do."""
        if self._held or self._closing or self.unsent:
            return
        if self._pinged is None:
            self._pinged = perf_counter()
        self._send(Opcode.PING, b"")

    @property
    def round_trip(self) -> float | None:
        """The newest that was measured, through whatever proxies stand between."""
        return self._trip
