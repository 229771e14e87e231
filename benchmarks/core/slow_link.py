"""A slow link on the loopback: ``python -m benchmarks.core.slow_link PORT --rate MBIT --delay MS`` prints its own port.

All connections through it share a line of so many bits a second in each direction, with a bounded buffer before it, as
those of one client share its line. What does not fit the buffer stays with the sender. `delay` is one way.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import socket

#: Bytes that wait before the line, as in a home router.
BUFFER_BYTES = 64 * 1024
#: Read at once: a few packets, so that connections take turns.
PIECE_BYTES = 4096
#: Of the sockets, so that the kernel does not become a buffer of its own.
SOCKET_BYTES = 32 * 1024


class Line:
    """One direction: when bytes that come now have gone over it. Time is an argument, in seconds."""

    def __init__(self, rate: float, delay: float, buffer: int = BUFFER_BYTES) -> None:
        """`rate` in bytes a second, `delay` in seconds."""
        self._rate = rate
        self._delay = delay
        self._longest = buffer / rate
        self._free = 0.0

    def wait(self, now: float) -> float:
        """How long until the buffer has room."""
        return max(0.0, self._free - now - self._longest)

    def send(self, size: int, now: float) -> float:
        """Put so many bytes on the line; when they arrive."""
        self._free = max(self._free, now) + size / self._rate
        return self._free + self._delay


class SlowLink:
    """Listens, and carries each connection to a port of this computer."""

    def __init__(self, port: int, rate: float, delay: float) -> None:
        self._port = port
        self._lines = (Line(rate, delay), Line(rate, delay))
        self._server: asyncio.Server | None = None

    async def listen(self) -> int:
        """The port. Raises `OSError`."""
        listening = socket.create_server(("127.0.0.1", 0))
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SOCKET_BYTES)
        self._server = await asyncio.start_server(self._carry, sock=listening, limit=PIECE_BYTES)
        return int(listening.getsockname()[1])

    async def close(self) -> None:
        """Listen no more, and wait for those who are connected to leave."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = socket.socket()
        connection.setblocking(False)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SOCKET_BYTES)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.get_running_loop().sock_connect(connection, ("127.0.0.1", self._port))
        far_reader, far_writer = await asyncio.open_connection(sock=connection, limit=PIECE_BYTES)
        up, down = self._lines
        async with asyncio.TaskGroup() as both:
            both.create_task(_one_way(up, reader, far_writer))
            both.create_task(_one_way(down, far_reader, writer))
        for end in (writer, far_writer):
            end.close()


Piece = tuple[float, bytes]
"""When it arrives, and what; nothing: the sender ended."""


async def _one_way(line: Line, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Until the sender ends; the receiver is told when all has arrived."""
    under_way: asyncio.Queue[Piece] = asyncio.Queue()  # the line bounds it: buffer, and rate times delay
    async with asyncio.TaskGroup() as both:
        both.create_task(_depart(line, reader, under_way))
        both.create_task(_arrive(under_way, writer))


async def _depart(line: Line, reader: asyncio.StreamReader, under_way: asyncio.Queue[Piece]) -> None:
    now = asyncio.get_running_loop().time
    data = b"?"
    while data:
        try:
            data = await reader.read(PIECE_BYTES)
        except ConnectionError:
            data = b""
        while wait := line.wait(now()):
            await asyncio.sleep(wait)
        under_way.put_nowait((line.send(len(data), now()), data))


async def _arrive(under_way: asyncio.Queue[Piece], writer: asyncio.StreamWriter) -> None:
    now = asyncio.get_running_loop().time
    data = b"?"
    while data:
        due, data = await under_way.get()
        await asyncio.sleep(due - now())
        if not writer.is_closing():  # a receiver that left is seen by the other direction
            writer.write(data)
            with contextlib.suppress(ConnectionError):
                await writer.drain()
    if writer.can_write_eof() and not writer.is_closing():
        writer.write_eof()


async def _serve(port: int, rate: float, delay: float) -> None:
    print(await SlowLink(port, rate, delay).listen(), flush=True)
    await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("port", type=int, help="where the server listens")
    parser.add_argument("--rate", type=float, required=True, help="Mbit/s")
    parser.add_argument("--delay", type=float, required=True, help="milliseconds, one way")
    options = parser.parse_args()
    asyncio.run(_serve(options.port, options.rate * 1e6 / 8, options.delay / 1e3))


if __name__ == "__main__":
    main()
