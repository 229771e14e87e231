"""TUNNEL: sockets of the machine reach services of the client.

Retired in 2013; the messages are those of the last ``spice.proto`` that had them. Both sides hold as many data messages
in flight as they have tokens for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from gateway.spice.catalog import message
from gateway.spice.enums import ChannelType, Direction, TunnelIpType, TunnelServiceType
from gateway.spice.wire import U16, U32, Exactly, Message, Pointer, Rest, Struct, Switch, ZeroTerminated

TUNNEL = ChannelType.TUNNEL
SERVER, CLIENT = Direction.SERVER, Direction.CLIENT


@dataclass(slots=True)
class TunnelIpInfo(Struct):
    """``u``: the four bytes of an IPv4 address."""

    type: TunnelIpType
    u: Annotated[bytes | None, Switch("type", {TunnelIpType.IPV4: Annotated[bytes, Exactly(4)]})]


@message(TUNNEL, SERVER, 101)
@dataclass(slots=True)
class Init(Message):
    max_num_of_sockets: U16
    max_socket_data_size: U32


@message(TUNNEL, SERVER, 102)
@dataclass(slots=True)
class ServiceIpMap(Message):
    service_id: U32
    virtual_ip: TunnelIpInfo


@message(TUNNEL, SERVER, 103)
@dataclass(slots=True)
class SocketOpen(Message):
    connection_id: U16
    service_id: U32
    tokens: U32


@message(TUNNEL, SERVER, 104)
@message(TUNNEL, CLIENT, 105)
@dataclass(slots=True)
class SocketFin(Message):
    connection_id: U16


@message(TUNNEL, SERVER, 105)
@dataclass(slots=True)
class SocketClose(Message):
    connection_id: U16


@message(TUNNEL, SERVER, 106)
@message(TUNNEL, CLIENT, 108)
@dataclass(slots=True)
class SocketData(Message):
    connection_id: U16
    data: Annotated[bytes, Rest()]


@message(TUNNEL, SERVER, 107)
@message(TUNNEL, CLIENT, 107)
@dataclass(slots=True)
class SocketClosedAck(Message):
    connection_id: U16


@message(TUNNEL, SERVER, 108)
@message(TUNNEL, CLIENT, 109)
@dataclass(slots=True)
class SocketToken(Message):
    connection_id: U16
    num_tokens: U32


@message(TUNNEL, CLIENT, 101)
@dataclass(slots=True)
class ServiceAdd(Message):
    """A service the client offers; ``ip`` is where a printer stands, for IPP only. Port is a TCP port."""

    type: TunnelServiceType
    id: U32
    group: U32
    port: U32
    name: Annotated[bytes, ZeroTerminated(), Pointer()]
    description: Annotated[bytes, ZeroTerminated(), Pointer()]
    u: Annotated[TunnelIpInfo | None, Switch("type", {TunnelServiceType.IPP: TunnelIpInfo})] = None


@message(TUNNEL, CLIENT, 102)
@dataclass(slots=True)
class ServiceRemove(Message):
    id: U32


@message(TUNNEL, CLIENT, 103)
@dataclass(slots=True)
class SocketOpenAck(Message):
    connection_id: U16
    tokens: U32


@message(TUNNEL, CLIENT, 104)
@dataclass(slots=True)
class SocketOpenNack(Message):
    connection_id: U16


@message(TUNNEL, CLIENT, 106)
@dataclass(slots=True)
class SocketClosed(Message):
    connection_id: U16
