"""A client's shared folder: the machine's port for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from gateway.machines.devices.webdav import SharedFolder
from gateway.spice.enums import ChannelType, PortEvent
from gateway.spice.limits import MAX_FOLDER_CONNECTIONS
from gateway.spice.messages.webdav import Data, Event, Init
from gateway.spice.webdav_mux import Demux, MuxFrame, encode, encode_close
from tests.peers import soon
from tests.serving_core import ClientChannel, ServingCore

MIB = 1024 * 1024


class FolderClient:
    """The client's end of the mux."""

    def __init__(self, channel: ClientChannel) -> None:
        self.channel = channel
        self._demux = Demux()
        self._frames: list[MuxFrame] = []

    async def receive(self) -> MuxFrame:
        while not self._frames:
            self._frames += self._demux.feed((await self.channel.expect(Data)).data)
        return self._frames.pop(0)

    async def send(self, connection: int, data: bytes) -> None:
        await self.channel.send(Data(encode(connection, data) if data else encode_close(connection)))


@asynccontextmanager
async def shared() -> AsyncIterator[tuple[SharedFolder, FolderClient]]:
    """A machine with an open port and a client behind it."""
    async with ServingCore() as core, core.client() as client:
        folder = SharedFolder()
        core.server.add_interface(folder)
        await folder.listen()
        channel = await (await client.begin()).link(ChannelType.WEBDAV)
        assert await channel.expect(Init) == Init(b"org.spice-space.webdav.0\0", 1)
        yield folder, FolderClient(channel)
        await folder.close()


async def connect(folder: SharedFolder) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", folder.port)


async def test_connections_are_carried_side_by_side() -> None:
    async with shared() as (folder, client):
        first, second = await connect(folder), await connect(folder)
        first[1].write(b"GET /first")
        assert await client.receive() == MuxFrame(1, b"GET /first")
        second[1].write(b"GET /second")
        assert await client.receive() == MuxFrame(2, b"GET /second")
        await client.send(2, b"second answer")
        await client.send(1, b"first answer")
        assert await soon(first[0].read(100)) == b"first answer"
        assert await soon(second[0].read(100)) == b"second answer"
        await client.send(1, b"")
        assert await soon(first[0].read()) == b""
        second[1].close()
        assert await client.receive() == MuxFrame(2, b"")
        await client.send(2, b"too late")
        await client.send(99, b"nobody's")
        third = await connect(folder)
        third[1].write(b"still here")
        assert await client.receive() == MuxFrame(3, b"still here")
        for _, writer in (first, third):
            writer.close()


async def test_port_opens_and_closes_before_the_clients_eyes() -> None:
    async with ServingCore() as core, core.client() as client:
        changes: asyncio.Queue[bool] = asyncio.Queue()
        folder = SharedFolder(lambda: changes.put_nowait(folder.is_available))
        core.server.add_interface(folder)
        channel = await (await client.begin()).link(ChannelType.WEBDAV)
        assert (await channel.expect(Init)).opened == 0
        assert await soon(changes.get())
        await folder.listen()
        assert await channel.expect(Event) == Event(PortEvent.OPENED)
        await folder.close()
        assert await channel.expect(Event) == Event(PortEvent.CLOSED)
        channel.wire.vanish()
        assert not await soon(changes.get())


async def test_connection_is_refused_while_nobody_shares_a_folder() -> None:
    async with ServingCore() as core:
        folder = SharedFolder()
        core.server.add_interface(folder)
        await folder.listen()
        reader, writer = await connect(folder)
        with suppress(ConnectionResetError):
            assert await soon(reader.read()) == b""
        writer.close()
        await folder.close()


async def test_connections_end_with_the_client() -> None:
    async with shared() as (folder, client):
        reader, writer = await connect(folder)
        writer.write(b"hello")
        await client.receive()
        client.channel.wire.vanish()
        assert await soon(reader.read()) == b""
        writer.close()


async def test_much_goes_both_ways_whole() -> None:
    async with shared() as (folder, client):
        reader, writer = await connect(folder)
        sent = bytes(range(256)) * 4096 * 16

        async def echo() -> None:
            left = len(sent)
            while left:
                frame = await client.receive()
                left -= len(frame.data)
                await client.send(frame.connection, frame.data)

        async def send() -> None:
            writer.write(sent)
            await writer.drain()

        _, came, _ = await soon(asyncio.gather(send(), reader.readexactly(len(sent)), echo()))
        assert came == sent
        writer.close()


async def test_program_that_does_not_read_makes_the_client_wait() -> None:
    async with shared() as (folder, client):
        reader, writer = await connect(folder)
        writer.write(b"GET /")
        await client.receive()

        async def flood() -> None:
            for _ in range(64):
                await client.send(1, bytes(65535) * 16)

        flooding = asyncio.gather(flood())
        (connection,) = folder._connections.values()
        while not connection.is_full:
            await asyncio.sleep(0)
        done, _ = await asyncio.wait([flooding], timeout=0.2)
        assert not done and connection._transport is not None
        assert connection._transport.get_write_buffer_size() < 8 * MIB
        await soon(asyncio.gather(reader.readexactly(64 * 16 * 65535), flooding))
        writer.close()


async def test_client_that_does_not_read_makes_the_program_wait() -> None:
    async with shared() as (folder, client):
        _reader, writer = await connect(folder)
        writer.write(bytes(64 * MIB))
        done, _ = await asyncio.wait([drained := asyncio.gather(writer.drain())], timeout=0.2)
        assert not done and folder._wire is not None and not folder._wire.can_write
        taken = 0
        while taken < 64 * MIB:
            taken += len((await client.receive()).data)
        await soon(drained)
        writer.write(b"and the end")
        writer.close()
        assert await client.receive() == MuxFrame(1, b"and the end")
        assert await client.receive() == MuxFrame(1, b"")


async def test_no_more_connections_are_taken_than_the_limit() -> None:
    async with shared() as (folder, client):
        connections = [await connect(folder) for _ in range(MAX_FOLDER_CONNECTIONS)]
        for _, writer in connections:
            writer.write(b"x")
            await client.receive()
        reader, writer = await connect(folder)
        with suppress(ConnectionResetError):
            assert await soon(reader.read()) == b""
        for _, other in [*connections, (reader, writer)]:
            other.close()
