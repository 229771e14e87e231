"""The wallpaper: a sky that goes from deep blue to rose, with hills before it. Made once for each size."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gateway.machines.demo.toolkit.canvas import Canvas, Pixels, blank, channels, rgb
from gateway.server.display.region import Rect

_SKY: Final = (
    (0.0, rgb("#1b2a6b")),
    (0.34, rgb("#4a58b8")),
    (0.62, rgb("#9c82cf")),
    (0.85, rgb("#efb3b8")),
    (1.0, rgb("#fbd9b5")),
)
"""Colours, each with how far down it stands."""

_HILLS: Final = (
    (0.70, 0.050, 1.3, 0.4, rgb("#7d78c4")),
    (0.77, 0.060, 1.9, 2.1, rgb("#5a5cab")),
    (0.85, 0.055, 2.6, 4.0, rgb("#3c4791")),
    (0.93, 0.045, 3.4, 5.2, rgb("#28346f")),
)
"""From the farthest to the nearest: how far down, how high (shares of the height), waves across, phase, colour."""


_BAND: Final = 64
"""Rows that are painted at a time: light takes three times the memory of pixels, and a 4K screen has many."""


def paint_wallpaper(width: int, height: int) -> Pixels:
    """The picture for a screen of this size: about 50 ms for a large one."""
    across = np.linspace(0, 1, width, dtype=np.float32)
    down = np.linspace(0, 1, height, dtype=np.float32)
    ridges = [_ridge(across, *hill[:4]) for hill in _HILLS]
    pixels = blank(width, height)
    for top in range(0, height, _BAND):
        rows = slice(top, top + _BAND)
        pixels[rows, :, :3] = _light(across, down[rows], ridges, height)
    return pixels


def _light(
    across: NDArray[np.float32], down: NDArray[np.float32], ridges: list[NDArray[np.float32]], height: int
) -> NDArray[np.float32]:
    """Blue, green and red of some rows."""
    light = np.broadcast_to(_sky(down)[:, None, :], (len(down), len(across), 3)).copy()
    _glow(light, across, down)
    for ridge, (level, _, _, _, colour) in zip(ridges, _HILLS, strict=True):
        if down[-1] < ridge.min() - 1 / height:
            continue
        cover = np.clip((down[:, None] - ridge[None, :]) * height + 0.5, 0, 1)[..., None]
        shade = channels(colour) * (1 + 0.25 * np.clip(down - level, 0, 1))[:, None]
        light += (shade[:, None, :].astype(np.float32) - light) * cover
    return np.clip(light, 0, 255, out=light)


def _ridge(across: NDArray[np.float32], level: float, swing: float, waves: float, phase: float) -> NDArray[np.float32]:
    """How far down a hill begins, for each column."""
    curve = np.sin(across * waves * 6.3 + phase) + 0.35 * np.sin(across * waves * 15 + 2 * phase)
    ridge: NDArray[np.float32] = level + swing * curve
    return ridge


def _sky(down: NDArray[np.float32]) -> NDArray[np.float32]:
    """Blue, green and red for each row."""
    stops = [stop for stop, _ in _SKY]
    parts = [np.interp(down, stops, [channels(colour)[part] for _, colour in _SKY]) for part in range(3)]
    return np.stack(parts, axis=-1).astype(np.float32)


def _glow(light: NDArray[np.float32], across: NDArray[np.float32], down: NDArray[np.float32]) -> None:
    """Where the sun is about to rise: a round shine, one profile across times one down."""
    beside = np.exp(-(((across - 0.72) * 1.5 / 0.22) ** 2))
    above = np.exp(-(((down - 0.72) * 1.2 / 0.22) ** 2))
    light += (np.outer(above, beside) * 0.55)[..., None] * np.array([70, 110, 130], np.float32)


class Wallpaper:
    """The lowest layer: covers the screen."""

    def __init__(self, pixels: Pixels) -> None:
        self.pixels = pixels

    @property
    def bounds(self) -> Rect:
        return Rect(0, 0, self.pixels.shape[1], self.pixels.shape[0])

    @property
    def opaque(self) -> Iterable[Rect]:
        return (self.bounds,)

    def compose(self, canvas: Canvas) -> None:
        canvas.paste(self.pixels, 0, 0)
