"""The surfaces of one display adapter and the clients that watch them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING

from gateway.server.display.drawn import Sharing
from gateway.server.display.ops import DestroySurface, Op
from gateway.server.display.region import Rect, Region
from gateway.server.display.surface import PRIMARY, Surface
from gateway.server.display.videos import STALLED, Video, VideoFinder
from gateway.spice.enums import SurfaceFmt
from gateway.spice.errors import UsageError
from gateway.spice.limits import MAX_SURFACES, MAX_SURFACES_PIXELS

if TYPE_CHECKING:
    from gateway.server.core import Core, Timer


class Watcher(ABC):
    """A client's end of a screen."""

    @abstractmethod
    def on_op(self, op: Op) -> None:
        """The picture changed by an operation."""

    @abstractmethod
    def on_damage(self, surface: Surface, region: Region) -> None:
        """The picture changed here."""

    @abstractmethod
    def on_frame(self, surface: Surface, video: Video) -> None:
        """A video's picture changed, within its box where it is visible."""

    @abstractmethod
    def on_video_over(self, video: Video) -> None:
        """A video is no video any more."""

    @abstractmethod
    def on_settled(self) -> None:
        """That is all for this turn of the loop: send."""


class Screen:
    """Hands what the surfaces tell to everybody who watches, once in a turn of the loop."""

    def __init__(self, core: Core, mm_time: Callable[[], int], id_: int = 0) -> None:
        self.core = core
        self.mm_time = mm_time
        """Multimedia time in milliseconds."""
        self.id = id_
        """Its display channel's."""
        self.sharing = Sharing()
        self.surfaces: dict[int, Surface] = {}
        self.watchers: list[Watcher] = []
        self._due = False
        self._turn = 0
        self._videos = VideoFinder()
        self._video_timer: Timer | None = None

    @property
    def is_watched(self) -> bool:
        return bool(self.watchers)

    # the machine's side

    def create(self, id_: int, width: int, height: int, fmt: SurfaceFmt) -> Surface:
        """A surface, black, in the place of the one that had its number, if there was one.

        Raises `UsageError` for sizes and numbers that clients do not take; nothing is changed then.
        """
        others = [surface for surface in self.surfaces.values() if surface.id != id_]
        taken = sum(surface.bounds.area for surface in others)
        if len(others) >= MAX_SURFACES or taken + width * height > MAX_SURFACES_PIXELS:
            raise UsageError("there are more surfaces than clients take")
        surface = Surface(self, id_, width, height, fmt)
        if (before := self.surfaces.get(id_)) is not None:
            before.destroy()
        self.surfaces[id_] = surface
        self.tell(surface.creation())
        return surface

    def destroy(self, surface: Surface) -> None:
        """Raises `UsageError` when it is gone already."""
        if self.surfaces.get(surface.id) is not surface:
            raise UsageError(f"surface {surface.id} is gone already")
        if surface.id == PRIMARY:
            self._tell_over(self._videos.clear())
        del self.surfaces[surface.id]
        self.sharing.forget(surface)
        surface.alive = False
        self.tell(DestroySurface(surface.id))

    def surface(self, id_: int) -> Surface:
        """The surface with this number. Raises `UsageError` when there is none."""
        if (surface := self.surfaces.get(id_)) is None:
            raise UsageError(f"there is no surface {id_}")
        return surface

    def free_id(self) -> int:
        """For an off-screen surface; 0 is the primary's."""
        return next(id_ for id_ in range(1, MAX_SURFACES + 1) if id_ not in self.surfaces)

    # the surfaces' side

    def tell(self, op: Op) -> None:
        """An operation happened."""
        for watcher in self.watchers:
            watcher.on_op(op)
        self.schedule()

    def tell_damage(self, surface: Surface, region: Region) -> None:
        """Pixels changed."""
        for watcher in self.watchers:
            watcher.on_damage(surface, region)

    def video_at(self, surface: Surface, box: Rect) -> Video | None:
        """The video whose box this is."""
        return self._videos.at(box, self._turn) if surface.id == PRIMARY else None

    def look_for_video(self, surface: Surface, box: Rect, *, scrolled: bool) -> None:
        """What was drawn in a box changed: perhaps it is a video from now on."""
        if surface.id != PRIMARY:
            return
        if scrolled:
            self._videos.on_scroll(box)
            return
        video = self._videos.on_change(box, surface.pixels[box.slices], self.core.now())
        if video is not None and self._video_timer is None:
            self._video_timer = self.core.call_later(STALLED / 2, self._check_videos)

    def tell_frame(self, surface: Surface, video: Video, visible: Region) -> None:
        """A video changed, and is visible there."""
        video.on_frame(visible, self.core.now())
        video.turn = self._turn
        for watcher in self.watchers:
            watcher.on_frame(surface, video)

    def _check_videos(self) -> None:
        """End those that stand still."""
        self._video_timer = None
        if over := self._videos.stalled(self.core.now()):
            self._tell_over(over)
            self.schedule()
        if self._videos.videos:
            self._video_timer = self.core.call_later(STALLED / 2, self._check_videos)

    def _tell_over(self, videos: list[Video]) -> None:
        for video in videos:
            for watcher in self.watchers:
                watcher.on_video_over(video)

    def schedule(self) -> None:
        """Settle what was told at the end of this turn of the loop."""
        if not self._due and self.watchers:
            self._due = True
            self.core.loop.call_soon(self._settle)

    def _settle(self) -> None:
        self._due = False
        for surface in self.surfaces.values():
            surface.settle()
        self._turn += 1
        for watcher in tuple(self.watchers):
            watcher.on_settled()

    # the clients' side

    def add(self, watcher: Watcher) -> None:
        """A client watches from now on: it is told how things stand."""
        for surface in self.surfaces.values():
            surface.settle() if self.watchers else surface.renew()
        self.watchers.append(watcher)
        for surface in self.surfaces.values():
            watcher.on_op(surface.creation())
        watcher.on_settled()

    def remove(self, watcher: Watcher) -> None:
        """A client is gone."""
        self.watchers.remove(watcher)
        if not self.watchers:
            self._videos.clear()
