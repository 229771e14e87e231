"""The moving picture is the same for the same number, and moves."""

from __future__ import annotations

import numpy as np

from gateway.machines.demo.apps.video import Video
from gateway.machines.demo.scenery import HEIGHT, WIDTH, Scenery
from tests.machines.demo.serving import ServingDemo


def test_frame_is_told_by_its_number() -> None:
    one, other = Scenery(), Scenery()
    for number in (0, 1, 599, 1200, 100_003):
        frame = one.frame(number)
        assert frame.shape == (HEIGHT, WIDTH, 4)
        assert np.array_equal(frame, other.frame(number))
    assert (one.frame(10) != one.frame(11)).any(axis=2).mean() > 0.3


async def test_video_starts_paused_and_plays_on_request() -> None:
    async with ServingDemo() as core:
        video = core.demo.app("video")
        assert isinstance(video, Video)
        assert not video.playing
        video.toggle()
        assert video.playing
        core.demo.desktop.minimise(video)
        assert not video.playing
