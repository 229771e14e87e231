"""PLAYBACK: the machine's sound to its clients."""

from __future__ import annotations

import numpy as np
import pytest

from gateway.codecs.audio import FRAME_BYTES, OPUS_FREQUENCY, SAMPLE_BYTES, OpusDecoder
from gateway.server.channels.playback import FrameClock, PlaybackChannel
from gateway.server.interfaces import PlaybackInterface
from gateway.spice.enums import AudioDataMode, AudioFmt, ChannelType, PlaybackCap
from gateway.spice.errors import UsageError
from gateway.spice.limits import MAX_PLAYBACK_FRAMES
from gateway.spice.messages import playback as messages
from gateway.spice.messages.common import Ack, AckSync, SetAck
from tests.peers import Gone, soon
from tests.serving_core import ClientChannel, ServingCore, Session

OPUS: list[int] = [PlaybackCap.OPUS, PlaybackCap.VOLUME, PlaybackCap.LATENCY]


class Player(PlaybackInterface):
    """A machine's sound; `playback` is what it plays through."""

    playback: PlaybackChannel
    detached = False

    def on_attached(self, playback: PlaybackChannel) -> None:
        self.playback = playback

    def on_detached(self) -> None:
        self.detached = True


def player_of(core: ServingCore) -> PlaybackChannel:
    player = Player()
    core.server.add_interface(player)
    return player.playback


def tone(frames: int, frequency: int = OPUS_FREQUENCY) -> bytes:
    """440 Hz in both ears, so many frames of 10 ms."""
    wave = 16000 * np.sin(2 * np.pi * 440 * np.arange(frames * frequency // 100) / frequency)
    return np.repeat(wave.round().astype("<i2"), 2).tobytes()


async def listening(session: Session, caps: list[int] | None = None) -> ClientChannel:
    """A client's PLAYBACK channel that takes and acknowledges what comes."""
    return await session.link(ChannelType.PLAYBACK, caps=caps, acks=True)


async def heard(channel: ClientChannel, frames: int) -> list[messages.Data]:
    return [await channel.expect(messages.Data) for _ in range(frames)]


@pytest.mark.parametrize("frequency", [OPUS_FREQUENCY, 44100, 8000])
async def test_half_a_sample_is_the_machines_mistake_at_any_rate(frequency: int) -> None:
    async with ServingCore() as core:
        playback = player_of(core)
        playback.start(frequency)
        for octets in (1, 3, 5):
            with pytest.raises(UsageError, match="no whole samples"):
                playback.put(bytes(octets))
        playback.put(bytes(SAMPLE_BYTES))


async def test_client_hears_exactly_what_the_machine_plays() -> None:
    sound = tone(50)
    async with ServingCore() as core, core.client() as client:
        playback = player_of(core)
        channel = await listening(await client.begin())
        assert (await channel.expect(messages.Mode)).mode is AudioDataMode.RAW
        playback.start()
        start = await channel.expect(messages.Start)
        assert (start.channels, start.format, start.frequency) == (2, AudioFmt.S16, OPUS_FREQUENCY)
        data: list[messages.Data] = []
        for at in range(0, len(sound), 700 * SAMPLE_BYTES):  # pieces that are no frames
            playback.put(sound[at : at + 700 * SAMPLE_BYTES])
            sent = min(len(sound), at + 700 * SAMPLE_BYTES)
            data += await heard(channel, sent // FRAME_BYTES - len(data))
        playback.stop()
        await channel.expect(messages.Stop)
    assert b"".join(part.data for part in data) == sound
    assert {len(part.data) for part in data} == {FRAME_BYTES}
    assert set(np.diff([part.time for part in data])) == {10}


async def test_clients_get_what_they_can_and_opus_is_encoded_once() -> None:
    sound = tone(20)
    async with ServingCore() as core, core.client() as one, core.client() as two, core.client() as three:
        playback = player_of(core)
        raw = await listening(await one.begin())
        packed = [await listening(await client.begin(), OPUS) for client in (two, three)]
        assert (await raw.expect(messages.Mode)).mode is AudioDataMode.RAW
        assert [(await channel.expect(messages.Mode)).mode for channel in packed] == [AudioDataMode.OPUS] * 2
        playback.start()
        playback.put(sound)
        for channel in (raw, *packed):
            await channel.expect(messages.Start)
        assert b"".join(part.data for part in await heard(raw, 20)) == sound
        first, second = [await heard(channel, 20) for channel in packed]
    assert first == second
    decoder = OpusDecoder()
    decoded = b"".join(decoder.decode(part.data) for part in first)
    before, after = (np.frombuffer(part, "<i2").astype(float)[::2] for part in (sound, decoded))
    assert len(after) == len(before)
    late = 312  # samples that libopus is late
    assert np.abs(before[4800:-late] - after[4800 + late :]).max() < 800


async def test_machine_without_compression_plays_raw_to_everybody() -> None:
    async with ServingCore() as core, core.client() as client:
        player_of(core).compression = False
        channel = await listening(await client.begin(), OPUS)
        assert (await channel.expect(messages.Mode)).mode is AudioDataMode.RAW


async def test_client_that_comes_later_is_told_how_things_are() -> None:
    async with ServingCore() as core, core.client() as client:
        playback = player_of(core)
        playback.set_volume([40000, 20000])
        playback.set_mute(True)
        playback.start()
        channel = await listening(await client.begin(), OPUS)
        await channel.expect(messages.Mode)
        assert (await channel.expect(messages.Volume)).volume == [40000, 20000]
        assert (await channel.expect(messages.Mute)).mute == 1
        await channel.expect(messages.Start)
        playback.put(tone(1))
        await channel.expect(messages.Data)


async def test_machine_that_has_no_volume_tells_none() -> None:
    async with ServingCore() as core, core.client() as client:
        playback = player_of(core)
        channel = await listening(await client.begin(), OPUS)
        await channel.expect(messages.Mode)
        playback.start()
        await channel.expect(messages.Start)


async def test_changes_of_volume_reach_those_who_understand_them() -> None:
    async with ServingCore() as core, core.client() as one, core.client() as two:
        playback = player_of(core)
        able = await listening(await one.begin(), OPUS)
        unable = await listening(await two.begin())
        for channel in (able, unable):
            await channel.expect(messages.Mode)
        playback.set_volume([65535])
        playback.set_mute(True)
        playback.start()
        assert (await able.expect(messages.Volume)).volume == [65535]
        assert (await able.expect(messages.Mute)).mute == 1
        await able.expect(messages.Start)
        await unable.expect(messages.Start)


async def test_sound_that_leads_video_is_held_back_at_that_client_as_long_as_video_takes() -> None:
    async with ServingCore() as core, core.client() as one, core.client() as two:
        playback = player_of(core)
        sessions = [await client.begin() for client in (one, two)]
        first, second = [await listening(session, OPUS) for session in sessions]
        for channel in (first, second):
            await channel.expect(messages.Mode)
        client = core.server.find_client(sessions[0].init.session_id)
        assert client is not None
        assert not playback.leads(client, 250), "nothing is heard yet"
        playback.start()
        for latency in (80, 85, 250, 255, 5000):
            assert playback.leads(client, latency)
        playback.stop()
        assert not playback.leads(client, 80)
        await first.expect(messages.Start)
        assert [(await first.expect(messages.Latency)).latency_ms for _ in range(2)] == [250, 2000]
        await first.expect(messages.Stop)
        await second.expect(messages.Start)
        await second.expect(messages.Stop)


async def test_client_without_sound_is_not_led_by_it() -> None:
    async with ServingCore() as core, core.client() as person:
        playback = player_of(core)
        session = await person.begin()
        playback.start()
        client = core.server.find_client(session.init.session_id)
        assert client is not None
        assert not playback.leads(client, 80)


async def test_slow_client_loses_the_oldest_sound_and_nobody_else_does() -> None:
    frames = 150
    sound = tone(frames)
    async with ServingCore() as core, core.client() as one, core.client() as two:
        playback = player_of(core)
        fast = await listening(await one.begin())
        slow = await (await two.begin()).link(ChannelType.PLAYBACK)
        ack = await slow.expect(SetAck)
        await slow.send(AckSync(ack.generation))  # and no ACK from here on
        await fast.expect(messages.Mode)
        await slow.expect(messages.Mode)
        playback.start()
        await fast.expect(messages.Start)
        await slow.expect(messages.Start)
        played = b""
        for at in range(0, len(sound), FRAME_BYTES):
            playback.put(sound[at : at + FRAME_BYTES])
            played += (await fast.expect(messages.Data)).data
        assert played == sound
        (late,) = [connection for connection in playback.connections if connection.dropped]
        underway = frames - late.dropped - MAX_PLAYBACK_FRAMES
        assert 0 < underway <= 2 * ack.window
        before = await heard(slow, underway)
        assert b"".join(part.data for part in before) == sound[: underway * FRAME_BYTES]
        for _ in range(2):
            await slow.send(Ack())
        after = await heard(slow, MAX_PLAYBACK_FRAMES)
        assert b"".join(part.data for part in after) == sound[-MAX_PLAYBACK_FRAMES * FRAME_BYTES :]


async def test_slow_client_hears_the_end_behind_what_waits_for_it() -> None:
    async with ServingCore() as core, core.client() as client:
        playback = player_of(core)
        channel = await (await client.begin()).link(ChannelType.PLAYBACK)
        ack = await channel.expect(SetAck)
        await channel.send(AckSync(ack.generation))
        await channel.expect(messages.Mode)
        for _ in range(3):
            playback.start()
            playback.put(tone(30))
            playback.stop()
        got: list[object] = []
        while got.count(messages.Stop) < 3:
            got.append(type(await channel.receive()))
            if len(got) % ack.window == 0:
                await channel.send(Ack())
    streams = " ".join(kind.__name__ for kind in got if isinstance(kind, type)).split("Stop")
    assert [stream.split()[0] for stream in streams[:3]] == ["Start"] * 3
    assert all(set(stream.split()[1:]) == {"Data"} for stream in streams[:3])


async def test_sound_of_another_rate_arrives_at_48_khz() -> None:
    async with ServingCore() as core, core.client() as client:
        playback = player_of(core)
        channel = await listening(await client.begin())
        await channel.expect(messages.Mode)
        playback.start(44100)
        assert (await channel.expect(messages.Start)).frequency == OPUS_FREQUENCY
        playback.put(tone(30, 44100))
        samples = np.frombuffer(b"".join(part.data for part in await heard(channel, 29)), "<i2").astype(float)[::2]
    assert np.abs(np.diff(samples[200:])).max() < 16000 * 2 * np.pi * 440 / OPUS_FREQUENCY * 1.02, "no step"
    at = np.flatnonzero((samples[:-1] < 0) & (samples[1:] >= 0))
    assert (len(at) - 1) * OPUS_FREQUENCY / (at[-1] - at[0]) == pytest.approx(440, rel=0.005)


async def test_machine_is_told_its_own_mistakes() -> None:
    async with ServingCore() as core:
        playback = player_of(core)
        with pytest.raises(UsageError):
            playback.put(tone(1))
        with pytest.raises(UsageError):
            playback.start(0)
        playback.start()
        with pytest.raises(UsageError):
            playback.put(b"\0")
        for volume in ([], [-1], [65536], [0] * 256):
            with pytest.raises(UsageError):
                playback.set_volume(volume)


async def test_machine_knows_whether_anybody_listens() -> None:
    async with ServingCore() as core, core.client() as client:
        playback = player_of(core)
        assert not playback.has_listeners
        channel = await listening(await client.begin())
        await channel.expect(messages.Mode)
        assert playback.has_listeners


async def test_client_may_send_nothing_but_what_every_channel_has() -> None:
    async with ServingCore() as core, core.client() as client:
        player_of(core)
        channel = await listening(await client.begin())
        await channel.wire.send_raw(101, b"")
        with pytest.raises(Gone):
            while True:
                await soon(channel.receive())


async def test_removed_sound_is_gone_for_its_clients() -> None:
    async with ServingCore() as core, core.client() as client:
        player = Player()
        core.server.add_interface(player)
        channel = await listening(await client.begin())
        core.server.remove_interface(player)
        await channel.wire.gone()
        assert player.detached
        assert core.server.find_channel(ChannelType.PLAYBACK, 0) is None


def test_frames_that_come_unevenly_have_even_times() -> None:
    clock = FrameClock()
    assert [clock.next(now) for now in (1000, 1003, 1037, 1038, 1039)] == [1000, 1010, 1020, 1030, 1040]


def test_sound_that_comes_before_it_is_due_has_the_time_at_which_it_is() -> None:
    clock = FrameClock()
    assert [clock.next(1000) for _ in range(30)] == list(range(1000, 1300, 10))


def test_sound_that_comes_after_a_pause_has_the_time_of_its_coming() -> None:
    clock = FrameClock()
    assert [clock.next(now) for now in (1000, 1010, 1500, 1501)] == [1000, 1010, 1500, 1510]


def test_time_of_frames_wraps_as_the_clock_does() -> None:
    clock = FrameClock()
    assert [clock.next(now) for now in (2**32 - 15, 2**32 - 5, 5, 15)] == [2**32 - 15, 2**32 - 5, 5, 15]
