"""`Signal`: something changed, and whoever shows it wants to know."""

from __future__ import annotations

from collections.abc import Callable


class Signal:
    """Calls everybody that watches, in the order of their coming."""

    def __init__(self) -> None:
        self._watchers: list[Callable[[], None]] = []

    def watch(self, watcher: Callable[[], None]) -> Callable[[], None]:
        """Be told from now on; call what is returned to be left alone again."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    def __call__(self) -> None:
        for watcher in tuple(self._watchers):
            watcher()
