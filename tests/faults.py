"""Errors of a server core that no client would tell of."""

from __future__ import annotations

import asyncio
import logging
from typing import Any


class Faults(logging.Handler):
    """What the core logs as an error, such as a task that failed, and what a loop's exception handler is told."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.seen: list[str] = []
        self._loggers = [logging.getLogger(name) for name in ("spicegate", "asyncio")]

    def watch(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.set_exception_handler(self._on_exception)
        for logger in self._loggers:
            logger.addHandler(self)

    def leave(self) -> None:
        for logger in self._loggers:
            logger.removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        text = logging.Formatter().format(record)
        self.seen.append(text)

    def raise_any(self) -> None:
        if self.seen:
            raise AssertionError("the core complained:\n" + "\n".join(self.seen))

    def _on_exception(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        loop.default_exception_handler(context)  # logs it, and so it is seen
