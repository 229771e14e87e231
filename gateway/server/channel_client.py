"""`RedChannelClient`: one client's connection to one channel."""

from __future__ import annotations

from abc import ABC, abstractmethod

from gateway.server.channel import Capabilities, RedChannel
from gateway.server.client import RedClient
from gateway.server.closing import Closing
from gateway.server.counters import Counters
from gateway.server.rights import Right
from gateway.server.transport import Transport


class RedChannelClient(ABC):
    """Joins a `RedClient` to a `RedChannel` over a transport, from the end of the link to the end of the connection."""

    def __init__(
        self, channel: RedChannel, client: RedClient, transport: Transport, caps: Capabilities, *, mini_header: bool
    ) -> None:
        self.channel = channel
        self.client = client
        self.transport = transport
        self.caps = caps
        self.mini_header = mini_header
        self.since = channel.core.now()
        self.connected = False

    @property
    @abstractmethod
    def counters(self) -> Counters:
        """What went through this connection."""

    @property
    def round_trip(self) -> float | None:
        """Seconds to the client and back, None where it is not measured."""
        return None

    def connect(self) -> None:
        """Take the place among the channel's and the client's connections."""
        self.connected = True
        self.client.add_channel_client(self)
        self.channel.add_client(self)

    @abstractmethod
    def on_granted(self, before: Right) -> None:
        """The session has more rights than `before`."""

    def disconnect(self, closing: Closing) -> None:
        """Close the connection and say why. Once is enough; more does nothing."""
        if not self.connected:
            return
        self.connected = False
        self.client.server.closings[closing.code] += 1
        self.on_closing(closing)
        self.channel.remove_client(self)
        self.client.remove_channel_client(self, closing)

    @abstractmethod
    def on_closing(self, closing: Closing) -> None:
        """Close what this connection holds open."""
