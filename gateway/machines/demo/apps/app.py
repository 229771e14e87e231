"""`App`: a window of the demo machine's, with the machine at hand and timers that stop when it is not seen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, ClassVar

from gateway.machines.demo.signal import Signal
from gateway.machines.demo.ticker import Ticker
from gateway.machines.demo.toolkit.window import Window

if TYPE_CHECKING:
    from gateway.machines.demo.machine import DemoMachine


class App(Window):
    """A subclass names itself, says how large its content is, and fills it in `build`."""

    name: ClassVar[str]
    """Its icon's name too."""
    label: ClassVar[str]
    size: ClassVar[tuple[int, int]]
    """Of the content, in pixels."""

    def __init__(self, machine: DemoMachine) -> None:
        super().__init__(self.label, self.name, *self.size)
        self.machine = machine
        self._tickers: list[Ticker] = []
        self._unwatch: list[Callable[[], None]] = []
        self._task: asyncio.Task[None] | None = None
        self.build()

    def build(self) -> None:
        """Put widgets into the window."""

    def every(self, seconds: float, act: Callable[[], None]) -> Ticker:
        """A ticker that stops when the window is hidden; `start` it when there is something to do.

        Nothing is done while nobody is connected.
        """
        clients = self.machine.server.clients
        ticker = Ticker(self.machine.core.loop, seconds, lambda: act() if clients else None)
        self._tickers.append(ticker)
        return ticker

    def watch(self, signal: Signal, act: Callable[[], None]) -> None:
        """Call `act` whenever the signal is given, until the window is closed."""
        self._unwatch.append(signal.watch(act))

    def work(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something that takes its time; what was begun before, and did not end, is given up."""
        if self._task is not None:
            self._task.cancel()
        self._task = self.machine.core.spawn(work, f"demo: {self.name}")

    def on_hidden(self) -> None:
        for ticker in self._tickers:
            ticker.stop()

    def on_closed(self) -> None:
        for stop in self._unwatch:
            stop()
        self._unwatch.clear()
        if self._task is not None:
            self._task.cancel()
