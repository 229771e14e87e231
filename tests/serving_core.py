"""A server core of ours with a listening socket, in the test's own loop, and clients that link with it.

::

    async with ServingCore() as core, core.client() as client:
        core.server.add_interface(...)
        session = await client.begin()                      # MAIN is linked, INIT and the channels list have come
        display = await session.link(ChannelType.DISPLAY)
"""

from __future__ import annotations

from pathlib import Path
from typing import Self

from gateway.machines.local import LocalMachine
from gateway.server.closing import NORMAL
from gateway.server.core import Core
from gateway.server.listener import Listener, visitor_on
from gateway.server.server import SpiceServer
from gateway.server.transport import StreamTransport
from gateway.spice.caps import to_words
from gateway.spice.enums import ChannelType, MainCap
from gateway.spice.messages.common import Ack, AckSync, Ping, Pong, SetAck
from gateway.spice.messages.main import AttachChannels, ChannelsList, Init
from gateway.spice.wire import Message
from tests.certificates import Certificate
from tests.peers import BrowserChannel, M, NativeClient

MAIN_CAPS = to_words([MainCap.NAME_AND_UUID, MainCap.AGENT_CONNECTED_TOKENS, MainCap.SEMI_SEAMLESS_MIGRATE])


class ClientChannel:
    """A linked channel of a client that answers pings and gives ACKs by itself, as clients do."""

    def __init__(self, wire: BrowserChannel) -> None:
        self.wire = wire
        self._window = 0
        self._unacknowledged = 0

    async def receive(self) -> Message:
        """The next message that is not a ping."""
        while isinstance(message := await self._receive(), Ping):
            await self.wire.send(Pong(message.id, message.timestamp))
        return message

    async def begin_acks(self) -> None:
        """Take the ACK window that the channel begins with."""
        ack = await self.expect(SetAck)
        self._window = ack.window
        await self.wire.send(AckSync(ack.generation))

    async def _receive(self) -> Message:
        message = await self.wire.receive()
        if self._window:
            self._unacknowledged += 1
            if self._unacknowledged == self._window:
                self._unacknowledged = 0
                await self.wire.send(Ack())
        return message

    async def expect(self, kind: type[M]) -> M:
        """The next message, which is a `kind`."""
        message = await self.receive()
        assert isinstance(message, kind), f"{message} came, not a {kind.__name__}"
        return message

    async def wait_for(self, kind: type[M]) -> M:
        """The next `kind`, whatever comes before it."""
        while not isinstance(message := await self.receive(), kind):
            pass
        return message

    async def send(self, message: Message) -> None:
        await self.wire.send(message)


class Session:
    """A client's session from INIT on."""

    def __init__(self, client: NativeClient, main: ClientChannel, init: Init, password: str | None) -> None:
        self.client, self.main, self.init, self.password = client, main, init, password
        self.channels = ChannelsList([])

    async def link(
        self, type_: ChannelType, channel_id: int = 0, *, caps: list[int] | None = None, acks: bool = False
    ) -> ClientChannel:
        """Link a channel of the session; `caps` are capability numbers. `acks`: it starts with SET_ACK."""
        wire = await self.client.link(
            type_,
            connection_id=self.init.session_id,
            channel_id=channel_id,
            channel_caps=to_words(caps or []),
            password=self.password,
        )
        channel = ClientChannel(wire)
        if acks:
            await channel.begin_acks()
        return channel


class CoreClient(NativeClient):
    """A client of a `ServingCore`."""

    async def begin(self, *, password: str | None = None, caps: list[int] | None = None) -> Session:
        """Link MAIN, take INIT and ask for the channels list; `caps` are MAIN's words."""
        wire = await self.link(ChannelType.MAIN, channel_caps=MAIN_CAPS if caps is None else caps, password=password)
        main = ClientChannel(wire)
        session = Session(self, main, await main.expect(Init), password)
        await main.send(AttachChannels())
        session.channels = await main.wait_for(ChannelsList)
        return session


class ServingCore:
    """`server` is initialised and takes anybody, unless `password` is given. It listens on a port of the loopback."""

    def __init__(
        self, *, password: str | None = None, tls: Certificate | None = None, unix: Path | None = None
    ) -> None:
        self._password = password
        self._tls, self._unix = tls, unix
        self.port = 0

    async def __aenter__(self) -> Self:
        self.core = self.make_core()
        self.server = self.make_server()
        self.server.ticketing = self._password is not None
        if self._password is not None:
            self.server.set_ticket(self._password)
        self.machine = LocalMachine(self.server, "test:")
        self.listener = Listener(self.core, self._serve, "machine")
        if self._unix is not None:
            await self.listener.listen_unix(self._unix)
        else:
            context = self._tls.server_context() if self._tls is not None else None
            self.port = await self.listener.listen("127.0.0.1", 0, tls=context)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.server.close(NORMAL)
        self.listener.close()
        await self.core.close()

    def make_core(self) -> Core:
        """What the server runs on."""
        return Core()

    def make_server(self) -> SpiceServer:
        """What is served, initialised. The tests of a machine serve that machine's."""
        server = SpiceServer(self.core, "machine")
        server.init()
        return server

    def client(self) -> CoreClient:
        """Somebody who connects without TLS, over TCP or the Unix socket."""
        return CoreClient(self.port, unix=self._unix)

    async def _serve(self, transport: StreamTransport) -> None:
        await self.machine.serve(transport, visitor_on(transport))
