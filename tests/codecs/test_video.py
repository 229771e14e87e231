"""Video encoders against the decoders of FFmpeg and libjpeg: as many frames as pictures, and each like its picture."""

from __future__ import annotations

import av
import numpy as np
import pytest
import simplejpeg
from av.video.codeccontext import VideoCodecContext

from gateway.codecs.image import Pixels
from gateway.codecs.video import ENCODERS, H264Encoder, MjpegEncoder, VideoEncoder, Vp8Encoder
from gateway.spice.enums import VideoCodecType
from gateway.spice.errors import UsageError

DECODERS = {VideoCodecType.VP8: "libvpx", VideoCodecType.VP9: "libvpx-vp9", VideoCodecType.H264: "h264"}
FPS = 30.0


def scene(number: int, width: int = 160, height: int = 120) -> Pixels:
    """A soft picture that moves."""
    y, x = np.mgrid[0:height, 0:width]
    waves = [np.sin((x + 3 * number) / 17), np.sin((y - 2 * number) / 23), np.sin((x + y + number) / 31)]
    colours = np.stack([*(128 + 100 * wave for wave in waves), np.zeros(x.shape)], axis=2)
    return colours.astype(np.uint8)


def decoded(codec: VideoCodecType, frames: list[bytes]) -> list[Pixels]:
    if codec is VideoCodecType.MJPEG:
        return [simplejpeg.decode_jpeg(frame, colorspace="BGRA") for frame in frames]
    context = av.CodecContext.create(DECODERS[codec], "r")
    assert isinstance(context, VideoCodecContext)
    pictures = [picture for frame in [*frames, None] for picture in context.decode(av.Packet(frame) if frame else None)]
    return [picture.to_ndarray(format="bgra").astype(np.uint8) for picture in pictures]


def difference(one: Pixels, two: Pixels) -> float:
    return float(np.abs(one[..., :3].astype(int) - two[..., :3].astype(int)).mean())


@pytest.mark.parametrize("kind", ENCODERS.values())
def test_every_picture_gives_a_frame_at_once(kind: type[VideoEncoder]) -> None:
    encoder = kind(160, 120, 2_000_000, FPS)
    pictures = [scene(number) for number in range(30)]
    frames = [encoder.encode(picture, 33 * number) for number, picture in enumerate(pictures)]
    assert all(frames)
    shown = decoded(kind.codec, frames)
    assert len(shown) == len(pictures)
    assert max(map(difference, shown, pictures)) < 6


@pytest.mark.parametrize("kind", [Vp8Encoder, MjpegEncoder])
def test_frames_of_odd_sizes_keep_their_size(kind: type[VideoEncoder]) -> None:
    encoder = kind(101, 77, 2_000_000, FPS)
    picture = scene(1, 101, 77)
    (shown,) = decoded(kind.codec, [encoder.encode(picture, 0)])
    assert shown.shape == picture.shape
    assert difference(shown, picture) < 6


def test_h264_has_no_odd_sizes() -> None:
    assert not H264Encoder.takes(101, 76)
    with pytest.raises(UsageError):
        H264Encoder(100, 77, 1_000_000, FPS)


@pytest.mark.parametrize("kind", ENCODERS.values())
def test_lower_bit_rate_makes_smaller_frames(kind: type[VideoEncoder]) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (60, 120, 160, 4), np.uint8)
    encoder = kind(160, 120, 8_000_000, FPS)
    sizes = []
    for number, picture in enumerate(noise):
        if number == 30:
            encoder.set_bit_rate(500_000)
        sizes.append(len(encoder.encode(picture, 33 * number)))
    assert sum(sizes[40:60]) * 1.5 < sum(sizes[10:30])


@pytest.mark.parametrize("kind", ENCODERS.values())
def test_pictures_of_one_millisecond_are_frames_all_the_same(kind: type[VideoEncoder]) -> None:
    encoder = kind(160, 120, 2_000_000, FPS)
    assert all(encoder.encode(scene(number), 5) for number in range(4))


@pytest.mark.parametrize("kind", ENCODERS.values())
def test_encoder_refuses_a_picture_of_another_size(kind: type[VideoEncoder]) -> None:
    encoder = kind(160, 120, 2_000_000, FPS)
    with pytest.raises(UsageError):
        encoder.encode(scene(0, 120, 160), 0)


def test_bit_rates_are_kept_in_bounds() -> None:
    encoder = MjpegEncoder(160, 120, 1, FPS)
    assert encoder.bit_rate == 100_000
    encoder.set_bit_rate(10**12)
    assert encoder.bit_rate == 50_000_000
