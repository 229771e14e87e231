"""RECORD: a client's microphone to the machine."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from gateway.codecs.audio import OPUS_FREQUENCY, SAMPLE_BYTES, Frames, OpusEncoder
from gateway.server.channels.record import RecordChannel
from gateway.server.interfaces import RecordInterface
from gateway.spice.enums import AudioDataMode, AudioFmt, ChannelType, RecordCap
from gateway.spice.errors import UsageError
from gateway.spice.limits import MAX_RECORD_MS
from gateway.spice.messages import record as messages
from tests.peers import soon
from tests.serving_core import ClientChannel, CoreClient, ServingCore

CAPS: list[int] = [RecordCap.OPUS, RecordCap.VOLUME]


class Microphone(RecordInterface):
    """A machine that keeps what it hears, unless it is `busy`."""

    record: RecordChannel

    def __init__(self) -> None:
        self.heard = b""
        self.busy = False
        self._came = asyncio.Event()

    def on_attached(self, record: RecordChannel) -> None:
        self.record = record

    def on_samples(self) -> None:
        if not self.busy:
            self.heard += self.record.read()
        self._came.set()

    async def hears(self, size: int) -> bytes:
        """The first `size` bytes that it heard, once they came."""
        while len(self.heard) < size:
            self._came.clear()
            await soon(self._came.wait())
        return self.heard[:size]


def microphone_of(core: ServingCore) -> Microphone:
    microphone = Microphone()
    core.server.add_interface(microphone)
    return microphone


async def speaking(client: CoreClient, caps: list[int] | None = None) -> ClientChannel:
    return await (await client.begin()).link(ChannelType.RECORD, caps=caps)


def sound(samples: int, first: int = 1) -> bytes:
    """Samples that count."""
    return np.repeat((np.arange(first, first + samples) % 30000).astype("<i2"), 2).tobytes()


async def test_machine_hears_exactly_what_a_client_says() -> None:
    said = sound(2000)
    async with ServingCore() as core, core.client() as client:
        microphone = microphone_of(core)
        channel = await speaking(client)
        microphone.record.start()
        start = await channel.expect(messages.Start)
        assert (start.channels, start.format, start.frequency) == (2, AudioFmt.S16, OPUS_FREQUENCY)
        await channel.send(messages.Mode(5, AudioDataMode.RAW))
        await channel.send(messages.StartMark(5))
        for at in range(0, len(said), 1700):
            await channel.send(messages.Data(100 + at, said[at : at + 1700]))
        assert await microphone.hears(len(said)) == said
        (speaker,) = microphone.record.connections
        assert (speaker.start_mark, microphone.record.time) == (5, 100 + 1700 * ((len(said) - 1) // 1700))
        microphone.record.stop()
        await channel.expect(messages.Stop)


async def test_machine_hears_opus() -> None:
    wave = 12000 * np.sin(2 * np.pi * 440 * np.arange(OPUS_FREQUENCY // 2) / OPUS_FREQUENCY)
    said = np.repeat(wave.round().astype("<i2"), 2).tobytes()
    async with ServingCore() as core, core.client() as client:
        microphone = microphone_of(core)
        microphone.record.start()
        channel = await speaking(client, CAPS)
        await channel.expect(messages.Start)
        await channel.send(messages.Mode(0, AudioDataMode.OPUS))
        encoder = OpusEncoder()
        for frame in Frames().cut(said):
            await channel.send(messages.Data(0, encoder.encode(frame)))
        heard = np.frombuffer(await microphone.hears(len(said)), "<i2").astype(float)[::2]
    late = 312  # samples that libopus is late
    assert np.abs(wave[4800:-late] - heard[4800 + late :]).max() < 600


async def test_machine_hears_at_the_rate_it_wants() -> None:
    async with ServingCore() as core, core.client() as client:
        microphone = microphone_of(core)
        microphone.record.start(16000)
        channel = await speaking(client)
        assert (await channel.expect(messages.Start)).frequency == OPUS_FREQUENCY
        await channel.send(messages.Data(0, bytes(OPUS_FREQUENCY // 2 * SAMPLE_BYTES)))
        await microphone.hears(7900 * SAMPLE_BYTES)
        assert len(microphone.heard) <= 8000 * SAMPLE_BYTES


async def test_first_who_speaks_is_heard_until_it_leaves() -> None:
    async with ServingCore() as core, core.client() as one, core.client() as two:
        microphone = microphone_of(core)
        microphone.record.start()
        first, second = [await speaking(client) for client in (one, two)]
        for channel in (first, second):
            await channel.expect(messages.Start)
        await second.send(messages.Data(0, sound(100)))
        await microphone.hears(400)
        await first.send(messages.Mode(0, AudioDataMode.OPUS))
        await first.send(messages.Data(0, b"this is no Opus, and nobody looks"))
        await first.send(messages.Mode(0, AudioDataMode.RAW))
        await first.send(messages.StartMark(77))
        while not any(connection.start_mark == 77 for connection in microphone.record.connections):
            await second.send(messages.Data(0, sound(1)))
            await microphone.hears(len(microphone.heard) + SAMPLE_BYTES)
        microphone.heard = b""
        await second.wire.close()
        while microphone.record.client_count > 1:
            await asyncio.sleep(0)
        await first.send(messages.Data(0, sound(50, 7000)))
        assert await microphone.hears(200) == sound(50, 7000)


async def test_what_a_busy_machine_does_not_read_is_bounded_and_the_newest_is_kept() -> None:
    async with ServingCore() as core, core.client() as client:
        microphone = microphone_of(core)
        microphone.busy = True
        microphone.record.start()
        channel = await speaking(client)
        await channel.expect(messages.Start)
        most = MAX_RECORD_MS * OPUS_FREQUENCY // 1000
        for at in range(0, 2 * most, 4800):
            await channel.send(messages.Data(at, sound(4800, at)))
        while microphone.record.time != 2 * most - 4800:
            await asyncio.sleep(0)
        assert microphone.record.dropped == most
        assert microphone.record.read(10) == sound(10, most)
        assert microphone.record.read() == sound(most, most)[10 * SAMPLE_BYTES :]
        assert microphone.record.read() == b""


async def test_what_comes_after_the_stop_is_let_go() -> None:
    async with ServingCore() as core, core.client() as client:
        microphone = microphone_of(core)
        channel = await speaking(client)
        microphone.record.start()
        await channel.expect(messages.Start)
        microphone.record.stop()
        await channel.send(messages.Data(0, sound(100)))
        await channel.send(messages.StartMark(9))
        (connection,) = microphone.record.connections
        while connection.start_mark != 9:
            await asyncio.sleep(0)
        microphone.record.start()
        await channel.wait_for(messages.Start)
        await channel.send(messages.Data(0, sound(10, 500)))
        assert await microphone.hears(40) == sound(10, 500)


async def test_sound_of_the_recording_before_is_not_heard_in_the_next() -> None:
    async with ServingCore() as core, core.client() as client:
        microphone = microphone_of(core)
        channel = await speaking(client)
        microphone.record.start()
        await channel.expect(messages.Start)
        for first in range(3):
            await channel.send(messages.StartMark(0))
            await channel.send(messages.Data(0, sound(10, 100 + first)))
            assert await microphone.hears(40) == sound(10, 100 + first)
            microphone.record.stop()
            microphone.record.start()
            microphone.heard = b""
            await channel.send(messages.Data(0, sound(50)))  # it has not taken the STOP yet
            await channel.expect(messages.Stop)
            await channel.expect(messages.Start)
        await channel.send(messages.Data(0, sound(10, 500)))
        assert await microphone.hears(40) == sound(10, 500)


async def test_volume_and_mute_reach_the_client() -> None:
    async with ServingCore() as core, core.client() as client:
        microphone = microphone_of(core)
        microphone.record.set_volume([30000])
        channel = await speaking(client, CAPS)
        assert (await channel.expect(messages.Volume)).volume == [30000]
        assert (await channel.expect(messages.Mute)).mute == 0
        microphone.record.set_mute(True)
        assert (await channel.expect(messages.Mute)).mute == 1
        with pytest.raises(UsageError):
            microphone.record.set_volume([70000])
        with pytest.raises(UsageError):
            microphone.record.start(1)


@pytest.mark.parametrize(
    "spoilt",
    [
        [messages.Mode(0, AudioDataMode.CELT_0_5_1)],
        [messages.Data(0, b"\0\0\0")],
        [messages.Mode(0, AudioDataMode.OPUS), messages.Data(0, b"\xff\xff\xff")],
        [messages.Mode(0, AudioDataMode.OPUS), messages.Data(0, b"")],
    ],
    ids=["celt", "half-a-sample", "no-opus", "empty-opus"],
)
async def test_client_that_sends_what_is_no_sound_is_disconnected(
    spoilt: list[messages.Mode | messages.Data],
) -> None:
    async with ServingCore() as core, core.client() as client:
        microphone = microphone_of(core)
        microphone.record.start()
        channel = await speaking(client)
        await channel.expect(messages.Start)
        for message in spoilt:
            await channel.send(message)
        await channel.wire.gone()
        assert microphone.record.client_count == 0
        assert microphone.record.speaker is None


async def test_removed_microphone_is_gone_for_its_clients() -> None:
    async with ServingCore() as core, core.client() as client:
        microphone = microphone_of(core)
        channel = await speaking(client)
        core.server.remove_interface(microphone)
        await channel.wire.gone()
