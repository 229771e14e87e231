"""`Scene`: layers over one another, and what of them is seen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from gateway.machines.demo.toolkit.canvas import Canvas
from gateway.machines.demo.toolkit.geometry import without
from gateway.server.display.region import Rect


class Layer(Protocol):
    """Something that covers a part of the screen."""

    @property
    def bounds(self) -> Rect:
        """Where it may change what is seen: its shadow is inside."""

    @property
    def opaque(self) -> Iterable[Rect]:
        """Boxes in which nothing below is seen."""

    def compose(self, canvas: Canvas) -> None:
        """Lay the layer over the canvas, whose coordinates are the screen's.

        Each pixel must depend only on its place and what lies below, so that a part is composed as the whole is.
        """


class Scene:
    """Layers from the lowest, which covers everything, to the highest."""

    def __init__(self) -> None:
        self.layers: list[Layer] = []

    def compose(self, canvas: Canvas) -> None:
        """Draw all that is seen in the canvas's area; of each layer only what the higher ones do not hide."""
        hidden: list[Rect] = []
        parts: list[tuple[Layer, Rect]] = []
        for layer in reversed(self.layers):
            parts += [(layer, part) for part in without(layer.bounds & canvas.area, hidden)]
            hidden += [box for box in layer.opaque if box.overlaps(canvas.area)]
        for layer, part in reversed(parts):
            layer.compose(canvas.within(part))

    def above(self, layer: Layer) -> list[Layer]:
        return self.layers[self.layers.index(layer) + 1 :]

    def visible(self, layer: Layer, box: Rect) -> list[Rect]:
        """The parts of a layer's box that higher layers do not hide wholly."""
        return without(box, (hidden for higher in self.above(layer) for hidden in higher.opaque))

    def is_clear(self, layer: Layer, box: Rect) -> bool:
        """Whether no higher layer touches the box."""
        return not any(higher.bounds.overlaps(box) for higher in self.above(layer))
