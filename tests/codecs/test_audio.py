"""Sound to Opus and back, and from one rate to another."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.codecs.audio import (
    FRAME_BYTES,
    FRAME_SAMPLES,
    OPUS_FREQUENCY,
    SAMPLE_BYTES,
    Frames,
    OpusDecoder,
    OpusEncoder,
    Resampler,
)
from gateway.spice.errors import ProtocolError, UsageError

LOOKAHEAD = 312
"""Samples that libopus is late at 48 kHz (RFC 7845, 4.2: what a pre-skip covers)."""


def stereo(left: npt.NDArray[np.float64], right: npt.NDArray[np.float64]) -> bytes:
    return np.stack([left, right], axis=1).round().astype("<i2").tobytes()


def chord(seconds: float, frequency: int = OPUS_FREQUENCY) -> bytes:
    """A tone in each ear."""
    time = np.arange(round(seconds * frequency)) / frequency
    return stereo(12000 * np.sin(2 * np.pi * 440 * time), 9000 * np.sin(2 * np.pi * 1000 * time))


def ears(samples: bytes) -> npt.NDArray[np.float64]:
    """Samples × (left, right)."""
    return np.frombuffer(samples, "<i2").reshape(-1, 2).astype(np.float64)


def pitch(wave: npt.NDArray[np.float64], frequency: int = OPUS_FREQUENCY) -> float:
    """Of a tone, by its upward zero crossings."""
    at = np.flatnonzero((wave[:-1] < 0) & (wave[1:] >= 0))
    exact = at + wave[at] / (wave[at] - wave[at + 1])
    return float((len(exact) - 1) * frequency / (exact[-1] - exact[0]))


def frames_of(samples: bytes) -> list[bytes]:
    return list(Frames().cut(samples))


def test_opus_keeps_sound_in_both_ears() -> None:
    encoder, decoder = OpusEncoder(), OpusDecoder()
    sent = chord(2)
    packets = [encoder.encode(frame) for frame in frames_of(sent)]
    heard = b"".join(decoder.decode(packet) for packet in packets)
    assert len(heard) == len(sent)
    assert 100_000 < sum(map(len, packets)) * 8 / 2 < 250_000, "bits a second"
    before, after = ears(sent)[:-LOOKAHEAD], ears(heard)[LOOKAHEAD:]
    settled = slice(FRAME_SAMPLES * 10, None)
    noise = (before - after)[settled].std(axis=0)
    assert (before[settled].std(axis=0) / noise > 30).all(), "at least 30 dB"


def test_every_frame_gives_one_packet_at_once() -> None:
    encoder, decoder = OpusEncoder(), OpusDecoder()
    for frame in frames_of(chord(0.2)):
        packet = encoder.encode(frame)
        assert packet
        assert len(decoder.decode(packet)) == FRAME_BYTES


def test_decoder_begins_anywhere_in_a_stream() -> None:
    encoder, decoder = OpusEncoder(), OpusDecoder()
    packets = [encoder.encode(frame) for frame in frames_of(chord(1))]
    heard = ears(b"".join(decoder.decode(packet) for packet in packets[40:]))
    assert pitch(heard[FRAME_SAMPLES * 5 :, 0]) == pytest.approx(440, rel=0.001)


def test_silence_stays_silence() -> None:
    encoder, decoder = OpusEncoder(), OpusDecoder()
    heard = [decoder.decode(encoder.encode(bytes(FRAME_BYTES))) for _ in range(50)]
    assert np.abs(ears(b"".join(heard))).max() <= 1


@pytest.mark.parametrize("size", [0, SAMPLE_BYTES, FRAME_BYTES - 1, FRAME_BYTES + SAMPLE_BYTES])
def test_encoder_takes_whole_frames_only(size: int) -> None:
    with pytest.raises(UsageError):
        OpusEncoder().encode(bytes(size))


@pytest.mark.parametrize("packet", [b"", b"\xff\xff\xff", bytes(10_000)])
def test_decoder_refuses_what_is_no_packet_and_goes_on(packet: bytes) -> None:
    decoder = OpusDecoder()
    with pytest.raises(ProtocolError):
        decoder.decode(packet)
    assert len(decoder.decode(OpusEncoder().encode(bytes(FRAME_BYTES)))) == FRAME_BYTES


@given(st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_decoder_gives_sound_or_a_protocol_error_for_any_bytes(packet: bytes) -> None:
    try:
        heard = OpusDecoder().decode(packet)
    except ProtocolError:
        return
    assert len(heard) <= 120 * OPUS_FREQUENCY // 1000 * SAMPLE_BYTES


@pytest.mark.parametrize("frequency", [8000, 22050, 44100, 96000])
def test_resampled_tone_keeps_its_pitch_and_length(frequency: int) -> None:
    resampler = Resampler(frequency)
    sent = chord(2, frequency)
    pieces = [resampler.resample(sent[at : at + 1764]) for at in range(0, len(sent), 1764)]
    heard = ears(b"".join(pieces) + resampler.flush())
    assert len(heard) == pytest.approx(2 * OPUS_FREQUENCY, abs=64)
    middle = heard[2000:-2000]
    assert pitch(middle[:, 0]) == pytest.approx(440, rel=0.0005)
    assert pitch(middle[:, 1]) == pytest.approx(1000, rel=0.0005)
    assert np.abs(np.diff(middle[:, 0])).max() < 12000 * 2 * np.pi * 440 / OPUS_FREQUENCY * 1.02, "no step"


def test_no_sound_is_resampled_to_no_sound() -> None:
    assert Resampler(44100).resample(b"") == b""


@pytest.mark.parametrize("frequency", [0, -1, 4_000_000])
def test_resampler_refuses_rates_that_no_sound_has(frequency: int) -> None:
    with pytest.raises(UsageError):
        Resampler(frequency)


@given(st.lists(st.integers(0, 2000), max_size=12))
def test_frames_are_the_stream_in_order_whatever_the_pieces(sizes: list[int]) -> None:
    stream = np.arange(sum(sizes), dtype="<u4").tobytes()
    frames, at = Frames(), 0
    cut: list[bytes] = []
    for size in sizes:
        cut += frames.cut(stream[at * SAMPLE_BYTES : (at + size) * SAMPLE_BYTES])
        at += size
    whole = b"".join(cut)
    assert {len(frame) for frame in cut} <= {FRAME_BYTES}
    assert stream.startswith(whole)
    assert frames.waiting == (len(stream) - len(whole)) // SAMPLE_BYTES < FRAME_SAMPLES


def test_half_a_sample_is_refused() -> None:
    with pytest.raises(UsageError):
        list(Frames().cut(b"\0\0\0"))
