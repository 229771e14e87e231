"""Sound to the wire and back: Opus through PyAV, and another rate of samples.

Samples are what SPICE has: 16 bits, signed, little-endian, the left ear's before the right one's. Opus goes over the
wire at 48 kHz in packets of 10 ms (spice-common: ``snd_codec.h``). A packet costs 0.09 ms to encode and 0.03 ms to
decode, less than a worker thread's way there and back: who calls these may do so on the loop. Each object is for one
stream.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import av
from av.audio.codeccontext import AudioCodecContext
from av.audio.resampler import AudioResampler

from gateway.spice.errors import ProtocolError, UsageError
from gateway.spice.limits import MAX_OPUS_PACKET, MAX_SOUND_FREQUENCY, MIN_SOUND_FREQUENCY

OPUS_FREQUENCY: Final = 48000
FRAME_SAMPLES: Final = 480
"""Of one Opus packet, and of one message of raw sound."""
SAMPLE_BYTES: Final = 4
"""Of both ears' samples together."""
FRAME_BYTES: Final = FRAME_SAMPLES * SAMPLE_BYTES

BIT_RATE: Final = 128_000
"""Bits a second, on average: with packets this short that is what music takes to sound like the original."""

_FORMAT, _LAYOUT = "s16", "stereo"


class OpusEncoder:
    """A stream of sound at 48 kHz to Opus packets."""

    def __init__(self, bit_rate: int = BIT_RATE) -> None:
        codec = AudioCodecContext.create("libopus", "w")
        codec.sample_rate, codec.format, codec.layout, codec.bit_rate = OPUS_FREQUENCY, _FORMAT, _LAYOUT, bit_rate
        codec.options = {"application": "audio", "frame_duration": str(FRAME_SAMPLES * 1000 // OPUS_FREQUENCY)}
        codec.open()
        self._codec = codec
        self._samples = 0

    def encode(self, frame: bytes) -> bytes:
        """The packet of `FRAME_BYTES` of sound. Raises `UsageError` for another size."""
        if len(frame) != FRAME_BYTES:
            raise UsageError(f"{len(frame)} bytes of sound are no frame of {FRAME_BYTES}")
        packets = self._codec.encode(_audio_frame(frame, OPUS_FREQUENCY, self._samples))
        self._samples += FRAME_SAMPLES
        return b"".join(bytes(packet) for packet in packets)


class OpusDecoder:
    """Opus packets to sound at 48 kHz."""

    def __init__(self) -> None:
        codec = AudioCodecContext.create("libopus", "r")
        codec.sample_rate, codec.layout = OPUS_FREQUENCY, _LAYOUT
        self._codec = codec

    def decode(self, packet: bytes) -> bytes:
        """The sound of a packet: 2.5 to 120 ms. Raises `ProtocolError` when it is not Opus; the next may be."""
        if not 0 < len(packet) <= MAX_OPUS_PACKET:
            raise ProtocolError(f"{len(packet)} bytes are no Opus packet")
        try:
            frames = self._codec.decode(av.Packet(packet))
        except av.FFmpegError as error:
            raise ProtocolError("what came is not Opus") from error
        return b"".join(_samples_of(frame) for frame in frames)


class Resampler:
    """A stream of sound at one rate to another."""

    def __init__(self, frequency: int, to: int = OPUS_FREQUENCY) -> None:
        check_frequency(frequency)
        check_frequency(to)
        self._frequency = frequency
        self._resampler = AudioResampler(format=_FORMAT, layout=_LAYOUT, rate=to)

    def resample(self, samples: bytes) -> bytes:
        """What `samples` make possible; the filter keeps a few of them back. Raises `UsageError` as `check_whole`."""
        check_whole(samples)
        if not samples:
            return b""
        return self._join(_audio_frame(samples, self._frequency))

    def flush(self) -> bytes:
        """What was kept back. The stream is over."""
        return self._join(None)

    def _join(self, frame: av.AudioFrame | None) -> bytes:
        return b"".join(_samples_of(made) for made in self._resampler.resample(frame))


class Frames:
    """Cuts a stream of samples, which comes in pieces of any size, into frames."""

    def __init__(self) -> None:
        self._rest = b""

    def cut(self, samples: bytes) -> Iterator[bytes]:
        """The frames that are complete with `samples`. Raises `UsageError` as `check_whole`."""
        check_whole(samples)
        whole = self._rest + samples
        end = len(whole) - len(whole) % FRAME_BYTES
        self._rest = whole[end:]
        for at in range(0, end, FRAME_BYTES):
            yield whole[at : at + FRAME_BYTES]

    @property
    def waiting(self) -> int:
        """Samples of a frame that is not complete."""
        return len(self._rest) // SAMPLE_BYTES

    def clear(self) -> None:
        self._rest = b""


def check_whole(samples: bytes) -> None:
    """Raises `UsageError` for what ends within a sample."""
    if len(samples) % SAMPLE_BYTES:
        raise UsageError(f"{len(samples)} bytes are no whole samples")


def check_frequency(frequency: int) -> None:
    """Raises `UsageError` for a rate of samples that no sound has."""
    if not MIN_SOUND_FREQUENCY <= frequency <= MAX_SOUND_FREQUENCY:
        raise UsageError(f"{frequency} Hz is no rate of sound")


def _audio_frame(samples: bytes, frequency: int, at: int | None = None) -> av.AudioFrame:
    frame = av.AudioFrame(_FORMAT, _LAYOUT, len(samples) // SAMPLE_BYTES)
    frame.planes[0].update(_padded(samples, frame.planes[0].buffer_size))
    frame.sample_rate = frequency
    frame.pts = at
    return frame


def _padded(samples: bytes, size: int) -> bytes:
    """A plane may be larger than what it holds."""
    return samples if len(samples) == size else samples + bytes(size - len(samples))


def _samples_of(frame: av.AudioFrame) -> bytes:
    return bytes(frame.planes[0])[: frame.samples * SAMPLE_BYTES]
