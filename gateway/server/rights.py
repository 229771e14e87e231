"""What somebody may do at a machine. The wire enforces it, whoever gave it.

`parse_rights` and `right_names` are the one spelling of rights in configuration, API and pages.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntFlag
from typing import Final


class Right(IntFlag):
    """The values are kept in the store: they never change."""

    NONE = 0
    VIEW = 1
    """See and hear the machine: without it, none of the others is any use."""
    CONTROL = 2
    """Keyboard, pointer, microphone, serial consoles, power, arrangement of the monitors."""
    CLIPBOARD_IN = 4
    """Paste into the machine."""
    CLIPBOARD_OUT = 8
    """Copy out of the machine."""
    FILES = 16
    """Send files, share a folder."""
    DEVICES = 32
    """USB devices, smartcards, printers."""

    ALL = VIEW | CONTROL | CLIPBOARD_IN | CLIPBOARD_OUT | FILES | DEVICES


RIGHT_NAMES: Final = tuple(str(right.name).lower() for right in Right)
"""Every single right, as it is written."""


def right_names(rights: Right) -> tuple[str, ...]:
    """The rights as they are written, in the order of `RIGHT_NAMES`."""
    return tuple(str(right.name).lower() for right in rights)


RIGHTS_NOTICE: Final = 0x5347_0000
"""Added to the rights in `what` of the NOTIFY that tells a client of them: our viewer then offers what they allow, and
whoever does not know the code shows the sentence."""


def notice_of(rights: Right, before: Right) -> str:
    """The sentence for whoever was given more than `before`."""
    return f"You may do more at this machine now: {', '.join(right_names(rights & ~before)).replace('_', ' ')}."


def parse_rights(names: Iterable[str]) -> Right:
    """Rights from their names; `all` is all of them. Raises `ValueError` with a sentence."""
    rights = Right.NONE
    for name in names:
        if name != "all" and name not in RIGHT_NAMES:
            raise ValueError(f"{name!r} is not a right: use {', '.join(RIGHT_NAMES)} or all")
        rights |= Right[name.upper()]
    return usable(rights)


def usable(rights: Right) -> Right:
    """Without VIEW nobody gets in, so nothing is left of the others."""
    return rights & Right.ALL if Right.VIEW in rights else Right.NONE
