"""Pictures on their way: copied once and encoded once for all clients that need the same."""

from __future__ import annotations

import asyncio
from struct import Struct
from typing import TYPE_CHECKING, Final

from gateway.codecs.image import Encoded, Pixels
from gateway.server.display.encoding import FEW_PIXELS, Plan, Solid, encode
from gateway.server.display.image_cache import picture_id
from gateway.server.display.ops import Fill, Payload
from gateway.server.display.region import Rect
from gateway.spice import codec
from gateway.spice.enums import ClipType, ImageFlags, ImageScaleMode, ImageType, Ropd
from gateway.spice.messages import draw
from gateway.spice.messages.shapes import BinaryData, ImageBody

if TYPE_CHECKING:
    from gateway.server.core import Core
    from gateway.server.display.surface import Surface

MOST_SHARED: Final = 64
MOST_SHARED_PIXELS: Final = 4 * 1024 * 1024
"""Snapshots, and pixels of them, that are kept for further clients until the surface changes."""


# The one message that is made by hand: it is what a key waits for, and this is 0.1 ms less. A test compares it with the
# codec's. Surface, box, clip and where the image is; source area, rop, scale; mask; the image's descriptor.
_DRAW_COPY: Final = Struct("<I4iBI4iHBBiiIQBBII")
_IMAGE_AT: Final = 57
_NO_MASK: Final = (0, 0, 0, 0)
_COUNT: Final = Struct("<I")
_KEEP_NOT: Final = ImageFlags(0)


class Snapshot:
    """The pixels of a rectangle as they were at a moment.

    `lent`: they are the surface's own memory if that can be, which stays as it is while an `Encoding` is at work. What
    else is to be known of them is to be asked before the surface changes.
    """

    def __init__(self, surface: Surface, rect: Rect, *, lent: bool) -> None:
        self.surface = surface.id
        self.has_alpha = surface.has_alpha
        self.rect = rect
        self.area = rect.area
        self.readers = 0
        """Threads that are reading."""
        self.pixels: Pixels = surface.lend(rect, self) if lent else surface.shadow[rect.slices].copy()
        self._id: int | None = None
        self._cached: Payload | None = None
        self._encodings: dict[Plan, Encoding] | None = {}

    @property
    def is_read(self) -> bool:
        return self.readers > 0

    def name(self, channel_id: int) -> int:
        """Its name in the caches of a channel's clients."""
        if self._id is None:
            self._id = picture_id(self.pixels, channel_id)
        return self._id

    def cached(self) -> Payload:
        """The message for a client that has it in its cache."""
        if self._cached is None:
            self._cached = self.message(ImageType.FROM_CACHE, _KEEP_NOT, None)
        return self._cached

    def message(self, kind: ImageType, flags: ImageFlags, body: ImageBody | None) -> Payload:
        """A DRAW_COPY of an image of it."""
        rect, width, height = self.rect, self.rect.width, self.rect.height
        place = (self.surface, rect.top, rect.left, rect.bottom, rect.right, ClipType.NONE, _IMAGE_AT)
        source = (0, 0, height, width, Ropd.OP_PUT, ImageScaleMode.INTERPOLATE)
        head = _DRAW_COPY.pack(*place, *source, *_NO_MASK, self._id or 0, kind, flags, width, height)
        if isinstance(body, BinaryData):
            return Payload(draw.DrawCopy, b"".join((head, _COUNT.pack(len(body.data)), body.data)))
        return Payload(draw.DrawCopy, head + codec.pack(body) if body is not None else head)

    def encoding(self, core: Core, plan: Plan) -> Encoding:
        """It, encoded by a plan, or being so. What is in a GLZ dictionary is one client's alone."""
        shared = self._encodings if self._encodings is not None and plan.glz is None else {}
        if (found := shared.get(plan)) is None:
            found = shared[plan] = Encoding(self, core, plan)
        return found

    def drop(self) -> None:
        """No further client asks for it. Each encoding holds its snapshot: megabytes would go round in a circle."""
        self._encodings = None


class Encoding:
    """A snapshot being encoded: at once when it is small, else by a thread."""

    def __init__(self, snapshot: Snapshot, core: Core, plan: Plan) -> None:
        self.snapshot = snapshot
        self.in_turn = plan.glz is not None
        """It may enter a dictionary: the next of its client has to wait until this one is done."""
        self.future: asyncio.Future[Encoded | Solid] | None = None
        self._result: Encoded | Solid | None = None
        self._payloads: dict[bool, Payload] = {}
        if snapshot.area <= FEW_PIXELS:
            self._result = encode(snapshot.pixels, plan)
        else:
            snapshot.readers += 1
            self.future = core.run(encode, snapshot.pixels, plan)
            self.future.add_done_callback(self._on_read)

    def _on_read(self, _: object) -> None:
        self.snapshot.readers -= 1

    @property
    def is_done(self) -> bool:
        return self.future is None or self.future.done()

    @property
    def result(self) -> Encoded | Solid:
        """Once it is done. Raises what the encoder raised."""
        if self._result is None:
            assert self.future is not None
            self._result = self.future.result()
        return self._result

    @property
    def must_be_sent(self) -> bool:
        """It is in the client's dictionary, where others refer to it."""
        return isinstance(self.result, Encoded) and self.result.type in (ImageType.GLZ_RGB, ImageType.ZLIB_GLZ_RGB)

    @property
    def is_lossy(self) -> bool:
        return isinstance(self.result, Encoded) and self.result.lossy

    @property
    def may_be_cached(self) -> bool:
        """Colours are not worth it, and what is not exact would be taken for exact later."""
        return isinstance(self.result, Encoded) and not self.result.lossy

    def payload(self, *, cache: bool) -> Payload:
        """The message. `cache`: the client is to keep the picture."""
        if (payload := self._payloads.get(cache)) is None:
            result = self.result
            if isinstance(result, Solid):
                payload = Fill(self.snapshot.surface, self.snapshot.rect, result.colour).payload
            else:
                payload = self.snapshot.message(result.type, ImageFlags.CACHE_ME if cache else _KEEP_NOT, result.body)
            self._payloads[cache] = payload
        return payload


class Sharing:
    """The snapshots of one channel of late: a client gets another's when it needs the same."""

    def __init__(self) -> None:
        self._snapshots: dict[tuple[int, Rect, bool], Snapshot] = {}
        self._pixels = 0
        self._versions: dict[int, int] = {}

    def snapshot(self, surface: Surface, rect: Rect, *, lent: bool = False) -> Snapshot:
        """The newest pixels of `rect`."""
        full = len(self._snapshots) >= MOST_SHARED or self._pixels + rect.area > MOST_SHARED_PIXELS
        if full or self._versions.get(surface.id) != surface.version:
            for old in self._snapshots.values():
                old.drop()
            self._snapshots.clear()
            self._pixels = 0
            self._versions[surface.id] = surface.version
        key = (surface.id, rect, lent)
        if (found := self._snapshots.get(key)) is None:
            found = self._snapshots[key] = Snapshot(surface, rect, lent=lent)
            self._pixels += rect.area
        return found

    def forget(self, surface: Surface) -> None:
        """It is gone: another may have its number, and come to have its count of changes."""
        self._versions.pop(surface.id, None)
