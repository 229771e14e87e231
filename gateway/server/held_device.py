"""A device that one client at a time holds, with back-pressure both ways (spice server/char-device.cpp, spicevmc.cpp).

Another client that comes meanwhile is turned away, as libspice does. Neither side can make the other's messages pile
up: a client that takes them slowly makes the device refuse what the machine writes, a machine that takes them slowly
holds the client's socket.
"""

from __future__ import annotations

from abc import abstractmethod

from gateway.server.channel import Capabilities, RedChannel
from gateway.server.client import RedClient
from gateway.server.closing import CloseCode, Closing
from gateway.server.flow import FlowControl
from gateway.server.interfaces import HeldInterface
from gateway.server.pipe_client import PipeClient
from gateway.server.transport import Transport
from gateway.spice.limits import DEVICE_BACKLOG_BYTES, DEVICE_BACKLOG_ITEMS

IN_USE = Closing(CloseCode.NOT_ALLOWED, "Another client uses this device.")


class HeldDevice:
    """The server's side of a `HeldInterface`. All of it is called on the loop of the server's core."""

    def __init__(self, interface: HeldInterface) -> None:
        self.interface = interface
        self._holder: HeldClient | None = None
        self._ready = False
        self._starved = False
        self._held = False

    @property
    def client(self) -> RedClient | None:
        """Who holds the device; None while nobody does."""
        return self._holder.client if self._holder is not None else None

    @property
    def can_write(self) -> bool:
        """Whether more may be written: somebody holds the device, and not too much waits already."""
        if self._holder is None or not self._ready:
            return False
        pipe = self._holder.pipe
        return pipe.octets < DEVICE_BACKLOG_BYTES and len(pipe) < DEVICE_BACKLOG_ITEMS

    def hold(self, held: bool) -> None:
        """The machine takes nothing of the client for now, or takes it again.

        From `hold(True)` on nothing comes, and the client's socket is not read.
        """
        self._held = held
        if self._holder is not None:
            self._holder.hold(held)

    def _ready_holder(self) -> HeldClient | None:
        """The client when more may be written to it; otherwise `on_writable` will tell when."""
        if self.can_write:
            return self._holder
        self._starved = True
        return None

    # the channel's side

    def take(self, holder: HeldClient) -> bool:
        """A client wants the device; whether it has it from now on."""
        if self._holder is not None:
            return False
        self._holder = holder
        holder.hold(self._held)
        return True

    def on_taken(self, holder: HeldClient) -> None:
        """The holder was told what the channel says first: the machine may write."""
        self._ready = True
        self.interface.on_connected(holder.client)
        self.on_room(holder)

    def release(self, holder: HeldClient) -> None:
        """A client's connection ended; one that never held the device changes nothing."""
        if holder is self._holder:
            self._holder, self._ready = None, False
            self.interface.on_disconnected()

    def on_room(self, holder: HeldClient) -> None:
        """What waited has left: a machine that was refused may write again."""
        if self._starved and holder is self._holder and self.can_write:
            self._starved = False
            self.interface.on_writable()


class Unpaced(FlowControl):
    """Leaves back-pressure to the connection itself: no pings, no budget.

    A held client's pongs are not read, so a device that waits for its own bytes to leave before it takes more, such as
    an echo, would wait for them without end.
    """

    def mark_due(self) -> bool:
        return False

    def has_room_for(self, messages: int, octets: int) -> bool:
        return True


class HeldClient(PipeClient):
    """A client's connection to a device: it holds the device, or is turned away. Its channel has the `device`."""

    def __init__(
        self, channel: RedChannel, client: RedClient, transport: Transport, caps: Capabilities, *, mini_header: bool
    ) -> None:
        super().__init__(channel, client, transport, caps, mini_header=mini_header)
        self.flow = Unpaced(counts_acks=False)

    @property
    @abstractmethod
    def device(self) -> HeldDevice:
        """The device of the channel."""

    def on_started(self) -> None:
        if not self.device.take(self):
            self.disconnect(IN_USE)
            return
        self.on_holding()
        self.device.on_taken(self)

    def on_holding(self) -> None:
        """The device is this client's: say what the channel says first."""

    def on_ended(self) -> None:
        self.device.release(self)

    def on_room(self) -> None:
        self.device.on_room(self)
