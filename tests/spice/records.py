"""Arbitrary records that fit the wire, made from the layouts (hypothesis)."""

from __future__ import annotations

import struct
from typing import Any

from hypothesis import strategies as st

from gateway.spice import layout
from gateway.spice.enums import Flags8, Flags16, Flags32

SMALL = 6
"""Rows, columns and items at most: what is large only takes time."""


def record(draw: st.DrawFn, cls: type[Any], caps: frozenset[int]) -> Any:
    """A ``cls`` whose fields agree with each other."""
    fields: dict[str, Any] = {}
    sizes = _sizes(cls)
    for member in layout.members(cls):
        if member.count_of:
            continue
        if member.when is not None and not _there(member.when, fields, caps):
            fields[member.name] = None
        elif member.name in sizes:
            fields[member.name] = draw(st.integers(0, SMALL))
        else:
            fields[member.name] = _value(draw, member.type, fields, caps, _twin(cls, member, fields))
    return cls(**fields)


def _sizes(cls: type[Any]) -> set[str]:
    """Fields that say how large an image is."""
    lengths = (getattr(member.type, "length", None) for member in layout.members(cls))
    return {name for length in lengths if length and length.how == "image" for name in length.image[1:]}


def _twin(cls: type[Any], member: layout.Member, fields: dict[str, Any]) -> int | None:
    """How many items a second array of the same count must have."""
    length = getattr(member.type, "length", None)
    if length is None or length.how != "counted":
        return None
    first = next(other.count_of for other in layout.members(cls) if other.name == length.field)
    return len(fields[first]) if first != member.name else None


def _there(when: layout.Condition, fields: dict[str, Any], caps: frozenset[int]) -> bool:
    if when.cap is not None:
        return when.cap in caps
    value = int(fields[when.field])
    return (bool(value & when.value) if when.known is None else value == when.value) != when.negated


def _value(draw: st.DrawFn, kind: layout.Type, fields: dict[str, Any], caps: frozenset[int], items: int | None) -> Any:
    match kind:
        case layout.Scalar():
            return _scalar(draw, kind)
        case layout.Record(cls):
            return record(draw, cls, caps)
        case layout.Pointer(layout.Record() as target, nullable):
            return None if nullable and draw(st.booleans()) else _value(draw, target, fields, caps, None)
        case layout.Pointer(target, _):
            return _value(draw, target, fields, caps, None)
        case layout.Bytes(length):
            return _bytes(draw, length, fields)
        case layout.Array(item, _):
            number = draw(st.integers(0, SMALL)) if items is None else items
            return [_value(draw, item, fields, caps, None) for _ in range(number)]
        case layout.Switch():
            return _switch(draw, kind, fields, caps)


def _scalar(draw: st.DrawFn, scalar: layout.Scalar) -> Any:
    if scalar.fixed:
        return draw(st.integers(-(2**31), 2**31 - 1)) / 16
    if scalar.kind is None:
        bits = 8 * struct.calcsize("<" + scalar.code)
        low = 0 if scalar.code.isupper() else -(2 ** (bits - 1))
        return draw(st.integers(low, low + 2**bits - 1))
    if issubclass(scalar.kind, Flags8 | Flags16 | Flags32):
        return draw(st.integers(0, sum(scalar.kind)))
    return draw(st.sampled_from(list(scalar.kind)))


def _bytes(draw: st.DrawFn, length: layout.Length, fields: dict[str, Any]) -> bytes:
    match length.how:
        case "exactly":
            return draw(st.binary(min_size=length.items, max_size=length.items))
        case "image":
            bits, width, rows = length.image
            size = (bits * fields[width] + 7) // 8 * fields[rows]
            return draw(st.binary(min_size=size, max_size=size))
        case "zero":
            return draw(st.binary(max_size=20)).replace(b"\0", b"")
        case _:
            return draw(st.binary(min_size=1, max_size=20))


def _switch(draw: st.DrawFn, switch: layout.Switch, fields: dict[str, Any], caps: frozenset[int]) -> Any:
    on: Any = fields[switch.on[0]]
    for name in switch.on[1:]:
        on = getattr(on, name)
    for value, arm in switch.arms:
        if on & value if switch.known is None else on == value:
            return _value(draw, arm, fields, caps, None)
    return None
