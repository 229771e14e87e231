"""What somebody has after `docker compose up`: a link, a desktop with sound behind it, and nothing else to reach."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import aiohttp
import numpy as np
import pytest

from gateway.spice.agent import Assembler, MonConfig, MonitorsConfig, Reply, decode, encode
from gateway.spice.enums import ChannelType, MonitorsConfigFlags
from gateway.spice.messages.main import AgentData, AgentStart, Init
from tests.compose.conftest import SERVICES, START_SECONDS, Desk, links, wait_until, wait_until_running
from tests.compose.engine import Stack
from tests.e2e import sound
from tests.e2e.browser import Viewer
from tests.e2e.picture import Pixels, colours, keep
from tests.e2e.program import PATIENCE, ticks
from tests.peers import Browser

pytestmark = pytest.mark.compose

#: The terminal's background, which nothing else on the desktop has.
TERMINAL = (24, 28, 38)
#: A place where there is nothing to click on.
WALLPAPER = (60, 700)
#: The bars of the test clip's picture.
BARS = ((255, 0, 0), (0, 255, 0), (255, 255, 0), (0, 0, 255), (255, 0, 255), (0, 255, 255))
#: The tone under the tune of the clip, in Hz.
TONE = 440
#: What is heard of the clip at the least: seconds without a sound, root mean square.
GAP, LOUD = 0.5, 0.03
ATTEMPTS = 30
#: Says what the keys go to.
FOCUS = "xprop -id $(xprop -root 32x ' $0' _NET_ACTIVE_WINDOW | cut -d' ' -f2) WM_CLASS"

#: A first picture in the page that is open already.
WAIT_FOR_ANOTHER = """() => {
  window.again = new Promise((seen) => window.addEventListener("spice-firstframe", () => seen(), { once: true }));
}"""
COMES_AGAIN = """() => Promise.race([
  window.again,
  new Promise((_, fail) => setTimeout(() => fail(new Error("no picture again")), 240_000)),
])"""


def test_the_link_in_the_log_shows_a_desktop_with_its_programs(desk: Desk) -> None:
    desk.open()
    wait_until("desktop with a terminal, a clip and a picture", lambda: has_programs(picture_of(desk.viewer)))
    keep("compose-desktop", shown=picture_of(desk.viewer))
    assert desk.viewer.complaints == []


def test_the_clip_moves(desk: Desk) -> None:
    desk.open()
    wait_until("clip", lambda: has_programs(picture_of(desk.viewer)))
    first = picture_of(desk.viewer)
    wait_until("movement", lambda: (picture_of(desk.viewer) != first).any(axis=2).sum() > 1000)


def test_the_sound_of_the_clip_is_heard(desk: Desk) -> None:
    listener = sound.Listener(desk.viewer)
    desk.open()
    desk.viewer.page.mouse.click(*desk.viewer.point(*WALLPAPER))
    listener.wait_until_playing()
    for _ in range(ATTEMPTS):  # a busy computer drops sound: it is listened to again then
        heard = listener.record(4)
        if heard.longest_silence() < GAP and min(heard.loudness()) > LOUD:
            break
    assert heard.strongest_frequency() == pytest.approx(TONE, rel=0.01)
    assert heard.longest_silence() < GAP, "only where the clip begins anew"
    assert min(heard.loudness()) > LOUD


def test_what_is_typed_in_the_browser_is_typed_in_the_terminal(desk: Desk) -> None:
    desk.open()
    wait_until("terminal", lambda: has_programs(picture_of(desk.viewer)))
    rows, columns = np.nonzero((picture_of(desk.viewer) == TERMINAL).all(axis=2))
    desk.viewer.page.mouse.click(*desk.viewer.point(float(np.median(columns)), float(np.median(rows))))
    wait_until("focus on the terminal", lambda: "lxterminal" in desk.stack.execute("desktop", "sh", "-c", FOCUS))
    desk.viewer.page.keyboard.type("touch typed\n", delay=20)
    wait_until("file made by typing", lambda: "typed" in desk.stack.execute("desktop", "ls", "/home/desktop"))


def test_the_containers_say_that_they_are_well(stack: Stack) -> None:
    wait_until_running(stack)


def test_the_agent_sizes_the_screen_as_a_client_asks(desk: Desk) -> None:
    desk.log_in()
    desk.viewer.page.goto(f"{desk.stack.origin}/")  # the desktop takes one client at a time
    cookies = {cookie["name"]: cookie["value"] for cookie in desk.viewer.context.cookies()}
    with ThreadPoolExecutor(1) as elsewhere:  # Playwright's own event loop runs here
        for width, height in ((1024, 768), (1280, 800)):
            elsewhere.submit(asyncio.run, ask_for_size(desk.stack.origin, cookies, width, height)).result(2 * PATIENCE)
            size = f"current {width} x {height}"
            wait_until(size, lambda size=size: size in desk.stack.execute("desktop", "xrandr"))  # type: ignore[misc]


@pytest.mark.parametrize("service", SERVICES)
def test_a_container_has_no_rights(service: str, stack: Stack) -> None:
    status = dict(line.split(":\t", 1) for line in stack.execute(service, "cat", "/proc/1/status").splitlines())
    assert "0" not in status["Uid"].split(), "not root"
    assert int(status["CapEff"], 16) == int(status["CapBnd"], 16) == 0
    assert status["NoNewPrivs"] == "1"
    with pytest.raises(subprocess.CalledProcessError, match="touch"):
        stack.execute(service, "touch", "/usr/written")


def test_only_the_port_of_the_gateway_is_published_and_only_to_this_computer(stack: Stack) -> None:
    published = {name: stack.inspect(name)["NetworkSettings"]["Ports"] for name in SERVICES}
    assert not any(published["desktop"].values())
    (binding,) = published["gateway"]["8080/tcp"]
    assert binding == {"HostIp": "127.0.0.1", "HostPort": str(stack.port)}


def test_the_desktop_has_no_way_out(stack: Stack) -> None:
    routes = [line.split() for line in stack.execute("desktop", "cat", "/proc/net/route").splitlines()[1:]]
    assert routes
    assert all(route[1] != "00000000" for route in routes), "no default route"


def test_the_password_of_the_desktop_is_random_and_in_no_log(stack: Stack) -> None:
    password = stack.execute("gateway", "cat", "/run/desktop/password").strip()
    assert len(password) == 32
    for service in SERVICES:
        assert password not in stack.logs(service)


def test_a_desktop_that_was_killed_comes_back_in_the_same_page(desk: Desk) -> None:
    desk.open()
    page, stack = desk.viewer.page, desk.stack
    page.evaluate(WAIT_FOR_ANOTHER)
    killed = stack.main_process("desktop")
    os.kill(killed, signal.SIGKILL)
    page.evaluate(COMES_AGAIN)
    assert stack.main_process("desktop") not in (0, killed)
    wait_until("desktop as before", lambda: has_programs(picture_of(desk.viewer)), START_SECONDS)


def test_the_desktop_is_there_again_after_down_and_up_with_what_was_kept_in_it(desk: Desk) -> None:
    stack = desk.stack
    stack.execute("desktop", "touch", "/home/desktop/kept")
    before = stack.execute("gateway", "cat", "/run/desktop/password")
    links_before = links(stack)
    stack.up()
    assert links(stack) == links_before, "a second 'up' leaves the gateway as it is"
    stack.down()
    stack.up()
    desk.open()
    wait_until("desktop", lambda: has_programs(picture_of(desk.viewer)))
    assert "kept" in stack.execute("desktop", "ls", "/home/desktop")
    assert stack.execute("gateway", "cat", "/run/desktop/password") == before


async def ask_for_size(origin: str, cookies: Mapping[str, str], width: int, height: int) -> None:
    """Tells the agent, through the gateway, how large a client's window is."""
    # No millimetres: Debian 12's vdagentd takes a message that has them for one of the wrong size.
    wanted = MonitorsConfig(MonitorsConfigFlags(0), [MonConfig(height, width, 32, 0, 0)])
    async with aiohttp.ClientSession(cookies=cookies) as session:
        main = await Browser(session, f"{origin}/ws/desktop", origin=origin).link(ChannelType.MAIN)
        assert (await main.wait_for(Init)).agent_connected
        await main.send(AgentStart(10))
        for chunk in encode(wanted):
            await main.send(AgentData(chunk))
        answers = Assembler()
        while not any(
            isinstance(decode(answer), Reply) for answer in answers.feed((await main.wait_for(AgentData)).data)
        ):
            pass
        await main.close()


def picture_of(viewer: Viewer) -> Pixels:
    """The desktop as the viewer has it."""
    for _ in ticks(PATIENCE, 0.1):
        if (taken := viewer.snapshot()) is not None:
            return taken
    raise AssertionError(viewer.account())


def has_programs(shown: Pixels) -> bool:
    """The terminal, the clip (a lossy stream: its bars nearly in their colours) and a picture are on the desktop."""
    terminal = (shown == TERMINAL).all(axis=2).sum() > 20_000
    near = [(np.abs(shown.astype(np.int16) - bar).max(axis=2) < 60).sum() for bar in BARS]
    return bool(terminal) and min(near) > 5_000 and colours(shown) > 10_000
