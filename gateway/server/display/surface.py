"""`Surface`: pixels that a machine draws on, and what its clients were told of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from gateway.codecs.image import Pixels
from gateway.server.display.diff import TILE, Difference, Words
from gateway.server.display.ops import CopyBits, CreateSurface, Draw, Fill
from gateway.server.display.region import NOWHERE, Rect, Region
from gateway.server.display.scroll import ScrollFinder
from gateway.spice.enums import SurfaceFlags, SurfaceFmt
from gateway.spice.errors import UsageError
from gateway.spice.limits import MAX_SURFACE_HEIGHT, MAX_SURFACE_PIXELS, MAX_SURFACE_WIDTH
from gateway.spice.messages import draw

if TYPE_CHECKING:
    from gateway.server.display.screen import Screen

PRIMARY = 0
"""The primary surface's id."""

LEAST_BAND = 4
"""Rows that are worth a copy of their own when pixels are moved."""

FORMATS = (SurfaceFmt.FMT_32_xRGB, SurfaceFmt.FMT_32_ARGB)

Drawing = (
    draw.DrawFill
    | draw.DrawOpaque
    | draw.DrawCopy
    | draw.DrawBlend
    | draw.DrawBlackness
    | draw.DrawWhiteness
    | draw.DrawInvers
    | draw.DrawRop3
    | draw.DrawStroke
    | draw.DrawText
    | draw.DrawTransparent
    | draw.DrawAlphaBlend
    | draw.DrawComposite
)
"""Messages that draw on a surface."""


LEAST_LOAN: Final = 16 * 1024
"""Fewer pixels are copied sooner than lent."""


class Loan(Protocol):
    """Somebody who has pixels of the shadow without having copied them."""

    @property
    def is_read(self) -> bool:
        """Whether a thread reads them now."""


class Update(NamedTuple):
    """The machine says that pixels changed: where, and within which box of its own."""

    region: Region
    box: Rect


class Surface:
    """A machine's picture: the primary surface is what is seen, others are to draw from.

    Draw into `pixels` at any time on the loop, then say where with `damage`: clients get only what really changed, and
    a client that is slow gets only the newest. Tell what is known better: `fill`, `copy_bits` and `draw` send an
    operation instead of pixels, wherever the client's picture is up to date. The first two draw by themselves.

    All of it is cheap while nobody watches, and is settled once in a turn of the loop.
    """

    def __init__(self, screen: Screen, id_: int, width: int, height: int, fmt: SurfaceFmt) -> None:
        if not (0 < width <= MAX_SURFACE_WIDTH and 0 < height <= MAX_SURFACE_HEIGHT):
            raise UsageError(f"a surface of {width}×{height} pixels is empty or larger than clients take")
        if width * height > MAX_SURFACE_PIXELS:
            raise UsageError(f"a surface has at most {MAX_SURFACE_PIXELS} pixels")
        if fmt not in FORMATS:
            raise UsageError(f"surfaces are xRGB or ARGB, 32 bits a pixel, not {fmt.name}")
        self._screen = screen
        self.id = id_
        self.format = fmt
        self.bounds = Rect(0, 0, width, height)
        self.alive = True
        self._all, self._told = _words(width, height), _words(width, height)
        self._difference = Difference(self._all, self._told)
        self.pixels: Pixels = _bytes(self._all, self.bounds)
        """``(height, width, 4)`` bytes, B G R X or B G R A; rows may be further apart than they are long."""
        self.shadow: Pixels = _bytes(self._told, self.bounds)
        """What clients were told: the pixels of the last turn of the loop. Not to be drawn on."""
        self.version = 0
        """Counts the changes of `shadow`."""
        self._pending: list[Update] = []
        self._loans: list[Loan] = []
        self._scrolls = ScrollFinder()

    @property
    def width(self) -> int:
        return self.bounds.width

    @property
    def height(self) -> int:
        return self.bounds.height

    @property
    def has_alpha(self) -> bool:
        return self.format is SurfaceFmt.FMT_32_ARGB

    # the machine's side

    def damage(self, *rects: Rect, box: Rect | None = None) -> None:
        """`pixels` changed in these rectangles; those of one call belong together.

        `box` is where the whole of what was drawn stands when other things cover a part of it: a video window keeps
        its identity by it while a menu hangs over it. By default it is the smallest rectangle around the others.
        """
        self._check()
        if self._screen.is_watched and (region := Region([rect & self.bounds for rect in rects])):
            self._pending.append(Update(region, region.bounds if box is None else box & self.bounds))
            self._screen.schedule()

    def fill(self, rect: Rect, colour: int) -> None:
        """Make `rect` one colour: 0x00RRGGBB, on a surface with alpha 0xAARRGGBB."""
        self._check()
        box = rect & self.bounds
        if box.is_empty:
            return
        self.catch_up()
        self._all[box.slices] = colour
        if self._screen.is_watched:
            self._change()[box.slices] = colour
            self._screen.tell(Fill(self.id, box, colour))

    def copy_bits(self, rect: Rect, src_x: int, src_y: int) -> None:
        """Move pixels from `src_x`, `src_y` to `rect`; both may overlap. What leaves the surface is cut."""
        self._check()
        dx, dy = rect.left - src_x, rect.top - src_y
        box = rect & self.bounds & self.bounds.moved(dx, dy)
        if box.is_empty or not (dx or dy):
            return
        self.catch_up()
        source = box.moved(-dx, -dy)
        _move(self._all, source, box)
        if self._screen.is_watched:
            self._move_told(box, source)
            self._pending.append(Update(Region((box,)), box))  # in case that not all was told of what was moved

    def copy(self, rect: Rect, pixels: Pixels) -> None:
        """Put a picture of `rect`'s size on it, of which only what is on the surface counts. Raises `UsageError`."""
        if pixels.shape != (rect.height, rect.width, 4):
            raise UsageError(f"a picture of shape {pixels.shape} does not fill {rect}")
        box = rect & self.bounds
        if not box.is_empty:
            self.pixels[box.slices] = pixels[box.moved(-rect.left, -rect.top).slices]
            self.damage(box)

    def draw(self, drawing: Drawing) -> None:
        """`drawing` happened, and the machine has drawn its result into `pixels` itself, within the message's box.

        Pictures in it must be BITMAPs or surfaces, and refer to no cache: all clients get the same. Where more than
        `MAX_PICTURE_BYTES` of such pictures wait for a client, it gets pixels instead.
        Raises `UsageError` when it is another surface's, reads from one that is gone, or does not fit the wire.
        """
        self._check()
        if drawing.base.surface_id != self.id:
            raise UsageError(f"a drawing on surface {drawing.base.surface_id} was given to surface {self.id}")
        wire = drawing.base.box
        box = Rect(wire.left, wire.top, wire.right, wire.bottom) & self.bounds
        if box.is_empty or not self._screen.is_watched:
            return
        if any(update.region.overlaps(box) for update in self._pending):
            self.damage(box)  # it was drawn on what nobody was told of
            return
        told = Draw(self.id, box, drawing)
        for source in told.sources:
            self._screen.surface(source).catch_up()  # it reads what was drawn there before
        self.catch_up()
        self._change()[box.slices] = self._all[box.slices]
        self._screen.tell(told)

    def destroy(self) -> None:
        """Take it away."""
        self._screen.destroy(self)

    # the screen's side

    def lend(self, rect: Rect, loan: Loan) -> Pixels:
        """The told pixels of `rect`, to be read until they change, and then on as long as `loan` is being read.

        Whole rows of many pixels are lent indeed; others are copied, which encoders would do anyhow.
        """
        whole_rows = rect.width == self.width == self._told.shape[1]
        if not whole_rows or rect.area < LEAST_LOAN:
            return self.shadow[rect.slices].copy()
        self._loans.append(loan)
        return self.shadow[rect.slices]

    def creation(self) -> CreateSurface:
        """The operation that makes it at a client."""
        flags = SurfaceFlags.PRIMARY if self.id == PRIMARY else SurfaceFlags(0)
        return CreateSurface(self.id, self.width, self.height, self.format, flags)

    def renew(self) -> None:
        """Somebody watches for the first time: clients will be told what is there now."""
        self._pending.clear()
        self._change()[:] = self._all

    def catch_up(self) -> None:
        """An operation comes: what was drawn before has to be told before."""
        if self._pending:
            self.settle()

    def settle(self) -> None:
        """Find out what changed really, and tell it."""
        updates, self._pending = self._pending, []
        if not updates:
            return
        updates = [rest for update in updates if (rest := self._without_video(update)) is not None]
        for region in _apart([update.region for update in updates]):
            told, scrolled = self._tell_changes(region)
            for update in updates if told else ():
                if update.region is region or update.region.overlaps(told.bounds):
                    self._screen.look_for_video(self, update.box, scrolled=scrolled)

    def _without_video(self, update: Update) -> Update | None:
        """An update without the frame of a video that it brings; that one is told."""
        video = self._screen.video_at(self, update.box)
        if video is None:
            return update
        visible = update.region & Region((video.box,))
        if visible and (region := self._changed(visible)):
            self._catch_up_with(region)
            self._screen.tell_frame(self, video, visible)
        rest = update.region - visible
        return update._replace(region=rest) if rest else None

    def _tell_changes(self, declared: Region) -> tuple[Region, bool]:
        """Find what changed of one part, and whether it only moved."""
        rolls = self._scrolls.rolls  # then most of what differs will be a move: where it ends is enough to know before
        region = self._difference.around(declared.bounds) if rolls else self._changed(declared)
        where = region.bounds
        move = self._scrolls.find(self._all, self._told, where) if region else None
        if move is not None:
            self._move_told(move.box, move.box.moved(0, -move.dy))
            region = self._changed(Region.of(where))
        elif rolls:
            region = self._changed(declared)
        if region:
            self._catch_up_with(region)
            self._screen.tell_damage(self, region)
        return region, move is not None

    def _catch_up_with(self, region: Region) -> None:
        told = self._change()
        for rect in region:
            told[rect.slices] = self._all[rect.slices]

    def _changed(self, declared: Region) -> Region:
        region = NOWHERE
        for rect in declared:
            region |= self._difference.within(rect)
        return region

    def _move_told(self, box: Rect, source: Rect) -> None:
        """Clients move pixels of theirs."""
        _move(self._change(), source, box)
        self._screen.tell(CopyBits(self.id, box, (source.left, source.top)))

    def _change(self) -> Words:
        """The shadow, about to be changed. While threads read from it, its memory stays as it is."""
        self.version += 1
        if self._loans and any(loan.is_read for loan in self._loans):
            self._told = self._told.copy()
            self._difference = Difference(self._all, self._told)
            self.shadow = _bytes(self._told, self.bounds)
        self._loans.clear()
        return self._told

    def _check(self) -> None:
        if not self.alive:
            raise UsageError(f"surface {self.id} was destroyed")


def _apart(regions: list[Region]) -> list[Region]:
    """The same pixels, those that overlap as one."""
    if len(regions) < 2:
        return regions
    out: list[Region] = []
    for region in regions:
        while (other := next((one for one in out if any(map(one.overlaps, region))), None)) is not None:
            out.remove(other)
            region |= other
        out.append(region)
    return out


def _move(words: Words, source: Rect, box: Rect) -> None:
    """Copy pixels within an array. Moved up or down they go in bands that do not overlap: no copy of all is made."""
    step = abs(box.top - source.top)
    if step < LEAST_BAND:
        words[box.slices] = words[source.slices].copy()
        return
    starts = range(0, box.height, step)
    for start in starts if box.top < source.top else reversed(starts):
        end = min(start + step, box.height)
        words[box.top + start : box.top + end, box.left : box.right] = words[
            source.top + start : source.top + end, source.left : source.right
        ]


def _words(width: int, height: int) -> Words:
    """Black pixels, whole tiles of them."""
    return np.zeros((-(-height // TILE) * TILE, -(-width // TILE) * TILE), np.dtype("<u4"))


def _bytes(words: Words, bounds: Rect) -> Pixels:
    """The same memory as bytes, without what the tiles have too much."""
    rows: npt.NDArray[np.uint8] = words.view(np.uint8).reshape(*words.shape, 4)
    return rows[bounds.slices]
