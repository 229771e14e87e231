"""`RedChannel`: one channel of a machine, as it stands on its server's list (after libspice's struct of that name)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from gateway.server.closing import Closing
from gateway.server.counters import Counters
from gateway.server.transport import Receiver
from gateway.spice.enums import ChannelType, MigrateFlags

if TYPE_CHECKING:
    from gateway.server.channel_client import RedChannelClient
    from gateway.server.core import Core
    from gateway.server.server import SpiceServer


@dataclass(frozen=True, slots=True)
class Capabilities:
    """Capability words (u32) as they go over the wire."""

    common: tuple[int, ...] = ()
    channel: tuple[int, ...] = ()


class Handlers(NamedTuple):
    """Who takes the bytes of a channel client: `incoming` from the client, `outgoing` to it."""

    incoming: type[Receiver]
    outgoing: type[Receiver]


class RedChannel:
    """A channel of a server and the clients that are connected to it.

    A subclass overrides the callbacks it needs: `on_registered` and `on_unregistered` for the channel, `on_connect`,
    `on_disconnect` and `on_migrate` for each client. A channel outlives its place on the list while clients still hold
    it; when the last reference goes, `on_destroyed` is called.

    `owner` is the task that works for the channel; None when the loop itself calls its handlers.
    """

    handles_acks = True
    migration_flags = MigrateFlags(0)

    def __init__(
        self,
        type_: ChannelType,
        id_: int,
        core: Core,
        handlers: Handlers,
        *,
        caps: Capabilities | None = None,
        private: object = None,
    ) -> None:
        self.type = type_
        self.id = id_
        self.core = core
        self.handlers = handlers
        self.local_caps = caps or Capabilities()
        self.private = private
        self.owner: asyncio.Task[object] | None = None
        self.server: SpiceServer | None = None
        self.references = 0
        self.clients: list[RedChannelClient] = []
        self._past = Counters()

    @property
    def name(self) -> str:
        """For people: the type in lower case, and the id."""
        return f"{self.type.name.lower()} {self.id}"

    @property
    def place(self) -> int | None:
        """Where it stands on the server's list; None when it is not registered."""
        return self.server.channels.index(self) if self.server is not None else None

    @property
    def client_count(self) -> int:
        return len(self.clients)

    @property
    def counters(self) -> Counters:
        """Totals over the clients of now and before."""
        return sum((client.counters for client in self.clients), self._past)

    def ref(self) -> None:
        self.references += 1

    def unref(self) -> None:
        self.references -= 1
        if self.references == 0:
            self.on_destroyed()

    def add_client(self, client: RedChannelClient) -> None:
        """A client's connection is linked to this channel."""
        self.ref()
        self.clients.append(client)
        self.on_connect(client)

    def remove_client(self, client: RedChannelClient) -> None:
        """The connection is gone; its counters stay in the totals."""
        self.clients.remove(client)
        self._past += client.counters
        self.on_disconnect(client)
        self.unref()

    def disconnect(self, closing: Closing) -> None:
        """Close every client's connection to this channel."""
        for client in tuple(self.clients):
            client.disconnect(closing)

    def on_registered(self) -> None:
        """The channel stands on the list."""

    def on_unregistered(self) -> None:
        """The channel left the list."""

    def on_destroyed(self) -> None:
        """Nobody holds the channel any more."""

    def on_connect(self, client: RedChannelClient) -> None:
        """A client is linked."""

    def on_disconnect(self, client: RedChannelClient) -> None:
        """A client's connection ended."""

    def on_migrate(self, client: RedChannelClient) -> None:
        """A client is to follow the machine to another host."""
