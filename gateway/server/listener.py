"""Where native clients come in: TCP, TLS and Unix sockets, each connection one channel of a machine."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path

from gateway.server.core import Core
from gateway.server.transport import StreamTransport
from gateway.server.visitor import Visitor
from gateway.spice.limits import BACKLOG, LINK_SECONDS, MAX_CONNECTIONS

Serve = Callable[[StreamTransport], Awaitable[None]]
"""Takes a connection to its end. Raises nothing for what a peer did."""


def visitor_on(transport: StreamTransport) -> Visitor:
    """Who comes through a socket: somebody who has to bring a ticket."""
    unix = not transport.has_address
    return Visitor(None, transport.peer, secure=unix or transport.ssl_object is not None)


class Listener:
    """The listening sockets of one machine, and the connections that came through them.

    A connection is given to `serve` as soon as it is made (after the handshake, with TLS).
    """

    def __init__(self, core: Core, serve: Serve, name: str) -> None:
        self._core = core
        self._serve = serve
        self._name = name
        self._servers: list[asyncio.Server] = []
        self._transports: set[StreamTransport] = set()

    async def listen(self, host: str, port: int, *, tls: ssl.SSLContext | None = None) -> int:
        """Listen on a TCP port (0: any), with TLS if a context is given; the port. Raises `OSError`."""
        handshake = LINK_SECONDS if tls is not None else None
        server = await self._core.loop.create_server(
            self._protocol, host, port, ssl=tls, ssl_handshake_timeout=handshake, backlog=BACKLOG
        )
        self._servers.append(server)
        return int(server.sockets[0].getsockname()[1])

    async def listen_unix(self, path: Path) -> None:
        """Listen on a Unix socket. Raises `OSError`."""
        self._servers.append(await self._core.loop.create_unix_server(self._protocol, str(path), backlog=BACKLOG))

    def stop(self) -> None:
        """Listen no more; who is in stays."""
        for server in self._servers:
            server.close()
        self._servers.clear()

    def close(self) -> None:
        """Listen no more, and let everybody go."""
        self.stop()
        for transport in tuple(self._transports):
            transport.abort()

    def _protocol(self) -> asyncio.BaseProtocol:
        return _Incoming(self._core, self._on_connected)

    def _on_connected(self, transport: StreamTransport) -> None:
        if len(self._transports) >= MAX_CONNECTIONS:
            transport.abort()
            return
        self._transports.add(transport)
        transport.pause_reading()
        self._core.spawn(self._take(transport), f"client of {self._name}")

    async def _take(self, transport: StreamTransport) -> None:
        try:
            await self._serve(transport)
        finally:
            self._transports.discard(transport)
            transport.abort()


class _Incoming(StreamTransport):
    """A connection that says when it is made."""

    __slots__ = ("_on_made",)

    def __init__(self, core: Core, on_made: Callable[[StreamTransport], None]) -> None:
        super().__init__(core)
        self._on_made = on_made

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._on_made(self)
