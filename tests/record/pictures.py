"""The pictures that are recorded, and the same pictures in each bitmap format with the pixels that must come out.

A picture is an array of ``(height, width, 4)`` bytes, R G B A. `encode` is written from the meaning of the formats
alone and shares nothing with the decoders: what it says must come out is the reference.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from gateway.spice.enums import BitmapFmt

Pixels = NDArray[np.uint8]

TOP_DOWN = 4
INDEX_BITS = {
    BitmapFmt.FMT_1BIT_LE: 1,
    BitmapFmt.FMT_1BIT_BE: 1,
    BitmapFmt.FMT_4BIT_LE: 4,
    BitmapFmt.FMT_4BIT_BE: 4,
    BitmapFmt.FMT_8BIT: 8,
}
LOW_FIRST = frozenset({BitmapFmt.FMT_1BIT_LE, BitmapFmt.FMT_4BIT_LE})


def desktop(width: int, height: int, seed: int = 1) -> Pixels:
    """Windows with borders, title bars, text and buttons on a plain ground."""
    rng = np.random.default_rng(seed)
    image = Image.new("RGBA", (width, height), (58, 110, 165, 255))
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(size=13)
    for number in range(max(3, width * height // 90_000)):
        x, y = (int(value) for value in rng.integers((-20, -20), (max(width - 60, 1), max(height - 40, 1))))
        w, h = (int(value) for value in rng.integers((90, 60), (max(width // 2, 91), max(height // 2, 61))))
        draw.rectangle((x, y, x + w, y + h), fill=(236, 233, 216, 255), outline=(0, 0, 0, 255))
        draw.rectangle((x + 2, y + 2, x + w - 2, y + 20), fill=(10 + number * 5 % 60, 36, 106, 255))
        draw.text((x + 6, y + 3), f"Window {number} - notes.txt", font=font, fill=(255, 255, 255, 255))
        for line in range((h - 26) // 16):
            words = " ".join(_WORDS[i] for i in rng.integers(0, len(_WORDS), max(w // 60, 1)))
            draw.text((x + 6, y + 24 + line * 16), words[: w // 7], font=font, fill=(20, 20, 20, 255))
    return np.asarray(image).copy()


_WORDS = [
    *("file", "edit", "view", "terminal", "help", "open", "save", "close", "error", "warning", "memory", "channel"),
    *("display", "cursor", "0x1f4a", "README.md", "index.html", "static", "const", "void", "return", "while", "break"),
    *("127.0.0.1", "5900", "kernel", "init", "daemon"),
]


def photo(width: int, height: int, seed: int = 2) -> Pixels:
    """Like a photograph: structure at every scale, soft edges, a sensor's noise."""
    rng = np.random.default_rng(seed)
    total = np.zeros((height, width, 3))
    cell = 4
    while cell < max(width, height) * 2:
        rows, columns = height // cell + 2, width // cell + 2
        coarse = rng.normal(size=(rows, columns, 3)) + rng.normal(size=(rows, columns, 1))
        size = (columns * cell, rows * cell)
        planes = [Image.fromarray(coarse[..., c].astype(np.float32)) for c in range(3)]
        smooth = [np.asarray(plane.resize(size, Image.Resampling.BICUBIC)) for plane in planes]
        total += np.stack(smooth, axis=-1)[:height, :width] * cell**0.75
        cell *= 2
    total = (total - total.mean()) / total.std() * 48 + 120 + rng.normal(scale=1.5, size=total.shape)
    opaque = np.full((height, width, 1), 255, np.uint8)
    return np.concatenate([np.clip(total, 0, 255).astype(np.uint8), opaque], axis=-1)


def gradient(width: int, height: int) -> Pixels:
    """Colours that run smoothly, and an alpha that does too."""
    x = np.linspace(0, 255, width)[None, :].repeat(height, 0)
    y = np.linspace(0, 255, height)[:, None].repeat(width, 1)
    return np.stack([x, y, (x + y) / 2, 255 - x * y / 255], axis=-1).astype(np.uint8)


def noise(width: int, height: int, seed: int = 3) -> Pixels:
    """Random bytes."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, 4), np.uint8)


def translucent(picture: Pixels) -> Pixels:
    """The picture with rounded, half transparent spots in its alpha."""
    height, width, _ = picture.shape
    y, x = np.mgrid[:height, :width]
    spots = (np.hypot(x % 64 - 32, y % 64 - 32) * 8).clip(0, 255)
    return np.concatenate([picture[..., :3], spots[..., None].astype(np.uint8)], axis=-1)


@dataclass(frozen=True)
class Bitmap:
    """A bitmap as a machine holds it. `expected` is ``(height, width, 4)``, R G B A, top-down."""

    format: BitmapFmt
    flags: int
    width: int
    height: int
    stride: int
    palette: tuple[int, ...]
    data: bytes
    expected: Pixels


def encode(picture: Pixels, fmt: BitmapFmt, *, top_down: bool = True, padding: int = 0) -> Bitmap:
    """``picture`` in one of the protocol's bitmap formats; rows are ``padding`` bytes longer than they need."""
    rows, palette, expected = _FORMATS[fmt](picture, fmt)
    height, width, _ = picture.shape
    filler = np.full((height, padding), 0xA5, np.uint8)
    rows = np.concatenate([rows, filler], axis=1)
    data = rows if top_down else rows[::-1]
    flags = TOP_DOWN if top_down else 0
    return Bitmap(fmt, flags, width, height, rows.shape[1], palette, data.tobytes(), expected)


_Encoded = tuple[Pixels, tuple[int, ...], Pixels]


def _bgr(picture: Pixels, fmt: BitmapFmt) -> _Encoded:
    height, width, _ = picture.shape
    bgra = picture[..., [2, 1, 0, 3]].copy()
    expected = picture.copy()
    if fmt is not BitmapFmt.FMT_RGBA:
        expected[..., 3] = 255
    if fmt is BitmapFmt.FMT_32BIT:
        bgra[..., 3] = np.arange(width)[None, :] * 7  # whatever the unused byte holds, it is not alpha
    kept = bgra[..., :3] if fmt is BitmapFmt.FMT_24BIT else bgra
    return kept.reshape(height, -1), (), expected


def _rgb555(picture: Pixels, _fmt: BitmapFmt) -> _Encoded:
    height, _, _ = picture.shape
    five = (picture[..., :3] >> 3).astype("<u2")
    words = (five[..., 0] << 10) | (five[..., 1] << 5) | five[..., 2]
    expected = picture.copy()
    expected[..., :3] = (five << 3) | (five >> 2)
    expected[..., 3] = 255
    return words.view(np.uint8).reshape(height, -1), (), expected


def _alpha(picture: Pixels, _fmt: BitmapFmt) -> _Encoded:
    expected = np.zeros_like(picture)
    expected[..., 3] = picture[..., 3]
    return picture[..., 3].copy(), (), expected


def _indexed(picture: Pixels, fmt: BitmapFmt) -> _Encoded:
    bits = INDEX_BITS[fmt]
    height, _, _ = picture.shape
    image = Image.fromarray(picture[..., :3].copy()).quantize(1 << bits, dither=Image.Dither.NONE)
    indices = np.asarray(image)
    colours = np.asarray(image.getpalette("RGB"), np.uint32).reshape(-1, 3)[: 1 << bits]
    entries = (colours[:, 0] << 16) | (colours[:, 1] << 8) | colours[:, 2]
    expected = np.full_like(picture, 255)
    expected[..., :3] = colours[indices]
    return _packed(indices, bits, fmt in LOW_FIRST).reshape(height, -1), tuple(int(e) for e in entries), expected


def _packed(indices: Pixels, bits: int, low_first: bool) -> Pixels:
    if bits == 8:
        return indices.copy()
    spread = np.unpackbits(indices[..., None], axis=-1)[..., 8 - bits :]  # most significant bit first
    if low_first:
        return np.packbits(spread[..., ::-1].reshape(len(indices), -1), axis=-1, bitorder="little")
    return np.packbits(spread.reshape(len(indices), -1), axis=-1)


_FORMATS: dict[BitmapFmt, Callable[[Pixels, BitmapFmt], _Encoded]] = {
    BitmapFmt.FMT_1BIT_LE: _indexed,
    BitmapFmt.FMT_1BIT_BE: _indexed,
    BitmapFmt.FMT_4BIT_LE: _indexed,
    BitmapFmt.FMT_4BIT_BE: _indexed,
    BitmapFmt.FMT_8BIT: _indexed,
    BitmapFmt.FMT_16BIT: _rgb555,
    BitmapFmt.FMT_24BIT: _bgr,
    BitmapFmt.FMT_32BIT: _bgr,
    BitmapFmt.FMT_RGBA: _bgr,
    BitmapFmt.FMT_8BIT_A: _alpha,
}
