"""Texts that come from outside, before they are kept and shown."""

from __future__ import annotations

import re
from typing import Final

from gateway.access.errors import Invalid

_UNSHOWN: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, what else ends lines or turns the direction of what stands beside it, and half characters, which
no encoding takes."""


def checked_text(text: str, field: str, what: str, most: int, *, least: int = 0) -> str:
    """The text without spaces around it. Raises `Invalid`, whose sentence begins with `what` ("A key's name")."""
    text = text.strip()
    if not least <= len(text) <= most:
        raise Invalid(field, f"{what} has {f'{least} to' if least else 'at most'} {most} characters.")
    if _UNSHOWN.search(text):
        raise Invalid(field, f"{what} is one line of characters that can be shown.")
    return text


def tamed_text(text: str, most: int) -> str:
    """What a client says of itself, cut, with `?` for what cannot be shown."""
    return _UNSHOWN.sub("?", text[:most])
