"""Finding the areas of a screen in which a video plays, as libspice does: the same box, again and again."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from gateway.codecs.image import Content, Pixels, classify
from gateway.server.display.region import NOWHERE, Rect, Region
from gateway.spice.limits import MAX_STREAMS

LEAST_PIXELS: Final = 96 * 96
LEAST_FRAMES: Final = 20
"""Changes of one box before it is taken for a video, ..."""

LONGEST_GAP: Final = 0.2
"""... with at most so many seconds between them, ..."""

LOOKS: Final = 5
LEAST_PHOTOS: Final = 2
"""... of which so many are looked at, and so many must be like photographs."""

STALLED: Final = 1.0
"""Seconds without a frame after which a video is over."""

MOST_CANDIDATES: Final = 32

LEAST_INTERVAL: Final = 1 / 60
FPS_GAIN: Final = 0.1


@dataclass(eq=False, slots=True)
class Video:
    """A video: its box on the primary surface, which part of it is seen, and when it changed last (seconds)."""

    box: Rect
    visible: Region
    last: float
    interval: float
    """Seconds from frame to frame, smoothed."""
    turn: int = -1
    """Of the loop, in which it changed last."""

    def on_frame(self, visible: Region, now: float) -> None:
        self.interval += FPS_GAIN * (min(now - self.last, LONGEST_GAP) - self.interval)
        self.visible, self.last = visible, now


@dataclass(slots=True)
class _Candidate:
    first: float
    last: float
    frames: int = 0
    photos: int = 0


class VideoFinder:
    """Watches what changes. Time is an argument, in seconds."""

    def __init__(self) -> None:
        self.videos: dict[Rect, Video] = {}
        self._candidates: OrderedDict[Rect, _Candidate] = OrderedDict()

    def at(self, box: Rect, turn: int) -> Video | None:
        """The video that plays in a box. One of the same size that stood nearly there has moved, with its window.

        `turn` is the loop's: who has shown its picture in this one already is not the one that this picture is of.
        """
        if not self.videos:
            return None
        if (video := self.videos.get(box)) is not None:
            return video
        size = (box.width, box.height)
        idle = (one for one in self.videos.values() if one.turn != turn)
        moved = (one for one in idle if (one.box.width, one.box.height) == size)
        video = next((one for one in moved if one.box.overlaps(box)), None)
        if video is not None:
            del self.videos[video.box]
            self.videos[box] = video
            video.box = box
        return video

    def on_change(self, box: Rect, pixels: Pixels, now: float) -> Video | None:
        """The box changed as a whole, without scrolling, and looks like `pixels`: the video that it is from now on."""
        if box.area < LEAST_PIXELS or len(self.videos) >= MAX_STREAMS:
            return None
        candidate = self._candidates.pop(box, None)
        if candidate is None or now - candidate.last > LONGEST_GAP:
            candidate = _Candidate(now, now)
        self._candidates[box] = candidate
        while len(self._candidates) > MOST_CANDIDATES:
            self._candidates.popitem(last=False)
        candidate.last = now
        candidate.frames += 1
        if candidate.frames % (LEAST_FRAMES // LOOKS) == 0:
            candidate.photos += classify(pixels) is Content.PHOTO
        if candidate.frames < LEAST_FRAMES:
            return None
        del self._candidates[box]
        if candidate.photos < LEAST_PHOTOS:
            return None
        interval = max((now - candidate.first) / (candidate.frames - 1), LEAST_INTERVAL)
        video = self.videos[box] = Video(box, NOWHERE, now, interval)
        return video

    def on_scroll(self, box: Rect) -> None:
        """What changed there had only moved."""
        self._candidates.pop(box, None)

    def stalled(self, now: float) -> list[Video]:
        """The videos that are over; they are forgotten."""
        over = [video for video in self.videos.values() if now - video.last >= STALLED]
        for video in over:
            del self.videos[video.box]
        return over

    def clear(self) -> list[Video]:
        """All of them are over."""
        over = list(self.videos.values())
        self.videos.clear()
        self._candidates.clear()
        return over
