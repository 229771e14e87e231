"""`QXLWorker`: what a machine draws its screen and its pointer with (libspice's QXLWorker)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from gateway.server.display.cursor import Cursor
from gateway.server.display.region import Rect
from gateway.server.display.surface import PRIMARY, Surface
from gateway.spice.enums import SurfaceFmt
from gateway.spice.errors import UsageError
from gateway.spice.limits import MAX_MONITORS

if TYPE_CHECKING:
    from gateway.server.channels.cursor import CursorChannel
    from gateway.server.channels.display import DisplayChannel


U16: Final = 0xFFFF
U32: Final = 0xFFFFFFFF


class Monitor(NamedTuple):
    """A monitor shows a rectangle of the primary surface (pixels)."""

    id: int
    rect: Rect


class QXLWorker:
    """The server's side of a `QXLInterface`: one display adapter. All methods are to be called on the core's loop."""

    def __init__(self, display: DisplayChannel, cursor: CursorChannel) -> None:
        self._display = display
        self._cursor = cursor

    # the picture

    @property
    def primary(self) -> Surface | None:
        """The primary surface, None while there is none."""
        return self._display.screen.surfaces.get(PRIMARY)

    def create_primary_surface(self, width: int, height: int) -> Surface:
        """The surface that is seen, black; it takes the place of the one before, if there was one.

        One monitor shows it, until `monitors_config` says otherwise. Raises `UsageError` for a size that clients do
        not take; the one before stays then.
        """
        surface = self._display.screen.create(PRIMARY, width, height, SurfaceFmt.FMT_32_xRGB)
        self._display.set_monitors([Monitor(0, surface.bounds)], 1)
        return surface

    def destroy_primary_surface(self) -> None:
        """Nothing is seen from now on. Raises `UsageError` when there is no primary surface."""
        if self.primary is None:
            raise UsageError("there is no primary surface")
        self.primary.destroy()

    def create_surface(self, width: int, height: int, *, alpha: bool = False) -> Surface:
        """A surface that is not seen, transparent black: drawings read from it. `alpha`: ARGB instead of xRGB."""
        fmt = SurfaceFmt.FMT_32_ARGB if alpha else SurfaceFmt.FMT_32_xRGB
        screen = self._display.screen
        return screen.create(screen.free_id(), width, height, fmt)

    def monitors_config(self, heads: Sequence[Monitor], max_allowed: int | None = None) -> None:
        """Which monitors show which part of the primary surface; `max_allowed`: as many as there can be.

        Raises `UsageError` without a primary surface, for a monitor that is not on it, and for too many.
        """
        primary = self.primary
        if primary is None:
            raise UsageError("there is no primary surface to show")
        if not all(primary.bounds.holds(head.rect) and head.rect.area for head in heads):
            raise UsageError("a monitor shows what is not on the primary surface")
        if max(len(heads), max_allowed or 0) > MAX_MONITORS or any(not 0 <= head.id <= U32 for head in heads):
            raise UsageError(f"there are at most {MAX_MONITORS} monitors, and their numbers are u32")
        self._display.set_monitors(heads, max(max_allowed or 0, len(heads)))

    # the pointer

    def set_cursor(self, cursor: Cursor | None, x: int | None = None, y: int | None = None) -> None:
        """The pointer looks so, and stands there if told; it is seen from now on. None: the client's own arrow."""
        now = self._cursor.pointer
        x, y = now.x if x is None else x, now.y if y is None else y
        self._cursor.change(replace(now, cursor=cursor, x=x, y=y, visible=True))

    def move_cursor(self, x: int, y: int) -> None:
        """It stands at a pixel of the primary surface, and is seen. Told to clients that do not lead it themselves."""
        self._cursor.change(replace(self._cursor.pointer, x=x, y=y, visible=True))

    def hide_cursor(self) -> None:
        """It is not seen."""
        self._cursor.change(replace(self._cursor.pointer, visible=False))

    def cursor_trail(self, length: int, frequency: int) -> None:
        """It leaves so many images behind, so often: as the guest's settings have it (u16 each).

        Raises `UsageError` for other numbers.
        """
        if not (0 <= length <= U16 and 0 <= frequency <= U16):
            raise UsageError(f"a trail's length and frequency are u16, not {length} and {frequency}")
        self._cursor.change(replace(self._cursor.pointer, trail=(length, frequency)))

    def reset_cursor(self) -> None:
        """Forget the pointer, also at the clients and in their caches: the guest begins anew."""
        self._cursor.reset()
