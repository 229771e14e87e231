"""Asks machines again and again whether they can be reached, while somebody looks at a page that tells it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from gateway.machines.fleet import Fleet
from gateway.machines.machine import Machine
from gateway.server.core import Core

REST_SECONDS: Final = 5.0
"""Between two rounds."""
AT_ONCE: Final = 32
"""Machines that are asked at a time."""


class Lookout:
    """One for all pages; rests when there is none."""

    def __init__(self, core: Core, fleet: Fleet) -> None:
        self._core = core
        self._fleet = fleet
        self._watchers = 0
        self._task: asyncio.Task[None] | None = None

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Ask for as long as this lasts."""
        self._watchers += 1
        if self._task is None or self._task.done():
            self._task = self._core.spawn(self._run(), "lookout")
        try:
            yield
        finally:
            self._watchers -= 1
            if not self._watchers and self._task is not None:
                self._task.cancel()
                self._task = None

    async def _run(self) -> None:
        turns = asyncio.Semaphore(AT_ONCE)

        async def ask(machine: Machine) -> None:
            async with turns:
                await machine.probe()

        while True:
            async with asyncio.TaskGroup() as round_:
                for member in self._fleet:
                    round_.create_task(ask(member.machine))
            await asyncio.sleep(REST_SECONDS)
