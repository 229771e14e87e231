"""Which channels an interface brings: the table behind `SpiceServer.add_interface`.

A new kind of interface is one line here. Interfaces that bring none are taken by MAIN (the agent) or INPUTS (keyboard,
mouse, tablet), which are registered from the start.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from gateway.server.channels.cursor import CursorChannel
from gateway.server.channels.display import DisplayChannel
from gateway.server.channels.playback import PlaybackChannel
from gateway.server.channels.port import PortChannel, PortDevice, WebdavChannel
from gateway.server.channels.record import RecordChannel
from gateway.server.channels.smartcard import SmartcardChannel, SmartcardDevice
from gateway.server.channels.tunnel import TunnelChannel
from gateway.server.channels.usbredir import UsbredirChannel
from gateway.server.char_device import CharDevice
from gateway.server.display.worker import QXLWorker
from gateway.server.interfaces import (
    AgentInterface,
    Interface,
    NetWireInterface,
    PlaybackInterface,
    PortInterface,
    QXLInterface,
    RecordInterface,
    SmartcardInterface,
    UsbredirInterface,
    WebdavInterface,
)
from gateway.server.pipe_channel import PipeChannel
from gateway.server.tunnel import Tunnel
from gateway.spice.enums import ChannelType

if TYPE_CHECKING:
    from gateway.server.server import SpiceServer


class Brought(NamedTuple):
    """The channels of an interface, and what hands it its server's side once they are registered."""

    channels: Sequence[PipeChannel[Any]]
    attach: Callable[[], None]


Make = Callable[["SpiceServer", Any], Brought]
"""Makes the channels of an interface, not registered yet."""


def _usbredir(server: SpiceServer, interface: UsbredirInterface) -> Brought:
    device = CharDevice(interface)
    channel = UsbredirChannel(server, next_id(server, ChannelType.USBREDIR), device)
    return Brought([channel], lambda: interface.on_attached(device))


def _smartcard(server: SpiceServer, interface: SmartcardInterface) -> Brought:
    device = SmartcardDevice(interface)
    channel = SmartcardChannel(server, next_id(server, ChannelType.SMARTCARD), device)
    return Brought([channel], lambda: interface.on_attached(device))


def _agent(server: SpiceServer, interface: AgentInterface) -> Brought:
    def attach() -> None:
        if (link := server.agent) is not None:
            interface.on_attached(link)

    return Brought([], attach)


def _net_wire(server: SpiceServer, interface: NetWireInterface) -> Brought:
    tunnel = Tunnel(interface, server.core)
    channel = TunnelChannel(server, next_id(server, ChannelType.TUNNEL), tunnel)
    return Brought([channel], lambda: interface.on_attached(tunnel))


def _port(server: SpiceServer, interface: PortInterface) -> Brought:
    device = PortDevice(interface)
    kind = WebdavChannel if isinstance(interface, WebdavInterface) else PortChannel
    channel = kind(server, next_id(server, kind.channel_type), device)
    return Brought([channel], lambda: interface.on_attached(device))


def _playback(server: SpiceServer, interface: PlaybackInterface) -> Brought:
    channel = PlaybackChannel(server, next_id(server, ChannelType.PLAYBACK))
    return Brought([channel], lambda: interface.on_attached(channel))


def _record(server: SpiceServer, interface: RecordInterface) -> Brought:
    channel = RecordChannel(server, interface, next_id(server, ChannelType.RECORD))
    return Brought([channel], lambda: interface.on_attached(channel))


def _qxl(server: SpiceServer, interface: QXLInterface) -> Brought:
    display, cursor = DisplayChannel(server, interface.id), CursorChannel(server, interface.id)
    worker = QXLWorker(display, cursor)
    return Brought([display, cursor], lambda: interface.on_attached(worker))


BRINGS: Final[dict[type[Interface], Make]] = {
    QXLInterface: _qxl,
    PlaybackInterface: _playback,
    RecordInterface: _record,
    UsbredirInterface: _usbredir,
    PortInterface: _port,
    SmartcardInterface: _smartcard,
    NetWireInterface: _net_wire,
    AgentInterface: _agent,
}
"""By interface class; the first of an interface's ancestors that is here counts."""


def bring(server: SpiceServer, interface: Interface) -> Brought:
    """What `interface` brings to `server`; nothing, for those that channels of before take."""
    for kind in type(interface).__mro__:
        if (make := BRINGS.get(kind)) is not None:
            return make(server, interface)
    return Brought((), lambda: None)


def next_id(server: SpiceServer, type_: ChannelType) -> int:
    """The lowest channel id of a type that is free."""
    taken = {channel.id for channel in server.channels if channel.type is type_}
    return next(id_ for id_ in range(len(taken) + 1) if id_ not in taken)
