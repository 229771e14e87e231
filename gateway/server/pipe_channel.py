"""`PipeChannel`: a channel that our own core serves, each client through a `PipeClient`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar, cast

from gateway.server.channel import Capabilities, Handlers, RedChannel
from gateway.server.client import RedClient
from gateway.server.pipe_client import PipeClient
from gateway.server.transport import Transport
from gateway.spice.caps import to_words
from gateway.spice.enums import ChannelType, CommonCap
from gateway.spice.wire import Message

if TYPE_CHECKING:
    from collections.abc import Hashable

    from gateway.server.server import SpiceServer

C = TypeVar("C", bound=PipeClient)


class PipeChannel(RedChannel, Generic[C]):
    """Base of one class for each channel type: it names its type, its clients' class and its capabilities."""

    channel_type: ClassVar[ChannelType]
    client_class: ClassVar[type[PipeClient]]
    capabilities: ClassVar[tuple[int, ...]] = ()
    handles_acks = False

    def __init__(self, server: SpiceServer, id_: int = 0, *, private: object = None) -> None:
        caps = Capabilities(tuple(to_words([CommonCap.MINI_HEADER])), tuple(to_words(self.capabilities)))
        handlers = Handlers(self.client_class, self.client_class)
        super().__init__(self.channel_type, id_, server.core, handlers, caps=caps, private=private)
        self.home = server
        """The server that it was made for, whether it is registered now or not."""

    @property
    def needs_tls(self) -> bool:
        """Whether clients are turned away that come without TLS."""
        return self.type in self.home.tls_channels

    @property
    def connections(self) -> Iterator[C]:
        """The clients' connections, by their own class."""
        return cast("Iterator[C]", iter(tuple(self.clients)))

    def make_client(self, client: RedClient, transport: Transport, caps: Capabilities, *, mini_header: bool) -> C:
        """The connection of a client that has been linked."""
        return cast("C", self.client_class(self, client, transport, caps, mini_header=mini_header))

    def send_all(self, message: Message, *, key: Hashable = None) -> None:
        """Queue a message for every client."""
        for connection in self.connections:
            connection.send(message, key=key)
