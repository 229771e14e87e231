"""`Ticker`: a steady beat on the loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Ticker:
    """Calls `act` every so many seconds, on a steady beat, from `start` to `stop`."""

    def __init__(self, loop: asyncio.AbstractEventLoop, seconds: float, act: Callable[[], None]) -> None:
        self._loop = loop
        self._seconds = seconds
        self._act = act
        self._due = 0.0
        self._handle: asyncio.TimerHandle | None = None

    @property
    def running(self) -> bool:
        return self._handle is not None

    def start(self) -> None:
        if self._handle is None:
            self._due = self._loop.time()
            self._next()

    def stop(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _next(self) -> None:
        """Beats that were missed are skipped."""
        now = self._loop.time()
        self._due += self._seconds
        if self._due < now:
            self._due = now
        self._handle = self._loop.call_at(self._due, self._tick)

    def _tick(self) -> None:
        self._next()
        self._act()
