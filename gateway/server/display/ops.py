"""What is told to a client in place of pixels: operations, each of which is one message for every client."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cached_property
from typing import NamedTuple, Protocol

from gateway.server.display.region import NOWHERE, Rect, Region
from gateway.spice import codec
from gateway.spice.enums import BrushType, ClipType, DisplayCap, MaskFlags, Ropd, SurfaceFlags, SurfaceFmt
from gateway.spice.messages import display as messages
from gateway.spice.messages import draw, shapes
from gateway.spice.messages.shapes import Brush, Clip, Point, QMask
from gateway.spice.wire import Message


class Payload(NamedTuple):
    """A message, marshalled."""

    kind: type[Message]
    data: bytes


class Picture(Protocol):
    """What an operation changes of the account of a client's surface (`picture.Picture`)."""

    dirty: Region
    lossy: Region

    @property
    def streamed(self) -> Region: ...

    def cover(self, region: Region) -> None: ...


class Op(ABC):
    """One operation on one surface. `box` is where it draws."""

    surface: int
    box: Rect

    @abstractmethod
    def message(self) -> Message:
        """For the wire."""

    @cached_property
    def payload(self) -> Payload:
        """The message's bytes, made once for all clients."""
        message = self.message()
        return Payload(type(message), codec.marshal(message))

    @abstractmethod
    def apply(self, picture: Picture) -> bool:
        """Change the account as a client's picture changes by it. False: the client cannot do it, send pixels."""


class Fill(Op):
    """`colour`: 0x00RRGGBB, on a surface with alpha 0xAARRGGBB."""

    def __init__(self, surface: int, box: Rect, colour: int) -> None:
        self.surface, self.box, self.colour = surface, box, colour

    def message(self) -> Message:
        brush = Brush(BrushType.SOLID, self.colour)
        return draw.DrawFill(base(self.surface, self.box), draw.Fill(brush, Ropd.OP_PUT, no_mask()))

    def apply(self, picture: Picture) -> bool:
        box = Region((self.box,))
        picture.cover(box)
        picture.dirty -= box
        picture.lossy -= box
        return True


class CopyBits(Op):
    """The pixels at `source` (a corner) move onto the box."""

    def __init__(self, surface: int, box: Rect, source: tuple[int, int]) -> None:
        self.surface, self.box, self.source = surface, box, source

    def message(self) -> Message:
        return draw.CopyBits(base(self.surface, self.box), Point(*self.source))

    def apply(self, picture: Picture) -> bool:
        """What is not as it should be moves along. When that is most of it, pixels are less work."""
        dx, dy = self.box.left - self.source[0], self.box.top - self.source[1]
        box, source = Region((self.box,)), Region((self.box.moved(-dx, -dy),))
        wrong = ((picture.dirty | picture.streamed) & source).moved(dx, dy)
        if wrong.area * 2 > self.box.area:
            return False
        spoilt = (picture.lossy & source).moved(dx, dy)
        picture.cover(box)
        picture.dirty = (picture.dirty - box) | wrong
        picture.lossy = (picture.lossy - box) | spoilt
        return True


class Draw(Op):
    """Any other drawing; `sources` are surfaces that it reads from."""

    def __init__(self, surface: int, box: Rect, drawing: Message) -> None:
        self.surface, self.box, self._drawing = surface, box, drawing
        self.sources = frozenset(_surfaces_in(drawing))
        self.needs = DisplayCap.COMPOSITE if isinstance(drawing, draw.DrawComposite) else None
        """What a client must be able to; others get pixels."""
        self.payload = Payload(type(drawing), codec.marshal(drawing))  # now: a mistake is the machine's, not a client's

    def message(self) -> Message:
        return self._drawing

    def apply(self, picture: Picture) -> bool:
        """It may read what it draws over: that has to be right."""
        return not any(part.overlaps(self.box) for part in (picture.dirty, picture.lossy, picture.streamed))


class CreateSurface(Op):
    """A surface is there from now on."""

    def __init__(self, surface: int, width: int, height: int, fmt: SurfaceFmt, flags: SurfaceFlags) -> None:
        self.surface, self.box = surface, Rect(0, 0, width, height)
        self.format, self.flags = fmt, flags

    def message(self) -> Message:
        return messages.SurfaceCreate(self.surface, self.box.width, self.box.height, self.format, self.flags)

    def apply(self, picture: Picture) -> bool:
        picture.dirty = Region((self.box,))
        picture.lossy = NOWHERE
        return True


class DestroySurface(Op):
    """A surface is gone."""

    def __init__(self, surface: int) -> None:
        self.surface, self.box = surface, Rect(0, 0, 0, 0)

    def message(self) -> Message:
        return messages.SurfaceDestroy(self.surface)

    def apply(self, picture: Picture) -> bool:
        picture.dirty = picture.lossy = NOWHERE
        return True


def _surfaces_in(part: object) -> Iterator[int]:
    """The surfaces that are images of a message."""
    if isinstance(part, shapes.Surface):
        yield part.surface_id
    elif is_dataclass(part):
        for field in fields(part):
            yield from _surfaces_in(getattr(part, field.name))


def base(surface: int, box: Rect, clip: Region | None = None) -> draw.DisplayBase:
    """Where to draw; `clip` None: the whole box."""
    return draw.DisplayBase(surface, box.wire, wire_clip(clip))


def wire_clip(clip: Region | None) -> Clip:
    """A clip for the wire."""
    return Clip(ClipType.NONE) if clip is None else Clip(ClipType.RECTS, [rect.wire for rect in clip])


def no_mask() -> QMask:
    return QMask(MaskFlags(0), Point(0, 0))
