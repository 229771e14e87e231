"""Marshalling: layouts compiled once into closures that append records to a payload.

What pointers reach is appended behind the message in the order in which the pointers were met, as libspice does; a
record that is pointed to twice is written once.
"""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, groupby
from operator import attrgetter
from struct import Struct as Packer
from typing import Any

from . import layout, wire
from .errors import UsageError

_OFFSET = Packer("<I")


@dataclass(slots=True)
class Pen:
    """A payload being written, and the pointers whose targets are still to come."""

    caps: frozenset[int]
    out: bytearray = field(default_factory=bytearray)
    pending: deque[tuple[int, Write, Any, Any]] = field(default_factory=deque)
    written: dict[tuple[int, Write], int] = field(default_factory=dict)


Write = Callable[[Pen, Any, Any], None]
"""Appends a value; the last argument is the record it belongs to."""


def write(message: wire.Struct, caps: frozenset[int]) -> bytes:
    """The payload of ``message``. Raises `UsageError` when a value does not fit its place."""
    pen = Pen(caps)
    try:
        _record(type(message))(pen, message, message)
        while pen.pending:
            at, writer, value, owner = pen.pending.popleft()
            _OFFSET.pack_into(pen.out, at, _place(pen, writer, value, owner))
    except (struct.error, AttributeError, TypeError, ValueError, OverflowError) as error:
        raise UsageError(f"{type(message).__name__} does not fit the wire: {error}") from error
    return bytes(pen.out)


def _place(pen: Pen, writer: Write, value: Any, owner: Any) -> int:
    key = (id(value), writer)
    if isinstance(value, wire.Struct) and key in pen.written:
        return pen.written[key]
    offset = pen.written[key] = len(pen.out)
    writer(pen, value, owner)
    return offset


@layout.once
def _record(cls: type[Any]) -> Write:
    steps = list(_steps(layout.members(cls)))

    def record(pen: Pen, value: Any, _owner: Any) -> None:
        if type(value) is not cls:
            raise TypeError(f"a {cls.__name__} is needed, not {type(value).__name__}")
        for step in steps:
            step(pen, value)

    return record


Step = Callable[[Pen, Any], None]
"""Appends a part of a record."""


def _steps(members: Iterable[layout.Member]) -> Iterator[Step]:
    """Neighbours that are numbers only are packed together."""
    for plain, group in groupby(members, _is_plain):
        if plain:
            yield _numbers([place for member in group for place in _places(member.type, member.name)])
        else:
            yield from map(_member, group)


def _is_plain(member: layout.Member) -> bool:
    return member.when is None and bool(_places(member.type, member.name))


Place = tuple[str, str]
"""A number: its letter of ``struct``, and where it is in a record, as `attrgetter` has it."""


def _places(kind: layout.Type, path: str) -> list[Place]:
    """The numbers of a type that has nothing else; else nothing."""
    match kind:
        case layout.Scalar(fixed=False):
            return [(kind.code, path)]
        case layout.Record(cls):
            members = layout.members(cls)
            parts = [_places(member.type, f"{path}.{member.name}") for member in members if member.when is None]
            whole = len(parts) == len(members) and all(parts)
            return list(chain.from_iterable(parts)) if whole else []
        case _:
            return []


def _numbers(places: list[Place]) -> Step:
    packer = Packer("<" + "".join(letter for letter, _ in places))
    get = attrgetter(*(path for _, path in places))

    def one(pen: Pen, record: Any) -> None:
        pen.out += packer.pack(get(record))

    def several(pen: Pen, record: Any) -> None:
        pen.out += packer.pack(*get(record))

    return one if len(places) == 1 else several


def _scalar(kind: layout.Scalar) -> Write:
    packer = Packer("<" + kind.code)

    def number(pen: Pen, value: Any, _owner: Any) -> None:
        pen.out += packer.pack(value)

    def sixteenths(pen: Pen, value: Any, _owner: Any) -> None:
        pen.out += packer.pack(round(value * 16))

    return sixteenths if kind.fixed else number


def _member(member: layout.Member) -> Step:
    writer, name = _writer(member.type), member.name
    if member.when is None:
        return lambda pen, record: writer(pen, getattr(record, name), record)
    wanted = test(member.when)

    def conditional(pen: Pen, record: Any) -> None:
        value = getattr(record, name)
        if wanted(pen, record):
            writer(pen, value, record)
        elif value is not None and not member.count_of and member.when and member.when.cap is None:
            raise ValueError(f"{name} has a value that the other fields leave no room for")

    return conditional


def test(condition: layout.Condition) -> Callable[[Pen, Any], bool]:
    """Whether a member is to be written."""
    negated, name, value = condition.negated, condition.field, condition.value
    if condition.cap is not None:
        cap = condition.cap
        return lambda pen, _record: cap in pen.caps
    if condition.known is None:
        return lambda _pen, record: bool(int(getattr(record, name)) & value) != negated
    return lambda _pen, record: (getattr(record, name) == value) != negated


def _writer(kind: layout.Type) -> Write:
    match kind:
        case layout.Scalar():
            return _scalar(kind)
        case layout.Record(cls):
            return _record(cls)
        case layout.Bytes(length):
            return _bytes(_count(length))
        case layout.Array(item, length):
            return _array(item, _count(length))
        case layout.Pointer():
            return _pointer(kind)
        case layout.Switch():
            return _switch(kind)


CountCheck = Callable[[Pen, int, Any], None]
"""Checks the number of items against the record it belongs to, or writes it where it stands before them."""


def _count(length: layout.Length) -> CountCheck:
    match length.how:
        case "prefixed":
            packer = Packer("<" + length.code)

            def prefix(pen: Pen, items: int, _record: Any) -> None:
                pen.out += packer.pack(items)

            return prefix
        case "image":
            return _image_size(*length.image)
        case "counted":
            return lambda _pen, items, record: _agree(items, getattr(record, length.field))
        case "exactly":
            return lambda _pen, items, _record: _agree(items, length.items)
        case _:
            return lambda _pen, _items, _record: None


def _image_size(bits: int, width: str, rows: str) -> CountCheck:
    def check(_pen: Pen, items: int, record: Any) -> None:
        _agree(items, (bits * getattr(record, width) + 7) // 8 * getattr(record, rows))

    return check


def _agree(items: int, expected: int) -> None:
    if items != expected:
        raise ValueError(f"{expected} items are needed, not {items}")


def _bytes(count: CountCheck) -> Write:
    def data(pen: Pen, value: Any, record: Any) -> None:
        count(pen, len(value), record)
        pen.out += value

    return data


def _array(item: layout.Scalar | layout.Record, count: CountCheck) -> Write:
    writer = _writer(item)

    def items(pen: Pen, value: Any, record: Any) -> None:
        count(pen, len(value), record)
        for each in value:
            writer(pen, each, record)

    return items


def _pointer(pointer: layout.Pointer) -> Write:
    target = _writer(pointer.target)
    if isinstance(pointer.target, layout.Bytes) and pointer.target.length.how == "zero":
        target = _terminated
    nullable = pointer.nullable

    def point(pen: Pen, value: Any, record: Any) -> None:
        if nullable and (value is None or (isinstance(value, bytes | list) and not value)):
            pen.out += b"\0\0\0\0"
            return
        if value is None:
            raise ValueError("a null pointer is not allowed here")
        pen.pending.append((len(pen.out), target, value, record))
        pen.out += b"\0\0\0\0"

    return point


def _terminated(pen: Pen, value: Any, _record: Any) -> None:
    if 0 in value:
        raise ValueError("a NUL inside a zero-terminated string")
    pen.out += value
    pen.out.append(0)


def _switch(switch: layout.Switch) -> Write:
    arms = [(value, _writer(arm)) for value, arm in switch.arms]
    by_value, flags = dict(arms), switch.known is None

    def choose(record: Any) -> Write | None:
        on = record
        for attribute in switch.on:
            on = getattr(on, attribute)
        if flags:
            return next((writer for value, writer in arms if on & value), None)
        return by_value.get(on)

    def write_arm(pen: Pen, value: Any, record: Any) -> None:
        writer = choose(record)
        if writer is not None:
            writer(pen, value, record)
        elif value is not None:
            raise ValueError("a value where the kind has none")

    return write_arm
