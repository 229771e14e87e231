"""Surfaces come and go, are drawn on and from in any order; a client that looks away for a while sees them right."""

from __future__ import annotations

import asyncio
import random

import numpy as np
import pytest

from gateway.server.display.ops import base, no_mask
from gateway.server.display.region import Rect
from gateway.server.display.surface import Surface
from gateway.server.display.worker import QXLWorker
from gateway.spice.enums import ImageCompression
from gateway.spice.messages import draw
from tests.peers import soon
from tests.screen import ImageStore, LinkedScreen
from tests.server.channels.test_display import LZ4, adapter_of, surface_copy
from tests.serving_core import ServingCore

SIZES = ((96, 64), (40, 40))
MOST_SURFACES = 4


class RestlessMachine:
    """A machine that does something to one of its surfaces at each `act`. Sizes and numbers come again on purpose."""

    def __init__(self, worker: QXLWorker, chance: random.Random) -> None:
        self._worker, self._chance = worker, chance
        self._noise = np.random.default_rng(chance.randrange(1 << 30))
        self._acts = (
            self._fill,
            self._move,
            self._invert,
            self._paint,
            self._draw_from_another,
            self._renew,
            self._come_or_go,
        )
        self.primary = worker.create_primary_surface(*SIZES[0])
        self.others: list[Surface] = []

    @property
    def surfaces(self) -> list[Surface]:
        return [self.primary, *self.others]

    def act(self) -> None:
        surface = self._chance.choice(self.surfaces)
        x, y = self._chance.randrange(surface.width), self._chance.randrange(surface.height)
        place = Rect.at(x, y, self._chance.randint(1, 60), self._chance.randint(1, 40)) & surface.bounds
        self._chance.choice(self._acts)(surface, place)

    def _fill(self, surface: Surface, place: Rect) -> None:
        surface.fill(place, self._chance.randrange(1 << 24))

    def _move(self, surface: Surface, place: Rect) -> None:
        surface.copy_bits(place, self._chance.randrange(surface.width), self._chance.randrange(surface.height))

    def _invert(self, surface: Surface, place: Rect) -> None:
        surface.pixels[place.slices][..., :3] ^= 255
        surface.draw(draw.DrawInvers(base(surface.id, place), draw.Masked(no_mask())))

    def _paint(self, surface: Surface, place: Rect) -> None:
        shape = (1, 1, 4) if self._chance.random() < 0.5 else (place.height, place.width, 4)
        surface.pixels[place.slices] = self._noise.integers(0, 256, shape)
        surface.damage(place)

    def _draw_from_another(self, surface: Surface, place: Rect) -> None:
        for source in self.others[-1:]:
            self.primary.pixels[source.bounds.slices] = source.pixels
            self.primary.draw(surface_copy(source, source.bounds))

    def _renew(self, surface: Surface, place: Rect) -> None:
        self.primary = self._worker.create_primary_surface(*SIZES[0])

    def _come_or_go(self, surface: Surface, place: Rect) -> None:
        if len(self.others) < MOST_SURFACES and self._chance.random() < 0.6:
            self.others.append(self._worker.create_surface(*self._chance.choice(SIZES)))
        elif self.others:
            self.others.pop(self._chance.randrange(len(self.others))).destroy()


async def look(screen: LinkedScreen) -> None:
    """Take whatever comes."""
    while True:
        await screen.step()


async def until_all_are_right(screen: LinkedScreen, machine: RestlessMachine) -> None:
    while len(screen.surfaces) != len(machine.surfaces) or not all(map(screen.shows, machine.surfaces)):
        await screen.step()


@pytest.mark.parametrize("seed", range(30))
async def test_client_that_looks_now_and_then_sees_all_surfaces_right_in_the_end(seed: int) -> None:
    chance = random.Random(seed)
    async with ServingCore() as core, core.client() as client:
        machine = RestlessMachine(adapter_of(core).worker, chance)
        store = ImageStore(chance.choice([0, 4000, 1 << 20]))
        way = chance.choice([ImageCompression.LZ, ImageCompression.OFF, ImageCompression.LZ4])
        screen = await LinkedScreen.open(await client.begin(), caps=LZ4, cache=store, compression=way)
        for _ in range(12):
            looking = core.core.spawn(look(screen), "a client that looks") if chance.random() < 0.6 else None
            for _ in range(chance.randint(2, 25)):
                machine.act()
                if chance.random() < 0.3:
                    await asyncio.sleep(0)
            if looking is not None:
                looking.cancel()
                await asyncio.wait([looking])
                assert looking.cancelled() or looking.exception() is None
                await soon(until_all_are_right(screen, machine))
        await soon(until_all_are_right(screen, machine))
