"""What one client is sent, and when: operations first, then pixels, each time its connection takes more.

Small pictures are encoded on the spot and leave together. Large ones are cut in bands that threads encode while the
one before is on its way; between two bands the small ones have their turn, so that what is typed is not kept waiting
by a picture elsewhere. Whatever is sent is sent in the order in which it was taken from the account.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gateway.server.display.drawn import Encoding, Snapshot
from gateway.server.display.encoding import FEW_PIXELS
from gateway.server.display.ops import Payload
from gateway.server.display.picture import STRUCTURAL, Picture
from gateway.server.display.region import Rect
from gateway.server.display.surface import PRIMARY
from gateway.spice import codec
from gateway.spice.enums import ResourceType
from gateway.spice.messages import display as messages

if TYPE_CHECKING:
    from gateway.server.display.encoding import Plan
    from gateway.server.display.image_cache import ImageCache
    from gateway.server.display.picture import PicturePipe
    from gateway.server.display.screen import Screen

MOST_BAND: Final = 512 * 1024
LEAST_BAND: Final = 16 * 1024
"""Pixels of a band."""

BAND_SECONDS: Final = 0.02
"""What a band may take on the link, as far as can be foretold: what is typed waits behind it."""

DENSITY_GAIN: Final = 0.2
LEAST_DENSITY: Final = 0.01

MOST_BANDS: Final = 2
"""Bands that are encoded, or wait to be sent, at a time."""

MOST_TOGETHER: Final = 16
"""Messages that leave together, ..."""

MUCH_TOGETHER: Final = 1024 * 1024
"""... fewer, if they have so many bytes."""

MOST_WHOLE: Final = 8 * 1024 * 1024
"""Pixels of a screen's first picture: a 4K screen is one. Of a larger one, the rest follows."""

MARK: Final = Payload(messages.Mark, codec.marshal(messages.Mark()))
"""The primary surface is complete."""


class Outlet(ABC):
    """A client's connection, as far as the sender has to do with it."""

    account: PicturePipe
    cache: ImageCache | None

    @property
    @abstractmethod
    def can_send(self) -> bool:
        """Whether what is sent now leaves at once."""

    @property
    @abstractmethod
    def screen(self) -> Screen: ...

    @property
    @abstractmethod
    def rate(self) -> float:
        """Bytes a second that the link carries, as far as is known."""

    @abstractmethod
    def send_together(self, payloads: Sequence[Payload]) -> None:
        """Send messages in as few writes as can be."""

    @abstractmethod
    def wake(self) -> None:
        """A picture was encoded: `Sender.advance` is to be called."""

    @abstractmethod
    def plan(self, snapshot: Snapshot, *, exact: bool) -> Plan:
        """How a picture is to be encoded for this client."""

    @abstractmethod
    def news(self) -> list[Payload]:
        """What is to be said about the screen beside its pixels, once the surfaces stand."""

    @abstractmethod
    def endings(self) -> list[Payload]:
        """Streams that are over: said before everything else, so that no late frame is drawn over what comes."""

    @abstractmethod
    def frame(self) -> Payload | None:
        """A frame of a stream that is ready."""

    def shown_after(self, latency: int) -> int:
        """How many milliseconds after it was drawn a video's picture is to be shown, when the link needs `latency`."""
        return latency

    @abstractmethod
    def on_lossy(self) -> None:
        """A picture leaves that is not exact."""

    @abstractmethod
    def forget(self, ids: list[int]) -> None:
        """Pictures of this channel had to make room for another's in the client's cache: tell it."""


@dataclass(slots=True)
class Job:
    """A picture that was taken from the account and is not sent yet."""

    picture: Picture
    encoding: Encoding
    stamp: int
    """Changes of the account when it was taken."""
    whole: bool
    """It is the first picture of a primary surface."""


class Sender:
    """One client's; `advance` sends what can be sent."""

    def __init__(self, outlet: Outlet) -> None:
        self._outlet = outlet
        self._account = outlet.account
        self._jobs: deque[Job] = deque()
        self._sending = False
        self._band_is_next = False
        self._density = 1.0
        """Bytes a pixel of large pictures of late."""
        self._shown: Picture | None = None
        """The primary surface that was sent as a whole, and marked."""

    def advance(self) -> None:
        """Send until the connection takes no more, or nothing waits."""
        if self._sending:
            return
        self._sending = True
        try:
            while self._outlet.can_send and (payloads := self._next()):
                self._outlet.send_together(payloads)
        finally:
            self._sending = False

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits and nothing is being encoded."""
        return not (self._jobs or self._account.ops or self._account.is_dirty)

    @property
    def owes_numbers(self) -> bool:
        """Whether pictures that are not sent yet have, or may come to have, their numbers in a dictionary."""
        return any(job.encoding.in_turn for job in self._jobs)

    def _next(self) -> list[Payload]:
        """Messages that can leave now, together."""
        out = self._outlet.endings()
        if self._account.surfaces_stand:
            out += self._outlet.news()
            while _takes_more(out) and (frame := self._outlet.frame()) is not None:
                out.append(frame)
        while _takes_more(out) and self._add_next(out):
            pass
        return out

    def _add_next(self, out: list[Payload]) -> bool:
        if self._jobs and self._jobs[0].encoding.is_done:
            self._finish(self._jobs.popleft(), out)
            return True
        if not self._jobs and (op := self._account.pop()) is not None:
            out.append(op.payload)
            if isinstance(op, STRUCTURAL) and self._account.surfaces_stand:
                out += self._outlet.news()
            return True
        if self._account.ops:
            return False  # they wait for what was taken before them
        return self._may_take and self._take(out)

    @property
    def _may_take(self) -> bool:
        """A dictionary is filled in the order in which its pictures are sent: one of them is encoded at a time."""
        if not self._jobs:
            return True
        newest = self._jobs[-1].encoding
        return len(self._jobs) < MOST_BANDS and (newest.is_done or not newest.in_turn)

    # pixels

    def _take(self, out: list[Payload]) -> bool:
        """Take the next pixels from the account; False when there are none."""
        found = self._choose()
        if found is None:
            return False
        picture, rect, whole = found
        exact = picture.exact.overlaps(rect)
        picture.sent(rect)
        snapshot = self._outlet.screen.sharing.snapshot(picture.surface, rect, lent=True)
        if not whole and self._send_cached(snapshot, out):
            return True
        plan = self._outlet.plan(snapshot, exact=exact)
        if plan.photo is not plan.text:
            picture.nearly(rect)
        encoding = snapshot.encoding(self._outlet.screen.core, plan)
        job = Job(picture, encoding, self._account.changes, whole)
        if encoding.future is not None:
            encoding.future.add_done_callback(lambda _: self._outlet.wake())
        elif not self._jobs:
            self._finish(job, out)
            return True
        self._jobs.append(job)
        return True

    def _choose(self) -> tuple[Picture, Rect, bool] | None:
        """The picture and the place of the next pixels, and whether it is the first of all."""
        primary = self._account.pictures.get(PRIMARY)
        if primary is not None and primary is not self._shown:
            self._shown = primary
            bounds = primary.surface.bounds
            return primary, bounds._replace(bottom=min(bounds.height, MOST_WHOLE // bounds.width)), True
        waiting = [(picture, rect) for picture in self._account.pictures.values() for rect in picture.dirty]
        if not waiting:
            return None
        picture, rect = waiting[0]
        if len(waiting) > 1:
            picture, rect = min(waiting, key=_area)
            if rect.area > FEW_PIXELS or self._band_is_next:
                picture, rect = max(waiting, key=_area)
            self._band_is_next = rect.area <= FEW_PIXELS and not self._band_is_next
        else:
            self._band_is_next = False
        return picture, self._band(rect), False

    def _band(self, rect: Rect) -> Rect:
        """The upper part of a rectangle, of at most a band's size."""
        if rect.area <= LEAST_BAND:
            return rect
        pixels = min(max(self._outlet.rate * BAND_SECONDS / self._density, LEAST_BAND), MOST_BAND)
        rows = max(1, int(pixels) // rect.width)
        return rect if rect.height <= rows else rect._replace(bottom=rect.top + rows)

    def _send_cached(self, snapshot: Snapshot, out: list[Payload]) -> bool:
        """Send its name if the client has it. Only when nothing is ahead of it, which might push it out."""
        cache = self._outlet.cache
        if cache is None or not cache.fits(snapshot.rect):
            return False
        name = snapshot.name(self._outlet.screen.id)  # now: later the pixels may be others
        if self._jobs or not cache.use(name):
            return False
        out.append(snapshot.cached())
        return True

    def _finish(self, job: Job, out: list[Payload]) -> None:
        """A picture is encoded and leaves."""
        encoding, snapshot = job.encoding, job.encoding.snapshot
        if encoding.is_lossy:
            self._outlet.on_lossy()
        elif job.stamp == self._account.changes:
            job.picture.exactly(snapshot.rect)
        payloads = self._kept(encoding) if not job.whole else [encoding.payload(cache=False)]
        out += payloads
        if snapshot.area >= LEAST_BAND:
            self._density += DENSITY_GAIN * (len(payloads[0].data) / snapshot.area - self._density)
            self._density = max(self._density, LEAST_DENSITY)
        if job.whole:
            out.append(MARK)

    def _kept(self, encoding: Encoding) -> list[Payload]:
        """The picture, which the client keeps if it is one to be kept; its name if it has it by now."""
        snapshot, cache = encoding.snapshot, self._outlet.cache
        if cache is None or not encoding.may_be_cached or not cache.fits(snapshot.rect):
            return [encoding.payload(cache=False)]
        name = snapshot.name(self._outlet.screen.id)
        if cache.use(name):
            return [encoding.payload(cache=False) if encoding.must_be_sent else snapshot.cached()]
        gone = cache.add(name, snapshot.area, self._outlet)
        return [encoding.payload(cache=True), *([invalidation(gone)] if gone else [])]


def invalidation(ids: list[int]) -> Payload:
    """Pictures are gone from the client's cache."""
    resources = [messages.ResourceID(ResourceType.PIXMAP, id_) for id_ in ids]
    return Payload(messages.InvalList, codec.marshal(messages.InvalList(resources)))


def _takes_more(out: list[Payload]) -> bool:
    return len(out) < MOST_TOGETHER and sum([len(payload.data) for payload in out]) < MUCH_TOGETHER


def _area(waiting: tuple[Picture, Rect]) -> int:
    return waiting[1].area
