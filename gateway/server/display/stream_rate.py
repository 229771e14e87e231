"""How much a stream may say: from its size, the link, what its client reports and how long the encoder takes."""

from __future__ import annotations

from typing import Final

from gateway.spice.enums import VideoCodecType
from gateway.spice.messages.display import StreamReport

BITS_A_PIXEL: Final = 0.18
"""Of good quality: 5 Mbit/s for 720p at 30 frames a second."""

MJPEG_BITS_A_PIXEL: Final = 0.8
"""Of the same quality, where no frame refers to those before it."""

FEWEST_BITS_A_PIXEL: Final = 0.02
"""With less, fewer frames look better than worse ones."""

LEAST_RATE: Final = 200_000
MOST_RATE: Final = 20_000_000
"""Bits a second."""

LINK_SHARE: Final = 0.7
"""What videos may take of a link."""

LEAST_FPS: Final = 5.0

ENCODER_SHARE: Final = 0.7
"""What one encoder may take of a core."""

FIRST_LATENCY: Final = 80
MOST_LATENCY: Final = 1000
"""Milliseconds from a picture to its frame's showing."""

HEADROOM: Final = 20
"""Milliseconds that a frame should come before it is due."""

BACK_OFF: Final = 0.75
RECOVERY: Final = 1.05
"""What reports of lost frames, and of none, do to the rate."""

MANY_DROPS: Final = 0.1

UNPLAYABLE: Final = 0xFFFFFFFF
"""So many frames dropped of none: the client cannot show the stream at all."""


class StreamRate:
    """One stream's. `pixels` are those of a frame, `interval` the seconds from picture to picture."""

    def __init__(self, pixels: int, interval: float, codec: VideoCodecType) -> None:
        bits = MJPEG_BITS_A_PIXEL if codec == VideoCodecType.MJPEG else BITS_A_PIXEL
        self._good = min(max(pixels * bits / interval, LEAST_RATE), MOST_RATE)
        self._fewest = pixels * FEWEST_BITS_A_PIXEL
        self._factor = 1.0
        self._link = self._good
        self._encoding = 0.0
        self.latency = FIRST_LATENCY
        """Milliseconds that a frame is shown after its picture was drawn."""

    @property
    def bit_rate(self) -> int:
        """Bits a second."""
        return int(max(LEAST_RATE, min(self._good * self._factor, self._link)))

    @property
    def least_interval(self) -> float:
        """Seconds between frames, at least."""
        by_bits = min(self._fewest / self.bit_rate, 1 / LEAST_FPS)
        return max(by_bits, self._encoding / ENCODER_SHARE)

    def on_link(self, rate: float, streams: int) -> None:
        """The link carries `rate` bytes a second for so many streams and everything else."""
        self._link = min(rate * 8 * LINK_SHARE / streams, MOST_RATE)

    def on_encoded(self, seconds: float) -> None:
        """A frame took the encoder so long."""
        self._encoding += 0.2 * (seconds - self._encoding)

    def on_report(self, report: StreamReport) -> None:
        """The client tells how the frames came. Late ones need more time; when many were lost, fewer bits."""
        if report.last_frame_delay < HEADROOM and self.latency < MOST_LATENCY:
            self.latency = min(MOST_LATENCY, self.latency + HEADROOM - max(report.last_frame_delay, -MOST_LATENCY))
        elif report.last_frame_delay > 2 * FIRST_LATENCY and not report.num_drops:
            self.latency = max(FIRST_LATENCY, self.latency - 1)
        if report.num_drops > MANY_DROPS * report.num_frames:
            self._factor = max(self._factor * BACK_OFF, 0.05)
        else:
            self._factor = min(self._factor * RECOVERY, 1.0)
