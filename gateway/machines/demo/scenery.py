"""A moving picture that looks like a photograph: hills and a balloon over a lake. Each frame is told by its number."""

from __future__ import annotations

from functools import cache
from math import sin, tau
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from gateway.machines.demo.toolkit.canvas import Pixels, blank, blend_pixels, words

WIDTH: Final = 640
HEIGHT: Final = 360
FRAMES_PER_SECOND: Final = 30

_SHORE: Final = 222
"""The row where the lake begins."""

_AROUND: Final = 1600
"""Pixels once around the panorama."""

_SEED: Final = 20
Floats = NDArray[np.float32]
_CLOUD: Final = np.array([238, 226, 255], np.float32)
_SKY_TOP: Final = np.array([150, 84, 40], np.float32)
_SKY_LOW: Final = np.array([170, 200, 252], np.float32)


class Scenery:
    """`frame` takes about 1 ms; the panorama is made once, in about a second."""

    def __init__(self) -> None:
        noise = np.random.default_rng(_SEED)
        self._sky = _doubled(_sky(noise))
        self._far, self._far_seen = map(_doubled, _ridge(noise, 118, 38, (3, 7), (146, 110, 92), (110, 84, 74)))
        self._near, self._near_seen = map(_doubled, _ridge(noise, 176, 34, (4, 9), (52, 84, 66), (30, 50, 44)))
        self._balloon, self._balloon_cover = _balloon()

    def frame(self, number: int) -> Pixels:
        """(360, 640, 4) BGRX; the same for the same number."""
        pixels = blank(WIDTH, HEIGHT)
        above = pixels[:_SHORE]
        above[...] = _cut(self._sky, number * 0.6)
        self._float(above, number)
        for layer, seen, speed in ((self._far, self._far_seen, 0.9), (self._near, self._near_seen, 1.7)):
            part, cover = _cut(layer, number * speed), _cut(seen, number * speed)
            np.copyto(words(above), words(part), where=cover)
        self._mirror(pixels, number)
        return pixels

    def _float(self, above: Pixels, number: int) -> None:
        """The balloon: drifts across in 40 s, up and down a little."""
        height, width = self._balloon_cover.shape
        left = round((number / FRAMES_PER_SECOND / 40 % 1) * (WIDTH + width)) - width
        top = round(26 + 10 * sin(number / 55))
        start, end = max(0, -left), min(width, WIDTH - left)
        if start >= end:
            return
        target = above[top : top + height, left + start : left + end]
        over = self._balloon[:, start:end].copy()
        blend_pixels(over, target, self._balloon_cover[:, start:end])
        target[...] = over

    def _mirror(self, pixels: Pixels, number: int) -> None:
        """The lake: what is above, upside down, darker, and broken by waves that grow towards the front."""
        rows = HEIGHT - _SHORE
        for row in range(rows):
            reach = 1 + row * 0.06
            wave = sin(row * row * 0.004 - row * 0.9 + number * 0.21) + 0.5 * sin(row * 0.33 + number * 0.13)
            source = _SHORE - 1 - min(_SHORE - 1, max(0, round(row * 1.35 + wave * reach)))
            shift = round(wave * reach * 0.8)
            target = pixels[_SHORE + row]
            target[max(0, shift) : WIDTH + min(0, shift)] = pixels[source, max(0, -shift) : WIDTH - max(0, shift)]
            if shift > 0:
                target[:shift] = pixels[source, :1]
            elif shift < 0:
                target[shift:] = pixels[source, -1:]
        lake = pixels[_SHORE:]
        np.right_shift(lake, 1, out=lake)
        lake += _depth(rows)


@cache
def scenery() -> Scenery:
    """The one panorama."""
    return Scenery()


@cache
def _depth(rows: int) -> Pixels:
    """The water's own colour, darker towards the front; with half of the reflection it stays below 256."""
    fade = np.linspace(1, 0.45, rows, dtype=np.float32)[:, None]
    tint = np.zeros((rows, 1, 4), np.uint8)
    tint[:, 0, :3] = fade * np.array([84, 66, 48], np.float32)
    return tint


def _doubled(layer: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """With its beginning behind its end, so that every part is one slice."""
    return np.concatenate([layer, layer[:, :WIDTH]], axis=1)


def _cut(layer: NDArray[np.uint8], turned: float) -> NDArray[np.uint8]:
    left = int(turned) % _AROUND
    return layer[:, left : left + WIDTH]


def _clouds(noise: np.random.Generator, height: int, octaves: tuple[tuple[int, int], ...]) -> Floats:
    """Values from 0 to 1 that meet at the ends: grids of chance, made larger and added up."""
    total, weight = np.zeros((height, _AROUND), np.float32), 0.0
    for octave, (across, down) in enumerate(octaves):
        grid = noise.random((down + 1, across), np.float32)
        wide = Image.fromarray(np.concatenate([grid, grid, grid], axis=1))
        large = np.asarray(wide.resize((3 * _AROUND, height), Image.Resampling.BICUBIC))
        share = 0.55**octave
        total += large[:, _AROUND : 2 * _AROUND] * share
        weight += share
    clouds: Floats = np.clip(total / weight, 0, 1)
    return clouds


def _sky(noise: np.random.Generator) -> Pixels:
    down = np.linspace(0, 1, _SHORE, dtype=np.float32)[:, None, None]
    colour = _SKY_TOP * (1 - down) + _SKY_LOW * down
    clouds = _clouds(noise, _SHORE, ((8, 5), (17, 10), (40, 22), (90, 50), (200, 110)))
    cover = np.clip((clouds - 0.47) * 4.2, 0, 0.9)[..., None] * (1 - 0.55 * down)
    lit = _CLOUD * (0.8 + 0.2 * np.clip(clouds * 2 - 0.7, 0, 1)[..., None])
    return _picture(colour * (1 - cover) + lit * cover)


def _ridge(
    noise: np.random.Generator,
    level: float,
    swing: float,
    waves: tuple[int, int],
    high: tuple[int, int, int],
    low: tuple[int, int, int],
) -> tuple[Pixels, NDArray[np.uint8]]:
    """Hills whose tops swing around a row; from one colour (B, G, R) at the top to another. Pixels, and where."""
    turn = np.linspace(0, tau, _AROUND, endpoint=False, dtype=np.float32)
    rough = _clouds(noise, 8, ((60, 1), (150, 1), (400, 1)))[4] - 0.5
    smooth = level + swing * (0.6 * np.sin(waves[0] * turn + 1) + 0.4 * np.sin(waves[1] * turn + 2))
    top = smooth + swing * 0.7 * rough
    rows = np.arange(_SHORE, dtype=np.float32)[:, None]
    depth = np.clip((rows - top) / 90, 0, 1)[..., None]
    texture = _clouds(noise, _SHORE, ((50, 12), (130, 30), (330, 80), (700, 160)))[..., None]
    slope = (np.gradient(smooth) * 0.5)[None, :, None]
    shade = 0.55 + 0.95 * texture - slope
    colour = (np.array(high, np.float32) * (1 - depth) + np.array(low, np.float32) * depth) * shade
    return _picture(colour), rows >= top


def _picture(colour: Floats) -> Pixels:
    pixels = blank(colour.shape[1], colour.shape[0])
    pixels[..., :3] = np.clip(colour, 0, 255)
    return pixels


def _balloon() -> tuple[Pixels, NDArray[np.uint8]]:
    """A hot-air balloon, and how much it covers."""
    scale, width, height = 4, 56, 78
    image = Image.new("RGBA", (width * scale, height * scale))
    draw = ImageDraw.Draw(image)
    red, cream, orange, brown = (230, 73, 62), (250, 236, 214), (242, 151, 48), (84, 60, 42)
    for reach, colour in ((26, red), (16, cream), (6, orange)):
        draw.ellipse([edge * scale for edge in (28 - reach, 2, 28 + reach, 54)], colour)
    skirt = ((13, 44), (43, 44), (32, 60), (24, 60))
    draw.polygon([(x * scale, y * scale) for x, y in skirt], (205, 62, 52))
    for top, bottom in ((24, 25), (32, 31)):
        draw.line([(top * scale, 60 * scale), (bottom * scale, 66 * scale)], brown, scale)
    draw.rectangle([edge * scale for edge in (24, 66, 32, 73)], brown)
    small = np.asarray(image.reduce(scale)).astype(np.float32)
    light = np.linspace(1.08, 0.72, width, dtype=np.float32)[None, :, None]
    return _picture(small[..., 2::-1] * light), small[..., 3].astype(np.uint8)
