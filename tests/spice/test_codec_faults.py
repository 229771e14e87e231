"""Malformed payloads: the codec raises ProtocolError and nothing else, and its memory is bounded by the input."""

from __future__ import annotations

import struct
import tracemalloc
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.spice import agent, catalog, codec, enums, vsc
from gateway.spice.enums import AgentCap, ChannelType, Direction, MigrateFlags, VscMessageType
from gateway.spice.errors import ProtocolError, UsageError
from gateway.spice.messages import draw, main, shapes, smartcard
from gateway.spice.messages.link import parse_link_mess, parse_link_reply

from .plain import Golden, golden

VECTORS = golden()
BY_STEM = {vector.stem: vector for vector in VECTORS}
U32 = 0xFFFFFFFF
INTERESTING = [0, 1, 0x7F, 0x80, 0xFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, U32, U32 - 3]
BYTES_FOR_EACH = 100
"""Bytes of Python objects for one byte of input, at worst: a list of channels, say, of two bytes each."""


@st.composite
def mutations(draw_from: st.DrawFn) -> tuple[Golden, bytes]:
    """A golden vector, cut, flipped, stuffed and with numbers put over it."""
    vector = draw_from(st.sampled_from(VECTORS))
    data = bytearray(vector.data)
    for _ in range(draw_from(st.integers(1, 4))):
        at = draw_from(st.integers(0, len(data)))
        kind = draw_from(st.sampled_from(["cut", "flip", "insert", "number", "length"]))
        if kind == "cut":
            del data[at:]
        elif kind == "flip" and at < len(data):
            data[at] ^= 1 << draw_from(st.integers(0, 7))
        elif kind == "insert":
            data[at:at] = draw_from(st.binary(max_size=8))
        elif kind == "number":
            data[at : at + 4] = struct.pack("<I", draw_from(st.sampled_from(INTERESTING)))
        else:
            data[at : at + 4] = struct.pack("<I", len(data) + draw_from(st.integers(-5, 5)) & U32)
    return vector, bytes(data)


def read(vector: Golden, data: bytes) -> Any:
    """The record, or None when it was refused."""
    try:
        return codec.unpack(vector.cls, data, vector.caps)
    except ProtocolError:
        return None


@settings(max_examples=1000, deadline=None)
@given(mutations())
def test_a_mutated_message_raises_protocol_error_or_is_read(case: tuple[Golden, bytes]) -> None:
    vector, data = case
    record = read(vector, data)
    if record is not None:
        again = codec.pack(record, vector.caps)
        assert codec.unpack(vector.cls, again, vector.caps) == record


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(list(catalog.entries())), st.binary(max_size=200))
def test_arbitrary_bytes_raise_protocol_error_or_are_read(place: tuple[Any, Any, int], data: bytes) -> None:
    try:
        codec.demarshal(*place, data)
    except ProtocolError:
        return


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.stem)
def test_every_truncation_of_a_message_raises_protocol_error_or_is_read(vector: Golden) -> None:
    for size in range(len(vector.data)):
        read(vector, vector.data[:size])


@settings(max_examples=200, deadline=None)
@given(mutations())
def test_a_mutated_message_takes_memory_in_proportion_to_its_size(case: tuple[Golden, bytes]) -> None:
    vector, data = case
    read(vector, data)  # layouts are compiled at first use
    tracemalloc.start()
    try:
        record = read(vector, data)
        assert tracemalloc.get_traced_memory()[1] <= 8192 + BYTES_FOR_EACH * len(data), record
    finally:
        tracemalloc.stop()


def test_a_list_as_long_as_a_message_may_be_takes_memory_in_proportion() -> None:
    number = 400_000
    data = struct.pack("<I", number) + bytes(2 * number)
    tracemalloc.start()
    try:
        message = codec.demarshal(ChannelType.MAIN, Direction.SERVER, 104, data)
        assert isinstance(message, main.ChannelsList)
        assert len(message.channels) == number
        assert tracemalloc.get_traced_memory()[1] <= BYTES_FOR_EACH * len(data)
    finally:
        tracemalloc.stop()


# --- what broke others ----------------------------------------------------------------------------------------------


def patched(stem: str, at: int, layout: str, number: int) -> tuple[Golden, bytes]:
    """A golden vector with a number put over it."""
    vector = BY_STEM[stem]
    data = bytearray(vector.data)
    struct.pack_into("<" + layout, data, at, number)
    return vector, bytes(data)


COPY = "display-server-draw_copy@bitmap_palette"
IMAGE = 21 + 4 + 16 + 3 + 9 + 4
"""Where COPY's image starts; its body follows after 18 bytes of descriptor."""
LIES = {
    "clip rectangles": ("display-server-stream_clip", 5, "I", U32),
    "clip rectangles, product wraps at 32 bits": ("display-server-stream_clip", 5, "I", 0x10000001),
    "monitors": ("display-server-monitors_config", 0, "H", 0xFFFF),
    "resources to forget": ("display-server-inval_list", 0, "H", 0xFFFF),
    "channels": ("main-server-channels_list", 0, "I", U32),
    "channels to wait for": ("common-server-wait_for_channels", 0, "B", 0xFF),
    "bytes of a notice": ("common-server-notify", 20, "I", U32),
    "bytes of a name": ("main-server-name", 0, "I", 0x80000000),
    "bytes of a frame": ("display-server-stream_data", 8, "I", U32),
    "bytes of QUIC": ("display-server-draw_copy@quic", IMAGE + 18, "I", U32),
    "volume channels": ("playback-server-volume", 0, "B", 0xFF),
    "bytes for a smart card": ("smartcard-client-data", 8, "I", U32),
    "codecs": ("display-client-preferred_video_codec_type", 0, "B", 0xFF),
    "path segments": ("display-server-draw_stroke@plain", 35, "I", U32),
    "monitors of the agent": ("agent-any-monitors_config", 0, "I", U32),
    "graphics devices": ("agent-any-graphics_device_info", 0, "I", U32),
    "bytes of a device address": ("agent-any-graphics_device_info", 16, "I", U32),
    "bytes of a file": ("agent-any-file_xfer_data", 4, "Q", 2**64 - 1),
    "an image pointer out of the message": (COPY, 21, "I", 4096),
    "an image pointer far out of the message": (COPY, 21, "I", U32),
    "an image pointer at the message's end": (COPY, 21, "I", len(BY_STEM[COPY].data)),
    "a palette pointer out of the message": (COPY, IMAGE + 18 + 14, "I", U32),
    "a stride whose product with the rows wraps": (COPY, IMAGE + 18 + 10, "I", U32),
    "rows whose product with the stride wraps": (COPY, IMAGE + 18 + 6, "I", 0x40000000),
    "an image of unknown kind": (COPY, IMAGE + 8, "B", 99),
    "a clip of unknown kind": ("display-server-draw_fill", 20, "B", 7),
    "a brush of unknown kind": ("display-server-draw_fill", 21, "B", 9),
    "a null pattern": ("display-server-draw_fill@pattern", 22, "I", 0),
    "a null path": ("display-server-draw_stroke", 21, "I", 0),
    "a null string": ("display-server-draw_text", 21, "I", 0),
    "a null palette where one is needed": ("display-server-draw_copy@lz_plt", IMAGE + 18 + 5, "I", 0),
    "null dashes that are counted": ("display-server-draw_stroke", 27, "I", 0),
    "a migration host out of the message": ("main-server-migrate_begin", 8, "I", 1 << 20),
    "a null migration host": ("main-server-migrate_begin", 8, "I", 0),
    "a migration host longer than the message": ("main-server-migrate_begin", 4, "I", U32),
    "a port name out of the message": ("port-server-init", 4, "I", 5000),
    "a tunnel service name without end": ("tunnel-client-service_add", 27, "B", 65),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
def test_the_codec_refuses_a_message_that_lies_about(lie: tuple[str, int, str, int]) -> None:
    vector, data = patched(*lie)
    if lie[0] == "tunnel-client-service_add":
        data = data[:-1] + b"x"
    with pytest.raises(ProtocolError):
        codec.unpack(vector.cls, data, vector.caps)


def test_pointers_that_overlap_do_not_multiply_what_they_reach() -> None:
    rows = bytes(4000)
    image = struct.pack("<QBBII", 1, 0, 0, 4, 2) + struct.pack("<BBIIII", 8, 4, 4, 2, 2000, 0) + rows
    head = struct.pack("<I4iB", 0, 0, 0, 1, 1, 0)
    body_size = len(head) + 4 + 16 + 13 + 3 + 13
    body = head + struct.pack("<I", body_size) + bytes(16) + struct.pack("<BIii", 2, body_size + 1, 0, 0)
    body += struct.pack("<HB", 8, 0) + struct.pack("<BiiI", 0, 0, 0, body_size + 2)
    shifted = body + image + struct.pack("<QBBII", 1, 0, 0, 4, 2)
    with pytest.raises(ProtocolError):
        codec.demarshal(ChannelType.DISPLAY, Direction.SERVER, 303, shifted)


def test_pointers_to_one_picture_share_what_they_reach() -> None:
    picture = shapes.Image(
        shapes.ImageDescriptor(1, enums.ImageType.QUIC, enums.ImageFlags(0), 4, 2), shapes.BinaryData(bytes(4000))
    )
    base = draw.DisplayBase(0, shapes.Rect(0, 0, 1, 1), shapes.Clip(enums.ClipType.NONE))
    brush = shapes.Brush(enums.BrushType.PATTERN, shapes.Pattern(picture, shapes.Point(0, 0)))
    mask = shapes.QMask(enums.MaskFlags(0), shapes.Point(0, 0), picture)
    opaque = draw.Opaque(picture, base.box, brush, enums.Ropd.OP_PUT, enums.ImageScaleMode.NEAREST, mask)
    data = codec.marshal(draw.DrawOpaque(base, opaque))
    assert len(data) < 4200
    again = codec.demarshal(ChannelType.DISPLAY, Direction.SERVER, 303, data)
    assert isinstance(again, draw.DrawOpaque)
    assert again.data.mask.bitmap is again.data.src_bitmap
    assert codec.marshal(again) == data


def test_a_palette_pointer_into_its_own_image_ends() -> None:
    vector, data = patched(COPY, IMAGE + 18 + 14, "I", IMAGE)
    read(vector, data)


def test_the_codec_refuses_more_items_than_a_message_may_have() -> None:
    segments = 1024 * 1024 + 1
    body = BY_STEM["display-server-draw_stroke@plain"].data[:35]
    with pytest.raises(ProtocolError, match="items"):
        codec.unpack(draw.DrawStroke, body + struct.pack("<I", segments) + bytes(5 * segments))


def test_a_message_beyond_the_limit_of_its_channel_is_refused() -> None:
    with pytest.raises(ProtocolError, match="more than"):
        codec.demarshal(ChannelType.INPUTS, Direction.CLIENT, 104, bytes(65537))
    with pytest.raises(ProtocolError, match="more than"):
        codec.demarshal(ChannelType.MAIN, Direction.CLIENT, 2, bytes(1000))


def test_a_number_that_is_not_in_the_catalogue_is_refused() -> None:
    assert not catalog.allowed(ChannelType.CURSOR, Direction.CLIENT, 101)
    with pytest.raises(ProtocolError, match="no message"):
        codec.demarshal(ChannelType.CURSOR, Direction.CLIENT, 101, b"")


def test_flags_a_peer_makes_up_are_not_remembered() -> None:
    before = len(MigrateFlags._value2member_map_)
    for value in range(4, 5000):
        codec.demarshal(ChannelType.MAIN, Direction.SERVER, 1, struct.pack("<I", value))
    assert len(MigrateFlags._value2member_map_) <= before + 4


def test_values_that_do_not_fit_raise_usage_error() -> None:
    for message in (
        main.AgentToken(-1),
        main.AgentToken(2**32),
        main.Uuid(b"short"),
        main.ChannelsList([main.ChannelId(256, 0)]),
        main.MigrateBegin(main.DstInfo(1, 2, None, b"")),  # type: ignore[arg-type]
        shapes.Clip(enums.ClipType.NONE, [shapes.Rect(0, 0, 1, 1)]),
    ):
        with pytest.raises(UsageError):
            codec.pack(message)


# --- link, agent, smart card ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("common", "channel", "offset"), [(U32, 0, 18), (1, 1, U32), (1, 1, 19), (33, 0, 18), (1, 0, 4)]
)
def test_a_link_message_that_lies_about_its_capabilities_is_refused(common: int, channel: int, offset: int) -> None:
    body = struct.pack("<IBBIII", 0, 1, 0, common, channel, offset) + bytes(8)
    with pytest.raises(ProtocolError):
        parse_link_mess(body)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
def test_arbitrary_link_bytes_raise_protocol_error_or_are_read(body: bytes) -> None:
    for parse in (parse_link_mess, parse_link_reply):
        try:
            parse(body)
        except ProtocolError:
            continue


@settings(max_examples=300, deadline=None)
@given(st.lists(st.binary(max_size=300), max_size=8))
def test_arbitrary_agent_chunks_raise_protocol_error_or_are_read(chunks: list[bytes]) -> None:
    assembler = agent.Assembler()
    caps = frozenset({int(AgentCap.CLIPBOARD_SELECTION)})
    try:
        for chunk in chunks:
            for message in assembler.feed(chunk):
                agent.decode(message, caps)
    except ProtocolError:
        return


def test_the_agent_may_not_announce_a_message_beyond_the_limit() -> None:
    header = struct.pack("<IIQI", 1, 4, 0, 5000)
    with pytest.raises(ProtocolError, match="too long"):
        list(agent.Assembler(limit=4999).feed(header))
    with pytest.raises(ProtocolError, match="protocol"):
        list(agent.Assembler().feed(struct.pack("<IIQI", 2, 4, 0, 0)))


def test_a_smart_card_may_not_have_an_endless_answer_to_reset() -> None:
    with pytest.raises(ProtocolError, match="too long"):
        vsc.decode(smartcard.Data(VscMessageType.ATR, 0, bytes(41)))
    with pytest.raises(ProtocolError, match="too long"):
        vsc.decode(smartcard.Data(VscMessageType.APDU, 0, bytes(65537)))
    with pytest.raises(ProtocolError, match="no VSC message"):
        vsc.decode(smartcard.Data(77, 0, b""))  # type: ignore[arg-type]
