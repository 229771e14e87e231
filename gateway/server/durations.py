"""How long things took: a histogram of seconds, observed from any thread."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

BOUNDS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)


class Durations:
    """Counts by upper bounds (seconds); whatever is longer than the last counts too."""

    def __init__(self, bounds: Sequence[float] = BOUNDS) -> None:
        self.bounds = tuple(bounds)
        self.total = 0.0
        self._counts = [0] * (len(self.bounds) + 1)
        self._lock = threading.Lock()

    def observe(self, seconds: float) -> None:
        with self._lock:
            self._counts[bisect_left(self.bounds, seconds)] += 1
            self.total += seconds

    def cumulated(self) -> list[tuple[float, int]]:
        """How many took at most so long, for each bound; infinity last."""
        with self._lock:
            counts = list(self._counts)
        out, so_far = [], 0
        for bound, count in zip((*self.bounds, float("inf")), counts, strict=True):
            so_far += count
            out.append((bound, so_far))
        return out
