"""What an annotation of a message may say; the annotations are the wire format.

A field's type and the notes beside it (``Annotated``) give its layout. Everything is little-endian and packed::

    class Palette(Struct):
        unique: U64                                        # an integer of eight bytes
        num_ents: ClassVar[Count] = Count(U16, of="ents")  # on the wire only; reads as len(ents)
        ents: Annotated[list[U32], Counted("num_ents")]

    pat: Annotated[Image, Pointer()]                       # u32 offset from the message's start, never 0
    bitmap: Annotated[Image | None, Pointer(nullable=True)]
    palette_id: Annotated[U64 | None, When("flags", BitmapFlags.PAL_FROM_CACHE)] = None

Enums carry their width in their base class (``enums.Enum8`` and so on). Source of the vocabulary: the grammar of
``spice.proto``; ``@to_ptr``, ``@ptr_array``, ``@chunk`` and their like speak of memory, not of the wire.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Annotated, overload


class Struct:
    """Base of every record on the wire; a subclass is a ``dataclass(slots=True)``."""

    __slots__ = ()


class Message(Struct):
    """A record that is a whole message and has a number in the catalogue."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Int:
    """An integer; ``code`` is its letter in ``struct``."""

    code: str


@dataclass(frozen=True, slots=True)
class Fixed:
    """A signed 32-bit number in units of 1/16 (``fixed28_4``); floats in Python hold it exactly."""


U8 = Annotated[int, Int("B")]
U16 = Annotated[int, Int("H")]
U32 = Annotated[int, Int("I")]
U64 = Annotated[int, Int("Q")]
I16 = Annotated[int, Int("h")]
I32 = Annotated[int, Int("i")]
I64 = Annotated[int, Int("q")]
Fixed28_4 = Annotated[float, Fixed()]


@dataclass(frozen=True, slots=True)
class When:
    """The field is there when ``field`` equals ``value``, or holds that bit if it is a set of flags."""

    field: str
    value: IntEnum | IntFlag


@dataclass(frozen=True, slots=True)
class Unless:
    """The reverse of ``When``."""

    field: str
    value: IntEnum | IntFlag


@dataclass(frozen=True, slots=True)
class WithCap:
    """The field is there when both sides agreed on capability ``cap`` (agent messages only)."""

    cap: IntEnum


Condition = When | Unless | WithCap


@dataclass(frozen=True, slots=True)
class Counted:
    """As many items as the ``Count`` named ``field`` says."""

    field: str


@dataclass(frozen=True, slots=True)
class Prefixed:
    """A count of type ``width`` stands directly before the items."""

    width: object


@dataclass(frozen=True, slots=True)
class Exactly:
    """``items`` items, always."""

    items: int


@dataclass(frozen=True, slots=True)
class Rest:
    """Everything to the end of the message."""


@dataclass(frozen=True, slots=True)
class ImageSize:
    """``rows`` rows of ``width`` units of ``bits`` bits, each row padded to a byte; width and rows are fields."""

    bits: int
    width: str
    rows: str


@dataclass(frozen=True, slots=True)
class ZeroTerminated:
    """Bytes up to a NUL, which is not part of the value."""


Length = Counted | Prefixed | Exactly | Rest | ImageSize | ZeroTerminated


@dataclass(frozen=True, slots=True)
class Pointer:
    """The value stands elsewhere: here is its u32 offset from the message's start; 0 means None where ``nullable``."""

    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Switch:
    """What the field is depends on ``on``, a field's name or a path such as ``descriptor.type``.

    ``arms`` maps enum members (or flags, tried in order) to annotations; known members without an arm are None.
    """

    on: str
    arms: Mapping[IntEnum | IntFlag, object]


class Count:
    """A number on the wire that says how many items ``of`` has; never stored, always true."""

    __slots__ = ("of", "when", "width")

    def __init__(self, width: object, of: str, when: Condition | None = None) -> None:
        self.width = width
        self.of = of
        self.when = when

    @overload
    def __get__(self, instance: None, owner: type) -> Count: ...
    @overload
    def __get__(self, instance: object, owner: type) -> int: ...
    def __get__(self, instance: object | None, owner: type) -> Count | int:
        if instance is None:
            return self
        return len(getattr(instance, self.of) or ())
