"""`SpiceServer`: what one machine offers, and who is connected to it (libspice's RedsState)."""

from __future__ import annotations

from gateway.server.channel import RedChannel
from gateway.server.client import RedClient
from gateway.server.closing import Closing
from gateway.server.core import Core
from gateway.server.tickets import TicketBook
from gateway.spice.enums import ChannelType
from gateway.spice.errors import UsageError
from gateway.spice.limits import MAX_CHANNELS


class SpiceServer:
    """The channel list, the clients and the tickets of one machine.

    Every channel, whoever makes it, comes to stand on the list through `register_channel`.
    """

    def __init__(self, core: Core, name: str) -> None:
        self.core = core
        self.name = name
        self.channels: list[RedChannel] = []
        self.clients: list[RedClient] = []
        self.tickets = TicketBook()

    def register_channel(self, channel: RedChannel) -> None:
        """Put `channel` on the list. Raises `UsageError` when one of its type and id is there, or the list is full."""
        if self.find_channel(channel.type, channel.id) is not None:
            raise UsageError(f"{channel.name} is registered already")
        if len(self.channels) >= MAX_CHANNELS:
            raise UsageError(f"a server has at most {MAX_CHANNELS} channels")
        self.channels.append(channel)
        channel.server = self
        channel.ref()
        channel.on_registered()

    def unregister_channel(self, channel: RedChannel, closing: Closing) -> None:
        """Take `channel` off the list and disconnect its clients."""
        self.channels.remove(channel)
        channel.server = None
        channel.on_unregistered()
        channel.disconnect(closing)
        channel.unref()

    def find_channel(self, type_: ChannelType, id_: int) -> RedChannel | None:
        return next((channel for channel in self.channels if channel.type is type_ and channel.id == id_), None)

    def add_client(self, client: RedClient) -> None:
        """A session began."""
        self.clients.append(client)

    def remove_client(self, client: RedClient) -> None:
        """A session ended; unknown ones are none of ours."""
        if client in self.clients:
            self.clients.remove(client)

    def find_client(self, connection_id: int) -> RedClient | None:
        """The session that a channel's connection id names; 0 names none."""
        if not connection_id:
            return None
        return next((client for client in self.clients if client.connection_id == connection_id), None)

    def close(self, closing: Closing) -> None:
        """Disconnect everybody and empty the list."""
        for client in tuple(self.clients):
            client.destroy(closing)
        for channel in tuple(self.channels):
            self.unregister_channel(channel, closing)
