"""PORT and WEBDAV: named byte pipes whose ends open and close (spice server/spicevmc.cpp, qemu chardev/spice.c)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from gateway.server.char_device import CharDevice, StreamChannel, StreamClient
from gateway.server.interfaces import PortInterface
from gateway.server.pipe_client import PipeClient
from gateway.spice.enums import ChannelType, PortEvent
from gateway.spice.messages import port as messages

if TYPE_CHECKING:
    from gateway.server.server import SpiceServer


class PortDevice(CharDevice):
    """What a machine writes to a port with; the port is closed until the machine opens it."""

    interface: PortInterface

    def __init__(self, interface: PortInterface) -> None:
        super().__init__(interface)
        self._opened = False

    @property
    def opened(self) -> bool:
        """Whether somebody in the machine uses the port; clients are told."""
        return self._opened

    @opened.setter
    def opened(self, opened: bool) -> None:
        if opened != self._opened:
            self._opened = opened
            self._tell(PortEvent.OPENED if opened else PortEvent.CLOSED)

    def send_break(self) -> None:
        """Send a break, as a serial line has it."""
        self._tell(PortEvent.BREAK)

    def _tell(self, event: PortEvent) -> None:
        if self._holder is not None:
            self._holder.send(messages.Event(event))


class PortClient(StreamClient):
    """A client's end of a port."""

    channel: PortChannel
    type: ClassVar[ChannelType] = ChannelType.PORT

    def on_holding(self) -> None:
        port = self.channel.device
        self.send(messages.Init(port.interface.name.encode() + b"\0", int(port.opened)))

    def on_event(self, message: messages.Event) -> None:
        interface = self.channel.device.interface
        if message.event is PortEvent.BREAK:
            interface.on_break()
        else:
            interface.on_opened(message.event is PortEvent.OPENED)


class PortChannel(StreamChannel):
    """The channel of one port."""

    channel_type = ChannelType.PORT
    client_class: ClassVar[type[PipeClient]] = PortClient
    device: PortDevice

    def __init__(self, server: SpiceServer, id_: int, device: PortDevice) -> None:
        super().__init__(server, id_, device)


class WebdavClient(PortClient):
    """A client that shares a folder."""

    type: ClassVar[ChannelType] = ChannelType.WEBDAV


class WebdavChannel(PortChannel):
    """The shared folder's port."""

    channel_type = ChannelType.WEBDAV
    client_class: ClassVar[type[PipeClient]] = WebdavClient
