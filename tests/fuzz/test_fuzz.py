"""The server core holds against whatever clients say."""

from __future__ import annotations

import pytest

from gateway.spice.enums import ChannelType
from tests.fuzz.recordings import SESSIONS, load, recordings
from tests.fuzz.run import Target, fuzzer
from tests.fuzz.target import Demo, Everything

pytestmark = pytest.mark.fuzz

SECONDS = 15
"""Of each of two machines."""

LEAST = 300
"""Connections, however long a busy computer takes for them."""

SEED = 20261


@pytest.mark.parametrize("target", [Everything, Demo])
async def test_machine_survives_spoilt_recordings(target: type[Target]) -> None:
    async with fuzzer(target(), SEED) as running:
        outcome = await running.run(SECONDS, least=LEAST)
    assert set(outcome.streams) >= {channel.name for channel in running.channels} | {"link"}
    assert sum(outcome.streams.values()) >= LEAST


async def test_fuzzer_finds_a_device_that_fails() -> None:
    core = Everything()
    with pytest.raises(AssertionError, match="too much for this keyboard"):
        async with fuzzer(core, SEED) as running:
            core.keyboard.most = 60
            await running.run(SECONDS, least=3 * LEAST)


def test_recordings_hold_what_a_client_says_on_every_channel_that_it_has() -> None:
    spoken = {one.channel for one in load(SESSIONS)}
    assert spoken >= set(ChannelType) - {ChannelType.TUNNEL}
    assert {one.channel for one in recordings()} >= set(ChannelType)
