"""The server core holds against whatever clients say."""

from __future__ import annotations

import pytest

from gateway.spice.enums import ChannelType
from tests.fuzz.recordings import SESSIONS, load, recordings
from tests.fuzz.run import fuzzer

pytestmark = pytest.mark.fuzz

SECONDS = 30
SEED = 20261


async def test_server_survives_thirty_seconds_of_spoilt_recordings() -> None:
    async with fuzzer(SEED) as running:
        outcome = await running.run(SECONDS)
    assert set(outcome.streams) >= {channel.name for channel in running.channels} | {"link"}
    assert sum(outcome.streams.values()) > 500


async def test_fuzzer_finds_a_device_that_fails() -> None:
    with pytest.raises(AssertionError, match="too much for this keyboard"):
        async with fuzzer(SEED) as running:
            running.devices.keyboard.most = 200
            await running.run(SECONDS)


def test_recordings_hold_what_a_client_says_on_every_channel_that_it_has() -> None:
    spoken = {one.channel for one in load(SESSIONS)}
    assert spoken >= set(ChannelType) - {ChannelType.TUNNEL}
    assert {one.channel for one in recordings()} >= set(ChannelType)
