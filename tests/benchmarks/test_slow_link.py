"""The slow link of the benchmarks: how fast, how late, and that nothing is lost."""

from __future__ import annotations

import asyncio

import pytest

from benchmarks.core.slow_link import Line, SlowLink

RATE, DELAY, BUFFER = 1000.0, 0.5, 4000


def test_line_delivers_after_its_delay_and_the_time_the_bytes_take() -> None:
    line = Line(RATE, DELAY, BUFFER)
    assert line.send(100, now=10.0) == pytest.approx(10.0 + 0.1 + DELAY)


def test_line_delivers_one_piece_after_the_other() -> None:
    line = Line(RATE, DELAY, BUFFER)
    line.send(1000, now=10.0)
    assert line.send(1000, now=10.0) == pytest.approx(12.0 + DELAY)


def test_line_that_was_idle_does_not_save_up_time() -> None:
    line = Line(RATE, DELAY, BUFFER)
    line.send(1000, now=10.0)
    assert line.send(1000, now=100.0) == pytest.approx(101.0 + DELAY)


def test_line_lets_a_sender_wait_while_its_buffer_is_full() -> None:
    line = Line(RATE, DELAY, BUFFER)
    line.send(BUFFER, now=10.0)
    assert line.wait(now=10.0) == 0
    line.send(1000, now=10.0)
    assert line.wait(now=10.0) == pytest.approx(1.0)
    assert line.wait(now=11.0) == 0


async def test_link_carries_every_byte_both_ways_and_the_end() -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.read())
        writer.close()

    async with await asyncio.start_server(echo, "127.0.0.1", 0) as server:
        link = SlowLink(server.sockets[0].getsockname()[1], rate=1e9, delay=0.001)
        reader, writer = await asyncio.open_connection("127.0.0.1", await link.listen())
        sent = bytes(range(256)) * 2000
        writer.write(sent)
        writer.write_eof()
        assert await reader.read() == sent
        writer.close()
        await link.close()
