"""Whatever a machine does and however slowly a client takes it, the client comes to see the machine's pixels."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.server.core import Core
from gateway.server.display.ops import base, no_mask
from gateway.server.display.region import Rect
from gateway.server.display.screen import Screen
from gateway.server.display.surface import Surface
from gateway.spice.enums import SurfaceFmt
from gateway.spice.messages import draw
from tests.screen import box_of
from tests.server.display.reader import Reader

WIDTH, HEIGHT = 288, 200
"""Large enough for pictures that are encoded in threads."""


@dataclass
class Scene:
    """A machine with a screen that two clients watch, a fast one and one that takes what it is given room for."""

    screen: Screen
    surface: Surface
    fast: Reader
    slow: Reader

    def settle(self) -> None:
        """End the turn of the loop."""
        for surface in self.screen.surfaces.values():
            surface.settle()
        for reader in (self.fast, self.slow):
            reader.on_settled()


Action = Callable[[Scene], None]
RECTS = st.builds(Rect, *(st.integers(0, size) for size in (WIDTH, HEIGHT, WIDTH, HEIGHT))).map(
    lambda r: Rect(min(r.left, r.right), min(r.top, r.bottom), max(r.left, r.right) + 1, max(r.top, r.bottom) + 1)
)
ROWS = RECTS.map(lambda rect: Rect(0, rect.top, WIDTH, rect.bottom))
"""Whole rows, which encoders read from the surface's own memory."""
SEEDS = st.integers(0, 5)


def draw_blocks(rect: Rect, seed: int) -> Action:
    def act(scene: Scene) -> None:
        part = scene.surface.pixels[rect.slices]
        colours = np.random.default_rng(seed).integers(
            0, 256, (*(-(-side // 8) for side in part.shape[:2]), 4), np.uint8
        )
        part[:] = np.kron(colours, np.ones((8, 8, 1), np.uint8))[: part.shape[0], : part.shape[1]]
        scene.surface.damage(rect)

    return act


def draw_noise(rect: Rect, seed: int) -> Action:
    def act(scene: Scene) -> None:
        part = scene.surface.pixels[rect.slices]
        part[:] = np.random.default_rng(seed).integers(0, 256, part.shape, np.uint8)
        scene.surface.damage(rect)

    return act


def fill(rect: Rect, seed: int) -> Action:
    return lambda scene: scene.surface.fill(rect, seed * 0x123456)


def copy_bits(rect: Rect, x: int, y: int) -> Action:
    return lambda scene: scene.surface.copy_bits(rect, x, y)


def invert(rect: Rect) -> Action:
    def act(scene: Scene) -> None:
        box = rect & scene.surface.bounds
        scene.surface.pixels[box.slices] ^= np.array([255, 255, 255, 0], np.uint8)
        scene.surface.draw(draw.DrawInvers(base(0, box), draw.Masked(no_mask())))

    return act


ACTIONS = st.one_of(
    st.builds(draw_blocks, RECTS, SEEDS),
    st.builds(draw_noise, RECTS, SEEDS),
    st.builds(draw_noise, ROWS, SEEDS),
    st.builds(fill, RECTS, SEEDS),
    st.builds(copy_bits, RECTS, st.integers(-20, WIDTH), st.integers(-20, HEIGHT)),
    st.builds(invert, RECTS.filter(lambda r: r.left < WIDTH and r.top < HEIGHT)),
    st.just(Scene.settle),
    st.integers(1, 6).map(lambda room: lambda scene: scene.slow.give(room)),
)


def in_a_scene(play: Callable[[Scene], Coroutine[Any, Any, None]], **slow: Any) -> None:
    async def run() -> None:
        core = Core()
        screen = Screen(core, lambda: 1)
        surface = screen.create(0, WIDTH, HEIGHT, SurfaceFmt.FMT_32_xRGB)
        fast, late = Reader(screen), Reader(screen, **slow)
        await play(Scene(screen, surface, fast, late))
        await core.close()

    asyncio.run(run())


@settings(max_examples=150, deadline=None)
@given(st.lists(ACTIONS, max_size=25), st.booleans(), st.sampled_from([0, 3000, 100_000]))
def test_clients_see_what_the_machine_has_drawn(actions: list[Action], lossless: bool, cache: int) -> None:
    async def play(scene: Scene) -> None:
        await scene.slow.until_idle()
        scene.slow.room = 0
        for action in actions:
            action(scene)
        scene.settle()
        for reader in (scene.fast, scene.slow):
            await reader.until_idle()
            assert reader.view.shows(scene.surface)

    in_a_scene(play, rate=1000.0, lossless=lossless, cache=cache)


def test_scrolling_is_sent_as_a_copy_and_what_is_new() -> None:
    async def play(scene: Scene) -> None:
        surface, window = scene.surface, Rect(40, 20, 240, 180)
        draw_noise(window, 1)(scene)
        scene.settle()
        await scene.fast.until_idle()
        surface.pixels[window.top : window.bottom - 16, 40:240] = surface.pixels[36:180, 40:240].copy()
        surface.pixels[window.bottom - 16 : window.bottom, 40:240] = 77
        surface.damage(window)
        scene.fast.view.seen.clear()
        scene.settle()
        assert scene.fast.view.shows(surface)
        copy, *rest = scene.fast.view.seen
        assert isinstance(copy, draw.CopyBits)
        for message in rest:
            assert isinstance(message, draw.DrawFill | draw.DrawCopy)
            assert box_of(message.base).top >= 160, "what had moved was sent again"

    in_a_scene(play)
