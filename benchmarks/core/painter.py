"""What both machines have in common: they are told by lines on standard input what to show, and answer in JSON lines.

==============  ======================================================================
``show NAME``   starts a scene; answered by ``{}`` once it stands
``halt``        stops what moves; answered by `Told`: what was done since ``show``
==============  ======================================================================
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field

from .pictures import Pictures
from .scenes import SCENES, Canvas, Scene


@dataclass
class Told:
    """What a machine did in a scene; times are of the computer's monotonic clock, which all processes share."""

    ticks: int = 0
    skipped: int = 0
    """Ticks that were left out because the one before took too long."""
    keys: list[float] = field(default_factory=list)
    """When the answer to each key was given to the server."""


class Painter:
    """Shows scenes on a canvas, at their pace."""

    def __init__(self, canvas: Canvas, pictures: Pictures, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._canvas = canvas
        self._pictures = pictures
        self._scene: Scene | None = None
        self._moves = False
        self._began = 0.0
        self._number = 0
        self.told = Told()

    def obey(self, line: str) -> str:
        """Do what a line of the input says; the answer."""
        verb, _, name = line.strip().partition(" ")
        if verb == "show":
            self._scene = SCENES[name](self._pictures)
            self._scene.start(self._canvas)
            self.told = Told()
            self._moves, self._began, self._number = self._scene.RATE > 0, self._now(), 0
            return "{}"
        self._moves = False
        return json.dumps(asdict(self.told))

    def due(self) -> float | None:
        """When the next tick is due, None while nothing moves."""
        if self._scene is None or not self._moves:
            return None
        return self._began + (self._number + self.told.skipped) / self._scene.RATE

    def tick(self) -> None:
        """Show the next picture if it is due; a machine that comes late leaves ticks out and catches none up."""
        due = self.due()
        if self._scene is None or due is None or self._now() < due:
            return
        self._scene.tick(self._canvas, self._number)
        self._number += 1
        self.told.ticks += 1
        while (late := self.due()) is not None and late < self._now():
            self.told.skipped += 1

    def key(self) -> None:
        """Answer a key."""
        if self._scene is not None:
            self._scene.key(self._canvas, len(self.told.keys))
            self.told.keys.append(self._canvas.handed)
