"""What golden vectors are made of: bytes put together by hand with ``struct``, and the fields they stand for.

Nothing here imports the codec: the vectors are its judge. In the fields 64-bit numbers are ``{"$int": "…"}`` and byte
arrays ``{"$hex": "…"}``, since JSON has neither.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class At:
    """A pointer in hand-made bytes: the offset of target ``index``."""

    index: int


NULL = struct.pack("<I", 0)
Piece = bytes | At


@dataclass(frozen=True, slots=True)
class Vector:
    """One golden message. ``channel`` may be ``common``, ``agent`` or ``vsc``; ``caps`` are agent capabilities."""

    channel: str
    direction: str
    name: str
    number: int
    data: bytes
    fields: Fields
    variant: str = ""
    caps: tuple[int, ...] = ()

    @property
    def stem(self) -> str:
        return f"{self.channel}-{self.direction}-{self.name}" + (f"@{self.variant}" if self.variant else "")


def p(layout: str, *numbers: int) -> bytes:
    """Packed little-endian numbers."""
    return struct.pack("<" + layout, *numbers)


def big(number: int) -> Fields:
    """A 64-bit number."""
    return {"$int": str(number)}


def hx(data: bytes) -> Fields:
    """A byte array."""
    return {"$hex": data.hex()}


def place(body: Sequence[Piece], *targets: Sequence[Piece]) -> bytes:
    """Body and targets one behind the other, the pointers among them resolved."""
    offsets, offset = [], _size(body)
    for target in targets:
        offsets.append(offset)
        offset += _size(target)
    return b"".join(
        p("I", offsets[piece.index]) if isinstance(piece, At) else piece for part in (body, *targets) for piece in part
    )


def _size(part: Sequence[Piece]) -> int:
    return sum(4 if isinstance(piece, At) else len(piece) for piece in part)


def rect(top: int, left: int, bottom: int, right: int) -> tuple[bytes, Fields]:
    return p("4i", top, left, bottom, right), {"top": top, "left": left, "bottom": bottom, "right": right}


def point(x: int, y: int) -> tuple[bytes, Fields]:
    return p("2i", x, y), {"x": x, "y": y}
