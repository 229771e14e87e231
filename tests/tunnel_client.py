"""A client that offers services through TUNNEL, as the last one did (libspice 0.12.4, client/tunnel_channel.cpp).

::

    client = TunnelClient(channel)
    await client.offer("printer", port, kind=TunnelServiceType.IPP)
    await client.serve()                     # carries connections until it is cancelled
"""

from __future__ import annotations

import asyncio

from gateway.spice.enums import TunnelIpType, TunnelServiceType
from gateway.spice.messages import tunnel as messages
from tests.serving_core import ClientChannel

WINDOW = 80
TOKENS_TO_SEND = 20
LOOPBACK = messages.TunnelIpInfo(TunnelIpType.IPV4, b"\x7f\0\0\1")


def service(
    id_: int, port: int, name: str = "thing", *, group: int = 0, kind: TunnelServiceType = TunnelServiceType.GENERIC
) -> messages.ServiceAdd:
    """The message that offers a TCP port of this computer."""
    address = LOOPBACK if kind is TunnelServiceType.IPP else None
    return messages.ServiceAdd(kind, id_, group, port, name.encode(), b"for a test", address)


class _Connection:
    """A connection to a service, from OPEN to its close."""

    def __init__(self, client: TunnelClient, id_: int, tokens: int) -> None:
        self.client, self.id = client, id_
        self.server_tokens = WINDOW
        self.machine_closed = False
        self.over = False
        self.incoming: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._tokens = asyncio.Semaphore(tokens)
        self._taken = 0

    def add_tokens(self, tokens: int) -> None:
        for _ in range(tokens):
            self._tokens.release()

    async def run(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry both ways until both have ended, or either was cut."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._read(reader))
                group.create_task(self._write(writer))
        except* OSError:
            pass
        finally:
            self.over = True
            writer.close()
        if not self.machine_closed:
            await self.client.channel.send(messages.SocketClosed(self.id))

    async def _read(self, reader: asyncio.StreamReader) -> None:
        while True:
            await self._tokens.acquire()
            data = await reader.read(self.client.most_data)
            if not data:
                await self.client.channel.send(messages.SocketFin(self.id))
                return
            await self.client.channel.send(messages.SocketData(self.id, data))

    async def _write(self, writer: asyncio.StreamWriter) -> None:
        while (data := await self.incoming.get()) is not None:
            writer.write(data)
            await writer.drain()
            self._taken += 1
            if self._taken == TOKENS_TO_SEND:
                self._taken = 0
                self.server_tokens += TOKENS_TO_SEND
                await self.client.channel.send(messages.SocketToken(self.id, TOKENS_TO_SEND))
        writer.write_eof()


class TunnelClient:
    """Offers ports of this computer and carries what the machine says to them."""

    def __init__(self, channel: ClientChannel) -> None:
        self.channel = channel
        self.most_data = 0
        self.ports: dict[int, int] = {}
        self.virtual: dict[int, bytes] = {}
        self.connections: dict[int, _Connection] = {}
        self._running: dict[int, asyncio.Task[None]] = {}

    async def start(self) -> None:
        self.most_data = (await self.channel.expect(messages.Init)).max_socket_data_size

    async def offer(
        self, name: str, port: int, *, kind: TunnelServiceType = TunnelServiceType.GENERIC
    ) -> messages.ServiceAdd:
        """Offer a port; each is a group of its own."""
        id_ = len(self.ports)
        self.ports[id_] = port
        message = service(id_, port, name, group=id_, kind=kind)
        await self.channel.send(message)
        return message

    async def serve(self) -> None:
        async with asyncio.TaskGroup() as group:
            while True:
                await self._handle(await self.channel.receive(), group)

    async def _handle(self, message: object, group: asyncio.TaskGroup) -> None:
        match message:
            case messages.ServiceIpMap():
                self.virtual[message.service_id] = message.virtual_ip.u or b""
            case messages.SocketOpen():
                await self._open(message, group)
            case messages.SocketData():
                connection = self.connections[message.connection_id]
                connection.server_tokens -= 1
                assert connection.server_tokens >= 0 and len(message.data) <= self.most_data
                connection.incoming.put_nowait(message.data)
            case messages.SocketToken():
                self.connections[message.connection_id].add_tokens(message.num_tokens)
            case messages.SocketFin():
                self.connections[message.connection_id].incoming.put_nowait(None)
            case messages.SocketClose():
                await self._close(message.connection_id)
            case messages.SocketClosedAck():
                assert self.connections.pop(message.connection_id).over
            case _:
                raise AssertionError(f"{message} came")

    async def _open(self, message: messages.SocketOpen, group: asyncio.TaskGroup) -> None:
        id_ = message.connection_id
        assert id_ not in self.connections
        try:
            ends = await asyncio.open_connection("127.0.0.1", self.ports[message.service_id])
        except OSError:
            await self.channel.send(messages.SocketOpenNack(id_))
            return
        connection = self.connections[id_] = _Connection(self, id_, message.tokens)
        await self.channel.send(messages.SocketOpenAck(id_, WINDOW))
        self._running[id_] = group.create_task(connection.run(*ends))

    async def _close(self, id_: int) -> None:
        """The machine closed: acknowledge that, whether CLOSED is on its way or not."""
        connection = self.connections.pop(id_)
        connection.machine_closed = True
        task = self._running.pop(id_)
        if connection.over:
            await task
        else:
            task.cancel()
        await self.channel.send(messages.SocketClosedAck(id_))
