"""A client without a connection: it takes what a `Sender` sends, when the test says so."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence

from gateway.server.display.drawn import Snapshot
from gateway.server.display.encoding import Choice, Plan
from gateway.server.display.image_cache import ImageCache
from gateway.server.display.ops import CreateSurface, Op, Payload
from gateway.server.display.picture import PicturePipe
from gateway.server.display.region import Region
from gateway.server.display.screen import Screen, Watcher
from gateway.server.display.sender import Outlet, Sender
from gateway.server.display.surface import Surface
from gateway.server.display.videos import Video
from gateway.spice import codec
from tests.peers import soon
from tests.screen import ClientScreen, ImageStore


class Reader(Watcher, Outlet):
    """Watches a screen. `room`: messages that it still takes; `rate` is its link's, in bytes a second."""

    def __init__(self, screen: Screen, *, rate: float = math.inf, cache: int = 0, lossless: bool = True) -> None:
        self.account = PicturePipe()
        self.cache = ImageCache(cache) if cache else None
        self.view = ClientScreen(ImageStore(cache))
        self.choice = Choice()
        self.choice.lz4 = True
        self.room = math.inf
        self._rate = rate
        self.lossless = lossless
        self._screen = screen
        self._woken = asyncio.Event()
        self.sender = Sender(self)
        screen.add(self)

    # what the sender sees

    @property
    def can_send(self) -> bool:
        return self.room > 0

    @property
    def screen(self) -> Screen:
        return self._screen

    @property
    def rate(self) -> float:
        return self._rate

    def send_together(self, payloads: Sequence[Payload]) -> None:
        self.room -= len(payloads)
        for kind, data in payloads:
            self.view.apply(codec.unpack(kind, data))

    def wake(self) -> None:
        self._woken.set()
        self.sender.advance()

    def plan(self, snapshot: Snapshot, *, exact: bool) -> Plan:
        exact = exact or self.lossless
        plan = self.choice.plan(snapshot.rect.area, self._rate, alpha=snapshot.has_alpha, exact=exact)
        return plan._replace(photo=plan.text) if exact else plan  # it has no decoder for QUIC

    def news(self) -> list[Payload]:
        return []

    def endings(self) -> list[Payload]:
        return []

    def frame(self) -> Payload | None:
        return None

    def on_lossy(self) -> None:
        pass

    def forget(self, ids: list[int]) -> None:
        raise AssertionError("nobody else uses this cache")

    # what the screen sees

    def on_op(self, op: Op) -> None:
        if isinstance(op, CreateSurface):
            self.account.create(self.screen.surfaces[op.surface], op)
        else:
            self.account.push(op)

    def on_damage(self, surface: Surface, region: Region) -> None:
        self.account.damage(surface.id, region)

    def on_frame(self, surface: Surface, video: Video) -> None:
        self.account.damage(surface.id, video.visible)

    def on_video_over(self, video: Video) -> None:
        pass

    def on_settled(self) -> None:
        self.sender.advance()

    # what the test sees

    def give(self, room: float) -> None:
        """It takes so many more messages, about."""
        self.room = max(self.room, 0) + room
        self.sender.advance()

    async def until_idle(self) -> None:
        """It takes everything, exactly in the end."""
        self.give(math.inf)
        await self._drain()
        self.account.refine()
        self.sender.advance()
        await self._drain()

    async def _drain(self) -> None:
        while not self.sender.is_idle:
            self._woken.clear()
            await soon(self._woken.wait())
