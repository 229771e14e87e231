"""A client's services as TCP ports of the machine: what connects to them is carried through the tunnel.

::

    ports = TunnelPorts(on_change)               # on_change() is called when a service comes or goes
    server.add_interface(ports)
    for port in ports.printers:                  # services of type IPP; `ports.ports` has all
        port.service.name, port.url              # http://127.0.0.1:41234

Ports open and close with the services. Whoever may connect to one may use its service; they listen on the loopback
only.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import cast

from gateway.server.interfaces import NetWireInterface
from gateway.server.tunnel import Service, Tunnel
from gateway.server.tunnel_socket import TunnelSocket
from gateway.spice.enums import TunnelServiceType

LOOPBACK = "127.0.0.1"

log = logging.getLogger("spicegate.machines")


class TunnelPort:
    """A service and the port that leads to it."""

    def __init__(self, tunnel: Tunnel, service: Service) -> None:
        self.service = service
        self.port: int | None = None
        """The TCP port on the loopback; None while it is not open yet, or could not be opened."""
        self._tunnel = tunnel
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """The service's address, if HTTP is what it speaks. Of no use while the port is not open."""
        return f"http://{LOOPBACK}:{self.port}"

    async def open(self) -> None:
        """Listen. Raises `OSError`."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: TunnelConnection(self._tunnel, self.service), LOOPBACK, 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def close(self) -> None:
        """Listen no longer; connections end with their tunnelled sockets."""
        self.port = None
        if self._server is not None:
            self._server.close()


class TunnelPorts(NetWireInterface):
    """The machine's end of TUNNEL: a port for each service that a client offers."""

    def __init__(self, on_change: Callable[[], None] = lambda: None) -> None:
        self._on_change = on_change
        self._tunnel: Tunnel | None = None
        self._ports: dict[Service, TunnelPort] = {}

    @property
    def ports(self) -> list[TunnelPort]:
        """All that can be connected to."""
        return [port for port in self._ports.values() if port.port is not None]

    @property
    def printers(self) -> list[TunnelPort]:
        """Those behind which there is a printer."""
        return [port for port in self.ports if port.service.type is TunnelServiceType.IPP]

    def on_attached(self, tunnel: Tunnel) -> None:
        self._tunnel = tunnel

    def on_service_added(self, service: Service) -> None:
        assert self._tunnel is not None
        port = self._ports[service] = TunnelPort(self._tunnel, service)
        self._tunnel.core.spawn(self._open(port), f"tunnel to {service.name}")

    def on_service_removed(self, service: Service) -> None:
        if (port := self._ports.pop(service, None)) is not None:
            port.close()
            self._on_change()

    async def _open(self, port: TunnelPort) -> None:
        try:
            await port.open()
        except OSError as error:
            log.warning("no port for the client's service %r: %s", port.service.name, error)
            return
        if self._ports.get(port.service) is port:
            self._on_change()
        else:
            port.close()  # the client took it back meanwhile


class TunnelConnection(asyncio.Protocol):
    """One program's connection to a service's port, and the tunnelled socket behind it."""

    def __init__(self, tunnel: Tunnel, service: Service) -> None:
        self._tunnel, self._service = tunnel, service
        self._socket: TunnelSocket | None = None
        self._transport: asyncio.Transport | None = None
        self._waiting = b""
        self._ends = False

    # asyncio's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        try:
            self._socket = self._tunnel.connect(self._service, self)
        except ConnectionRefusedError:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        if self._socket is not None and self._transport is not None and not self._socket.write(data):
            self._waiting = data
            self._transport.pause_reading()

    def eof_received(self) -> bool:
        self._ends = True
        self._go_on()
        return True  # the service may still answer

    def pause_writing(self) -> None:
        if self._socket is not None:
            self._socket.hold(True)

    def resume_writing(self) -> None:
        if self._socket is not None:
            self._socket.hold(False)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._socket is not None:
            self._socket.close()

    # the tunnelled socket's side

    def on_opened(self) -> None:
        pass

    def on_data(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)

    def on_fin(self) -> None:
        if self._transport is not None and self._transport.can_write_eof():
            self._transport.write_eof()

    def on_closed(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def on_writable(self) -> None:
        if self._transport is not None and self._go_on():
            self._transport.resume_reading()

    def _go_on(self) -> bool:
        """Write what waits, then the end if it has come; whether nothing waits any more."""
        if self._socket is None:
            return True
        if self._waiting and not self._socket.write(self._waiting):
            return False
        self._waiting = b""
        if self._ends:
            self._socket.send_fin()
        return True
