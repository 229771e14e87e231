"""The soft shadow of a box: its blur is one profile across times one down, so that any part of it is made by itself."""

from __future__ import annotations

from functools import lru_cache
from math import erf
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gateway.machines.demo.toolkit import theme
from gateway.machines.demo.toolkit.canvas import Canvas, blend, rgb
from gateway.server.display.region import Rect

_SIGMA: Final = theme.SHADOW_REACH / 2.6
_TINT: Final = rgb("#0a1030")


def shadow_bounds(frame: Rect) -> Rect:
    """Where the shadow of a frame is, the frame included."""
    return frame.around(frame.moved(0, theme.SHADOW_DROP).inset(-theme.SHADOW_REACH))


def cast(canvas: Canvas, frame: Rect) -> None:
    """Darken the canvas's pixels as far as they lie in the shadow of `frame`."""
    shadow = frame.moved(0, theme.SHADOW_DROP).inset(-theme.SHADOW_REACH)
    part = canvas.area & shadow
    if part.is_empty:
        return
    across = _profile(shadow.width)[part.left - shadow.left : part.right - shadow.left]
    down = _profile(shadow.height)[part.top - shadow.top : part.bottom - shadow.top]
    mask = (np.outer(down, across) * (255 * theme.SHADOW_STRENGTH)).astype(np.uint8)
    blend(canvas.view(part), mask, _TINT)


@lru_cache(maxsize=128)
def _profile(length: int) -> NDArray[np.float32]:
    """A blurred line of `length` pixels, its blur included on both ends."""
    reach = theme.SHADOW_REACH
    edge = [0.5 * (1 + erf((at + 0.5 - reach) / _SIGMA / 2**0.5)) for at in range(length)]
    profile = np.array([rise * fall for rise, fall in zip(edge, reversed(edge), strict=True)], np.float32)
    profile.setflags(write=False)
    return profile
