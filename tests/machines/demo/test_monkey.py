"""A monkey at the keyboard and the pointer: nothing fails, and the screen is what a full repaint gives."""

from __future__ import annotations

import asyncio
import random

import numpy as np
import pytest

from gateway.machines.demo import DemoMachine
from gateway.machines.demo.apps import APPS
from gateway.machines.demo.toolkit.canvas import Canvas
from gateway.spice.enums import MouseButtonMask
from tests.machines.demo.serving import ServingDemo

KEYS = (*range(0x01, 0x59), 0xE0, 0xE1)


def act(demo: DemoMachine, chance: random.Random) -> None:
    """Something that comes over INPUTS, or a resize."""
    keyboard, _, tablet = demo.server.inputs.keyboard, demo.server.inputs.mouse, demo.server.inputs.tablet
    assert keyboard is not None
    assert tablet is not None
    bounds = demo.desktop.bounds
    match chance.randrange(12):
        case 0 | 1 | 2:
            code = chance.choice(KEYS)
            keyboard.push_scan_code(code)
            keyboard.push_scan_code(code | 0x80)
        case 3:
            keyboard.push_scan_code(chance.randrange(256))
        case 4:
            tablet.wheel(chance.choice((-1, 1)), MouseButtonMask(0))
        case 5:
            demo.show(chance.choice(APPS).name)
        case 6 if chance.random() < 0.1:
            demo.display.resize([(chance.randrange(400, 1600), chance.randrange(300, 1000))] * chance.randrange(1, 3))
        case _:
            x, y = chance.randrange(bounds.width), chance.randrange(bounds.height)
            tablet.position(x, y, 0, chance.choice((MouseButtonMask(0), MouseButtonMask.LEFT)))


def is_right(demo: DemoMachine) -> bool:
    surface = demo.display.surface
    assert surface is not None
    whole = np.zeros_like(surface.pixels)
    demo.desktop.scene.compose(Canvas(whole))
    return bool(np.array_equal(surface.pixels, whole))


@pytest.mark.parametrize("seed", range(6))
async def test_monkey_breaks_nothing(seed: int, caplog: pytest.LogCaptureFixture) -> None:
    chance = random.Random(seed)
    faults: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: faults.append(context))
    async with ServingDemo() as core:
        demo = core.demo
        for step in range(400):
            act(demo, chance)
            if chance.random() < 0.3:
                await asyncio.sleep(0)
            if step % 20 == 19:
                await demo.display.resized()
                demo.desktop.flush()
                assert is_right(demo), f"step {step}"
        demo.seat.hold(False)
    assert not faults
    assert not [record for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")]
