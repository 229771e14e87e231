"""spice-gtk hears a machine on our core, and speaks to it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from gateway.codecs.audio import FRAME_SAMPLES, OPUS_FREQUENCY, SAMPLE_BYTES
from gateway.server.channels.playback import PlaybackChannel
from gateway.server.channels.record import RecordChannel
from gateway.server.interfaces import PlaybackInterface, RecordInterface
from tests.e2e.core_machine import CoreMachine
from tests.e2e.guest.tones import tone
from tests.e2e.notes import Notes
from tests.e2e.spice_gtk.client import SpiceGtk, decoded, encoded

pytestmark = pytest.mark.e2e

SECONDS = 0.5
LATE = 312
"""Samples that Opus is late at 48 kHz."""


class Player(PlaybackInterface):
    playback: PlaybackChannel

    def on_attached(self, playback: PlaybackChannel) -> None:
        self.playback = playback


class NotedMicrophone(RecordInterface):
    record: RecordChannel

    def __init__(self, notes: Notes) -> None:
        self.notes = notes

    def on_attached(self, record: RecordChannel) -> None:
        self.record = record

    def on_samples(self) -> None:
        self.notes.add("sound", self.record.read())


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[CoreMachine]:
    with CoreMachine(tmp_path / "machine") as machine:
        yield machine


def heard(person: SpiceGtk, size: int) -> bytes:
    sound = b""
    while len(sound) < size:
        sound += decoded(person.expect("playback-data")["data"])
    return sound


def left(sound: bytes) -> npt.NDArray[np.float64]:
    return np.frombuffer(sound, "<i2").astype(np.float64)[::2]


def assert_alike(before: bytes, after: bytes) -> None:
    """The same sound but for what Opus does to it, once it has settled."""
    one, other = left(before), left(after)
    settled = 10 * FRAME_SAMPLES
    assert np.abs(one[settled:-LATE] - other[settled + LATE : len(one)]).max() < 0.05 * np.abs(one).max()


@pytest.mark.parametrize("compression", [True, False], ids=["opus", "raw"])
def test_spice_gtk_hears_the_machine_from_start_to_stop(compression: bool, machine: CoreMachine) -> None:
    sound = tone(440, SECONDS)
    player = machine.add(Player())
    player.playback.compression = compression
    with SpiceGtk(**machine.way_in) as person:
        person.opened("playback")
        machine.call(player.playback.start)
        person.expect("playback-start", format=1, channels=2, frequency=OPUS_FREQUENCY)
        machine.call(lambda: player.playback.put(sound))
        got = heard(person, len(sound))
        machine.call(player.playback.stop)
        person.expect("playback-stop")
    if compression:
        assert_alike(sound, got)
    else:
        assert got == sound


def test_spice_gtk_follows_the_machines_volume(machine: CoreMachine) -> None:
    player, microphone = machine.add(Player()), machine.add(NotedMicrophone(machine.notes))
    with SpiceGtk(**machine.way_in) as person:
        person.opened("playback", "record")
        devices: dict[str, PlaybackChannel | RecordChannel] = {"playback": player.playback, "record": microphone.record}
        for channel, device in devices.items():
            machine.call(partial(device.set_volume, [65535, 3]))
            person.expect("volume", channel=channel, volume=[65535, 3])
            machine.call(partial(device.set_mute, True))
            person.expect("mute", channel=channel, mute=True)


def test_machine_hears_what_spice_gtk_records(machine: CoreMachine) -> None:
    sound = tone(1000, SECONDS)
    microphone = machine.add(NotedMicrophone(machine.notes))
    with SpiceGtk(**machine.way_in) as person:
        person.opened("record")
        machine.call(microphone.record.start)
        person.expect("record-start", format=1, channels=2, frequency=OPUS_FREQUENCY)
        person.do("record", data=encoded(sound), time=7)
        got = b""
        while len(got) < len(sound):
            got += machine.notes.expect("sound")[1]
        (connection,) = microphone.record.connections
        assert connection.start_mark == 7
        machine.call(microphone.record.stop)
        person.expect("record-stop")
    assert_alike(sound, got)
    assert len(got) == round(SECONDS * OPUS_FREQUENCY) * SAMPLE_BYTES
