"""Sounds made of sines: a tone, a sweep and a melody. Signed 16-bit samples, two channels."""

from __future__ import annotations

from collections.abc import Callable
from math import log10
from typing import Final

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.int16]
"""(frames, 2): left and right."""

TONE_HERTZ: Final = 440.0
SWEEP_HERTZ: Final = (110.0, 1760.0)
SWEEP_SECONDS: Final = 6.0
_AMPLITUDE: Final = 0.28 * 32767
_FADE_SECONDS: Final = 0.01
"""How long it takes to begin and to end: a sine that is cut clicks."""

_BEAT: Final = 0.3
"""Seconds of a quarter note."""

_MELODY: Final = (
    *((64, 1), (64, 1), (65, 1), (67, 1), (67, 1), (65, 1), (64, 1), (62, 1)),
    *((60, 1), (60, 1), (62, 1), (64, 1), (64, 1.5), (62, 0.5), (62, 2)),
    *((64, 1), (64, 1), (65, 1), (67, 1), (67, 1), (65, 1), (64, 1), (62, 1)),
    *((60, 1), (60, 1), (62, 1), (64, 1), (62, 1.5), (60, 0.5), (60, 2)),
)
"""MIDI notes and beats: the Ode to Joy (Beethoven, 1824)."""

Floats = NDArray[np.float64]
Voice = Callable[[Floats], tuple[Floats, Floats]]
"""From seconds to a phase in turns and an amplitude from 0 to 1."""


def tone(seconds: Floats) -> tuple[Floats, Floats]:
    """One pitch, without end."""
    return seconds * TONE_HERTZ, np.ones_like(seconds)


def sweep(seconds: Floats) -> tuple[Floats, Floats]:
    """Up four octaves, evenly in pitch, and again; it fades where it begins anew."""
    low, high = SWEEP_HERTZ
    growth = np.log(high / low) / SWEEP_SECONDS
    at = seconds % SWEEP_SECONDS
    phase = low / growth * np.expm1(growth * at)
    return phase, _envelope(at, np.full_like(at, SWEEP_SECONDS))


def melody(seconds: Floats) -> tuple[Floats, Floats]:
    """Notes that die away, over and over."""
    at = seconds % _ENDS[-1]
    note = np.searchsorted(_ENDS, at, side="right")
    since = at - np.concatenate(([0.0], _ENDS))[note]
    return since * _HERTZ[note], _envelope(since, _LENGTHS[note]) * np.exp(-2.2 * since)


VOICES: Final[dict[str, Voice]] = {"Tone": tone, "Sweep": sweep, "Melody": melody}
"""By their names for people."""


class Synth:
    """Plays a voice from its beginning; blocks follow one another without a gap, whatever their lengths."""

    def __init__(self, voice: Voice, rate: int) -> None:
        self._voice = voice
        self._rate = rate
        self._frame = 0

    def block(self, frames: int) -> Samples:
        """The next frames."""
        seconds = np.arange(self._frame, self._frame + frames) / self._rate
        self._frame += frames
        phase, strength = self._voice(seconds)
        strength = strength * np.minimum(1, seconds / _FADE_SECONDS)
        turn = 2 * np.pi * phase
        wave = (
            (np.sin(turn) + 0.18 * np.sin(2 * turn) + 0.06 * np.sin(3 * turn))
            if self._voice is melody
            else np.sin(turn)
        )
        samples = (wave * strength * _AMPLITUDE).astype(np.int16)
        return np.stack([samples, samples], axis=1)


def fade_out(samples: Samples) -> Samples:
    """The last block of a sound: down to silence over its length."""
    return (samples * np.linspace(1, 0, len(samples))[:, None]).astype(np.int16)


def level(samples: Samples) -> float:
    """How loud it is, 0 to 1 over 60 dB; 1 is a full-scale square wave."""
    if not samples.size:
        return 0.0
    power = float(np.sqrt(np.mean(samples.astype(np.float64) ** 2))) / 32768
    return max(0.0, 1 + log10(max(power, 1e-9)) / 3)


def _envelope(since: Floats, length: Floats) -> Floats:
    """Rises and falls at the ends of a note."""
    return np.clip(np.minimum(since, length - since) / _FADE_SECONDS, 0, 1)


_LENGTHS: Final = np.array([beats * _BEAT for _, beats in _MELODY])
_ENDS: Final = np.cumsum(_LENGTHS)
_HERTZ: Final = np.array([440.0 * 2 ** ((note - 69) / 12) for note, _ in _MELODY])
