"""A core whose clock stands still until a test moves it: what takes a second takes none, on any computer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gateway.server.core import Core
from tests.serving_core import ServingCore


@dataclass(eq=False)
class SteppedTimer:
    """Something that is to happen at `due`."""

    core: SteppedCore
    due: float
    work: Callable[..., object]
    args: tuple[object, ...]

    def cancel(self) -> None:
        if self in self.core.timers:
            self.core.timers.remove(self)


class SteppedCore(Core):
    """Its tasks, threads and sockets are those of the loop; only time is the test's."""

    def __init__(self) -> None:
        super().__init__()
        self.timers: list[SteppedTimer] = []
        self._now = 1000.0

    def now(self) -> float:
        return self._now

    def call_later(self, seconds: float, work: Callable[..., object], *args: object) -> SteppedTimer:
        timer = SteppedTimer(self, self._now + seconds, work, args)
        self.timers.append(timer)
        return timer

    def advance(self, seconds: float) -> None:
        """Let time pass, and what is due happen in its order."""
        end = self._now + seconds
        while self.timers and (timer := min(self.timers, key=lambda timer: timer.due)).due <= end:
            self.timers.remove(timer)
            self._now = max(self._now, timer.due)
            timer.work(*timer.args)
        self._now = end


class SteppedServingCore(ServingCore):
    """`ServingCore` with such a clock."""

    core: SteppedCore

    def make_core(self) -> SteppedCore:
        return SteppedCore()
