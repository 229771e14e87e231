"""The two clocks, in one object that a test replaces."""

from __future__ import annotations

import time


class Clock:
    """`wall` is kept and shown, `steady` measures."""

    def wall(self) -> float:
        """Seconds since 1970 (UTC)."""
        return time.time()

    def steady(self) -> float:
        """Seconds on a clock that nobody sets."""
        return time.monotonic()
