"""What clients said: whole messages of each channel, from `tests/data/sessions.json.xz` and the golden vectors."""

from __future__ import annotations

import json
import lzma
from base64 import b64decode, b64encode
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from gateway.spice.enums import ChannelType

TESTS = Path(__file__).resolve().parents[1]
SESSIONS = TESTS / "data" / "sessions.json.xz"
GOLDEN = TESTS / "vectors" / "golden"


class Said(NamedTuple):
    """A message: its number and payload."""

    number: int
    payload: bytes


class Recording(NamedTuple):
    """What one connection said after its link."""

    channel: ChannelType
    caps: tuple[int, ...]
    """The channel's own capabilities, by number."""
    said: tuple[Said, ...]


@cache
def recordings() -> tuple[Recording, ...]:
    """Every recorded connection, and for each channel one that says each golden message."""
    return (*load(SESSIONS), *golden())


def golden() -> Iterable[Recording]:
    common = list(_golden("common"))
    for channel in ChannelType:
        said = list(_golden(channel.name.lower()))
        if said:
            yield Recording(channel, (), (*_beginning(channel), *common, *said))


def _beginning(channel: ChannelType) -> tuple[Said, ...]:
    """DISPLAY is nothing before its INIT, whose golden vector may come late in the alphabet."""
    return tuple(_golden("display", "init")) if channel is ChannelType.DISPLAY else ()


def _golden(channel: str, name: str = "*") -> Iterable[Said]:
    for path in sorted(GOLDEN.glob(f"{channel}-client-{name}.json")):
        yield Said(json.loads(path.read_text())["number"], path.with_suffix(".bin").read_bytes())


def save(found: Iterable[Recording], path: Path) -> None:
    rows = [
        {"channel": one.channel.name, "caps": list(one.caps), "said": [[n, _text(payload)] for n, payload in one.said]}
        for one in found
    ]
    path.write_bytes(lzma.compress(json.dumps(rows, indent=0).encode(), preset=9))


def load(path: Path) -> Iterable[Recording]:
    for row in json.loads(lzma.decompress(path.read_bytes())):
        said = tuple(Said(number, b64decode(payload)) for number, payload in row["said"])
        yield Recording(ChannelType[row["channel"]], tuple(row["caps"]), said)


def _text(data: bytes) -> str:
    return b64encode(data).decode("ascii")
