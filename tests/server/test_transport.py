"""Transports over real sockets: back-pressure, memory, and how they end."""

from __future__ import annotations

import asyncio
import contextlib
import socket

import pytest

from gateway.server.closing import NORMAL, CloseCode, Closing
from gateway.server.core import Core
from gateway.server.frames import FrameReader, Opcode, frame
from gateway.server.transport import Data, StreamTransport
from gateway.server.websocket import MOST_A_TURN, STALLED_BEATS, WebSocketTransport
from gateway.spice.limits import RECEIVE_BYTES, SHARED_RECEIVE_BYTES
from tests.peers import soon


class Recorder:
    """A receiver that remembers, and keeps memory when told to."""

    def __init__(self) -> None:
        self.data: list[bytes] = []
        self.kept: list[Data] = []
        self.keep = False
        self.writable: list[bool] = []
        self.news = asyncio.Event()
        self.closed = asyncio.Event()

    def on_data(self, data: Data, room: int) -> bool:
        self.data.append(bytes(data[room:]))
        if self.keep:
            self.kept.append(data[room:])
        self.news.set()
        return self.keep

    def on_writable(self, writable: bool) -> None:
        self.writable.append(writable)
        self.news.set()

    def on_closed(self, error: Exception | None) -> None:
        self.closed.set()

    async def until(self, size: int) -> bytes:
        """What was received, once it is that much."""
        while sum(map(len, self.data)) < size:
            self.news.clear()
            await soon(self.news.wait())
        return b"".join(self.data)


class Line:
    """A transport, its receiver and a plain socket at the other end."""

    def __init__(self, transport: StreamTransport, peer: socket.socket) -> None:
        self.transport, self.peer, self.receiver = transport, peer, Recorder()
        transport.receiver = self.receiver
        self.loop = asyncio.get_running_loop()

    async def send(self, data: bytes) -> None:
        await soon(self.loop.sock_sendall(self.peer, data))

    async def receive(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            piece = await soon(self.loop.sock_recv(self.peer, size - len(data)))
            assert piece, "the transport closed"
            data += piece
        return data


async def line() -> Line:
    near, peer = socket.socketpair()
    peer.setblocking(False)
    _, transport = await asyncio.get_running_loop().create_connection(lambda: StreamTransport(Core()), sock=near)
    return Line(transport, peer)


async def test_receiver_gets_what_the_peer_sent_with_room_before_it() -> None:
    it = await line()
    await it.send(b"hello")
    assert await it.receiver.until(5) == b"hello"
    it.transport.abort()


async def test_memory_that_is_still_in_use_is_not_written_over() -> None:
    it = await line()
    it.receiver.keep = True
    for word in (b"first", b"other"):
        it.receiver.data.clear()
        await it.send(word)
        await it.receiver.until(5)
    assert [bytes(view) for view in it.receiver.kept] == [b"first", b"other"]
    it.transport.abort()


async def test_connection_with_much_to_read_leaves_others_their_turn() -> None:
    big, small = await line(), await line()
    buffer = big.transport._core.buffer
    buffer.share(big.loop.time() + 1000)  # short reads: a socket pair holds several
    for it in (big, small):
        it.transport.pause_reading()
    sent = 0
    with contextlib.suppress(BlockingIOError):
        while True:
            sent += big.peer.send(bytes(SHARED_RECEIVE_BYTES))
    await small.send(b"key")
    for it in (big, small):
        it.transport.resume_reading()
    await small.receiver.until(3)
    assert len(big.receiver.data) <= 1 < sent / SHARED_RECEIVE_BYTES
    await big.receiver.until(sent)
    for it in (big, small):
        it.transport.abort()


async def test_connection_held_back_in_its_turn_stays_so() -> None:
    it = await line()
    it.transport._core.buffer.share(it.loop.time() + 1000)
    it.peer.send(bytes(2 * SHARED_RECEIVE_BYTES))
    taken: list[int] = []

    def take_one(data: Data, room: int) -> bool:
        taken.append(len(data) - room)
        it.transport.pause_reading()
        return False

    it.receiver.on_data = take_one  # type: ignore[method-assign]
    for _ in range(5):
        await asyncio.sleep(0)
        await it.loop.run_in_executor(None, lambda: None)
    assert taken == [SHARED_RECEIVE_BYTES]
    it.transport.abort()


async def test_full_socket_is_told_at_once_and_again_when_it_has_drained() -> None:
    it = await line()
    written = 0
    while not it.receiver.writable:
        it.transport.write(bytes(RECEIVE_BYTES))
        written += RECEIVE_BYTES
    assert it.receiver.writable == [False]
    assert 0 < it.transport.unsent <= RECEIVE_BYTES
    await it.receive(written)
    while len(it.receiver.writable) < 2:
        it.receiver.news.clear()
        await soon(it.receiver.news.wait())
    assert it.receiver.writable == [False, True]
    assert it.transport.unsent == 0
    it.transport.abort()


async def test_bytes_that_waited_arrive_unchanged_though_the_memory_is_used_again() -> None:
    it = await line()
    memory = memoryview(bytearray(RECEIVE_BYTES))
    expected = bytearray()
    for value in range(1, 200):
        memory[:] = bytes([value]) * RECEIVE_BYTES
        expected += memory
        if it.transport.write(memory):
            memory = memoryview(bytearray(RECEIVE_BYTES))
        if it.receiver.writable:
            break
    assert await it.receive(len(expected)) == expected
    it.transport.abort()


async def test_peer_that_leaves_is_told_once() -> None:
    it = await line()
    it.peer.close()
    await soon(it.receiver.closed.wait())
    await soon(it.transport.wait_closed())
    assert it.transport.closed
    it.transport.write(b"nobody hears")


async def test_close_that_nobody_reads_ends_in_bounded_time() -> None:
    it = await line()
    while not it.receiver.writable:
        it.transport.write(bytes(RECEIVE_BYTES))
    it.transport.close(NORMAL)
    await soon(it.transport.wait_closed())


async def test_paused_transport_leaves_bytes_in_the_kernel() -> None:
    it = await line()
    it.transport.pause_reading()
    it.transport.pause_reading()
    await it.send(b"later")
    assert it.receiver.data == []
    it.transport.resume_reading()
    assert await it.receiver.until(5) == b"later"
    it.transport.abort()


# WebSockets


async def web_line() -> tuple[Line, WebSocketTransport]:
    it = await line()
    transport = WebSocketTransport(it.transport, client=False)
    transport.receiver = it.receiver
    return it, transport


async def test_websocket_puts_the_header_in_the_room_before_the_data() -> None:
    it, transport = await web_line()
    memory = memoryview(bytearray(b"\0" * 16 + b"picture"))
    transport.write(memory, 16)
    assert await it.receive(9) == frame(Opcode.BINARY, b"picture")
    transport.abort()


async def test_websocket_client_masks() -> None:
    it = await line()
    transport = WebSocketTransport(it.transport, client=True)
    transport.write(b"key")
    (piece,) = FrameReader(masked=True).feed(await it.receive(9), 0)
    assert bytes(piece.data) == b"key"
    transport.abort()


async def test_websocket_answers_a_ping_and_passes_data_on() -> None:
    it, transport = await web_line()
    await it.send(frame(Opcode.PING, b"x", b"mask") + frame(Opcode.BINARY, b"data", b"mask"))
    assert await it.receiver.until(4) == b"data"
    assert await it.receive(3) == frame(Opcode.PONG, b"x")
    transport.abort()


async def test_websocket_of_very_many_tiny_frames_lets_others_have_their_turn() -> None:
    it, transport = await web_line()
    frames, turns = 20 * MOST_A_TURN, 0
    await it.send(frame(Opcode.BINARY, b"k", b"mask") * frames + frame(Opcode.PING, b"x", b"mask"))
    while len(it.receiver.data) < frames:
        turns += 1
        before = len(it.receiver.data)
        await asyncio.sleep(0)
        assert len(it.receiver.data) - before <= MOST_A_TURN
    assert turns >= 20
    assert await it.receive(3) == frame(Opcode.PONG, b"x")
    await it.send(frame(Opcode.BINARY, b"more", b"mask"))
    assert (await it.receiver.until(frames + 4))[-4:] == b"more"
    transport.abort()


async def test_websocket_that_is_held_while_frames_wait_reads_on_when_it_is_let_go() -> None:
    it, transport = await web_line()
    await it.send(frame(Opcode.BINARY, b"k", b"mask") * (3 * MOST_A_TURN))
    while not it.receiver.data:
        await asyncio.sleep(0)
    transport.pause_reading()
    assert len(await it.receiver.until(3 * MOST_A_TURN)) == 3 * MOST_A_TURN, "what was read is handed on"
    await it.send(frame(Opcode.BINARY, b"more", b"mask"))
    transport.resume_reading()
    assert (await it.receiver.until(3 * MOST_A_TURN + 4))[-4:] == b"more"
    transport.abort()


async def test_websocket_that_is_closed_while_frames_wait_still_hears_the_peers_close() -> None:
    it, transport = await web_line()
    tiny = frame(Opcode.BINARY, b"k", b"mask") * (3 * MOST_A_TURN)
    await it.send(tiny + frame(Opcode.CLOSE, b"\x03\xe8", b"mask"))
    while not it.receiver.data:
        await asyncio.sleep(0)
    transport.close(NORMAL)
    await soon(it.receiver.closed.wait())


async def test_websocket_close_says_why_and_waits_for_the_answer() -> None:
    it, transport = await web_line()
    transport.close(Closing(CloseCode.MACHINE_AWAY, "The machine is away."))
    (piece,) = FrameReader(masked=False).feed(await it.receive(24), 0)
    assert bytes(piece.data) == (4001).to_bytes(2, "big") + b"The machine is away."
    await it.send(frame(Opcode.CLOSE, b"\x0f\xa1", b"mask"))
    await soon(it.receiver.closed.wait())


async def test_websocket_close_that_is_not_answered_ends_in_bounded_time() -> None:
    it, transport = await web_line()
    transport.pause_reading()
    transport.close(NORMAL)
    await soon(it.receiver.closed.wait())


async def test_long_reason_is_cut_between_characters() -> None:
    it, transport = await web_line()
    transport.close(Closing(CloseCode.PROTOCOL, "ü" * 100))
    (piece,) = FrameReader(masked=False).feed(await it.receive(2 + 2 + 122), 0)
    assert bytes(piece.data)[2:].decode() == "ü" * 61
    transport.abort()


@pytest.mark.parametrize("garbage", [b"GET / HTTP/1.1\r\n", b"\x81\x85maskhello"])
async def test_websocket_closes_on_garbage(garbage: bytes) -> None:
    it, transport = await web_line()
    await it.send(garbage)
    assert (await it.receive(4))[2:] == (1002).to_bytes(2, "big")
    assert it.receiver.data == []
    transport.abort()


async def test_silent_peer_is_pinged_and_let_go() -> None:
    it, transport = await web_line()
    transport.beat()
    transport.beat()
    assert await it.receive(4) == frame(Opcode.PING, b"") * 2
    transport.beat()
    await soon(it.receiver.closed.wait())


async def test_peer_that_is_not_read_on_purpose_stays() -> None:
    it, transport = await web_line()
    transport.pause_reading()
    for _ in range(STALLED_BEATS + 1):
        transport.beat()
    assert not transport.closed
    await it.send(frame(Opcode.BINARY, b"!", b"mask"))
    transport.resume_reading()
    assert await it.receiver.until(1) == b"!"
    transport.abort()


async def test_peer_that_answers_pings_stays() -> None:
    it, transport = await web_line()
    for _ in range(5):
        transport.beat()
        await it.receive(2)
        it.receiver.data.clear()
        await it.send(frame(Opcode.PONG, b"", b"mask") + frame(Opcode.BINARY, b"!", b"mask"))
        await it.receiver.until(1)
    assert not transport.closed
    transport.abort()


async def test_peer_that_does_not_read_gets_more_time_and_no_pings() -> None:
    it, transport = await web_line()
    while not it.receiver.writable:
        transport.write(bytes(RECEIVE_BYTES))
    waiting = transport.unsent
    for _ in range(STALLED_BEATS):
        transport.beat()
    assert transport.unsent == waiting
    assert not transport.closed
    transport.beat()
    await soon(it.receiver.closed.wait())


# How far away the peer is


async def test_websocket_knows_the_round_trip_when_its_ping_is_answered() -> None:
    it, transport = await web_line()
    assert transport.round_trip is None
    transport.measure()
    assert await it.receive(2) == frame(Opcode.PING, b"")
    await it.send(frame(Opcode.PONG, b"", b"mask") + frame(Opcode.BINARY, b"!", b"mask"))
    await it.receiver.until(1)
    assert transport.round_trip is not None
    assert transport.round_trip > 0
    transport.abort()


async def test_pong_that_nobody_asked_for_tells_nothing() -> None:
    it, transport = await web_line()
    await it.send(frame(Opcode.PONG, b"", b"mask") + frame(Opcode.BINARY, b"!", b"mask"))
    await it.receiver.until(1)
    assert transport.round_trip is None
    transport.abort()


async def test_pong_that_was_left_in_the_kernel_tells_nothing() -> None:
    it, transport = await web_line()
    transport.measure()
    transport.pause_reading()
    transport.measure()
    await it.send(frame(Opcode.PONG, b"", b"mask") + frame(Opcode.BINARY, b"!", b"mask"))
    transport.resume_reading()
    await it.receiver.until(1)
    assert transport.round_trip is None
    transport.abort()


async def test_kernel_tells_the_round_trip_of_tcp_and_none_of_other_sockets() -> None:
    loop = asyncio.get_running_loop()
    with socket.create_server(("127.0.0.1", 0)) as server:
        near = socket.create_connection(server.getsockname())
        peer, _ = server.accept()
    peer.setblocking(False)
    _, transport = await loop.create_connection(lambda: StreamTransport(Core()), sock=near)
    it = Line(transport, peer)
    it.transport.write(b"ping")
    await it.receive(4)
    await it.send(b"pong")
    await it.receiver.until(4)
    assert it.transport.round_trip is not None
    assert it.transport.round_trip > 0
    pair = await line()
    assert pair.transport.round_trip is None
    for one in (it, pair):
        one.transport.abort()
        await soon(one.transport.wait_closed())
        assert one.transport.round_trip is None
