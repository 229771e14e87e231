"""Video encoders: pictures of an area that changes all the time to the frames of a stream.

=========  =========================  ====================================
codec      by                         needs
=========  =========================  ====================================
MJPEG      libjpeg-turbo              nothing
VP8, VP9   libvpx, through PyAV       nothing
H264       x264, through PyAV         an even width and height
=========  =========================  ====================================

Made for pictures that come as they are drawn: every picture gives one frame at once, none waits for the next. A frame
but MJPEG's refers to those before it, so whatever was encoded has to be sent. An encoder is for one thread at a time.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from fractions import Fraction
from typing import ClassVar, Final

import av
import simplejpeg
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType
from av.video.reformatter import VideoReformatter

from gateway.codecs.image.encoded import Pixels, checked
from gateway.spice.enums import VideoCodecType
from gateway.spice.errors import UsageError

LEAST_BIT_RATE: Final = 100_000
MOST_BIT_RATE: Final = 50_000_000
"""Bits a second."""

NOTICED: Final = 1.2
"""A bit rate that differs by less than this factor is not worth a new beginning."""

MILLISECONDS: Final = Fraction(1, 1000)
LARGE_PIXELS: Final = 1920 * 1080
"""From this size on an encoder uses two threads."""


class VideoEncoder(ABC):
    """Frames of one codec and size, at about a bit rate; ``fps`` is what to expect."""

    codec: ClassVar[VideoCodecType]

    def __init__(self, width: int, height: int, bit_rate: int, fps: float) -> None:
        if not self.takes(width, height):
            raise UsageError(f"{self.codec.name} has no frames of {width}×{height} pixels")
        self.width, self.height, self.fps = width, height, fps
        self.bit_rate = _possible(bit_rate)

    @classmethod
    def takes(cls, width: int, height: int) -> bool:
        """Whether there are frames of this size."""
        return width > 0 and height > 0

    def set_bit_rate(self, bit_rate: int) -> None:
        """From the next frame on; small differences are passed over."""
        self.bit_rate = _possible(bit_rate)

    @abstractmethod
    def encode(self, pixels: Pixels, milliseconds: int) -> bytes:
        """A frame. ``milliseconds``: its time on any clock, later than the one before.

        Raises `UsageError` for a picture of another size.
        """

    def _checked(self, pixels: Pixels) -> Pixels:
        if pixels.shape[:2] != (self.height, self.width):
            raise UsageError(f"a picture of shape {pixels.shape} is no frame of {self.width}×{self.height}")
        return checked(pixels)


class MjpegEncoder(VideoEncoder):
    """Each frame a JPEG, whose quality follows the bit rate."""

    codec = VideoCodecType.MJPEG

    LEAST_QUALITY: ClassVar[int] = 30
    MOST_QUALITY: ClassVar[int] = 85
    STEP: ClassVar[int] = 4

    def __init__(self, width: int, height: int, bit_rate: int, fps: float) -> None:
        super().__init__(width, height, bit_rate, fps)
        self.quality = 70

    def encode(self, pixels: Pixels, milliseconds: int) -> bytes:
        picture = self._checked(pixels)
        frame: bytes = simplejpeg.encode_jpeg(
            picture, quality=self.quality, colorspace="BGRX", colorsubsampling="420", fastdct=True
        )
        wanted = self.bit_rate / 8 / self.fps
        if len(frame) > wanted * 1.1:
            self.quality = max(self.LEAST_QUALITY, self.quality - self.STEP)
        elif len(frame) < wanted * 0.8:
            self.quality = min(self.MOST_QUALITY, self.quality + self.STEP)
        return frame


class _AvEncoder(VideoEncoder):
    """A codec of PyAV's. Another bit rate makes another encoder, which begins with a key frame."""

    implementation: ClassVar[str]
    options: ClassVar[dict[str, str]]

    def __init__(self, width: int, height: int, bit_rate: int, fps: float) -> None:
        super().__init__(width, height, bit_rate, fps)
        self._context: VideoCodecContext | None = None
        self._rate = self.bit_rate
        self._reformatter = VideoReformatter()
        self._last: int | None = None

    def encode(self, pixels: Pixels, milliseconds: int) -> bytes:
        if self._context is None or not self._rate / NOTICED < self.bit_rate < self._rate * NOTICED:
            self._context = self._open()
            self._last = None
        # Times must rise; two pictures may have come within one millisecond.
        self._last = milliseconds if self._last is None else max(milliseconds, self._last + 1)
        bgra = av.VideoFrame.from_numpy_buffer(self._checked(pixels), format="bgra")
        frame = self._reformatter.reformat(bgra, format="yuv420p", interpolation="POINT", threads=1)
        frame.pts = self._last
        frame.time_base = MILLISECONDS
        frame.pict_type = PictureType.NONE
        return b"".join(bytes(packet) for packet in self._context.encode(frame))

    def _open(self) -> VideoCodecContext:
        self._rate = self.bit_rate
        context = av.CodecContext.create(self.implementation, "w")
        assert isinstance(context, VideoCodecContext)
        context.width, context.height = self.width, self.height
        context.pix_fmt = "yuv420p"
        context.time_base = MILLISECONDS
        context.framerate = Fraction(round(self.fps * 1000), 1000)
        context.bit_rate = self._rate
        context.thread_count = 2 if self.width * self.height >= LARGE_PIXELS else 1
        context.options = {**self.options, **self._rate_options()}
        return context

    def _rate_options(self) -> dict[str, str]:
        """The rate is a ceiling, over half a second: quiet pictures take less."""
        return {"maxrate": str(self._rate), "bufsize": str(self._rate // 2)}


_VPX_AT_ONCE: Final = {"deadline": "realtime", "lag-in-frames": "0", "auto-alt-ref": "0", "g": "9999"}
"""A frame for each picture, none held back, and key frames only when the encoder begins."""


class Vp8Encoder(_AvEncoder):
    """VP8 in real time."""

    codec = VideoCodecType.VP8
    implementation = "libvpx"
    options: ClassVar[dict[str, str]] = {
        **_VPX_AT_ONCE, "cpu-used": "16", "crf": "12", "qmax": "56", "static-thresh": "100"
    }  # fmt: skip


class Vp9Encoder(_AvEncoder):
    """VP9 in real time: smaller than VP8 for more work."""

    codec = VideoCodecType.VP9
    implementation = "libvpx-vp9"
    options: ClassVar[dict[str, str]] = {**_VPX_AT_ONCE, "cpu-used": "8", "crf": "32", "row-mt": "1"}


class H264Encoder(_AvEncoder):
    """H.264, Annex B with the parameter sets before every key frame."""

    codec = VideoCodecType.H264
    implementation = "libx264"
    options: ClassVar[dict[str, str]] = {
        "preset": "ultrafast",
        "tune": "zerolatency",
        "profile": "baseline",
        "crf": "22",
        "g": "9999",
        "forced-idr": "1",
    }

    @classmethod
    def takes(cls, width: int, height: int) -> bool:
        return super().takes(width, height) and width % 2 == 0 and height % 2 == 0

    def _rate_options(self) -> dict[str, str]:
        return {**super()._rate_options(), "b": "0"}  # the quality is constant up to the ceiling


ENCODERS: Final[dict[VideoCodecType, type[VideoEncoder]]] = {
    encoder.codec: encoder for encoder in (H264Encoder, Vp8Encoder, Vp9Encoder, MjpegEncoder)
}
"""By codec, in the order in which they are preferred."""


def _possible(bit_rate: int) -> int:
    return min(max(bit_rate, LEAST_BIT_RATE), MOST_BIT_RATE)
