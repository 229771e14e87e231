"""Bytes to and from a peer. Whether TCP, TLS, a Unix socket or a WebSocket carries them is the transport's business.

A `Transport` reads and writes; a `Receiver` is told what comes. Nothing is queued without bound: a transport that could
not write everything at once says so with `on_writable(False)`, and whoever feeds it stops reading until
`on_writable(True)`.

Received bytes come as `data` and `room`: `data[room:]` is what the peer sent, and `data[:room]` is scratch space in
which the next hop may put its frame header, so that header and payload leave in one piece. The memory is the receiver's
only during the call, unless the answer is True: "still in use".
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from abc import ABC, abstractmethod
from collections.abc import Sequence
from struct import Struct  # a structure of the kernel's
from typing import Protocol, cast

from gateway.server.closing import Closing
from gateway.server.core import HEADROOM, Core, Timer
from gateway.spice.limits import CLOSE_SECONDS

Data = bytes | memoryview

# A peer whose computer lost power is found within a minute, where the system lets us ask for it.
_KEEPALIVE = {"TCP_KEEPIDLE": 30, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3}

_RTT = Struct("=I")
_RTT_OFFSET = 68


class Receiver(Protocol):
    """Whoever a transport reports to. Nothing it raises may reach the transport."""

    def on_data(self, data: Data, room: int) -> bool:
        """`data[room:]` came. True: the memory is still in use afterwards."""

    def on_writable(self, writable: bool) -> None:
        """The transport has (False) or no longer has (True) bytes that wait to be written."""

    def on_closed(self, error: Exception | None) -> None:
        """Nothing more will come or go. Told once."""


class Idle:
    """The receiver of a transport that reads nothing."""

    def on_data(self, data: Data, room: int) -> bool:
        return False

    def on_writable(self, writable: bool) -> None:
        pass

    def on_closed(self, error: Exception | None) -> None:
        pass


IDLE = Idle()


class Transport(ABC):
    """One connection's bytes in both directions."""

    __slots__ = ("_gone", "closed", "peer", "receiver")

    def __init__(self, peer: str) -> None:
        self.peer = peer
        self.receiver: Receiver = IDLE
        self.closed = False
        self._gone: asyncio.Future[None] | None = None

    async def wait_closed(self) -> None:
        """Return when nothing more will come or go."""
        if self.closed:
            return
        if self._gone is None:
            self._gone = asyncio.get_running_loop().create_future()
        await asyncio.shield(self._gone)

    def _end(self, error: Exception | None) -> None:
        """Tell the receiver, once, that this is over."""
        self.closed = True
        if self._gone is not None and not self._gone.done():
            self._gone.set_result(None)
        receiver, self.receiver = self.receiver, IDLE
        receiver.on_closed(error)

    @abstractmethod
    def write(self, data: Data, room: int = 0) -> bool:
        """Send `data[room:]`; `data[:room]` may be overwritten. True: the memory is still in use afterwards."""

    @property
    def keeps_messages_apart(self) -> bool:
        """Whether the peer may not stand several messages in one write."""
        return False

    def write_messages(self, frames: Sequence[bytes]) -> None:
        """Send whole SPICE messages, in as few writes as the peer stands."""
        if not self.keeps_messages_apart:
            self.write(b"".join(frames))
            return
        for frame in frames:
            self.write(frame)

    @property
    @abstractmethod
    def unsent(self) -> int:
        """Bytes that wait to be written."""

    @property
    def round_trip(self) -> float | None:
        """Seconds to the peer and back, as this connection knows without asking anybody; None: it does not."""
        return None

    def measure(self) -> None:  # noqa: B027 - most have nothing to ask
        """Find out the round trip now, where that takes a question."""

    @abstractmethod
    def pause_reading(self) -> None:
        """Leave what comes in the kernel. Pausing twice is pausing."""

    @abstractmethod
    def resume_reading(self) -> None:
        """Read again."""

    @abstractmethod
    def close(self, closing: Closing) -> None:
        """Send what waits, say why where the transport can, then close. Never blocks; bounded in time."""

    @abstractmethod
    def abort(self) -> None:
        """Close at once."""


class StreamTransport(Transport, asyncio.BufferedProtocol):
    """TCP, TLS or a Unix socket, on asyncio's transports. Reads land in the core's one buffer."""

    __slots__ = ("_core", "_early", "_greedy", "_held", "_linger", "_previous", "_tls", "_transport")

    def __init__(self, core: Core) -> None:
        super().__init__("")
        self._core = core
        self._transport: asyncio.Transport | None = None
        self._previous: asyncio.BaseProtocol | None = None
        self._linger: Timer | None = None
        self._held = False  # reading is paused on purpose
        self._early = b""  # came before there was a receiver: at most one read
        self._tls = False
        self._greedy = False  # the loop reads one connection many times in a turn

    def adopt(self, transport: asyncio.Transport) -> None:
        """Take a connection over from another protocol, which is told only when it is lost. Reading starts paused."""
        self._previous = transport.get_protocol()
        transport.pause_reading()
        transport.set_protocol(self)
        self.connection_made(transport)

    # asyncio's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport = cast(asyncio.Transport, transport)  # other loops have transports of their own
        # One byte that waits is back-pressure: at most one read's worth stands between two sockets.
        # (asyncio's TLS compares with "at least", its sockets with "more than".)
        self._tls = transport.get_extra_info("sslcontext") is not None
        transport.set_write_buffer_limits(high=1 if self._tls else 0, low=0)
        self._greedy = not isinstance(transport, asyncio.Transport)  # uvloop's: up to 32 reads
        self.peer = peer_name(transport)
        tune(transport.get_extra_info("socket"))

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._core.buffer.target_at(self._core.now())

    def buffer_updated(self, nbytes: int) -> None:
        buffer = self._core.buffer
        more_waits = nbytes == len(buffer.target)
        if self._held and self.receiver is IDLE:
            self._keep(buffer.view[HEADROOM : HEADROOM + nbytes])
            return
        if self.receiver.on_data(buffer.view[: HEADROOM + nbytes], HEADROOM):
            buffer.renew()
        if more_waits and self._greedy and not self._held and self._transport is not None:
            self._transport.pause_reading()
            self._core.loop.call_soon(self._on_next_turn)

    def _keep(self, data: memoryview) -> None:
        """uvloop reads once more than it is told to where reading is paused in `connection_made`."""
        self._early += bytes(data)
        if self._transport is not None:
            self._transport.pause_reading()

    def _on_next_turn(self) -> None:
        """Read on, now that the other connections have had their turn."""
        if not self._held:
            self.resume_reading()

    def pause_writing(self) -> None:
        self.receiver.on_writable(False)

    def resume_writing(self) -> None:
        self.receiver.on_writable(True)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._linger is not None:
            self._linger.cancel()
        if self._previous is not None:
            self._previous.connection_lost(exc)
        self._transport = self._previous = self._linger = None
        self._end(exc)

    # our side

    @property
    def has_address(self) -> bool:
        """Whether the peer came over a network; a Unix socket's is on this computer."""
        name = self._transport.get_extra_info("peername") if self._transport is not None else None
        return isinstance(name, tuple)

    @property
    def ssl_object(self) -> ssl.SSLObject | None:
        """TLS's state, None without TLS."""
        found = self._transport.get_extra_info("ssl_object") if self._transport is not None else None
        return found if isinstance(found, ssl.SSLObject) else None

    def write(self, data: Data, room: int = 0) -> bool:
        transport = self._transport
        if transport is None or transport.is_closing():
            return False
        if transport.get_write_buffer_size():  # rare: whoever feeds us was told to stop
            transport.write(bytes(data[room:]))
            return False
        transport.write(data[room:] if room else data)
        return transport.get_write_buffer_size() > 0

    @property
    def keeps_messages_apart(self) -> bool:
        """Over TLS each message has records of its own (spice-gtk's spice-channel.c, spice_channel_iterate_read).

        spice-gtk reads one message, then looks for more on the socket only: what came in the same record would wait
        there until something else comes.
        """
        return self._tls

    @property
    def unsent(self) -> int:
        return self._transport.get_write_buffer_size() if self._transport is not None else 0

    @property
    def round_trip(self) -> float | None:
        """The kernel's smoothed estimate for TCP, where it tells (Linux)."""
        return kernel_round_trip(self._transport.get_extra_info("socket")) if self._transport is not None else None

    def pause_reading(self) -> None:
        self._held = True
        if self._transport is not None and not self._transport.is_closing():
            self._transport.pause_reading()

    def resume_reading(self) -> None:
        self._held = False
        early, self._early = self._early, b""
        if early:
            self.receiver.on_data(memoryview(bytearray(HEADROOM) + early), HEADROOM)
        if not self._held and self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()

    def close(self, closing: Closing) -> None:
        if self._transport is None:
            return
        self._transport.close()
        self.expire()

    def expire(self) -> None:
        """Give the peer a moment to take what waits and to close; then abort."""
        if self._linger is None and self._transport is not None:
            self._linger = self._core.call_later(CLOSE_SECONDS, self.abort)

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()


def peer_name(transport: asyncio.BaseTransport) -> str:
    """The peer's address for logs and pages."""
    name = transport.get_extra_info("peername")
    if isinstance(name, tuple):
        return f"[{name[0]}]:{name[1]}" if ":" in str(name[0]) else f"{name[0]}:{name[1]}"
    return str(name) if name else "local"


def kernel_round_trip(sock: socket.socket | None) -> float | None:
    """`tcpi_rtt` of TCP_INFO (linux/tcp.h), in seconds; None where there is none, or none yet."""
    option = getattr(socket, "TCP_INFO", None)
    if sock is None or option is None or sock.family not in (socket.AF_INET, socket.AF_INET6):
        return None
    try:
        info = sock.getsockopt(socket.IPPROTO_TCP, option, _RTT_OFFSET + _RTT.size)
    except OSError:  # the connection is gone
        return None
    (microseconds,) = _RTT.unpack_from(info, _RTT_OFFSET) if len(info) >= _RTT_OFFSET + _RTT.size else (0,)
    return microseconds / 1e6 or None


def tune(sock: socket.socket | None) -> None:
    """Send small messages at once; let the kernel find a peer that is gone."""
    if sock is None or sock.family not in (socket.AF_INET, socket.AF_INET6):
        return
    with contextlib.suppress(OSError):  # the peer may be gone already: reading will say so
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in _KEEPALIVE.items():
            if (option := getattr(socket, name, None)) is not None:
                sock.setsockopt(socket.IPPROTO_TCP, option, value)
