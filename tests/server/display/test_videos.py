"""A video is what changes at one place, again and again, like photographs do; and no longer than it does."""

from __future__ import annotations

import numpy as np

from gateway.codecs.image import Pixels
from gateway.server.display.region import Rect, Region
from gateway.server.display.videos import LEAST_FRAMES, MOST_CANDIDATES, STALLED, Video, VideoFinder

BOX = Rect.at(10, 10, 160, 120)
PHOTO: Pixels = np.random.default_rng(1).integers(0, 256, (120, 160, 4), np.uint8)
TEXT: Pixels = np.zeros((120, 160, 4), np.uint8)


def play(finder: VideoFinder, *, pixels: Pixels = PHOTO, frames: int = LEAST_FRAMES, gap: float = 0.04) -> list[Video]:
    return [video for n in range(frames) if (video := finder.on_change(BOX, pixels, n * gap)) is not None]


def test_box_that_keeps_changing_is_a_video() -> None:
    finder = VideoFinder()
    (video,) = play(finder)
    assert finder.videos == {BOX: video}
    assert abs(video.interval - 0.04) < 0.001


def test_neither_text_nor_slow_change_nor_little_of_it_is_a_video() -> None:
    assert not play(VideoFinder(), pixels=TEXT)
    assert not play(VideoFinder(), gap=0.25, frames=100)
    assert not play(VideoFinder(), frames=LEAST_FRAMES - 1)


def test_scrolling_is_no_video() -> None:
    finder = VideoFinder()
    play(finder, frames=LEAST_FRAMES - 1)
    finder.on_scroll(BOX)
    assert finder.on_change(BOX, PHOTO, 1.0) is None


def test_small_boxes_are_no_videos() -> None:
    finder = VideoFinder()
    small = Rect.at(0, 0, 90, 90)
    assert not any(finder.on_change(small, PHOTO[:90, :90], n * 0.04) for n in range(100))


def test_changes_elsewhere_are_remembered_only_so_long() -> None:
    finder = VideoFinder()
    play(finder, frames=LEAST_FRAMES - 1)
    for n in range(MOST_CANDIDATES):
        finder.on_change(BOX.moved(n + 1, 0), PHOTO, 0.76)
    assert finder.on_change(BOX, PHOTO, 0.8) is None


def test_video_that_stands_still_is_over() -> None:
    finder = VideoFinder()
    (video,) = play(finder)
    video.on_frame(Region((BOX,)), 2.0)
    assert not finder.stalled(2.0 + STALLED - 0.01)
    assert finder.stalled(2.0 + STALLED) == [video]
    assert not finder.videos
