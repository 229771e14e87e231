"""Colours and measures (pixels) of the desktop, once."""

from __future__ import annotations

from typing import Final

from gateway.machines.demo.toolkit.canvas import rgb

# surfaces, from the back to the front
WINDOW: Final = rgb("#f7f8fb")
TITLE_BAR: Final = rgb("#ffffff")
CARD: Final = rgb("#ffffff")
FIELD: Final = rgb("#ffffff")
SUNKEN: Final = rgb("#eceff5")

# lines
BORDER: Final = rgb("#dfe3ec")
FRAME: Final = rgb("#c9d0de")
STRONG_BORDER: Final = rgb("#bcc5d6")

# text: each at least 4.5:1 on WINDOW
TEXT: Final = rgb("#1c2333")
MUTED: Final = rgb("#566073")
TITLE_RESTING: Final = rgb("#667085")
"""The title of a window that keys do not go to."""
ON_ACCENT: Final = rgb("#ffffff")

# meanings
ACCENT: Final = rgb("#3b5bdb")
ACCENT_DARK: Final = rgb("#2f49b3")
ACCENT_SOFT: Final = rgb("#e3e9fd")
GOOD: Final = rgb("#17795a")
GOOD_SOFT: Final = rgb("#dcf3ea")
WARN: Final = rgb("#9a5b00")
WARN_SOFT: Final = rgb("#fdf0d6")
BAD: Final = rgb("#c0303b")
BAD_SOFT: Final = rgb("#fde4e5")

# a terminal
DARK: Final = rgb("#171b26")
DARK_TEXT: Final = rgb("#d7dce8")

TITLE_HEIGHT: Final = 40
WINDOW_RADIUS: Final = 10
RADIUS: Final = 7
PADDING: Final = 18
GAP: Final = 10
ROW: Final = 34
"""Height of buttons and fields."""
SMALL: Final = 13
BODY: Final = 14
HEADING: Final = 17
SHADOW_REACH: Final = 26
SHADOW_DROP: Final = 8
SHADOW_STRENGTH: Final = 0.30
