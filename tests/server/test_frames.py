"""WebSocket frames, whole and in pieces."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.server.frames import MAX_HEADER, FrameReader, Opcode, Piece, frame, put_header
from gateway.spice.errors import ProtocolError

MASK = b"\x01\x80\x7f\xff"


def read(reader: FrameReader, data: bytes) -> list[tuple[int, bytes]]:
    return [flat(piece) for piece in reader.feed(data, 0)]


def flat(piece: Piece) -> tuple[int, bytes]:
    return piece.opcode, bytes(piece.data[piece.start :])


def payload(pieces: list[tuple[int, bytes]]) -> bytes:
    return b"".join(data for opcode, data in pieces if opcode == Opcode.BINARY)


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65535, 65536, 70000])
@pytest.mark.parametrize("mask", [b"", MASK])
def test_reader_gets_what_was_framed(size: int, mask: bytes) -> None:
    data = bytes(range(256)) * (size // 256 + 1)
    pieces = read(FrameReader(masked=bool(mask)), frame(Opcode.BINARY, data[:size], mask))
    assert payload(pieces) == data[:size]


@pytest.mark.parametrize("size", [0, 125, 126, 65535, 65536])
def test_header_in_place_is_the_same_as_a_built_frame(size: int) -> None:
    memory = memoryview(bytearray(MAX_HEADER + size))
    memory[MAX_HEADER:] = bytes([7]) * size
    start = put_header(memory, MAX_HEADER)
    assert bytes(memory[start:]) == frame(Opcode.BINARY, bytes([7]) * size)


@pytest.mark.parametrize("size", [1, 8, 125])
def test_short_whole_frame_takes_the_short_way(size: int) -> None:
    reader = FrameReader(masked=True)
    assert reader.whole(b"??" + frame(Opcode.BINARY, b"k" * size, MASK), 2) == b"k" * size
    assert read(reader, frame(Opcode.BINARY, b"next", MASK)) == [(Opcode.BINARY, b"next")]


def test_whatever_is_no_short_whole_frame_takes_the_long_way() -> None:
    short, fragment = frame(Opcode.BINARY, b"key", MASK), b"\x02" + frame(Opcode.BINARY, b"key", MASK)[1:]
    others = [short[:-1], short + b"\x82", short * 2, fragment, frame(Opcode.PING, b"key", MASK)]
    others += [
        frame(Opcode.BINARY, b"", MASK),
        frame(Opcode.BINARY, bytes(126), MASK),
        frame(Opcode.BINARY, b"key"),
        b"",
    ]
    assert [FrameReader(masked=True).whole(data, 0) for data in others] == [None] * len(others)
    assert FrameReader(masked=False).whole(short, 0) is None


@pytest.mark.parametrize("before", [b"\x02\x82" + MASK + b"xx", frame(Opcode.BINARY, bytes(9), MASK)[:-1], b"\x82"])
def test_short_frame_inside_something_else_takes_the_long_way(before: bytes) -> None:
    reader = FrameReader(masked=True)
    read(reader, before)
    assert reader.whole(frame(Opcode.BINARY, b"key", MASK), 0) is None


@pytest.mark.parametrize("mask", [b"", MASK])
def test_reader_gets_the_same_one_byte_at_a_time(mask: bytes) -> None:
    stream = b"".join(
        (
            frame(Opcode.BINARY, b"first", mask),
            frame(Opcode.PING, b"are you there", mask),
            frame(Opcode.BINARY, bytes(300), mask),
            frame(Opcode.PONG, b"", mask),
            frame(Opcode.CLOSE, b"\x03\xe8bye", mask),
        )
    )
    reader = FrameReader(masked=bool(mask))
    pieces = [piece for byte in stream for piece in read(reader, bytes([byte]))]
    assert payload(pieces) == b"first" + bytes(300)
    controls = [(opcode, data) for opcode, data in pieces if opcode != Opcode.BINARY]
    assert controls == [(Opcode.PING, b"are you there"), (Opcode.PONG, b""), (Opcode.CLOSE, b"\x03\xe8bye")]


@settings(deadline=None)
@given(st.lists(st.binary(max_size=200), max_size=8), st.lists(st.integers(1, 60), max_size=30))
def test_reader_joins_any_splits(messages: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(frame(Opcode.BINARY, message, MASK) for message in messages)
    reader, pieces, at = FrameReader(masked=True), [], 0
    for cut in [*cuts, len(stream)]:
        pieces += read(reader, stream[at : at + cut])
        at += cut
    assert payload(pieces) == b"".join(messages)


def test_fragments_with_a_ping_between_are_one_stream() -> None:
    stream = b"\x02\x02ab" + frame(Opcode.PING, b"") + b"\x00\x02cd" + b"\x80\x01e"
    assert payload(read(FrameReader(masked=False), stream)) == b"abcde"


def test_unmasked_pieces_say_what_before_them_is_used_up() -> None:
    stream = memoryview(bytearray(frame(Opcode.BINARY, b"abc") + frame(Opcode.BINARY, b"de")))
    pieces = list(FrameReader(masked=False).feed(stream, 0))
    assert [(piece.start, len(piece.data)) for piece in pieces] == [(2, 5), (7, 9)]


@pytest.mark.parametrize(
    ("stream", "what"),
    [
        (b"\x82\x01a", "an unmasked frame"),
        (b"\xc2\x81" + MASK + b"a", "a compressed frame"),
        (b"\x81\x81" + MASK + b"a", "a text frame"),
        (b"\x83\x81" + MASK + b"a", "a reserved opcode"),
        (b"\x80\x81" + MASK + b"a", "a continuation of nothing"),
        (b"\x02\x81" + MASK + b"a" + b"\x82\x81" + MASK + b"a", "a new message inside another"),
        (b"\x09\x81" + MASK + b"a", "a ping in fragments"),
        (b"\x89\xfe\x00\x7e" + MASK, "a ping of 126 bytes"),
        (b"\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff" + MASK, "a length beyond 63 bits"),
    ],
)
def test_reader_refuses(stream: bytes, what: str) -> None:
    with pytest.raises(ProtocolError):
        read(FrameReader(masked=True), stream)


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_garbage_raises_protocol_error_and_nothing_else(stream: bytes) -> None:
    try:
        read(FrameReader(masked=True), stream)
    except ProtocolError:
        return


def test_a_huge_frame_takes_no_memory_ahead() -> None:
    reader = FrameReader(masked=False)
    header = b"\x82\x7f" + (1 << 62).to_bytes(8, "big")
    assert payload(read(reader, header + b"abc")) == b"abc"
    assert payload(read(reader, b"defg")) == b"defg"
