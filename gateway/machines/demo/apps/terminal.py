"""A terminal with the toy shell, or a real one where the machine was started so."""

from __future__ import annotations

from gateway.machines.demo.apps.app import App
from gateway.machines.demo.terminal.grid import CELL_HEIGHT, CELL_WIDTH, Grid
from gateway.machines.demo.terminal.process import ShellProcess
from gateway.machines.demo.terminal.toy import ToyShell

_COLUMNS, _ROWS = 80, 24
_TICK_SECONDS = 1 / 30


class Terminal(App):
    """80 columns of 24 rows."""

    name = "terminal"
    label = "Terminal"
    size = (_COLUMNS * CELL_WIDTH + 18, _ROWS * CELL_HEIGHT + 17)

    def build(self) -> None:
        self._grid = Grid(1, 0, _COLUMNS, _ROWS, self._on_input, self._on_pasted)
        self.add(self._grid)
        self.set_focus(self._grid)
        self._ticker = self.every(_TICK_SECONDS, self._on_tick)
        self._wants_ticks = False
        machine = self.machine
        if machine.shell:
            self.program: ShellProcess | ToyShell = ShellProcess(machine.core, _COLUMNS, _ROWS, self._grid.feed)
        else:
            self.program = ToyShell(machine.server, self._grid.feed, self._on_ticking)
        self.program.start()

    @property
    def lines(self) -> list[str]:
        """What is to be read."""
        return self._grid.lines()

    def prepare(self) -> None:
        self._grid.prepare(self.scroll)

    def on_closed(self) -> None:
        super().on_closed()
        self.program.stop()

    def on_opened(self) -> None:
        if self._wants_ticks:
            self._ticker.start()

    def _on_input(self, text: str) -> None:
        self.program.type(text)

    def _on_pasted(self, text: str) -> None:
        self.program.paste(text)

    def _on_ticking(self, wanted: bool) -> None:
        self._wants_ticks = wanted
        (self._ticker.start if wanted else self._ticker.stop)()

    def _on_tick(self) -> None:
        if isinstance(self.program, ToyShell):
            self.program.tick()
