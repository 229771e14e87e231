"""Writes the golden vectors: ``python -m tests.vectors.make [--check]``.

For each message ``<channel>-<direction>-<name>[@variant].bin`` holds the payload and ``.json`` what it means. The bytes
are made by hand in the modules beside this one, which know nothing of the codec.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from . import carried, display, small
from .parts import Vector

TARGET = Path(__file__).resolve().parent / "golden"


def vectors() -> list[Vector]:
    groups = (small.common, small.main, small.inputs, small.cursor, small.sound, small.tunnel, small.streams)
    found = [vector for group in groups for vector in group()]
    return [*found, *display.every(), *carried.agent(), *carried.vsc()]


def files() -> dict[str, bytes]:
    """Every file's name and contents."""
    made: dict[str, bytes] = {}
    for vector in vectors():
        about = {
            "channel": vector.channel,
            "direction": vector.direction,
            "number": vector.number,
            "name": vector.name,
            "caps": list(vector.caps),
            "fields": vector.fields,
        }
        if f"{vector.stem}.bin" in made:
            raise ValueError(f"two vectors are called {vector.stem}")
        made[f"{vector.stem}.bin"] = vector.data
        made[f"{vector.stem}.json"] = (json.dumps(about, indent=1) + "\n").encode()
    return made


def main(arguments: list[str]) -> int:
    made = files()
    if "--check" in arguments:
        there = {path.name: path.read_bytes() for path in TARGET.iterdir()}
        return int(there != made)
    TARGET.mkdir(exist_ok=True)
    for path in TARGET.iterdir():
        if path.name not in made:
            path.unlink()
    for name, data in made.items():
        (TARGET / name).write_bytes(data)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
