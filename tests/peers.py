"""Peers with verbs: a machine and a browser that speak real SPICE over real sockets.

::

    async with FakeMachine() as machine, browser_of(gateway) as browser:
        main = await browser.link(ChannelType.MAIN)
        far = await machine.linked(ChannelType.MAIN)
        await far.send(Init(...))
        await main.expect(Init)
"""

from __future__ import annotations

import asyncio
import math
import ssl
from abc import ABC, abstractmethod
from collections.abc import Awaitable
from contextlib import suppress
from pathlib import Path
from typing import Self, TypeVar

import aiohttp

from gateway.spice import catalog, codec
from gateway.spice.caps import to_words
from gateway.spice.catalog import Direction
from gateway.spice.enums import ChannelType, CommonCap, LinkErr
from gateway.spice.errors import LinkRefused, ProtocolError
from gateway.spice.framing import MessageReader, frame
from gateway.spice.link import Event, Linked, LinkReplied, LinkRequest, LinkSide, TicketReceived
from gateway.spice.link_client import LinkClient
from gateway.spice.link_server import LinkServer
from gateway.spice.wire import Message

PATIENCE = 60.0
"""Seconds after which a peer that waits gives up, and the test with it."""

COMMON_CAPS = to_words([CommonCap.AUTH_SELECTION, CommonCap.AUTH_SPICE, CommonCap.MINI_HEADER])

E = TypeVar("E", bound=Event)
M = TypeVar("M", bound=Message)
T = TypeVar("T")


class Gone(Exception):
    """The other end closed: with this WebSocket code (0 for plain sockets) and reason."""

    def __init__(self, code: int = 0, reason: str = "") -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason


async def soon(answer: Awaitable[T]) -> T:
    """The answer, within the peers' patience."""
    async with asyncio.timeout(PATIENCE):
        return await answer


class Pipe(ABC):
    """Bytes to and from the other end."""

    @abstractmethod
    async def read(self) -> bytes:
        """Some bytes. Raises `Gone`."""

    @abstractmethod
    async def write(self, data: bytes) -> None: ...

    @abstractmethod
    async def close(self) -> None: ...

    @abstractmethod
    def vanish(self) -> None:
        """Cut the connection, without a word."""


class StreamPipe(Pipe):
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def read(self) -> bytes:
        try:
            data = await soon(self.reader.read(1 << 20))
        except ConnectionError as error:
            raise Gone from error
        if not data:
            raise Gone
        return data

    async def write(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def close(self) -> None:
        self.writer.close()

    def vanish(self) -> None:
        self.writer.transport.abort()


class WebSocketPipe(Pipe):
    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def read(self) -> bytes:
        message = await soon(self.socket.receive())
        if message.type is aiohttp.WSMsgType.BINARY:
            assert isinstance(message.data, bytes)
            return message.data
        raise Gone(self.socket.close_code or 0, str(message.extra or ""))

    async def write(self, data: bytes) -> None:
        await self.socket.send_bytes(data)

    async def close(self) -> None:
        await self.socket.close()

    def vanish(self) -> None:
        connection = self.socket._conn
        assert connection is not None and connection.transport is not None
        connection.transport.abort()


class Channel:
    """One end of a linked channel."""

    def __init__(self, pipe: Pipe, type_: ChannelType, sends: Direction, linked: Linked) -> None:
        reads = Direction.CLIENT if sends is Direction.SERVER else Direction.SERVER
        self.pipe = pipe
        self.type = type_
        self.mini = linked.mini_header
        self._sends, self._reads = sends, reads
        self._reader = MessageReader(type_, reads, self.mini)
        self._reader.feed(linked.trailing)
        self._serial = 0

    async def send(self, message: Message) -> None:
        """Send a message that the catalogue has on this channel."""
        numbers = [entry.number for entry in catalog.messages(self.type, self._sends) if entry.cls is type(message)]
        assert numbers, f"{self.type.name} has no {type(message).__name__} to send"
        await self.send_raw(numbers[0], codec.marshal(message))

    async def send_raw(self, number: int, payload: bytes) -> None:
        """Send whatever it is."""
        self._serial += 1
        await self.pipe.write(frame(number, payload, self.mini, self._serial))

    async def receive(self) -> Message:
        """The next message. Raises `Gone`."""
        number, payload = await self.receive_raw()
        return codec.demarshal(self.type, self._reads, number, payload)

    async def receive_raw(self) -> tuple[int, bytes]:
        """The next message's number and payload."""
        while (message := self._reader.read()) is None:
            self._reader.feed(await self.pipe.read())
        return message.number, message.payload

    async def expect(self, kind: type[M]) -> M:
        """The next message, which is a `kind`."""
        message = await self.receive()
        assert isinstance(message, kind), f"{message} came, not a {kind.__name__}"
        return message

    async def wait_for(self, kind: type[M]) -> M:
        """The next `kind`, whatever comes before it."""
        while True:
            if isinstance(message := await self.receive(), kind):
                return message

    async def gone(self) -> Gone:
        """How the other end closes, whatever comes before."""
        try:
            while True:
                await self.pipe.read()
        except Gone as gone:
            return gone

    async def close(self) -> None:
        await self.pipe.close()

    def vanish(self) -> None:
        self.pipe.vanish()


class Linking:
    """Carries a sans-IO link over a pipe."""

    def __init__(self, link: LinkSide, pipe: Pipe) -> None:
        self.link, self.pipe = link, pipe
        self._events: list[Event] = []

    async def flush(self) -> None:
        if data := self.link.data_to_send():
            await self.pipe.write(data)

    async def expect(self, kind: type[E]) -> E:
        while not self._events:
            self._events += self.link.events_received()
            if not self._events:
                await self.flush()
                self.link.receive_data(await self.pipe.read())
        event = self._events.pop(0)
        assert isinstance(event, kind)
        return event


class MachineChannel(Channel):
    """The machine's end; `request` is what the gateway asked with, `password` what its ticket held."""

    def __init__(self, pipe: Pipe, request: LinkRequest, password: str | None, linked: Linked) -> None:
        super().__init__(pipe, ChannelType(request.channel_type), Direction.SERVER, linked)
        self.request = request
        self.password = password


class FakeMachine:
    """A SPICE server that links whoever comes, and leaves the rest to the test.

    `password` None takes any. `refusals` answer link requests instead, one after the other; None among them accepts.
    `ticket_shown` says that a good ticket came; it is answered while `may_grant` is set.
    """

    def __init__(
        self,
        *,
        password: str | None = None,
        common_caps: list[int] | None = None,
        channel_caps: list[int] | None = None,
        tls: ssl.SSLContext | None = None,
        unix: Path | None = None,
    ) -> None:
        self.password = password
        self.common_caps = COMMON_CAPS if common_caps is None else common_caps
        self.channel_caps = channel_caps or []
        self.refusals: list[LinkErr | None] = []
        self.requests: list[LinkRequest] = []
        self.ticket_shown = asyncio.Event()
        self.may_grant = asyncio.Event()
        self.may_grant.set()
        self.port = 0
        self._tls, self._unix = tls, unix
        self._server: asyncio.Server | None = None
        self._linked = {type_: asyncio.Queue[MachineChannel]() for type_ in ChannelType}
        self._pipes: list[StreamPipe] = []
        self._links: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        if self._unix is not None:
            return f"spice+unix://{self._unix}"
        return f"{'spice+tls' if self._tls else 'spice'}://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        await self.appear()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.vanish()
        if self._links:
            await soon(asyncio.wait(self._links))

    async def appear(self) -> None:
        """Listen; on the same port again after `vanish`."""
        if self._unix is not None:
            self._server = await asyncio.start_unix_server(self._serve, self._unix)
            return
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]

    def vanish(self) -> None:
        """As if the process were killed."""
        if self._server is not None:
            self._server.close()
        for pipe in self._pipes:
            pipe.vanish()
        self._pipes.clear()

    async def linked(self, type_: ChannelType) -> MachineChannel:
        """The next channel of this type that the gateway opens."""
        return await soon(self._linked[type_].get())

    @property
    def connections(self) -> int:
        """Connections that were ever made."""
        return len(self._pipes)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        pipe = StreamPipe(reader, writer)
        self._pipes.append(pipe)
        task = asyncio.current_task()
        assert task is not None
        self._links.add(task)
        task.add_done_callback(self._links.discard)
        try:
            channel = await self._link(pipe)
        except (Gone, ProtocolError):
            await pipe.close()
            return
        await self._linked[channel.type].put(channel)

    async def _link(self, pipe: StreamPipe) -> MachineChannel:
        link = LinkServer(math.inf)
        linking = Linking(link, pipe)
        request = await linking.expect(LinkRequest)
        self.requests.append(request)
        if self.refusals and (code := self.refusals.pop(0)) is not None:
            link.refuse(code)
            await linking.flush()
            raise Gone
        link.accept(self.common_caps, self.channel_caps)
        ticket = await linking.expect(TicketReceived)
        if self.password is not None and ticket.password != self.password:
            link.deny()
            await linking.flush()
            raise Gone
        self.ticket_shown.set()
        await soon(self.may_grant.wait())
        link.grant()
        linked = await linking.expect(Linked)
        await linking.flush()
        return MachineChannel(pipe, request, ticket.password, linked)


class BrowserChannel(Channel):
    """The browser's end; `replied` holds the capabilities it was given."""

    def __init__(self, pipe: Pipe, type_: ChannelType, replied: LinkReplied, linked: Linked) -> None:
        super().__init__(pipe, type_, Direction.CLIENT, linked)
        self.replied = replied


class Client(ABC):
    """A SPICE client: it links channels over connections of its own kind."""

    @abstractmethod
    async def open(self) -> Pipe:
        """A connection on which nothing was said yet."""

    async def link(
        self,
        type_: ChannelType,
        *,
        connection_id: int = 0,
        channel_id: int = 0,
        common_caps: list[int] | None = None,
        channel_caps: list[int] | None = None,
        password: str | None = None,
    ) -> BrowserChannel:
        """Link a channel. Raises `Gone` or `LinkRefused`."""
        common = COMMON_CAPS if common_caps is None else common_caps
        client = LinkClient(connection_id, type_, channel_id, common, channel_caps or [], password)
        linking = Linking(client, await self.open())
        replied = await linking.expect(LinkReplied)
        linked = await linking.expect(Linked)
        return BrowserChannel(linking.pipe, type_, replied, linked)

    async def refusal(self, type_: ChannelType, *, connection_id: int = 0, password: str | None = None) -> Gone:
        """How the gateway closes a channel that it does not link."""
        client = LinkClient(connection_id, type_, 0, COMMON_CAPS, [], password)
        pipe = await self.open()
        await pipe.write(client.data_to_send())
        try:
            while True:
                data = await pipe.read()
                with suppress(LinkRefused):  # the close comes behind it
                    client.receive_data(data)
                    await pipe.write(client.data_to_send())
        except Gone as gone:
            return gone


class Browser(Client):
    """Opens channels at `url` (`http://host:port/ws/name`). `origin` None is a program that is no browser."""

    def __init__(self, session: aiohttp.ClientSession, url: str, *, origin: str | None) -> None:
        self.session, self.url = session, url
        self.headers = {"Origin": origin} if origin is not None else {}
        self._pipes: list[WebSocketPipe] = []

    async def open(self) -> WebSocketPipe:
        """A WebSocket on which nothing was said yet."""
        socket = await self.session.ws_connect(
            self.url, protocols=["binary"], headers=self.headers, max_msg_size=0, compress=0
        )
        pipe = WebSocketPipe(socket)
        self._pipes.append(pipe)  # it closes when nobody holds it
        return pipe

    def vanish(self) -> None:
        """Cut all connections, without a word."""
        for pipe in self._pipes:
            pipe.vanish()


class NativeClient(Client):
    """Opens channels over TCP, with TLS when a context is given, or over a Unix socket."""

    def __init__(self, port: int = 0, *, tls: ssl.SSLContext | None = None, unix: Path | None = None) -> None:
        self._port, self._tls, self._unix = port, tls, unix
        self._pipes: list[StreamPipe] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for pipe in self._pipes:
            await pipe.close()

    async def open(self) -> StreamPipe:
        """A connection on which nothing was said yet."""
        if self._unix is not None:
            pipe = StreamPipe(*await asyncio.open_unix_connection(self._unix))
        else:
            host = "localhost" if self._tls else "127.0.0.1"
            pipe = StreamPipe(*await asyncio.open_connection(host, self._port, ssl=self._tls))
        self._pipes.append(pipe)
        return pipe
