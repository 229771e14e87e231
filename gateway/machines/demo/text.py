"""Numbers and foreign text, made fit to be shown."""

from __future__ import annotations

import unicodedata
from typing import Final

_UNITS: Final = ("B", "KB", "MB", "GB", "TB")


def bytes_text(count: int) -> str:
    """How many bytes, in three digits or four."""
    value, unit = float(count), 0
    while value >= 1000 and unit < len(_UNITS) - 1:
        value, unit = value / 1000, unit + 1
    return f"{count} B" if unit == 0 else f"{value:.{1 if value < 100 else 0}f} {_UNITS[unit]}"


def duration_text(seconds: float) -> str:
    """How long, to the second."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def shown(text: str, most: int) -> str:
    """A peer's text as one line of at most `most` characters: control and formatting characters become �."""
    head = text[:most]
    clean = "".join("�" if unicodedata.category(char)[0] == "C" else char for char in head)
    return clean + "…" if len(text) > most else clean
