"""What is written can be read: WCAG 2.1 asks for a contrast of 4.5."""

from __future__ import annotations

import pytest

from gateway.machines.demo.terminal.grid import COLOURS
from gateway.machines.demo.toolkit import theme
from gateway.machines.demo.toolkit.canvas import Colour
from gateway.machines.demo.toolkit.icons import ICONS
from gateway.machines.demo.toolkit.widgets import Tone

LEAST = 4.5
LEAST_FOR_ICONS = 2.2


def luminance(colour: Colour) -> float:
    """Relative, as WCAG defines it."""
    parts = [(colour >> shift & 255) / 255 for shift in (16, 8, 0)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Colour, other: Colour) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("ground", ["WINDOW", "CARD", "FIELD", "TITLE_BAR", "ACCENT_SOFT"])
def test_text_stands_out_from_every_ground(ground: str) -> None:
    for ink in (theme.TEXT, theme.MUTED):
        assert contrast(ink, getattr(theme, ground)) >= LEAST


@pytest.mark.parametrize("tone", Tone, ids=lambda tone: tone.name)
def test_status_stands_out_from_its_ground(tone: Tone) -> None:
    assert contrast(*tone.value) >= LEAST


def test_buttons_titles_and_terminals_are_readable() -> None:
    assert contrast(theme.ON_ACCENT, theme.ACCENT) >= LEAST
    assert contrast(theme.TITLE_RESTING, theme.TITLE_BAR) >= LEAST
    assert contrast(theme.DARK_TEXT, theme.DARK) >= LEAST
    assert all(contrast(colour, theme.DARK) >= LEAST for name, colour in COLOURS.items() if name != "black")


@pytest.mark.parametrize("name", [name for name, icon in ICONS.items() if icon.colour])
def test_icon_stands_out_from_its_tile(name: str) -> None:
    assert contrast(ICONS[name].colour, theme.ON_ACCENT) >= LEAST_FOR_ICONS
