"""The machine's loudspeaker and microphone."""

from __future__ import annotations

from collections import deque
from typing import Final, Protocol

import numpy as np

from gateway.machines.demo.limits import RECORDING_SECONDS
from gateway.machines.demo.signal import Signal
from gateway.machines.demo.synth import VOICES, Samples, Synth, fade_out, level
from gateway.machines.demo.ticker import Ticker
from gateway.server.channels.playback import PlaybackChannel
from gateway.server.channels.record import RecordChannel
from gateway.server.core import Core
from gateway.server.interfaces import PlaybackInterface, RecordInterface

RATE: Final = 48_000
FULL: Final = 0xFFFF
_BLOCK_SECONDS: Final = 0.02
_AHEAD_SECONDS: Final = 0.04
"""How much is given before it is due: the loop may be late."""
_LATEST_SECONDS: Final = 0.5
"""What is later than this is not made up for."""
_FADE_FRAMES: Final = 480
_START_VOLUME: Final = 0.8


class Source(Protocol):
    """Something to be heard."""

    def block(self, frames: int) -> Samples:
        """The next frames; fewer at its end."""


class Recording:
    """Samples that were heard, to be heard again."""

    def __init__(self, samples: Samples) -> None:
        self._samples = samples
        self._at = 0

    def block(self, frames: int) -> Samples:
        part = self._samples[self._at : self._at + frames]
        self._at += len(part)
        return part


class Loudspeaker(PlaybackInterface):
    """Plays one thing at a time, as fast as it is heard. `changed` is called when what is played or how changes."""

    def __init__(self, core: Core) -> None:
        self.changed = Signal()
        self.title = ""
        """What is played; empty while nothing is."""
        self.volume = _START_VOLUME
        self.muted = False
        self._loop = core.loop
        self._ticker = Ticker(core.loop, _BLOCK_SECONDS, self._tick)
        self._playback: PlaybackChannel | None = None
        self._source: Source | None = None
        self._started = 0.0
        self._given = 0

    @property
    def listeners(self) -> int:
        """Clients that hear it."""
        return self._playback.client_count if self._playback is not None else 0

    def play(self, title: str) -> None:
        """Play one of the voices from its beginning."""
        self.play_source(title, Synth(VOICES[title], RATE))

    def play_source(self, title: str, source: Source) -> None:
        """Play something else."""
        if self._playback is None:
            return
        self.stop()
        self._source, self.title = source, title
        self._started, self._given = self._loop.time(), 0
        self._playback.start(RATE)
        self._ticker.start()
        self._tick()
        self.changed()

    def stop(self) -> None:
        """Fade out and be still."""
        source, self._source = self._source, None
        if source is None:
            return
        self._ticker.stop()
        self.title = ""
        if self._playback is not None:
            self._playback.put(fade_out(source.block(_FADE_FRAMES)).tobytes())
            self._playback.stop()
        self.changed()

    def set_volume(self, volume: float) -> None:
        """0 to 1; clients set theirs so."""
        self.volume = volume
        if self._playback is not None:
            self._playback.set_volume([round(volume * FULL)] * 2)
        self.changed()

    def set_muted(self, muted: bool) -> None:
        self.muted = muted
        if self._playback is not None:
            self._playback.set_mute(muted)
        self.changed()

    # as the server sees it

    def on_attached(self, playback: PlaybackChannel) -> None:
        self._playback = playback
        playback.set_volume([round(self.volume * FULL)] * 2)

    def on_detached(self) -> None:
        self._playback = None
        self.stop()

    def _tick(self) -> None:
        """Give what is due; while nobody listens, wait where it is."""
        source, playback = self._source, self._playback
        if source is None or playback is None:
            return
        due = int((self._loop.time() - self._started + _AHEAD_SECONDS) * RATE)
        if not self.listeners or due - self._given > _LATEST_SECONDS * RATE:
            self._started += (due - self._given) / RATE
            return
        wanted = due - self._given
        samples = source.block(wanted)
        self._given += len(samples)
        playback.put(samples.tobytes())
        if len(samples) < wanted:
            self.stop()


class Microphone(RecordInterface):
    """Listens when it is switched on, and keeps the last seconds. `changed`: it was switched on or off."""

    def __init__(self) -> None:
        self.changed = Signal()
        self.level = 0.0
        """How loud it is, 0 to 1; grows at once and falls slowly, when `fade` is called."""
        self._record: RecordChannel | None = None
        self._kept: deque[Samples] = deque()
        self._frames = 0

    @property
    def listening(self) -> bool:
        return self._record is not None and self._record.is_active

    @property
    def speaker(self) -> str | None:
        """Who is heard."""
        speaker = self._record.speaker if self._record is not None else None
        return speaker.client.peer if speaker is not None else None

    @property
    def seconds(self) -> float:
        """How much is kept."""
        return self._frames / RATE

    def listen(self, wanted: bool) -> None:
        """Switch it on or off; clients ask their people before they send anything."""
        if self._record is None or wanted == self.listening:
            return
        if wanted:
            self._kept.clear()
            self._frames = 0
            self._record.start(RATE)
        else:
            self._record.stop()
        self.level = 0.0
        self.changed()

    def fade(self) -> None:
        """A moment passed in which the level may fall."""
        self.level = max(0.0, self.level - 0.02)

    def recording(self) -> Recording:
        """What is kept, to be played."""
        kept = list(self._kept) or [np.zeros((0, 2), np.int16)]
        return Recording(np.concatenate(kept))

    # as the server sees it

    def on_attached(self, record: RecordChannel) -> None:
        self._record = record

    def on_detached(self) -> None:
        self._record = None

    def on_samples(self) -> None:
        if self._record is None:
            return
        samples = np.frombuffer(self._record.read(), np.int16).reshape(-1, 2)
        self.level = max(self.level, level(samples))
        self._kept.append(samples)
        self._frames += len(samples)
        while self._frames > RECORDING_SECONDS * RATE:
            self._frames -= len(self._kept.popleft())
