"""The server's side of TUNNEL: services that a client offers, and sockets of the machine that reach them.

The facts are those of libspice 0.12.4, the last that had it: server/red_tunnel_worker.c, client/tunnel_channel.cpp.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING, Final

from gateway.server.held_device import HeldDevice
from gateway.server.interfaces import NetWireInterface
from gateway.server.tunnel_socket import SocketReceiver, TunnelSocket
from gateway.spice.enums import TunnelIpType, TunnelServiceType
from gateway.spice.errors import ProtocolError
from gateway.spice.limits import MAX_TUNNEL_SERVICES, MAX_TUNNEL_SOCKETS, MAX_TUNNEL_TEXT, TUNNEL_WINDOW
from gateway.spice.messages import tunnel as messages
from gateway.spice.wire import Message

if TYPE_CHECKING:
    from gateway.server.core import Core
    from gateway.server.held_device import HeldClient

VIRTUAL_NET: Final = IPv4Network("10.0.2.0/24")
_FIRST_HOST: Final = 100


@dataclass(frozen=True, slots=True)
class Service:
    """Something that a client offers: a printer, or a TCP port of anything. Services of a group share a host.

    `address` is where a printer stands on the client's side, None where the client does not say; `virtual` is the
    address that the group has been given in the machine's world.
    """

    id: int
    type: TunnelServiceType
    group: int
    port: int
    name: str
    description: str
    address: IPv4Address | None
    virtual: IPv4Address


class Tunnel(HeldDevice):
    """What a machine reaches a client's services through.

    ::

        socket = tunnel.connect(service, receiver)       # receiver.on_opened() or receiver.on_closed() follows
        socket.write(b"GET / HTTP/1.0\\r\\n\\r\\n")
    """

    interface: NetWireInterface

    def __init__(self, interface: NetWireInterface, core: Core) -> None:
        super().__init__(interface)
        self.core = core
        self._services: dict[int, Service] = {}
        self._sockets: dict[int, TunnelSocket] = {}

    @property
    def services(self) -> list[Service]:
        """What the client offers now."""
        return list(self._services.values())

    def connect(self, service: Service, receiver: SocketReceiver) -> TunnelSocket:
        """Connect to a service; it is given up after `TUNNEL_SECONDS`. Data may be written at once.

        Raises `ConnectionRefusedError` when the service is offered no longer, or there are too many sockets.
        """
        if self._services.get(service.id) is not service:
            raise ConnectionRefusedError(f"{service.name} is not offered any more")
        id_ = next((number for number in range(MAX_TUNNEL_SOCKETS) if number not in self._sockets), None)
        if id_ is None:
            raise ConnectionRefusedError(f"there are {MAX_TUNNEL_SOCKETS} connections already")
        socket = self._sockets[id_] = TunnelSocket(self, id_, service, receiver)
        self.send(messages.SocketOpen(id_, service.id, TUNNEL_WINDOW))
        return socket

    # the sockets' side

    def can_send(self) -> bool:
        """Whether data may be sent; otherwise the sockets are asked again when it may."""
        return self._ready_holder() is not None

    def send(self, message: Message) -> None:
        """Send what is bounded by itself: by tokens, or by the number of sockets."""
        if self._holder is not None:
            self._holder.send(message)

    def free(self, socket: TunnelSocket) -> None:
        """A socket's number may be used again."""
        self._sockets.pop(socket.id, None)

    # the channel's side

    def on_room(self, holder: HeldClient) -> None:
        if self._starved and holder is self._holder and self.can_write:
            self._starved = False
            for socket in tuple(self._sockets.values()):
                socket.flush()

    def release(self, holder: HeldClient) -> None:
        if holder is not self._holder:
            return
        sockets, self._sockets = self._sockets, {}
        services, self._services = self.services, {}  # before anybody hears of it, and might connect anew
        for socket in sockets.values():
            socket.on_client_gone()
        for service in services:
            self.interface.on_service_removed(service)
        super().release(holder)

    def socket(self, id_: int) -> TunnelSocket:
        """The socket with this number. Raises `ProtocolError`."""
        socket = self._sockets.get(id_)
        if socket is None:
            raise ProtocolError(f"there is no socket {id_}")
        return socket

    def add_service(self, message: messages.ServiceAdd) -> None:
        """The client offers something. Raises `ProtocolError`."""
        if message.id in self._services:
            raise ProtocolError(f"service {message.id} was offered already")
        if len(self._services) >= MAX_TUNNEL_SERVICES:
            raise ProtocolError(f"more than {MAX_TUNNEL_SERVICES} services")
        if message.type is TunnelServiceType.INVALID or not 0 < message.port < 0x10000:
            raise ProtocolError(f"a service of type {message.type.name} on port {message.port}")
        if max(len(message.name), len(message.description)) > MAX_TUNNEL_TEXT:
            raise ProtocolError("a service with a name that is too long")
        address = IPv4Address(message.u.u) if message.u is not None and message.u.u is not None else None
        name, description = (text.decode(errors="replace") for text in (message.name, message.description))
        virtual = self._virtual_address(message.group, name)
        service = Service(message.id, message.type, message.group, message.port, name, description, address, virtual)
        self._services[service.id] = service
        self.send(messages.ServiceIpMap(service.id, messages.TunnelIpInfo(TunnelIpType.IPV4, virtual.packed)))
        self.interface.on_service_added(service)

    def remove_service(self, id_: int) -> None:
        """The client offers something no longer. Raises `ProtocolError`."""
        service = self._services.pop(id_, None)
        if service is None:
            raise ProtocolError(f"service {id_} was not offered")
        for socket in tuple(self._sockets.values()):
            if socket.service is service:
                socket.close()
        self.interface.on_service_removed(service)

    def _virtual_address(self, group: int, name: str) -> IPv4Address:
        """A group's address, or one that is free. Raises `ProtocolError` when the group has another name."""
        for other in self._services.values():
            if other.group == group:
                if other.name != name:
                    raise ProtocolError(f"group {group} is named {other.name} and {name}")
                return other.virtual
        taken = {service.virtual for service in self._services.values()}
        hosts = (VIRTUAL_NET[number] for number in range(_FIRST_HOST, _FIRST_HOST + MAX_TUNNEL_SERVICES))
        return next(host for host in hosts if host not in taken)
