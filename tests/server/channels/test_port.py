"""PORT: named pipes between a client and the machine."""

from __future__ import annotations

import asyncio

import lz4.block
import pytest

from gateway.server.interfaces import WebdavInterface
from gateway.server.pipe_client import PipeClient
from gateway.spice.enums import ChannelType, DataCompressionType, LinkErr, PortEvent, SpicevmcCap
from gateway.spice.errors import UsageError
from gateway.spice.limits import DEVICE_BACKLOG_BYTES, MAX_DEVICE_WRITE, MAX_UNCOMPRESSED_BYTES
from gateway.spice.messages import port as messages
from gateway.spice.messages.common import Disconnecting
from gateway.spice.messages.main import ChannelId
from tests.peers import Gone, soon
from tests.server.channels.devices import EchoPort, NotedPort
from tests.serving_core import ClientChannel, ServingCore, Session

LZ4: list[int] = [SpicevmcCap.DATA_COMPRESS_LZ4]


async def link(session: Session, channel_id: int = 0, caps: list[int] | None = None) -> ClientChannel:
    channel = await session.link(ChannelType.PORT, channel_id, caps=caps)
    await channel.expect(messages.Init)
    return channel


async def test_client_learns_a_ports_name_and_whether_it_is_open() -> None:
    async with ServingCore() as core, core.client() as client:
        open_port = NotedPort("org.example.one")
        core.server.add_interface(open_port)
        core.server.add_interface(NotedPort("org.example.two"))
        open_port.port.opened = True
        session = await client.begin()
        assert ChannelId(ChannelType.PORT, 1) in session.channels.channels
        first = await session.link(ChannelType.PORT)
        second = await session.link(ChannelType.PORT, 1)
        assert await first.expect(messages.Init) == messages.Init(b"org.example.one\0", 1)
        assert await second.expect(messages.Init) == messages.Init(b"org.example.two\0", 0)


async def test_bytes_go_both_ways() -> None:
    async with ServingCore() as core, core.client() as client:
        port = NotedPort()
        core.server.add_interface(port)
        channel = await link(await client.begin())
        assert await port.note() == ("connected",)
        await channel.send(messages.Data(b"to the machine"))
        assert await port.note() == ("data", b"to the machine")
        assert port.port.write(b"to the client" * 1000)
        assert await channel.expect(messages.Data) == messages.Data(b"to the client" * 1000)
        channel.wire.vanish()
        assert await port.note() == ("disconnected",)


async def test_events_go_both_ways() -> None:
    async with ServingCore() as core, core.client() as client:
        port = NotedPort()
        core.server.add_interface(port)
        channel = await link(await client.begin())
        await port.note()
        port.port.opened = True
        port.port.opened = True
        port.port.send_break()
        port.port.opened = False
        told = [(await channel.expect(messages.Event)).event for _ in range(3)]
        assert told == [PortEvent.OPENED, PortEvent.BREAK, PortEvent.CLOSED]
        for event in PortEvent:
            await channel.send(messages.Event(event))
        assert [await port.note() for _ in range(3)] == [("opened", True), ("opened", False), ("break",)]


async def test_chunks_are_compressed_for_a_client_that_takes_lz4() -> None:
    async with ServingCore() as core, core.client() as client:
        port = NotedPort()
        core.server.add_interface(port)
        channel = await link(await client.begin(), caps=LZ4)
        assert channel.wire.replied.channel_caps == (1,)
        await port.note()
        port.port.write(b"short")
        port.port.write(b"long" * 1000)
        assert await channel.expect(messages.Data) == messages.Data(b"short")
        packed = await channel.expect(messages.CompressedData)
        assert packed.uncompressed_size == 4000
        assert lz4.block.decompress(packed.compressed_data, uncompressed_size=4000) == b"long" * 1000
        await channel.send(packed)
        assert await port.note() == ("data", b"long" * 1000)


@pytest.mark.parametrize(
    "message",
    [
        messages.CompressedData(DataCompressionType.LZ4, 100, b"\xff" * 20),
        messages.CompressedData(DataCompressionType.LZ4, 101, lz4.block.compress(bytes(100), store_size=False)),
        messages.CompressedData(DataCompressionType.LZ4, MAX_UNCOMPRESSED_BYTES + 1, b"\0"),
        messages.CompressedData(DataCompressionType.NONE, None, b"plain"),
    ],
    ids=["malformed", "shorter", "bomb", "plain"],
)
async def test_server_closes_on_bad_compressed_data(message: messages.CompressedData) -> None:
    async with ServingCore() as core, core.client() as client:
        port = NotedPort()
        core.server.add_interface(port)
        channel = await link(await client.begin(), caps=LZ4)
        await port.note()
        await channel.send(message)
        assert (await channel.expect(Disconnecting)).reason is LinkErr.INVALID_DATA
        assert await port.note() == ("disconnected",)


async def test_second_client_is_turned_away_until_the_first_leaves() -> None:
    async with ServingCore() as core, core.client() as one, core.client() as other:
        port = NotedPort()
        core.server.add_interface(port)
        channel = await link(await one.begin())
        assert await port.note() == ("connected",)
        session = await other.begin()
        refused = await session.link(ChannelType.PORT)
        assert (await refused.expect(Disconnecting)).reason is LinkErr.PERMISSION_DENIED
        with pytest.raises(Gone):
            await refused.receive()
        channel.wire.vanish()
        assert await port.note() == ("disconnected",)
        await link(session)
        assert await port.note() == ("connected",)


async def test_machine_is_told_to_wait_by_a_client_that_does_not_read() -> None:
    chunk = bytes(64 * 1024)
    async with ServingCore() as core, core.client() as client:
        port = NotedPort()
        core.server.add_interface(port)
        assert not port.port.write(b"nobody is there")
        channel = await link(await client.begin())
        assert await port.note() == ("connected",)
        assert await port.note() == ("writable",)
        written = 0
        while port.port.write(chunk):
            written += 1
            await asyncio.sleep(0)
        assert not port.port.can_write
        holder = port.port.client and port.port.client.find(ChannelType.PORT)
        assert isinstance(holder, PipeClient) and holder.pipe.octets <= DEVICE_BACKLOG_BYTES + len(chunk)
        taken = 0
        while taken < written * len(chunk):
            taken += len((await channel.expect(messages.Data)).data)
        assert await port.note() == ("writable",)


async def test_write_of_too_many_bytes_is_a_mistake_of_ours() -> None:
    async with ServingCore() as core:
        port = NotedPort()
        core.server.add_interface(port)
        with pytest.raises(UsageError, match="too many"):
            port.port.write(bytes(MAX_DEVICE_WRITE + 1))


async def test_client_is_not_read_while_the_device_is_held() -> None:
    async with ServingCore() as core, core.client() as client:
        port = NotedPort()
        core.server.add_interface(port)
        channel = await link(await client.begin())
        await port.note()
        await channel.send(messages.Data(b"first"))
        assert await port.note() == ("data", b"first")
        port.port.hold(True)
        flood = asyncio.gather(*(channel.send(messages.Data(bytes(1024 * 1024))) for _ in range(32)))
        done, _ = await asyncio.wait([flood], timeout=0.2)
        assert not done and port.notes.empty()
        port.port.hold(False)
        taken = 0
        while taken < 32 * 1024 * 1024:
            kind, data = await port.note()
            assert kind == "data" and isinstance(data, bytes)
            taken += len(data)
        await soon(flood)


async def test_echo_of_much_comes_back_whole() -> None:
    async with ServingCore() as core, core.client() as client:
        core.server.add_interface(EchoPort())
        channel = await link(await client.begin())
        sent = [bytes([number]) * 256 * 1024 for number in range(64)]

        async def send() -> None:
            for piece in sent:
                await channel.send(messages.Data(piece))

        async def receive() -> bytes:
            came = bytearray()
            while len(came) < sum(map(len, sent)):
                came += (await channel.expect(messages.Data)).data
            return bytes(came)

        _, came = await soon(asyncio.gather(send(), receive()))
        assert came == b"".join(sent)


async def test_client_is_told_that_a_port_was_removed() -> None:
    async with ServingCore() as core, core.client() as client:
        port = NotedPort()
        core.server.add_interface(port)
        channel = await link(await client.begin())
        await port.note()
        core.server.remove_interface(port)
        assert await port.note() == ("disconnected",)
        await channel.expect(Disconnecting)
        assert isinstance(await soon(channel.wire.gone()), Gone)


async def test_webdav_is_a_port_of_its_own_type() -> None:
    class Folder(NotedPort, WebdavInterface):
        pass

    async with ServingCore() as core, core.client() as client:
        core.server.add_interface(Folder("org.spice-space.webdav.0"))
        session = await client.begin()
        channel = await session.link(ChannelType.WEBDAV)
        assert await channel.expect(messages.Init) == messages.Init(b"org.spice-space.webdav.0\0", 0)
