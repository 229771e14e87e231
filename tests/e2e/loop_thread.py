"""An event loop in a thread of its own, for what is ours while the test's thread drives real programs."""

from __future__ import annotations

import asyncio
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Self, TypeVar

from tests.e2e.program import PATIENCE
from tests.faults import Faults

T = TypeVar("T")


class LoopThread(ABC):
    """What a server core logs as an error meanwhile, and what its loop's handler is told, fails the test at the end."""

    def __init__(self) -> None:
        self.faults = Faults()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)

    @abstractmethod
    async def on_start(self) -> None:
        """Begin, on the loop."""

    @abstractmethod
    async def on_stop(self) -> None:
        """End, on the loop."""

    def call(self, work: Callable[[], T]) -> T:
        """Do something on the loop; what it gives."""

        async def done() -> T:
            return work()

        return self.run(done())

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something on the loop to its end."""
        return self.begin(work).result(2 * PATIENCE)  # what waits in there tells more when it is over

    def begin(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Begin something on the loop, while the test goes on."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def __enter__(self) -> Self:
        self._thread.start()
        self.faults.watch(self._loop)
        try:
            self.run(self.on_start())
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.run(self.on_stop())
        finally:
            self._end()
        self.faults.raise_any()

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self.faults.leave()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()


def aside(work: Coroutine[Any, Any, T]) -> T:
    """What asynchronous work gives, done in a thread of its own: in the test's thread Playwright's loop may run."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(asyncio.run, work).result()
