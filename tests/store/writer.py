"""Writes to a store until it is killed, and says what was committed once it is. `python -m tests.store.writer FILE`."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from gateway.store import SqliteStore
from tests.store.rows import a_user, note


async def write(path: Path) -> None:
    store = await SqliteStore.open(path)
    number = await store.users.count()
    while True:
        name = f"u{number:06}"
        await a_user(store, name)
        await store.audit.add(note(action=f"wrote {name}"))
        os.write(1, f"{name}\n".encode())
        number += 1


if __name__ == "__main__":
    asyncio.run(write(Path(sys.argv[1])))
