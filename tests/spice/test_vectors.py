"""The golden vectors judge the codec, and the catalogue is judged for having a vector for each message."""

from __future__ import annotations

import pytest

from gateway.spice import agent, catalog, codec, jsgen, vsc
from gateway.spice.enums import ChannelType, Direction
from tests.vectors import make

from .plain import GOLDEN, Golden, from_plain, golden, to_plain

VECTORS = golden()
COMMON_NUMBERS = 100
each_vector = pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.stem)


@each_vector
def test_the_codec_reads_a_golden_vector_as_the_fields_it_stands_for(vector: Golden) -> None:
    record = codec.unpack(vector.cls, vector.data, vector.caps)
    assert to_plain(record, vector.caps) == vector.fields


@each_vector
def test_the_codec_writes_what_it_read_from_a_golden_vector(vector: Golden) -> None:
    record = codec.unpack(vector.cls, vector.data, vector.caps)
    assert codec.pack(record, vector.caps) == vector.data


@each_vector
def test_the_codec_writes_a_golden_vector_from_its_fields(vector: Golden) -> None:
    record = from_plain(vector.cls, vector.fields)
    assert codec.pack(record, vector.caps) == vector.data
    assert codec.unpack(vector.cls, vector.data, vector.caps) == record


@pytest.mark.parametrize("vector", [vector for vector in VECTORS if vector.channel == "common"], ids=lambda v: v.stem)
@pytest.mark.parametrize("channel", ChannelType)
def test_every_channel_reads_the_common_messages(vector: Golden, channel: ChannelType) -> None:
    message = codec.demarshal(channel, Direction(vector.direction), vector.number, vector.data)
    assert codec.marshal(message) == vector.data


@pytest.mark.parametrize("entry", catalog.entries().values(), ids=lambda e: f"{e.channel.name}-{e.name}")
def test_every_message_of_the_catalogue_has_a_golden_vector(entry: catalog.MessageDef) -> None:
    channel = "common" if entry.number <= COMMON_NUMBERS else entry.channel.name.lower()
    found = [v for v in VECTORS if (v.channel, v.direction, v.number) == (channel, entry.direction.value, entry.number)]
    assert found, "no golden vector"
    assert {vector.name for vector in found} == {entry.name}
    for vector in found:
        assert entry.min_size <= len(vector.data) <= entry.max_size


def test_every_agent_and_smart_card_message_has_a_golden_vector() -> None:
    there = {(vector.channel, vector.number) for vector in VECTORS}
    assert {("agent", int(kind)) for kind in agent.LAYOUTS} <= there
    assert {("vsc", int(kind)) for kind in vsc.LAYOUTS} <= there


def test_the_vectors_on_disk_are_what_the_script_makes() -> None:
    assert {path.name: path.read_bytes() for path in GOLDEN.iterdir()} == make.files()


def test_the_modules_generated_for_the_browser_are_fresh() -> None:
    assert jsgen.stale() == []
