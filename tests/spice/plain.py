"""Records as plain JSON values and back, the form of the golden vectors, by walking the layouts.

64-bit numbers are ``{"$int": "…"}``, byte arrays ``{"$hex": "…"}``; counts are there, fields that are not on the wire
are not.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.spice import agent, catalog, layout, vsc
from gateway.spice.enums import AgentMessageType, ChannelType, Direction, VscMessageType
from gateway.spice.wire import Struct

GOLDEN = Path(__file__).resolve().parents[1] / "vectors" / "golden"


@dataclass(frozen=True, slots=True)
class Golden:
    """One vector from the disk; ``cls`` is the record that its payload holds."""

    stem: str
    channel: str
    direction: str
    number: int
    name: str
    caps: frozenset[int]
    fields: dict[str, Any]
    data: bytes
    cls: type[Struct]


def golden() -> list[Golden]:
    """Every vector, by name."""
    return [_load(path) for path in sorted(GOLDEN.glob("*.json"))]


def _load(path: Path) -> Golden:
    about = json.loads(path.read_text("utf-8"))
    place = about["channel"], about["direction"], about["number"]
    return Golden(
        path.stem,
        *place,
        about["name"],
        frozenset(about["caps"]),
        about["fields"],
        path.with_suffix(".bin").read_bytes(),
        _record(*place),
    )


def _record(channel: str, direction: str, number: int) -> type[Struct]:
    if channel == "agent":
        return agent.LAYOUTS[AgentMessageType(number)]
    if channel == "vsc":
        return vsc.LAYOUTS[VscMessageType(number)]
    kind = ChannelType.MAIN if channel == "common" else ChannelType[channel.upper()]
    entry = catalog.lookup(kind, Direction(direction), number)
    assert entry is not None, (channel, direction, number)
    return entry.cls


def to_plain(record: Struct, caps: frozenset[int] = frozenset()) -> dict[str, Any]:
    """What a record looks like in a vector."""
    return {
        member.name: _plain(member.type, getattr(record, member.name), record, caps)
        for member in layout.members(type(record))
        if _there(member.when, record, caps)
    }


def _there(when: layout.Condition | None, record: Struct, caps: frozenset[int]) -> bool:
    if when is None:
        return True
    if when.cap is not None:
        return when.cap in caps
    value = int(getattr(record, when.field))
    return (bool(value & when.value) if when.known is None else value == when.value) != when.negated


def _plain(kind: layout.Type, value: Any, record: Struct, caps: frozenset[int]) -> Any:
    match kind:
        case _ if value is None:
            return None
        case layout.Pointer(target, _):
            return _plain(target, value, record, caps)
        case layout.Switch():
            return _plain(_arm(kind, record), value, record, caps)
        case layout.Record():
            return to_plain(value, caps)
        case layout.Bytes():
            return {"$hex": value.hex()}
        case layout.Array(item, _):
            return [_plain(item, each, record, caps) for each in value]
        case layout.Scalar(code):
            return {"$int": str(int(value))} if code in "Qq" else value if kind.fixed else int(value)


def _arm(switch: layout.Switch, record: Any) -> layout.Type:
    on = record
    for name in switch.on:
        on = on[name] if isinstance(on, dict) else getattr(on, name)
    return next(arm for value, arm in switch.arms if (on & value if switch.known is None else on == value))


def from_plain(cls: type[Any], fields: dict[str, Any]) -> Any:
    """The record that a vector describes."""
    values = {
        member.name: _value(member.type, fields.get(member.name), fields)
        for member in layout.members(cls)
        if not member.count_of
    }
    return cls(**values)


def _value(kind: layout.Type, plain: Any, fields: dict[str, Any]) -> Any:
    match kind:
        case _ if plain is None:
            return None
        case layout.Pointer(target, _):
            return _value(target, plain, fields)
        case layout.Switch():
            return _value(_arm(kind, fields), plain, fields)
        case layout.Record(cls):
            return from_plain(cls, plain)
        case layout.Bytes():
            return bytes.fromhex(plain["$hex"])
        case layout.Array(item, _):
            return [_value(item, each, fields) for each in plain]
        case layout.Scalar():
            number = int(plain["$int"]) if isinstance(plain, dict) else plain
            return number if kind.kind is None else kind.kind(number)
