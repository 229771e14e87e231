"""The picture that the guest copies onto its framebuffer: every kind of content that an encoder treats differently."""

from __future__ import annotations

import numpy as np

WIDTH, HEIGHT = 1024, 768


def picture() -> bytes:
    """`HEIGHT` rows of `WIDTH` BGRX pixels (32 bits, little-endian 0x00RRGGBB).

    Top left smooth gradients (as in photographs), top right noise, bottom left flat areas with sharp edges,
    bottom right a fine repeating texture.
    """
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.uint32)
    noise = np.random.default_rng(20).integers(0, 1 << 24, (HEIGHT, WIDTH), dtype=np.uint32)
    smooth = ((x >> 1) & 255) << 16 | ((y >> 1) & 255) << 8 | ((x + y) >> 2) & 255
    flat = ((x >> 6) * 0x10_40_08 + (y >> 5) * 0x33_05_50) & 0xFF_FF_FF
    texture = np.where((x ^ y) & 4, 0x20_60_A0, 0xE0_D0_10) + ((x & 3) << 8)
    left, top = x < WIDTH // 2, y < HEIGHT // 2
    pixels = np.where(top, np.where(left, smooth, noise), np.where(left, flat, texture))
    return pixels.astype("<u4").tobytes()
