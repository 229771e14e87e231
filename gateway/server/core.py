"""What a server core runs on: a loop, its clock, the memory it receives into and the tasks that belong to it."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, Protocol, TypeVar

from gateway.server.durations import Durations
from gateway.server.lookups import Lookups
from gateway.spice.limits import RECEIVE_BYTES, SHARED_RECEIVE_BYTES

HEADROOM = 16
"""Free bytes before received data, for the next hop's frame header (a WebSocket's takes up to 14)."""

SHARED_SECONDS = 0.1
"""How long reads stay short after a message that somebody may be waiting for."""

MAX_THREADS: Final = min(8, max(2, os.cpu_count() or 2))
"""Encoders that run at the same time."""

T = TypeVar("T")

log = logging.getLogger("spicegate")


class ReceiveBuffer:
    """The memory all transports of a loop receive into, one after the other.

    A read is handed on within the same call, so one buffer serves them all and an idle connection holds none. Whoever
    still needs the bytes afterwards takes the memory away with `renew`.
    """

    __slots__ = ("_part", "_shared_until", "_whole", "target", "view")

    def __init__(self) -> None:
        self._shared_until = 0.0
        self.renew()

    def renew(self) -> None:
        """Leave the memory to whoever still reads it; go on with fresh memory."""
        self.view = memoryview(bytearray(HEADROOM + RECEIVE_BYTES))
        self._whole = self.view[HEADROOM:]
        self._part = self._whole[:SHARED_RECEIVE_BYTES]
        self.target = self._part if self._shared_until else self._whole

    def share(self, now: float) -> None:
        """A message came whose sender may be waiting for an answer: for a while nobody reads much in one turn."""
        self._shared_until = now + SHARED_SECONDS
        self.target = self._part

    def target_at(self, now: float) -> memoryview:
        """Where to read to now."""
        if self._shared_until and now > self._shared_until:
            self._shared_until = 0.0
            self.target = self._whole
        return self.target


class Timer(Protocol):
    """Something that is to happen later."""

    def cancel(self) -> None:
        """It is not to happen."""


class Core:
    """The loop of a server with everything that is one for each loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop | None = None) -> None:
        self.loop = loop or asyncio.get_running_loop()
        self.buffer = ReceiveBuffer()
        self.lookups = Lookups(self.loop)
        self.durations = Durations()
        """Of what was done in threads."""
        self._tasks: set[asyncio.Task[Any]] = set()
        self._threads: ThreadPoolExecutor | None = None

    def now(self) -> float:
        """Seconds on the loop's clock."""
        return self.loop.time()

    def call_later(self, seconds: float, work: Callable[..., object], *args: object) -> Timer:
        """Do `work(*args)` in so many seconds of this core's clock."""
        return self.loop.call_later(seconds, work, *args)

    def spawn(self, work: Coroutine[Any, Any, Any], name: str) -> asyncio.Task[Any]:
        """Run `work` as a task that this core owns; what it raises is logged."""
        task = self.loop.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._on_done)
        return task

    def run(self, work: Callable[..., T], *args: object) -> asyncio.Future[T]:
        """Do `work(*args)` in a thread: encoders, and whatever else takes long and gives up the interpreter's lock."""
        if self._threads is None:
            self._threads = ThreadPoolExecutor(MAX_THREADS, thread_name_prefix="spicegate")
        return self.loop.run_in_executor(self._threads, self._timed, work, *args)

    def _timed(self, work: Callable[..., T], *args: object) -> T:
        begun = time.perf_counter()
        try:
            return work(*args)
        finally:
            self.durations.observe(time.perf_counter() - begun)

    async def close(self) -> None:
        """Cancel the tasks and wait for them and for the threads."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._threads is not None:
            self._threads.shutdown(cancel_futures=True)

    def _on_done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("task %s failed", task.get_name(), exc_info=error)
