"""What the machines show: made once, as files that both machines map into memory.

Pictures are arrays of ``(height, width, 4)`` bytes, B G R X, as a screen keeps them.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi, sin
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from tests.record.pictures import desktop, photo

Pixels = NDArray[np.uint8]

WIDTH, HEIGHT = 1920, 1080
#: More than a client's image cache holds (20 Mpixel), so that no screen is found in it.
DESKTOPS = 20
VIDEO_WIDTH, VIDEO_HEIGHT = 1280, 720
#: Two seconds that join without a cut.
VIDEO_FRAMES = 60
TEXT_WIDTH, LINE, LINES = 1208, 18, 1000
GLYPH = 10
_FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf")
_INK, _PAPER = (220, 220, 210), (24, 24, 32)
#: Letters that are typed have a colour of their own: none of them stands there already.
_TYPED = (250, 200, 90)


@dataclass(frozen=True)
class Pictures:
    """All pictures, read-only and shared through the page cache.

    `desktops` is ``(DESKTOPS, HEIGHT, WIDTH, 4)``, `video` ``(VIDEO_FRAMES, VIDEO_HEIGHT, VIDEO_WIDTH, 4)``, `text` is
    one tall page of ``LINES`` lines: ``(LINES * LINE, TEXT_WIDTH, 4)``, `glyphs` ``(26, LINE, GLYPH, 4)``.
    """

    desktops: Pixels
    video: Pixels
    text: Pixels
    glyphs: Pixels

    @classmethod
    def load(cls, home: Path) -> Self:
        """What `make` left in a directory."""
        return cls(**{name: np.asarray(np.load(home / f"{name}.npy", mmap_mode="r")) for name in cls.__annotations__})


def make(home: Path, *, desktops: int = DESKTOPS) -> None:
    """Draws everything into a directory; about fifteen seconds and 470 MB."""
    np.save(home / "desktops.npy", np.stack([_screen(desktop(WIDTH, HEIGHT, seed)) for seed in range(desktops)]))
    np.save(home / "video.npy", _video())
    np.save(home / "text.npy", _text())
    np.save(home / "glyphs.npy", _glyphs())


def _screen(rgba: Pixels) -> Pixels:
    bgrx = rgba[..., [2, 1, 0, 3]]
    bgrx[..., 3] = 0
    return bgrx


def _video() -> Pixels:
    """A camera that circles over a photograph while two others fly past."""
    ground = _screen(photo(VIDEO_WIDTH + 200, VIDEO_HEIGHT + 120))
    sprites = [_screen(photo(side, side, seed=side)) for side in (180, 260)]
    frames = np.empty((VIDEO_FRAMES, VIDEO_HEIGHT, VIDEO_WIDTH, 4), np.uint8)
    for number, frame in enumerate(frames):
        turn = 2 * pi * number / VIDEO_FRAMES
        x, y = round(100 + 100 * cos(turn)), round(60 + 60 * sin(turn))
        frame[:] = ground[y : y + VIDEO_HEIGHT, x : x + VIDEO_WIDTH]
        for way, sprite in zip((1, -2), sprites, strict=True):
            side = len(sprite)
            left = round((VIDEO_WIDTH - side) * (1 + cos(way * turn)) / 2)
            top = round((VIDEO_HEIGHT - side) * (1 + sin(way * turn)) / 2)
            frame[top : top + side, left : left + side] = sprite
    return frames


def _text() -> Pixels:
    """What a long build prints."""
    rng = np.random.default_rng(4)
    image = Image.new("RGBX", (TEXT_WIDTH, LINE * LINES), _PAPER)
    draw = ImageDraw.Draw(image)
    font = ImageFont.truetype(_FONT, 15)
    words = ("gcc", "-c", "-O2", "channel.c", "main.o", "warning:", "unused", "0x7ffe", "-Wall", "display.h", "[ 42%]")
    for number in range(LINES):
        line = f"{number:5} " + " ".join(words[i] for i in rng.integers(0, len(words), int(rng.integers(3, 17))))
        draw.text((2, number * LINE), line[: TEXT_WIDTH // 9], font=font, fill=_INK)
    return _screen(np.asarray(image).copy())


def _glyphs() -> Pixels:
    font = ImageFont.truetype(_FONT, 15)
    glyphs = np.empty((26, LINE, GLYPH, 4), np.uint8)
    for number, glyph in enumerate(glyphs):
        image = Image.new("RGBX", (GLYPH, LINE), _PAPER)
        ImageDraw.Draw(image).text((0, 0), chr(ord("a") + number), font=font, fill=_TYPED)
        glyph[:] = _screen(np.asarray(image).copy())
    return glyphs
