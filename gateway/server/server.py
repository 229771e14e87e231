"""`SpiceServer`: what one machine offers, and who is connected to it (libspice's RedsState)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from gateway.server.agent_link import AgentLink
from gateway.server.channel import RedChannel
from gateway.server.channels.inputs import InputsChannel
from gateway.server.channels.main import MainChannel
from gateway.server.client import RedClient
from gateway.server.closing import CloseCode, Closing
from gateway.server.core import Core
from gateway.server.interfaces import (
    AgentInterface,
    Interface,
    KeyboardInterface,
    MouseInterface,
    QXLInterface,
    TabletInterface,
)
from gateway.server.pipe_channel import PipeChannel
from gateway.server.reception import random_id
from gateway.server.tickets import Password, TicketBook
from gateway.server.visitor import Admission, Doorkeeper, ticket_admission
from gateway.spice.agent import MonitorsConfig
from gateway.spice.enums import ChannelType
from gateway.spice.errors import UsageError
from gateway.spice.limits import MAX_CHANNELS

MAX_CHANNEL_ID = 0xFF
"""It is a byte on the wire."""

REMOVED = Closing(CloseCode.MACHINE_CLOSED, "The machine removed this device.")


def _nothing(client: RedClient) -> None:
    """Nobody wants to know."""


class SpiceServer:
    """The channel list, the clients and the tickets of one machine.

    ::

        server = SpiceServer(core, "name")
        server.init()                    # MAIN and INPUTS stand on the list
        server.add_interface(screen)     # DISPLAY and CURSOR join them, and clients are told

    Every channel, whoever makes it, comes to stand on the list through `register_channel`. A machine elsewhere has a
    server too, whose list a relay fills; that one is never initialised.
    """

    def __init__(self, core: Core, name: str, *, uuid: UUID | None = None) -> None:
        self.core = core
        self.name = name
        self.uuid = uuid
        self.channels: list[RedChannel] = []
        self.clients: list[RedClient] = []
        self.interfaces: list[Interface] = []
        self.tickets = TicketBook()
        self.ticketing = True
        """Whether clients must show the password or a one-time ticket; False: anybody may come."""
        self.tls_channels: frozenset[ChannelType] = frozenset()
        """Channel types that are served over TLS only."""
        self.closings: Counter[CloseCode] = Counter()
        """How channel connections ended, and links that were refused, by why."""
        self.refusals: Counter[CloseCode] = Counter()
        self.doorkeeper: Doorkeeper | None = None
        self.on_client_added: Callable[[RedClient], None] = _nothing
        self.on_client_removed: Callable[[RedClient], None] = _nothing
        self._password: Password | None = None
        self._main: MainChannel | None = None
        self._inputs: InputsChannel | None = None
        self._brought: dict[Interface, Sequence[PipeChannel[Any]]] = {}
        self._started = core.now()

    def init(self) -> None:
        """Register MAIN and INPUTS (spice_server_init)."""
        if self._main is not None:
            raise UsageError("the server is initialised already")
        self._main, self._inputs = MainChannel(self), InputsChannel(self)
        self.register_channel(self._main)
        self.register_channel(self._inputs)

    @property
    def main(self) -> MainChannel:
        """The MAIN channel. Raises `UsageError` before `init`."""
        if self._main is None:
            raise UsageError("the server is not initialised")
        return self._main

    @property
    def inputs(self) -> InputsChannel:
        """The INPUTS channel. Raises `UsageError` before `init`."""
        if self._inputs is None:
            raise UsageError("the server is not initialised")
        return self._inputs

    @property
    def agent(self) -> AgentLink | None:
        """The machine's agent, None while it has none."""
        return self.main.agent

    def mm_time(self) -> int:
        """Multimedia time: milliseconds since this server was made (u32, wraps around; never 0)."""
        return (int((self.core.now() - self._started) * 1000) & 0xFFFFFFFF) or 1

    # interfaces

    def add_interface(self, interface: Interface) -> None:
        """Take what a machine offers; the channels that it brings are registered, and announced to clients.

        Raises `UsageError` when it was added before, or when there is a second one of what can be there once.
        """
        if interface in self.interfaces:
            raise UsageError(f"this {type(interface).__name__} was added already")
        from gateway.server.registration import bring  # with all channels and encoders, which a relay does without

        brought = bring(self, interface)
        self._check_channels(brought.channels)
        match interface:
            case AgentInterface():
                self.main.attach_agent(interface)
            case KeyboardInterface() | MouseInterface() | TabletInterface():
                self.inputs.attach(interface)
        self.interfaces.append(interface)
        self._brought[interface] = brought.channels
        for channel in brought.channels:
            self.register_channel(channel)
        brought.attach()
        if isinstance(interface, TabletInterface):
            self.main.update_mouse_mode()

    def remove_interface(self, interface: Interface, closing: Closing = REMOVED) -> None:
        """The reverse of `add_interface`: clients are told, and disconnected from its channels.

        Raises `UsageError` when it is not there (any more).
        """
        if interface not in self.interfaces:
            raise UsageError(f"this {type(interface).__name__} was not added")
        self.interfaces.remove(interface)
        match interface:
            case AgentInterface():
                self.main.detach_agent()
            case KeyboardInterface() | MouseInterface() | TabletInterface():
                self.inputs.detach(interface)
        for channel in self._brought.pop(interface):
            self.unregister_channel(channel, closing)
        interface.on_detached()
        if isinstance(interface, TabletInterface):
            self.main.update_mouse_mode()

    def find_interface(self, kind: type[Interface]) -> Interface | None:
        """The first interface of a kind."""
        return next((interface for interface in self.interfaces if isinstance(interface, kind)), None)

    def keyboard_leds_changed(self) -> None:
        """The machine's lock keys changed: tell the clients."""
        self.inputs.on_leds_changed()

    def on_monitors_config(self, config: MonitorsConfig) -> bool:
        """A client wants its monitors so; whether a display adapter took it."""
        adapters = [interface for interface in self.interfaces if isinstance(interface, QXLInterface)]
        return any([adapter.on_monitors_config(config) for adapter in adapters])

    # channels

    def register_channel(self, channel: RedChannel) -> None:
        """Put `channel` on the list. Raises `UsageError` when one of its type and id is there, or the list is full."""
        self._check_channels([channel])
        self.channels.append(channel)
        channel.server = self
        channel.ref()
        channel.on_registered()
        if self._main is not None:
            self._main.on_channel_registered(channel)

    def _check_channels(self, channels: Sequence[RedChannel]) -> None:
        """Whether all of them can stand on the list: so that an interface is added wholly or not at all."""
        for channel in channels:
            if not 0 <= channel.id <= MAX_CHANNEL_ID:
                raise UsageError(f"{channel.id} is no channel's id: 0 to {MAX_CHANNEL_ID} are")
            if self.find_channel(channel.type, channel.id) is not None:
                raise UsageError(f"{channel.name} is registered already")
        if len(self.channels) + len(channels) > MAX_CHANNELS:
            raise UsageError(f"a server has at most {MAX_CHANNELS} channels")

    def unregister_channel(self, channel: RedChannel, closing: Closing) -> None:
        """Take `channel` off the list and disconnect its clients."""
        self.channels.remove(channel)
        channel.server = None
        channel.on_unregistered()
        channel.disconnect(closing)
        channel.unref()

    def find_channel(self, type_: ChannelType, id_: int) -> RedChannel | None:
        return next((channel for channel in self.channels if channel.type is type_ and channel.id == id_), None)

    # clients

    def add_client(self, client: RedClient) -> None:
        """A session began."""
        self.clients.append(client)
        self.on_client_added(client)

    def remove_client(self, client: RedClient) -> None:
        """A session ended; unknown ones are none of ours."""
        if client in self.clients:
            self.clients.remove(client)
            self.on_client_removed(client)

    def find_client(self, connection_id: int) -> RedClient | None:
        """The session that a channel's connection id names; 0 names none."""
        if not connection_id:
            return None
        return next((client for client in self.clients if client.connection_id == connection_id), None)

    def new_connection_id(self) -> int:
        """A connection id that no session has and nobody guesses."""
        while self.find_client(id_ := random_id()) is not None:
            pass
        return id_

    # tickets

    def set_ticket(self, password: str | None, lifetime: float | None = None) -> None:
        """The machine's password, good for `lifetime` seconds, without end if None (spice_server_set_ticket).

        None takes it away: only one-time tickets open the machine then. Raises `UsageError` for an empty one.
        """
        until = self.core.now() + lifetime if lifetime is not None else None
        self._password = Password(password, until) if password is not None else None

    async def expects_password(self) -> bool:
        """Whether some password, or a one-time ticket, opens the machine now."""
        now = self.core.now()
        if (self._password is not None and self._password.is_good(now)) or self.tickets.any_open(now):
            return True
        return self.doorkeeper is not None and await self.doorkeeper.expects()

    async def authenticate(self, password: str, peer: str = "") -> Admission | None:
        """What `password` opens: it is the machine's and has not expired, or a one-time ticket, which this spends."""
        now = self.core.now()
        known = self._password is not None and self._password.opens(password, now)
        if known or self.tickets.redeem(password, now):
            return ticket_admission(password)
        return await self.doorkeeper.admit(password, peer) if self.doorkeeper is not None else None

    def close(self, closing: Closing) -> None:
        """Disconnect everybody, remove every interface and empty the list."""
        for client in tuple(self.clients):
            client.destroy(closing)
        while self.interfaces:
            self.remove_interface(self.interfaces[-1], closing)
        for channel in tuple(self.channels):
            self.unregister_channel(channel, closing)
