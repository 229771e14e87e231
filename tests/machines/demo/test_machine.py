"""The demo machine, seen by a client."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from gateway.machines.demo.apps import APPS
from gateway.machines.demo.apps.app import App
from gateway.machines.demo.apps.video import Video
from gateway.spice.agent import MonConfig, MonitorsConfig
from gateway.spice.enums import ChannelType, DisplayCap, MonitorsConfigFlags
from gateway.spice.messages import display
from tests.machines.demo.serving import ServingDemo
from tests.screen import LinkedScreen

CAPS: list[int] = [DisplayCap.LZ4_COMPRESSION, DisplayCap.MONITORS_CONFIG]
QUIET_SECONDS = 1.2
MOST_WAITS = 30


async def test_client_sees_the_desktop_to_the_pixel() -> None:
    async with ServingDemo() as core, core.client() as client:
        screen = await LinkedScreen.open(await client.begin(), caps=CAPS)
        await screen.until(display.Mark)
        primary = core.demo.display.surface
        assert primary is not None
        assert screen.shows(primary)


async def test_resting_machine_sends_nothing() -> None:
    async with ServingDemo() as core, core.client() as client:
        session = await client.begin()
        await LinkedScreen.open(session, caps=CAPS)
        await session.link(ChannelType.CURSOR)
        await session.link(ChannelType.INPUTS)
        for _ in range(MOST_WAITS):  # a busy computer comes to rest late
            before = sent(core)
            await asyncio.sleep(QUIET_SECONDS)  # that nothing happens can only be waited for
            if sent(core) == before:
                return
    raise AssertionError("it never rests")


def sent(core: ServingDemo) -> int:
    """Messages to all clients."""
    return sum(channel.counters.messages_out for channel in core.server.channels)


@pytest.mark.parametrize("app", APPS, ids=lambda app: app.name)
async def test_every_application_opens_draws_and_closes(app: type[App]) -> None:
    async with ServingDemo() as core:
        demo = core.demo
        window = demo.app(app.name)
        demo.desktop.activate(window)
        demo.desktop.flush()
        colours = np.unique(window.pixels[45:-5, 5:-5].reshape(-1, 4), axis=0)
        assert len(colours) > 8, "there is nothing to see"
        demo.launch(app.name)
        assert window in demo.desktop.minimised
        demo.launch(app.name)
        assert window.active
        demo.desktop.close(window)
        assert demo.app(app.name) is not window


@pytest.mark.parametrize("app", APPS, ids=lambda app: app.name)
async def test_every_application_is_within_its_window(app: type[App]) -> None:
    async with ServingDemo() as core:
        window = core.demo.app(app.name)
        assert all(window.content.holds(widget.box) for widget in window.widgets)


async def test_machine_has_the_monitors_that_a_client_asks_for() -> None:
    async with ServingDemo() as core:
        demo = core.demo
        monitors = [MonConfig(600, 800, 32, 0, 0), MonConfig(768, 1024, 32, 800, 0), MonConfig(0, 0, 32, 0, 0)]
        assert core.server.on_monitors_config(MonitorsConfig(MonitorsConfigFlags(0), monitors))
        await demo.display.resized()
        assert [tuple(head) for head in demo.desktop.heads] == [(0, 0, 800, 600), (800, 0, 1824, 768)]
        assert demo.desktop.bounds.width == 1824


async def test_machine_has_no_monitor_beyond_its_limits() -> None:
    async with ServingDemo() as core:
        demo = core.demo
        demo.display.resize([(100_000, 1), (64, 64), (800, 600)])
        await demo.display.resized()
        assert demo.display.sizes == ((3840, 480), (640, 480))
        demo.display.resize([(3840, 2160), (3840, 2160)])
        await demo.display.resized()
        assert demo.display.sizes == ((2714, 1527), (2714, 1527)), "of the same shape, and no more than a 4K screen"


async def test_machine_that_was_switched_off_draws_and_ticks_no_more() -> None:
    async with ServingDemo() as core, core.client() as client:
        await client.begin()
        demo = core.demo
        clock, video = demo.show("clock"), demo.show("video")
        assert isinstance(video, Video)
        video.toggle()
        demo.loudspeaker.play("Tone")
        demo.close()
        number = video.number
        before = (clock.pixels.copy(), video.pixels.copy())
        await asyncio.sleep(0.1)  # that nothing happens can only be waited for
        assert video.number == number
        assert not demo.loudspeaker.title
        assert all((pixels == window.pixels).all() for pixels, window in zip(before, (clock, video), strict=True))
        assert not core.server.channels
