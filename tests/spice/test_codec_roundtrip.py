"""Whatever fits the wire comes back from it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.spice import agent, catalog, codec, vsc
from gateway.spice.enums import AgentCap, ChannelType, Direction

from .records import record

CLASSES: list[type[Any]] = [
    *{entry.cls: None for entry in catalog.entries().values()},
    *agent.LAYOUTS.values(),
    *vsc.LAYOUTS.values(),
]
CAPS = [frozenset[int](), frozenset({int(AgentCap.CLIPBOARD_SELECTION), int(AgentCap.CLIPBOARD_GRAB_SERIAL)})]


@settings(max_examples=600, deadline=None)
@given(st.data(), st.sampled_from(CLASSES), st.sampled_from(CAPS))
def test_a_record_that_was_written_is_read_back_the_same(
    data: st.DataObject, cls: type[Any], caps: frozenset[int]
) -> None:
    made = data.draw(st.composite(record)(cls, caps))
    wire = codec.pack(made, caps)
    assert codec.unpack(cls, wire, caps) == made
    assert codec.unpack(cls, bytearray(wire), caps) == made
    assert codec.unpack(cls, memoryview(b"head" + wire)[4:], caps) == made


@pytest.mark.parametrize("entry", catalog.entries().values(), ids=lambda e: f"{e.channel.name}-{e.name}")
def test_a_message_is_found_by_its_place(entry: catalog.MessageDef) -> None:
    assert catalog.lookup(entry.channel, entry.direction, entry.number) is entry
    assert catalog.allowed(entry.channel, entry.direction, entry.number)
    assert entry in catalog.messages(entry.channel, entry.direction)
    assert entry.min_size <= entry.max_size <= catalog.message_limit(entry.channel, entry.direction)


@pytest.mark.parametrize("channel", ChannelType)
@pytest.mark.parametrize("direction", Direction)
def test_the_catalogue_lists_a_channel_in_the_order_of_its_numbers(channel: ChannelType, direction: Direction) -> None:
    found = catalog.messages(channel, direction)
    assert [entry.number for entry in found] == sorted({entry.number for entry in found})
    assert len({entry.name for entry in found}) == len(found)


def test_a_client_may_not_send_what_only_a_server_sends() -> None:
    assert catalog.allowed(ChannelType.DISPLAY, Direction.SERVER, 304)
    assert not catalog.allowed(ChannelType.DISPLAY, Direction.CLIENT, 304)
    assert not catalog.allowed(ChannelType.CURSOR, Direction.CLIENT, 101)


def test_bytes_behind_a_message_are_let_pass() -> None:
    message = codec.demarshal(ChannelType.MAIN, Direction.SERVER, 106, b"\1\0\0\0newer")
    assert codec.marshal(message) == b"\1\0\0\0"
