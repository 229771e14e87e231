"""Token buckets, one for each key, in bounded memory."""

from __future__ import annotations

from collections import OrderedDict

from gateway.access.policy import MAX_ADDRESSES


class RateLimit:
    """`rate` a second in the long run, `burst` at once. Time is an argument, in seconds of any one clock."""

    def __init__(self, rate: float, burst: int, most_keys: int = MAX_ADDRESSES) -> None:
        self._rate = rate
        self._burst = burst
        self._most = most_keys
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def missing(self, key: str, now: float) -> float:
        """The seconds until `take` would get one; none is taken."""
        left, then = self._buckets.get(key, (float(self._burst), now))
        left += max(0.0, now - then) * self._rate
        return 0.0 if left >= 1 else (1 - left) / self._rate

    def take(self, key: str, now: float) -> float:
        """Take one; 0: it was there, else the seconds until there is one."""
        left, then = self._buckets.pop(key, (float(self._burst), now))
        left = min(float(self._burst), left + max(0.0, now - then) * self._rate)
        allowed = left >= 1
        self._buckets[key] = (left - 1 if allowed else left, now)
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        return 0.0 if allowed else (1 - left) / self._rate

    def __len__(self) -> int:
        return len(self._buckets)
