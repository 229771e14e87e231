"""What one client still has to be told of a screen, without a single pixel: the picture pipe.

A client's pending news is a list of operations, and for each surface a region whose pixels are sent behind them, read
from the surface's shadow at that moment. However slow a client is, what it gets is the newest picture, and what waits
for it is a few rectangles.

The invariant: once the pending operations are done, the client's surface equals the shadow except in `dirty` (pixels
are to be sent), `lossy` (they were sent, nearly) and `streamed` (a video plays there).
"""

from __future__ import annotations

from collections import deque
from typing import Final

from gateway.server.display.diff import MOST_RECTS, WASTE
from gateway.server.display.ops import CreateSurface, DestroySurface, Draw, Op
from gateway.server.display.region import NOWHERE, Rect, Region, few
from gateway.server.display.surface import Surface
from gateway.spice.limits import MAX_PICTURE_BYTES, MAX_PICTURE_OPS

STRUCTURAL: Final = (CreateSurface, DestroySurface)
"""Operations that make and unmake surfaces: never given up."""


class Picture:
    """The account of one surface at one client."""

    def __init__(self, surface: Surface) -> None:
        self.surface = surface
        self.dirty = NOWHERE
        self.lossy = NOWHERE
        self.exact = NOWHERE
        """The part of `dirty` that was lossy and is to become exact."""
        self.videos: dict[int, Region] = {}
        """Where the client's streams are seen."""

    @property
    def is_right(self) -> bool:
        """Whether the client's surface is, or will be by the operations, as it should be."""
        return not (self.dirty or self.lossy or self.streamed)

    @property
    def streamed(self) -> Region:
        """Where videos are seen."""
        region = NOWHERE
        for visible in self.videos.values():
            region |= visible
        return region

    def show_video(self, id_: int, visible: Region) -> None:
        """A stream shows its next frame there; where it is not seen any more, pixels take its place."""
        left = self.videos.get(id_, NOWHERE) - visible
        self.cover(visible | left)
        self.videos[id_] = visible
        self.dirty |= left
        self.dirty -= visible
        self.lossy -= visible
        self.exact -= visible

    def end_video(self, id_: int) -> None:
        """A stream is over: pixels take its place."""
        self.damage(self.videos.pop(id_))

    def cover(self, region: Region) -> None:
        """No video is seen there any more."""
        for id_, visible in self.videos.items():
            self.videos[id_] = visible - region

    def damage(self, region: Region) -> None:
        """Pixels changed: they are no video's any more."""
        self.cover(region)
        self.dirty |= region
        if len(self.dirty) > MOST_RECTS:
            self.dirty = self.dirty.coarse(MOST_RECTS, WASTE)
        if self.exact:
            self.exact -= region

    def refine(self) -> None:
        """What was sent nearly is to be sent exactly."""
        self.exact |= self.lossy - self.dirty
        self.dirty |= self.lossy
        self.lossy = NOWHERE

    def sent(self, rect: Rect) -> None:
        """The pixels of `rect` are on their way; whether exactly, `nearly` says."""
        region = Region.of(rect)
        self.dirty -= region
        if self.lossy:
            self.lossy -= region
        if self.exact:
            self.exact -= region

    def nearly(self, rect: Rect) -> None:
        """What is being sent of `rect` may not be exact."""
        self.lossy |= Region.of(rect)

    def exactly(self, rect: Rect) -> None:
        """It was."""
        if self.lossy:
            self.lossy -= Region.of(rect)


class PicturePipe:
    """All surfaces of one client, and the operations that wait."""

    def __init__(self) -> None:
        self.pictures: dict[int, Picture] = {}
        self._ops: deque[Op] = deque()
        self._structural = 0  # of them
        self._octets = 0  # of the drawings among them
        self.changes = 0
        """Counts what happened to the surfaces."""
        self.collapses = 0
        """How often the operations were given up for pixels."""

    def create(self, surface: Surface, op: CreateSurface) -> None:
        """A surface appears."""
        self.changes += 1
        picture = self.pictures[surface.id] = Picture(surface)
        op.apply(picture)
        self._append(op)

    def push(self, op: Op) -> None:
        """An operation happened on the machine's surface."""
        self.changes += 1
        picture = self.pictures[op.surface]
        if isinstance(op, DestroySurface):
            self._destroy(op)
        elif not self._sources_are_right(op) or not op.apply(picture):
            picture.damage(Region((op.box,)))
        else:
            self._append(op)

    def damage(self, surface: int, region: Region) -> None:
        """Pixels changed."""
        self.changes += 1
        self.pictures[surface].damage(region)

    def refine(self) -> None:
        """What was sent nearly is to be sent exactly."""
        for picture in self.pictures.values():
            picture.refine()

    def pop(self) -> Op | None:
        """The next operation to be told."""
        if not self._ops:
            return None
        op = self._ops.popleft()
        self._structural -= isinstance(op, STRUCTURAL)
        self._octets -= _octets_of(op)
        return op

    @property
    def ops(self) -> int:
        """Operations that wait."""
        return len(self._ops)

    @property
    def surfaces_stand(self) -> bool:
        """Whether no surface waits to be made or unmade at the client."""
        return not self._structural

    @property
    def is_lossy(self) -> bool:
        """Whether something was sent nearly."""
        return any(picture.lossy for picture in self.pictures.values())

    @property
    def is_dirty(self) -> bool:
        """Whether there are pixels to be sent."""
        return any(picture.dirty for picture in self.pictures.values())

    def _sources_are_right(self, op: Op) -> bool:
        if not isinstance(op, Draw):
            return True
        sources = [self.pictures.get(id_) for id_ in op.sources]
        return all(picture is not None and picture.is_right for picture in sources)

    def _destroy(self, op: DestroySurface) -> None:
        """Take a surface away. One that the client has not been told of comes and goes without its knowing.

        So no more than a surface's end and another's beginning wait under one number, however often it is used.
        """
        waiting = [one for one in self._ops if one.surface == op.surface]
        if waiting:
            self._collapse()
        del self.pictures[op.surface]
        untold = next((one for one in reversed(waiting) if isinstance(one, CreateSurface)), None)
        if untold is None:
            self._append(op)
        else:
            self._ops.remove(untold)
            self._structural -= 1

    def _append(self, op: Op) -> None:
        self._ops.append(op)
        self._structural += isinstance(op, STRUCTURAL)
        self._octets += _octets_of(op)
        if len(self._ops) > MAX_PICTURE_OPS or self._octets > MAX_PICTURE_BYTES:
            self._collapse()

    def _collapse(self) -> None:
        """Give up the operations: the pixels of what they drew on are sent instead."""
        self.collapses += 1
        kept: deque[Op] = deque()
        boxes: dict[int, list[Rect]] = {}
        for op in self._ops:
            if isinstance(op, STRUCTURAL):
                kept.append(op)
            elif (picture := self.pictures.get(op.surface)) is not None:
                boxes.setdefault(op.surface, []).append(op.box & picture.surface.bounds)
        for surface, drawn in boxes.items():
            self.pictures[surface].damage(Region(few(drawn, MOST_RECTS, WASTE)))
        self._ops = kept
        self._octets = 0


def _octets_of(op: Op) -> int:
    """Bytes that an operation brings along; but for drawings, they are few."""
    return len(op.payload.data) if isinstance(op, Draw) else 0
