"""Demarshalling: layouts compiled once into closures that read records from a payload.

Neighbouring numbers, those of nested fixed records among them, are read by one ``struct`` call. Nothing is allocated
from a count before the items were found to fit into what is left of the payload, and what pointers reach may not add up
to more than the payload: pointers that overlap cannot make a small message large.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import IntFlag
from struct import Struct as Packer
from typing import Any, NoReturn

from . import layout, wire
from .errors import ProtocolError
from .limits import MAX_MESSAGE_ITEMS

Slots = list[Any]
"""The values of a record under construction, counts included, one place a member."""

WIDEST_FLAGS = 0xFFF
"""Sets of flags above this stay plain ints: ``enum`` keeps each combination it ever made, and a peer may send 2**32."""


@dataclass(slots=True)
class Cursor:
    """One payload being read.

    ``caps`` decide about some fields, ``budget`` is the bytes that pointers may still reach, ``items`` the array items
    that may still be made.
    """

    view: memoryview
    size: int
    caps: frozenset[int]
    budget: int
    items: int = MAX_MESSAGE_ITEMS
    shared: dict[tuple[int, object], Any] = field(default_factory=dict)


Read = Callable[[Cursor, int, Slots], tuple[Any, int]]
"""Reads a value at a position; the slots hold the fields before it. Returns the value and the position behind it."""
Step = Callable[[Cursor, int, Slots], int]
Build = Callable[[Sequence[Any]], Any]


def read(cls: type[wire.Struct], payload: bytes | bytearray | memoryview, caps: frozenset[int]) -> tuple[Any, int]:
    """A ``cls`` from the start of ``payload``, and how many bytes it took (what pointers reach not counted).

    Raises `ProtocolError` when the payload does not hold one.
    """
    fixed = _fixed(cls)
    if fixed is not None:
        packer, build = fixed
        if len(payload) < packer.size:
            _short(cls.__name__)
        return build(packer.unpack_from(payload)), packer.size
    view = memoryview(payload).cast("B") if not isinstance(payload, bytes) else memoryview(payload)
    cursor = Cursor(view, len(view), caps, len(view))
    return _record(cls)(cursor, 0, [])


@layout.once
def _fixed(cls: type[wire.Struct]) -> tuple[Packer, Build] | None:
    """How to read a record that is all numbers: keys and pointers, which somebody waits for."""
    record = layout.Record(cls)
    return _flat(record) if layout.fixed_size(record) is not None else None


def _take_items(cursor: Cursor, number: int, least: int, pos: int, what: str) -> None:
    """Lets ``number`` items of at least ``least`` bytes be made, or not."""
    if number * least > cursor.size - pos:
        _short(what)
    cursor.items -= number
    if cursor.items < 0:
        raise ProtocolError(f"{what} makes it more than {MAX_MESSAGE_ITEMS} items in one message")


def _short(what: str) -> NoReturn:
    raise ProtocolError(f"the message ends inside {what}")


# --- records --------------------------------------------------------------------------------------------------------


@layout.once
def _record(cls: type[Any]) -> Read:
    members = layout.members(cls)
    if layout.fixed_size(layout.Record(cls)) is not None:
        return _fixed_record(cls)
    steps = _steps(cls, members)
    kept = [index for index, member in enumerate(members) if not member.count_of]
    everything = len(kept) == len(members)
    blank: list[Any] = [None] * len(members)

    def record(cursor: Cursor, pos: int, _outer: Slots) -> tuple[Any, int]:
        slots = blank.copy()
        for step in steps:
            pos = step(cursor, pos, slots)
        return cls(*slots) if everything else cls(*[slots[index] for index in kept]), pos

    return record


def _fixed_record(cls: type[Any]) -> Read:
    packer, build = _flat(layout.Record(cls))
    size, name = packer.size, cls.__name__

    def fixed(cursor: Cursor, pos: int, _outer: Slots) -> tuple[Any, int]:
        end = pos + size
        if end > cursor.size:
            _short(name)
        return build(packer.unpack_from(cursor.view, pos)), end

    return fixed


def _steps(cls: type[Any], members: tuple[layout.Member, ...]) -> list[Step]:
    """Runs of unconditional fixed members as one step each, everything else on its own."""
    steps: list[Step] = []
    run: list[tuple[int, layout.Type]] = []
    names = {member.name: index for index, member in enumerate(members)}

    def close_run() -> None:
        if run:
            steps.append(_run(cls.__name__, list(run)))
            run.clear()

    for index, member in enumerate(members):
        if member.when is None and layout.fixed_size(member.type) is not None:
            run.append((index, member.type))
            continue
        close_run()
        what = f"{cls.__name__}.{member.name}"
        step = _single(index, _reader(member.type, names, what))
        steps.append(step if member.when is None else _conditional(step, test(member.when, names)))
    close_run()
    return steps


def _single(index: int, reader: Read) -> Step:
    def single(cursor: Cursor, pos: int, slots: Slots) -> int:
        slots[index], pos = reader(cursor, pos, slots)
        return pos

    return single


def _conditional(step: Step, wanted: Callable[[Cursor, Slots], bool]) -> Step:
    def conditional(cursor: Cursor, pos: int, slots: Slots) -> int:
        return step(cursor, pos, slots) if wanted(cursor, slots) else pos

    return conditional


def test(condition: layout.Condition, names: dict[str, int]) -> Callable[[Cursor, Slots], bool]:
    """Whether a member is there, from the members before it or from the capabilities."""
    negated = condition.negated
    if condition.cap is not None:
        cap = condition.cap
        return lambda cursor, _slots: cap in cursor.caps
    index, value, known = names[condition.field], condition.value, condition.known
    if known is None:
        return lambda _cursor, slots: bool(int(slots[index]) & value) != negated

    def equal(_cursor: Cursor, slots: Slots) -> bool:
        if slots[index] not in known:
            raise ProtocolError(f"{condition.field} is {int(slots[index])}, which is unknown")
        return bool(slots[index] == value) != negated

    return equal


def _run(name: str, run: list[tuple[int, layout.Type]]) -> Step:
    """Neighbouring fixed members: one bounds check and one unpack."""
    formats, plan, start = "<", [], 0
    for index, kind in run:
        letters, build, width = _flatten(kind)
        formats += letters
        plan.append((index, start, start + width, build))
        start += width
    packer = Packer(formats)
    size, unpack = packer.size, packer.unpack_from

    def step(cursor: Cursor, pos: int, slots: Slots) -> int:
        end = pos + size
        if end > cursor.size:
            _short(name)
        values = unpack(cursor.view, pos)
        for index, first, last, build in plan:
            slots[index] = values[first] if build is None else build(values[first:last])
        return end

    return step


def _flat(kind: layout.Type) -> tuple[Packer, Build]:
    letters, build, _width = _flatten(kind)
    return Packer("<" + letters), build or (lambda values: values[0])


def _flatten(kind: layout.Type) -> tuple[str, Build | None, int]:
    """A fixed type as letters of ``struct``, how to make the value from their values (None: as it is), how many."""
    match kind:
        case layout.Scalar():
            convert = _converter(kind)
            return kind.code, None if convert is None else lambda values: convert(values[0]), 1
        case layout.Bytes(layout.Length(items=items)):
            return f"{items}s", None, 1
        case layout.Record(cls):
            return _flatten_record(cls)
        case _:
            raise TypeError(f"{kind} is not fixed")


def _flatten_record(cls: type[Any]) -> tuple[str, Build, int]:
    letters, plan, start = "", [], 0
    for member in layout.members(cls):
        inner, build, width = _flatten(member.type)
        letters += inner
        plan.append((start, start + width, build))
        start += width
    if all(build is None for _first, _last, build in plan):
        return letters, lambda values: cls(*values), start

    def make(values: Sequence[Any]) -> Any:
        return cls(*[values[first] if build is None else build(values[first:last]) for first, last, build in plan])

    return letters, make, start


def _converter(scalar: layout.Scalar) -> Callable[[int], Any] | None:
    if scalar.fixed:
        return lambda value: value / 16
    kind = scalar.kind
    if kind is None:
        return None
    if issubclass(kind, IntFlag):
        return _flags_converter(kind)
    members = {int(member): member for member in kind}
    return lambda value: members.get(value, value)


def _flags_converter(kind: type[IntFlag]) -> Callable[[int], Any]:
    mask = sum(int(member) for member in kind)
    if mask > WIDEST_FLAGS:
        return lambda value: value
    known: dict[int, IntFlag] = {}

    def convert(value: int) -> int:
        flags = known.get(value)
        if flags is not None:
            return flags
        if value & ~mask:
            return value
        known[value] = kind(value)
        return known[value]

    return convert


# --- everything whose size varies -----------------------------------------------------------------------------------


def _reader(kind: layout.Type, names: dict[str, int], what: str) -> Read:
    match kind:
        case layout.Record(cls):
            return _record(cls)
        case layout.Bytes(length):
            return _bytes(_count(length, names, what), what)
        case layout.Array(item, length):
            return _array(item, _count(length, names, what), what)
        case layout.Pointer():
            return _pointer(kind, names, what)
        case layout.Switch():
            return _switch(kind, names, what)
        case layout.Scalar():
            return _scalar(kind, what)


def _scalar(scalar: layout.Scalar, what: str) -> Read:
    packer, build = _flat(scalar)

    def number(cursor: Cursor, pos: int, _slots: Slots) -> tuple[Any, int]:
        if pos + packer.size > cursor.size:
            _short(what)
        return build(packer.unpack_from(cursor.view, pos)), pos + packer.size

    return number


CountOf = Callable[[Cursor, int, Slots, int], tuple[int, int]]
"""(cursor, position, slots, bytes an item) to (items, position of the first)."""


def _count(length: layout.Length, names: dict[str, int], what: str) -> CountOf:
    match length.how:
        case "counted":
            index = names[length.field]
            return lambda _cursor, pos, slots, _size: (slots[index], pos)
        case "exactly":
            return lambda _cursor, pos, _slots, _size: (length.items, pos)
        case "rest":
            return lambda cursor, pos, _slots, size: ((cursor.size - pos) // size, pos)
        case "prefixed":
            return _prefix(length.code, what)
        case "image":
            return _image_size(length.image, names)
        case _:
            return _zero_terminated(what)


def _prefix(code: str, what: str) -> CountOf:
    packer = Packer("<" + code)

    def count(cursor: Cursor, pos: int, _slots: Slots, _size: int) -> tuple[int, int]:
        if pos + packer.size > cursor.size:
            _short(what)
        return packer.unpack_from(cursor.view, pos)[0], pos + packer.size

    return count


def _image_size(image: tuple[int, str, str], names: dict[str, int]) -> CountOf:
    bits, width, rows = image[0], names[image[1]], names[image[2]]
    return lambda _cursor, pos, slots, _size: ((bits * slots[width] + 7) // 8 * slots[rows], pos)


def _zero_terminated(what: str) -> CountOf:
    def count(cursor: Cursor, pos: int, _slots: Slots, _size: int) -> tuple[int, int]:
        items = cursor.view[pos:].tobytes().find(0)
        if items < 0:
            _short(what)
        return items, pos

    return count


def _bytes(count: CountOf, what: str) -> Read:
    def data(cursor: Cursor, pos: int, slots: Slots) -> tuple[bytes, int]:
        items, pos = count(cursor, pos, slots, 1)
        if items > cursor.size - pos:
            _short(what)
        return bytes(cursor.view[pos : pos + items]), pos + items

    return data


def _array(item: layout.Scalar | layout.Record, count: CountOf, what: str) -> Read:
    if layout.fixed_size(item) is None:
        return _varying_array(item, count, what)
    packer, build = _flat(item)
    size = packer.size

    def items(cursor: Cursor, pos: int, slots: Slots) -> tuple[list[Any], int]:
        number, pos = count(cursor, pos, slots, size)
        _take_items(cursor, number, size, pos, what)
        end = pos + number * size
        return [build(values) for values in packer.iter_unpack(cursor.view[pos:end])], end

    return items


def _varying_array(item: layout.Scalar | layout.Record, count: CountOf, what: str) -> Read:
    reader, least = _reader(item, {}, what), layout.least_size(item)
    if not least:
        raise TypeError(f"items of {what} may be empty: their count would not be bounded")

    def items(cursor: Cursor, pos: int, slots: Slots) -> tuple[list[Any], int]:
        number, pos = count(cursor, pos, slots, least)
        _take_items(cursor, number, least, pos, what)
        found = []
        for _ in range(number):
            value, pos = reader(cursor, pos, slots)
            found.append(value)
        return found, pos

    return items


def _pointer(pointer: layout.Pointer, names: dict[str, int], what: str) -> Read:
    target = _reader(pointer.target, names, what)
    shareable = isinstance(pointer.target, layout.Record)
    null = _null(pointer, names, what)
    packer = Packer("<I")

    def follow(cursor: Cursor, pos: int, slots: Slots) -> tuple[Any, int]:
        if pos + 4 > cursor.size:
            _short(what)
        (offset,) = packer.unpack_from(cursor.view, pos)
        if not offset:
            return null(slots), pos + 4
        if offset > cursor.size:
            raise ProtocolError(f"{what} points out of the message")
        if shareable and (offset, target) in cursor.shared:
            return cursor.shared[offset, target], pos + 4
        value, end = target(cursor, offset, slots)
        cursor.budget -= end - offset
        if cursor.budget < 0:
            raise ProtocolError(f"{what} overlaps what another pointer reads")
        if shareable:
            cursor.shared[offset, target] = value
        return value, pos + 4

    return follow


def _null(pointer: layout.Pointer, names: dict[str, int], what: str) -> Callable[[Slots], Any]:
    """What a null pointer means: None for a record, nothing at all for an array whose count agrees."""
    target = pointer.target
    if not pointer.nullable:

        def refuse(_slots: Slots) -> NoReturn:
            raise ProtocolError(f"{what} is a null pointer")

        return refuse
    if isinstance(target, layout.Record):
        return lambda _slots: None
    if target.length.how != "counted":
        raise TypeError(f"{what}: a nullable array needs a count")
    index, empty = names[target.length.field], b"" if isinstance(target, layout.Bytes) else []

    def nothing(slots: Slots) -> Any:
        if slots[index]:
            raise ProtocolError(f"{what} is a null pointer to {slots[index]} items")
        return empty if isinstance(empty, bytes) else []

    return nothing


def _switch(switch: layout.Switch, names: dict[str, int], what: str) -> Read:
    index, path = names[switch.on[0]], switch.on[1:]
    arms = [(value, _reader(arm, names, what)) for value, arm in switch.arms]
    by_value, known = dict(arms), switch.known

    def choose(slots: Slots) -> Read | None:
        on = slots[index]
        for attribute in path:
            on = getattr(on, attribute)
        if known is None:
            return next((reader for value, reader in arms if on & value), None)
        if on not in known:
            raise ProtocolError(f"{what} is of unknown kind {int(on)}")
        return by_value.get(on)

    def read_arm(cursor: Cursor, pos: int, slots: Slots) -> tuple[Any, int]:
        reader = choose(slots)
        return (None, pos) if reader is None else reader(cursor, pos, slots)

    return read_arm
