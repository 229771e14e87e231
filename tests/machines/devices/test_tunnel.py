"""The machine's ports for a client's services, and real connections through them."""

from __future__ import annotations

import asyncio

import pytest

from gateway.machines.devices.tunnel import TunnelPort
from gateway.spice.enums import TunnelServiceType
from tests.machines.devices.tunnelled import tunnelled
from tests.peers import soon

MIB = 1024 * 1024


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()


async def connect(port: TunnelPort) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", port.port)


async def test_each_service_has_a_port_and_printers_are_told_apart() -> None:
    async with tunnelled() as scene:
        thing = await scene.offer(echo)
        printer = await scene.offer(echo, TunnelServiceType.IPP)
        assert scene.ports.ports == [thing, printer] and scene.ports.printers == [printer]
        assert printer.url == f"http://127.0.0.1:{printer.port}"
        scene.serving.cancel()
        await asyncio.wait([scene.serving])
        scene.client.channel.wire.vanish()
        await soon(scene.changes.get())
        await soon(scene.changes.get())
        assert not scene.ports.ports
        with pytest.raises(ConnectionError):
            await connect(thing)


async def test_much_goes_through_both_ways_whole() -> None:
    async with tunnelled() as scene:
        reader, writer = await connect(await scene.offer(echo))
        sent = bytes(range(256)) * 4096 * 8

        async def send() -> None:
            writer.write(sent)
            await writer.drain()
            writer.write_eof()

        _, came = await soon(asyncio.gather(send(), reader.read(-1)))
        assert came == sent
        writer.close()
        while scene.client.connections:
            await asyncio.sleep(0)


async def test_several_connections_at_once_do_not_mix() -> None:
    async with tunnelled() as scene:
        port = await scene.offer(echo)

        async def talk(number: int) -> bool:
            reader, writer = await connect(port)
            data = bytes([number]) * 300_000
            writer.write(data)
            writer.write_eof()
            came = await reader.read(-1)
            writer.close()
            return came == data

        assert all(await soon(asyncio.gather(*(talk(number) for number in range(30)))))


async def test_service_that_speaks_first_and_hangs_up_is_heard_whole() -> None:
    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"welcome" * 100_000)
        writer.close()

    async with tunnelled() as scene:
        reader, writer = await connect(await scene.offer(greet))
        assert await soon(reader.read(-1)) == b"welcome" * 100_000
        writer.close()


async def test_program_that_hangs_up_ends_the_services_connection() -> None:
    gone = asyncio.Event()

    async def wait(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.read(1) == b"x"
        await reader.read(-1)
        writer.close()
        gone.set()

    async with tunnelled() as scene:
        _, writer = await connect(await scene.offer(wait))
        writer.write(b"x")
        await writer.drain()
        writer.close()
        await soon(gone.wait())


async def test_port_of_a_service_that_is_not_there_hangs_up() -> None:
    async with tunnelled() as scene:
        silent = await asyncio.start_server(echo, "127.0.0.1", 0)
        port = silent.sockets[0].getsockname()[1]
        silent.close()
        reader, writer = await connect(await scene.offer_port(port))
        assert await soon(reader.read(-1)) == b""
        writer.close()


async def test_program_that_does_not_read_stops_the_service_within_the_window() -> None:
    counts = asyncio.Queue[int]()

    async def pour(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(64):
            writer.write(bytes(MIB))
            await writer.drain()
            counts.put_nowait(MIB)
        writer.close()

    async with tunnelled() as scene:
        reader, writer = await connect(await scene.offer(pour))
        done, _ = await asyncio.wait([flood := asyncio.gather(*(counts.get() for _ in range(64)))], timeout=0.3)
        assert not done
        assert len(await soon(reader.read(-1))) == 64 * MIB
        await soon(flood)
        writer.close()
