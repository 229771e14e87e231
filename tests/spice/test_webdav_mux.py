"""The mux of HTTP connections in a WEBDAV port."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.spice.errors import UsageError
from gateway.spice.webdav_mux import MAX_FRAME, Demux, MuxFrame, encode, encode_close

STREAM = encode(1, b"one") + encode(-2, b"two") + encode_close(1) + encode(2**62, bytes(300))
FRAMES = [MuxFrame(1, b"one"), MuxFrame(-2, b"two"), MuxFrame(1, b""), MuxFrame(2**62, bytes(300))]


def test_frame_has_the_clients_number_and_its_length_little_endian() -> None:
    assert encode(3, b"ab") == bytes.fromhex("0300000000000000 0200") + b"ab"


def test_frames_come_one_byte_at_a_time() -> None:
    demux = Demux()
    assert [frame for number in STREAM for frame in demux.feed(bytes([number]))] == FRAMES


@given(st.lists(st.integers(0, len(STREAM)), max_size=6))
def test_frames_come_in_pieces_of_any_size(cuts: list[int]) -> None:
    demux, ends = Demux(), [0, *sorted(cuts), len(STREAM)]
    pieces = [STREAM[start:end] for start, end in itertools.pairwise(ends)]
    assert [frame for piece in pieces for frame in demux.feed(piece)] == FRAMES


@given(st.binary(max_size=2000))
def test_any_bytes_make_frames(data: bytes) -> None:
    demux = Demux()
    frames = list(demux.feed(data))
    assert sum(10 + len(frame.data) for frame in frames) + len(demux._buffer) == len(data)


def test_more_than_fits_in_a_frame_makes_several() -> None:
    data = bytes(range(256)) * 600
    frames = list(Demux().feed(encode(7, data)))
    assert [len(frame.data) for frame in frames] == [MAX_FRAME, MAX_FRAME, len(data) - 2 * MAX_FRAME]
    assert b"".join(frame.data for frame in frames) == data


def test_empty_frame_is_only_sent_to_close() -> None:
    with pytest.raises(UsageError, match="closes"):
        encode(1, b"")
