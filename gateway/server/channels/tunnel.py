"""TUNNEL: sockets of the machine reach services of the client. `gateway.server.tunnel` says how."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from gateway.server.held_device import HeldClient
from gateway.server.pipe_channel import PipeChannel
from gateway.server.pipe_client import PipeClient
from gateway.server.tunnel import Tunnel
from gateway.spice.enums import ChannelType
from gateway.spice.limits import MAX_TUNNEL_DATA, MAX_TUNNEL_SOCKETS
from gateway.spice.messages import tunnel as messages

if TYPE_CHECKING:
    from gateway.server.server import SpiceServer


class TunnelClient(HeldClient):
    """The client that offers services."""

    channel: TunnelChannel
    type: ClassVar[ChannelType] = ChannelType.TUNNEL

    @property
    def device(self) -> Tunnel:
        return self.channel.device

    def on_holding(self) -> None:
        self.send(messages.Init(MAX_TUNNEL_SOCKETS, MAX_TUNNEL_DATA))

    def on_service_add(self, message: messages.ServiceAdd) -> None:
        self.device.add_service(message)

    def on_service_remove(self, message: messages.ServiceRemove) -> None:
        self.device.remove_service(message.id)

    def on_socket_open_ack(self, message: messages.SocketOpenAck) -> None:
        self.device.socket(message.connection_id).on_open_ack(message.tokens)

    def on_socket_open_nack(self, message: messages.SocketOpenNack) -> None:
        self.device.socket(message.connection_id).on_open_nack()

    def on_socket_data(self, message: messages.SocketData) -> None:
        self.device.socket(message.connection_id).on_data(message.data)

    def on_socket_token(self, message: messages.SocketToken) -> None:
        self.device.socket(message.connection_id).on_token(message.num_tokens)

    def on_socket_fin(self, message: messages.SocketFin) -> None:
        self.device.socket(message.connection_id).on_fin()

    def on_socket_closed(self, message: messages.SocketClosed) -> None:
        self.device.socket(message.connection_id).on_closed()

    def on_socket_closed_ack(self, message: messages.SocketClosedAck) -> None:
        self.device.socket(message.connection_id).on_closed_ack()


class TunnelChannel(PipeChannel[TunnelClient]):
    """The channel of a machine's tunnel."""

    channel_type = ChannelType.TUNNEL
    client_class: ClassVar[type[PipeClient]] = TunnelClient

    def __init__(self, server: SpiceServer, id_: int, device: Tunnel) -> None:
        super().__init__(server, id_)
        self.device = device
