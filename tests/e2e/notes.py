"""What a machine's devices got, noted in its thread and waited for in the test's."""

from __future__ import annotations

import threading
import time
from typing import Any

from tests.e2e.program import PATIENCE

Note = tuple[Any, ...]


class Notes:
    """Tuples in the order they came; each is expected once."""

    def __init__(self) -> None:
        self.all: list[Note] = []
        self._pending: list[Note] = []
        self._news = threading.Condition()

    def add(self, *note: Any) -> None:
        with self._news:
            self.all.append(note)
            self._pending.append(note)
            self._news.notify_all()

    def expect(self, *start: Any, timeout: float = PATIENCE) -> Note:
        """The oldest note that begins so and that nobody has expected yet, or the next."""
        deadline = time.monotonic() + timeout
        with self._news:
            while True:
                for at, note in enumerate(self._pending):
                    if note[: len(start)] == start:
                        return self._pending.pop(at)
                if not self._news.wait(deadline - time.monotonic()):
                    raise TimeoutError(f"no {start} came, only {self.all[-20:]}")

    def take(self, count: int, *start: Any) -> list[Note]:
        """The next `count` notes that begin so, in their order."""
        return [self.expect(*start) for _ in range(count)]
