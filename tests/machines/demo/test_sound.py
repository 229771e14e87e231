"""The demo machine's sound, as clients hear it, and what it hears of them."""

from __future__ import annotations

import asyncio

import numpy as np

from gateway.machines.demo.sound import FULL, RATE
from gateway.machines.demo.synth import TONE_HERTZ, Synth, tone
from gateway.machines.demo.toolkit.widgets import Slider, Status
from gateway.server.channels.record import RecordChannel
from gateway.spice.agent import AudioVolumeSync
from gateway.spice.enums import AudioDataMode, ChannelType, PlaybackCap, RecordCap
from gateway.spice.messages import playback, record
from tests.machines.demo.agent_person import AgentPerson
from tests.machines.demo.serving import ServingDemo
from tests.machines.demo.test_devices import until
from tests.peers import soon
from tests.serving_core import ClientChannel, CoreClient


async def loudspeaker_of(client: CoreClient) -> ClientChannel:
    """A client's PLAYBACK, raw."""
    channel = await (await client.begin()).link(ChannelType.PLAYBACK, caps=[PlaybackCap.VOLUME], acks=True)
    await channel.wait_for(playback.Mode)
    return channel


async def hear(channel: ClientChannel, frames: int) -> np.ndarray:
    """So much of the left ear, once sound begins."""
    await channel.wait_for(playback.Start)
    heard = b""
    while len(heard) < frames * 4:
        heard += (await soon(channel.wait_for(playback.Data))).data
    return np.frombuffer(heard, np.int16).reshape(-1, 2)[:frames, 0]


async def test_tone_is_heard_without_a_gap_at_its_pitch() -> None:
    async with ServingDemo() as core, core.client() as client:
        channel = await loudspeaker_of(client)
        core.demo.loudspeaker.play("Tone")
        heard = await hear(channel, RATE // 2)
        assert np.array_equal(heard, Synth(tone, RATE).block(RATE // 2)[:, 0])
        crossings = np.count_nonzero(np.diff(np.signbit(heard)))
        assert abs(crossings - TONE_HERTZ) <= 2
        core.demo.loudspeaker.stop()
        await soon(channel.wait_for(playback.Stop))


async def test_volume_and_mute_reach_the_client() -> None:
    async with ServingDemo() as core, core.client() as client:
        channel = await loudspeaker_of(client)
        assert (await channel.wait_for(playback.Volume)).volume == [round(0.8 * FULL)] * 2
        window = core.demo.show("sound")
        slider = next(widget for widget in window.widgets if isinstance(widget, Slider))
        slider.on_press(slider.box.right, slider.box.top)
        assert (await channel.wait_for(playback.Volume)).volume == [FULL] * 2
        core.demo.loudspeaker.set_muted(True)
        assert (await channel.wait_for(playback.Mute)).mute == 1


async def test_volume_that_a_client_sets_is_followed() -> None:
    async with ServingDemo() as core, core.client() as client:
        person = await AgentPerson.meet(client)
        await person.say(AudioVolumeSync(1, 1, [FULL // 4, FULL // 4]))
        await until(core.demo, lambda: core.demo.loudspeaker.muted)
        assert round(core.demo.loudspeaker.volume, 2) == 0.25


async def test_closed_player_is_still() -> None:
    async with ServingDemo() as core:
        window = core.demo.show("sound")
        core.demo.loudspeaker.play("Melody")
        core.demo.desktop.close(window)
        assert not core.demo.loudspeaker.title


async def test_microphone_is_heard_when_it_is_wanted_and_can_be_played_back() -> None:
    async with ServingDemo() as core, core.client() as client, core.client() as other:
        window = core.demo.show("microphone")
        channel = await (await client.begin()).link(ChannelType.RECORD, caps=[RecordCap.VOLUME])
        microphone = core.demo.microphone
        microphone.listen(True)
        await channel.wait_for(record.Start)
        await channel.send(record.Mode(0, AudioDataMode.RAW))
        await channel.send(record.StartMark(0))
        said = Synth(tone, RATE).block(RATE // 10)
        for at in range(0, len(said), 480):
            await channel.send(record.Data(at // 48, said[at : at + 480].tobytes()))
        await until(core.demo, lambda: microphone.seconds >= 0.1)
        status = next(widget for widget in window.widgets if isinstance(widget, Status))
        await until(core.demo, lambda: "is heard" in status.text)
        assert 0.7 < microphone.level <= 1
        speaker = await loudspeaker_of(other)
        core.demo.loudspeaker.play_source("The recording", microphone.recording())
        heard = await hear(speaker, len(said))
        assert np.array_equal(heard, said[:, 0])
        core.demo.desktop.minimise(window)
        await channel.wait_for(record.Stop)


async def test_microphone_keeps_only_the_last_seconds() -> None:
    async with ServingDemo() as core:
        microphone = core.demo.microphone
        microphone.listen(True)
        channel = core.server.find_channel(ChannelType.RECORD, 0)
        assert isinstance(channel, RecordChannel)
        for _ in range(120):
            channel.take(bytes(RATE // 10 * 4), 0)
            await asyncio.sleep(0)
        assert 9.8 <= microphone.seconds <= 10
