"""Annotations resolved into a small tree that readers, writers and the generator for JavaScript walk."""

from __future__ import annotations

import struct
import types
import typing
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Annotated, Any, ClassVar, TypeVar, get_args, get_origin, get_type_hints

from . import wire
from .enums import Enum8, Enum16, Enum32, Flags8, Flags16, Flags32
from .errors import UsageError

T = TypeVar("T")
R = TypeVar("R")

_ENUM_CODES: dict[type, str] = {Enum8: "B", Enum16: "H", Enum32: "I", Flags8: "B", Flags16: "H", Flags32: "I"}


@dataclass(frozen=True, slots=True)
class Scalar:
    """One number: ``code`` as in ``struct``, with the enum it belongs to, or in sixteenths when ``fixed``."""

    code: str
    kind: type[IntEnum] | type[IntFlag] | None = None
    fixed: bool = False

    @property
    def size(self) -> int:
        return struct.calcsize("<" + self.code)


@dataclass(frozen=True, slots=True)
class Length:
    """How many items: ``how`` is one of counted, prefixed, exactly, rest, image, zero; the others go with it."""

    how: str
    field: str = ""
    code: str = ""
    items: int = 0
    image: tuple[int, str, str] = (0, "", "")


@dataclass(frozen=True, slots=True)
class Bytes:
    length: Length


@dataclass(frozen=True, slots=True)
class Array:
    item: Scalar | Record
    length: Length


@dataclass(frozen=True, slots=True)
class Record:
    cls: type[wire.Struct]


@dataclass(frozen=True, slots=True)
class Pointer:
    target: Record | Array | Bytes
    nullable: bool


@dataclass(frozen=True, slots=True)
class Switch:
    """``arms`` are (value, type), tried in order; ``known`` are the values that may lack an arm, or None for flags."""

    on: tuple[str, ...]
    arms: tuple[tuple[int, Type], ...]
    known: frozenset[int] | None


Type = Scalar | Bytes | Array | Record | Pointer | Switch


@dataclass(frozen=True, slots=True)
class Condition:
    """``field`` equals ``value``, and is one of ``known``; or has the bit, when ``known`` is None: a field of flags.

    ``cap`` instead names an agreed capability.
    """

    field: str
    value: int
    negated: bool
    known: frozenset[int] | None = None
    cap: int | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """One place in a record; ``count_of`` names the array whose length stands here."""

    name: str
    type: Type
    when: Condition | None = None
    count_of: str = ""


def once(function: Callable[[type[Any]], R]) -> Callable[[type[Any]], R]:
    """Remembers what ``function`` made of each class."""
    made: dict[Any, R] = {}

    def remembered(cls: type[Any]) -> R:
        if cls not in made:
            made[cls] = function(cls)
        return made[cls]

    return remembered


@once
def members(cls: type[Any]) -> tuple[Member, ...]:
    """The places of ``cls`` in wire order."""
    hints = get_type_hints(cls, include_extras=True)
    found: list[Member] = []
    for name, hint in hints.items():
        if get_origin(hint) is ClassVar:
            count = getattr(cls, name)
            if isinstance(count, wire.Count):
                found.append(Member(name, resolve(count.width), _condition(count.when, hints), count.of))
            continue
        conditions = [note for note in _notes(hint) if isinstance(note, wire.When | wire.Unless | wire.WithCap)]
        when = _condition(conditions[0], hints) if conditions else None
        found.append(Member(name, resolve(hint), when))
    return tuple(found)


def qualified(cls: type[wire.Struct]) -> str:
    """A name that is unique over all modules, such as ``display.Init``."""
    return f"{cls.__module__.rpartition('.')[2]}.{cls.__name__}"


def resolve(hint: Any) -> Type:
    """The tree for one annotation."""
    base, notes = _strip(hint), _notes(hint)
    pointer = _one(notes, wire.Pointer)
    inner = _resolve_inline(base, notes)
    if pointer is None:
        return inner
    if not isinstance(inner, Record | Array | Bytes):
        raise UsageError(f"nothing points to a {inner}")
    return Pointer(inner, pointer.nullable)


def _resolve_inline(base: Any, notes: tuple[Any, ...]) -> Type:
    switch = _one(notes, wire.Switch)
    if switch is not None:
        return _switch(switch)
    if get_origin(base) is list:
        item = resolve(get_args(base)[0])
        if not isinstance(item, Scalar | Record):
            raise UsageError(f"no arrays of {item}")
        return Array(item, _length(notes))
    if base is bytes:
        return Bytes(_length(notes))
    if isinstance(base, type) and issubclass(base, wire.Struct):
        return Record(base)
    return _scalar(base, notes)


def _scalar(base: Any, notes: tuple[Any, ...]) -> Scalar:
    if isinstance(base, type) and issubclass(base, IntEnum | IntFlag):
        code = next(code for parent, code in _ENUM_CODES.items() if issubclass(base, parent))
        return Scalar(code, base)
    if _one(notes, wire.Fixed) is not None:
        return Scalar("i", fixed=True)
    integer = _one(notes, wire.Int)
    if integer is None:
        raise UsageError(f"{base} says nothing about its layout")
    return Scalar(integer.code)


def _switch(switch: wire.Switch) -> Switch:
    arms = tuple((int(value), resolve(arm)) for value, arm in switch.arms.items())
    return Switch(tuple(switch.on.split(".")), arms, _known(type(next(iter(switch.arms)))))


def _known(kind: type[IntEnum] | type[IntFlag]) -> frozenset[int] | None:
    """The values of an enum; None for flags, where any combination may be."""
    return None if issubclass(kind, IntFlag) else frozenset(int(member) for member in kind)


def _length(notes: tuple[Any, ...]) -> Length:
    for note in notes:
        match note:
            case wire.Counted(field):
                return Length("counted", field=field)
            case wire.Prefixed(width):
                scalar = resolve(width)
                assert isinstance(scalar, Scalar)
                return Length("prefixed", code=scalar.code)
            case wire.Exactly(items):
                return Length("exactly", items=items)
            case wire.Rest():
                return Length("rest")
            case wire.ImageSize(bits, width, rows):
                return Length("image", image=(bits, width, rows))
            case wire.ZeroTerminated():
                return Length("zero")
    raise UsageError("an array needs a length")


def _condition(note: wire.Condition | None, hints: dict[str, Any]) -> Condition | None:
    match note:
        case None:
            return None
        case wire.WithCap(cap):
            return Condition("", 0, negated=False, cap=int(cap))
        case wire.When(field, value) | wire.Unless(field, value):
            if field not in hints:
                raise UsageError(f"no field {field}")
            return Condition(field, int(value), isinstance(note, wire.Unless), _known(type(value)))


def _strip(hint: Any) -> Any:
    """The annotation's bare type: notes and ``| None`` taken off."""
    base = hint.__origin__ if get_origin(hint) is Annotated else hint
    if get_origin(base) in (types.UnionType, typing.Union):
        options = [option for option in get_args(base) if option is not types.NoneType]
        if len(options) == 1:
            return _strip(options[0])
    return base


def _notes(hint: Any) -> tuple[Any, ...]:
    """Notes of the annotation and, through ``| None``, of what it wraps."""
    if get_origin(hint) is Annotated:
        return (*hint.__metadata__, *_notes(hint.__origin__))
    if get_origin(hint) in (types.UnionType, typing.Union):
        options = [option for option in get_args(hint) if option is not types.NoneType]
        return _notes(options[0]) if len(options) == 1 else ()
    return ()


def _one(notes: tuple[Any, ...], kind: type[T]) -> T | None:
    return next((note for note in notes if isinstance(note, kind)), None)


# --- sizes ----------------------------------------------------------------------------------------------------------


def fixed_size(kind: Type) -> int | None:
    """Bytes that every value of ``kind`` takes, or None when they differ."""
    match kind:
        case Scalar():
            return kind.size
        case Record(cls):
            return _fixed_record(cls)
        case Bytes(Length("exactly", items=items)):
            return items
        case Array(item, Length("exactly", items=items)):
            size = fixed_size(item)
            return None if size is None else size * items
        case _:
            return None


@once
def _fixed_record(cls: type[Any]) -> int | None:
    total = 0
    for member in members(cls):
        size = fixed_size(member.type)
        if size is None or member.when is not None:
            return None
        total += size
    return total


def least_size(kind: Type) -> int:
    """Bytes that every value of ``kind`` takes at least, what it points to left aside."""
    size = fixed_size(kind)
    if size is not None:
        return size
    match kind:
        case Pointer():
            return 4
        case Record(cls):
            always = [member.type for member in members(cls) if member.when is None]
            return sum(map(least_size, always))
        case Bytes(length) | Array(_, length):
            return struct.calcsize("<" + length.code) if length.code else int(length.how == "zero")
        case _:
            return 0
