"""Data headers: the scanner of the relay and the reader of whole messages, over any cut of the stream."""

from __future__ import annotations

import contextlib
import time
from struct import pack

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.spice.enums import ChannelType, Direction
from gateway.spice.errors import ProtocolError
from gateway.spice.framing import LIST, Frame, HeaderScanner, MessageCutter, MessageReader, frame, sizes
from gateway.spice.limits import MAX_SUB_MESSAGES, max_message

DISPLAY, INPUTS = ChannelType.DISPLAY, ChannelType.INPUTS
SERVER, CLIENT = Direction.SERVER, Direction.CLIENT
SET_ACK, PING, NOTIFY, INVAL_PALETTE, INVAL_ALL_PALETTES, DRAW_COPY = 3, 4, 7, 107, 108, 304
MINI = pytest.mark.parametrize("mini", [True, False], ids=["mini", "full"])


def ping(size: int) -> bytes:
    return pack("<IQ", 1, 2) + bytes(size)


def stream(mini: bool) -> bytes:
    messages = [(SET_ACK, pack("<II", 1, 20)), (INVAL_ALL_PALETTES, b""), (PING, ping(70)), (PING, ping(1))]
    return b"".join(frame(number, payload, mini, serial) for serial, (number, payload) in enumerate(messages, 1))


def sub_message(number: int, payload: bytes) -> bytes:
    return pack("<HI", number, len(payload)) + payload


def sub_list(*subs: bytes, offsets: list[int] | None = None, start: int = 0) -> bytes:
    """A sub-message list that stands at `start` of its payload, then the sub-messages themselves."""
    at = start + 2 + 4 * len(subs)
    found: list[int] = []
    for sub in subs:
        found.append(at)
        at += len(sub)
    return pack("<H", len(subs)) + b"".join(pack("<I", offset) for offset in offsets or found) + b"".join(subs)


def overlapping_list() -> bytes:
    """Three offsets to one and the same message."""
    return pack("<HIII", 3, 14, 14, 14) + sub_message(PING, ping(99))


# --- the cutter ---


@MINI
@pytest.mark.parametrize("piece", [1, 2, 5, 17, 19, 40, 1000])
def test_cutter_cuts_where_messages_end_and_where_the_pieces_do(mini: bool, piece: int) -> None:
    data = stream(mini)
    messages = MessageReader(DISPLAY, SERVER, mini)
    messages.feed(data)
    ends, end = {len(data)}, 0
    for message in messages:
        ends.add(end := end + len(frame(message.number, message.payload, mini, message.serial)))
    cutter = MessageCutter(mini)
    parts = [part for at in range(0, len(data), piece) for part in cutter.cut(data[at : at + piece])]
    assert b"".join(parts) == data and all(parts)
    cuts = {sum(map(len, parts[: count + 1])) for count in range(len(parts))}
    assert cuts == ends | set(range(piece, len(data), piece))


# --- the scanner ----------------------------------------------------------------------------------------------------


@MINI
@pytest.mark.parametrize("piece", [1, 2, 5, 17, 19, 1000])
def test_scanner_counts_messages_over_any_split(mini: bool, piece: int) -> None:
    scanner = HeaderScanner(DISPLAY, SERVER, mini)
    data = stream(mini)
    for at in range(0, len(data), piece):
        scanner.feed(memoryview(data)[at : at + piece])
    assert (scanner.messages, scanner.octets) == (4, len(data))
    assert scanner.between_messages


@settings(deadline=None)
@given(st.lists(st.integers(1, 40), max_size=20), st.booleans())
def test_scanner_and_reader_agree_on_any_split(cuts: list[int], mini: bool) -> None:
    data = stream(mini)
    scanner, reader = HeaderScanner(DISPLAY, SERVER, mini), MessageReader(DISPLAY, SERVER, mini)
    frames: list[Frame] = []
    at = 0
    for cut in [*cuts, len(data)]:
        scanner.feed(data[at : at + cut])
        reader.feed(data[at : at + cut])
        frames.extend(reader)
        at += cut
        assert scanner.messages >= len(frames)
    assert [message.number for message in frames] == [SET_ACK, INVAL_ALL_PALETTES, PING, PING]
    assert [message.serial for message in frames] == [1, 2, 3, 4]
    assert scanner.messages == 4


@MINI
def test_scanner_knows_that_a_stream_ended_inside_a_message(mini: bool) -> None:
    for cut in (1, len(stream(mini)) - 1):
        scanner = HeaderScanner(DISPLAY, SERVER, mini)
        scanner.feed(stream(mini)[:cut])
        assert not scanner.between_messages


@MINI
def test_scanner_refuses_a_message_that_the_catalogue_does_not_hold(mini: bool) -> None:
    scanner = HeaderScanner(INPUTS, CLIENT, mini)
    with pytest.raises(ProtocolError, match="9999"):
        scanner.feed(frame(9999, b"", mini, 1))


def test_scanner_tells_the_two_directions_apart() -> None:
    HeaderScanner(DISPLAY, SERVER, True).feed(frame(INVAL_ALL_PALETTES, b"", True, 1))
    with pytest.raises(ProtocolError):
        HeaderScanner(DISPLAY, CLIENT, True).feed(frame(INVAL_ALL_PALETTES, b"", True, 1))


@pytest.mark.parametrize("size", [0, 7, max_message(DISPLAY, SERVER) + 1, 0xFFFFFFFF])
def test_scanner_refuses_sizes_that_a_message_cannot_have(size: int) -> None:
    with pytest.raises(ProtocolError, match="cannot have"):
        HeaderScanner(DISPLAY, SERVER, True).feed(pack("<HI", SET_ACK, size))


def test_scanner_refuses_a_client_that_hides_messages_in_a_list() -> None:
    with pytest.raises(ProtocolError, match="sub-message"):
        HeaderScanner(INPUTS, CLIENT, False).feed(pack("<QHII", 1, 1, 4, 2) + bytes(4))


def test_scanner_lets_a_server_use_lists() -> None:
    payload = sub_list(sub_message(INVAL_ALL_PALETTES, b""))
    HeaderScanner(DISPLAY, SERVER, True).feed(frame(LIST, payload, True, 1))
    with pytest.raises(ProtocolError, match="sub-message"):
        HeaderScanner(DISPLAY, SERVER, False).feed(pack("<QHII", 1, INVAL_ALL_PALETTES, 0, 1))


def test_scanner_passes_big_pieces_by_their_headers_alone() -> None:
    """100 GB of picture must take no more work than its headers: 256 KiB pieces of one 64 MiB message at a time."""
    scanner = HeaderScanner(DISPLAY, SERVER, True)
    size = 64 << 20
    head, piece = pack("<HI", DRAW_COPY, size), bytes(1 << 18)
    began = time.process_time()
    for _ in range(100):
        scanner.feed(head)
        for _ in range(size // len(piece)):
            scanner.feed(piece)
    assert scanner.messages == 100
    assert scanner.octets == 100 * (size + 6)
    assert time.process_time() - began < 2.0


# --- whole messages -------------------------------------------------------------------------------------------------


@MINI
@pytest.mark.parametrize("piece", [1, 3, 1000])
def test_reader_gives_whole_messages(mini: bool, piece: int) -> None:
    reader = MessageReader(DISPLAY, SERVER, mini)
    data = stream(mini)
    frames: list[Frame] = []
    for at in range(0, len(data), piece):
        reader.feed(data[at : at + piece])
        frames.extend(reader)
    assert frames == [
        Frame(SET_ACK, pack("<II", 1, 20), 1),
        Frame(INVAL_ALL_PALETTES, b"", 2),
        Frame(PING, ping(70), 3),
        Frame(PING, ping(1), 4),
    ]


def test_reader_keeps_the_serials_of_full_headers() -> None:
    reader = MessageReader(DISPLAY, SERVER, mini=False)
    reader.feed(frame(INVAL_ALL_PALETTES, b"", False, 1 << 40))
    assert [message.serial for message in reader] == [1 << 40]


@pytest.mark.parametrize("piece", [1, 1000])
def test_reader_unpacks_a_list_message_in_order(piece: int) -> None:
    subs = [sub_message(INVAL_PALETTE, pack("<Q", 5)), sub_message(INVAL_ALL_PALETTES, b"")]
    reader = MessageReader(DISPLAY, SERVER, mini=True)
    data = frame(LIST, sub_list(*subs), True, 1)
    for at in range(0, len(data), piece):
        reader.feed(data[at : at + piece])
    first, second, whole = reader
    assert first == Frame(INVAL_PALETTE, pack("<Q", 5), 1, part=True)
    assert second == Frame(INVAL_ALL_PALETTES, b"", 1, part=True)
    assert (whole.number, whole.part) == (LIST, False)


def test_reader_gives_sub_messages_before_the_message_that_holds_them() -> None:
    subs = sub_list(sub_message(INVAL_ALL_PALETTES, b""), start=8)
    payload = pack("<Q", 5) + subs
    reader = MessageReader(DISPLAY, SERVER, mini=False)
    reader.feed(pack("<QHII", 44, INVAL_PALETTE, len(payload), 8) + payload)
    assert [(message.number, message.serial, message.part) for message in reader] == [
        (INVAL_ALL_PALETTES, 44, True),
        (INVAL_PALETTE, 44, False),
    ]


HOSTILE_LISTS = {
    "no list at all": b"",
    "half a count": b"\1",
    "a count beyond the limit": pack("<H", MAX_SUB_MESSAGES + 1) + bytes(8 * MAX_SUB_MESSAGES),
    "a count beyond the message": pack("<H", 3) + pack("<I", 0),
    "an offset past the end": sub_list(sub_message(INVAL_ALL_PALETTES, b""), offsets=[0xFFFFFFFF]),
    "an offset to half a header": sub_list(sub_message(INVAL_ALL_PALETTES, b""), offsets=[8]),
    "a size past the end": sub_list(pack("<HI", INVAL_PALETTE, 9) + bytes(8)),
    "a size of 4 GiB": sub_list(pack("<HI", PING, 0xFFFFFFFF) + bytes(8)),
    "one big message again and again": overlapping_list(),
    "an unknown message": sub_list(sub_message(9999, b"")),
}


@pytest.mark.parametrize("payload", HOSTILE_LISTS.values(), ids=HOSTILE_LISTS.keys())
def test_reader_refuses_a_hostile_list(payload: bytes) -> None:
    reader = MessageReader(DISPLAY, SERVER, mini=True)
    reader.feed(frame(LIST, payload, True, 1))
    with pytest.raises(ProtocolError):
        list(reader)


def test_reader_refuses_an_announced_size_before_it_stores_anything() -> None:
    reader = MessageReader(DISPLAY, SERVER, mini=True)
    reader.feed(pack("<HI", DRAW_COPY, 0xFFFFFFFF))
    with pytest.raises(ProtocolError, match="cannot have"):
        reader.read()


def test_reader_leaves_unknown_messages_to_a_caller_that_counts_them() -> None:
    reader = MessageReader(DISPLAY, SERVER, mini=True, strict=False)
    reader.feed(frame(9999, b"??", True, 1) + frame(INVAL_ALL_PALETTES, b"", True, 2))
    assert [message.number for message in reader] == [9999, INVAL_ALL_PALETTES]
    reader.feed(pack("<HI", 9999, max_message(DISPLAY, SERVER) + 1))
    with pytest.raises(ProtocolError):
        reader.read()


@settings(deadline=None)
@given(st.binary(max_size=300), st.booleans(), st.sampled_from(list(ChannelType)), st.sampled_from(list(Direction)))
def test_noise_raises_protocol_errors_and_nothing_else(
    noise: bytes, mini: bool, channel: ChannelType, direction: Direction
) -> None:
    scanner, reader = HeaderScanner(channel, direction, mini), MessageReader(channel, direction, mini, strict=False)
    for step in (lambda: scanner.feed(noise), lambda: reader.feed(noise), lambda: list(reader)):
        try:
            step()
        except ProtocolError:
            continue


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_noise_in_a_list_raises_protocol_errors_and_nothing_else(noise: bytes) -> None:
    reader = MessageReader(DISPLAY, SERVER, mini=True)
    reader.feed(frame(LIST, noise, True, 1))
    with contextlib.suppress(ProtocolError):
        assert sum(len(message.payload) for message in reader) <= 2 * len(noise)


@pytest.mark.parametrize("channel", list(ChannelType))
@pytest.mark.parametrize("direction", list(Direction))
def test_every_channel_has_an_allow_list(channel: ChannelType, direction: Direction) -> None:
    table = sizes(channel, direction)
    assert table
    assert all(0 <= least <= most <= max_message(channel, direction) for least, most in table.values())
