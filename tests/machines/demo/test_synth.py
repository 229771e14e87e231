"""The sounds are what they say, and have no gap."""

from __future__ import annotations

import numpy as np
import pytest

from gateway.machines.demo.synth import VOICES, Synth, Voice, fade_out, level, melody, sweep, tone

RATE = 48_000


def strongest(samples: np.ndarray) -> float:
    """The pitch with the most power (Hz)."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.fft.rfftfreq(len(samples), 1 / RATE)[spectrum.argmax()])


def test_tone_has_440_hertz() -> None:
    samples = Synth(tone, RATE).block(RATE)
    assert samples.shape == (RATE, 2)
    assert abs(strongest(samples[:, 0]) - 440) < 1.5


def test_sweep_rises_four_octaves() -> None:
    samples = Synth(sweep, RATE).block(RATE * 6)[:, 0]
    pitches = [strongest(samples[at : at + RATE // 4]) for at in range(0, RATE * 6 - RATE // 4, RATE // 4)]
    assert pitches == sorted(pitches)
    assert pitches[-1] / pitches[0] > 12


def test_melody_begins_with_e() -> None:
    samples = Synth(melody, RATE).block(RATE // 4)[:, 0]
    assert abs(strongest(samples) - 329.6) < 5


@pytest.mark.parametrize("voice", VOICES.values(), ids=VOICES.keys())
def test_blocks_of_any_length_follow_without_a_gap(voice: Voice) -> None:
    whole = Synth(voice, RATE).block(20_000)
    synth = Synth(voice, RATE)
    parts = [synth.block(frames) for frames in (1, 479, 480, 9000, 10_040)]
    assert np.array_equal(np.concatenate(parts), whole)
    assert np.abs(np.diff(whole[:, 0].astype(int))).max() < 3500, "it clicks"


def test_level_is_logarithmic_from_silence_to_full_scale() -> None:
    assert level(np.zeros((480, 2), np.int16)) == 0
    assert level(np.full((480, 2), -32768, np.int16)) == pytest.approx(1)
    assert level(np.full((480, 2), 1036, np.int16)) == pytest.approx(0.5, abs=0.01)
    assert level(np.zeros((0, 2), np.int16)) == 0


def test_last_block_ends_in_silence() -> None:
    assert not fade_out(np.full((480, 2), 1000, np.int16))[-1].any()
