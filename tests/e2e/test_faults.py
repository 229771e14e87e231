"""Machines that go away, browsers that leave, and rubbish on the wire."""

from __future__ import annotations

import random
import re
import socket
import urllib.request
from contextlib import ExitStack
from pathlib import Path

import pytest
from aiohttp import ClientSession
from playwright.sync_api import Browser, expect

from gateway.spice.enums import ChannelType
from gateway.spice.limits import PING_SECONDS
from gateway.spice.messages.main import Init
from tests.e2e.browser import Viewer
from tests.e2e.conftest import GatewayFor, SavedGuests
from tests.e2e.gateway import MACHINE, Gateway
from tests.e2e.loop_thread import aside
from tests.e2e.oracle import drawn_pattern
from tests.e2e.program import PATIENCE, established, ticks, wait_for
from tests.e2e.qemu import FirmwareQemu
from tests.peers import Browser as Client

pytestmark = pytest.mark.e2e


def test_page_says_that_the_machine_left_and_reconnects_by_itself(
    tmp_path: Path, cleanup: ExitStack, guests: SavedGuests, gateway_for: GatewayFor, viewer: Viewer
) -> None:
    machine = cleanup.enter_context(guests.start(tmp_path / "one", "qxl"))
    gateway = gateway_for(machine)
    viewer.open(gateway.link)
    viewer.wait_for_first_frame()
    machine.stop()
    sentence = viewer.page.get_by_role("alert").filter(visible=True)
    expect(sentence).to_have_text(re.compile(r"machine.*\.$"))
    again = cleanup.enter_context(guests.start(tmp_path / "two", "qxl", port=machine.port))
    again.ask("clear")
    viewer.wait_until_shows(drawn_pattern(again, 192), "reconnected")
    expect(sentence).to_have_count(0)


def test_page_waits_for_a_machine_that_is_not_there_yet(
    tmp_path: Path, cleanup: ExitStack, guests: SavedGuests, gateway_for: GatewayFor, viewer: Viewer
) -> None:
    machine = cleanup.enter_context(guests.start(tmp_path / "one", "std"))
    machine.stop()
    gateway = gateway_for(machine)
    viewer.open(gateway.link)
    expect(viewer.page.get_by_role("alert").filter(visible=True)).to_have_text(re.compile(r"machine.*\.$"))
    cleanup.enter_context(guests.start(tmp_path / "two", "std", port=machine.port))
    viewer.wait_for_first_frame()


def test_machine_is_left_as_soon_as_the_browser_is_gone(
    tmp_path: Path, cleanup: ExitStack, guests: SavedGuests, gateway_for: GatewayFor, browser: Browser
) -> None:
    machine = cleanup.enter_context(guests.start(tmp_path / "qemu", "qxl"))
    gateway = gateway_for(machine)
    with Viewer(browser) as somebody:
        somebody.open(gateway.link)
        somebody.wait_for_first_frame()
        wait_for("MAIN, DISPLAY, INPUTS, CURSOR", lambda: established(machine.port) >= 4)
    for _ in ticks(PING_SECONDS):
        if not established(machine.port):
            return
    raise AssertionError("the gateway leaves only when a ping is not answered")


def test_machine_outlives_clients_that_leave_while_its_channels_open(
    tmp_path: Path, cleanup: ExitStack, gateway_for: GatewayFor
) -> None:
    machine = cleanup.enter_context(FirmwareQemu(tmp_path / "qemu", "qxl"))
    gateway = gateway_for(machine)
    aside(_come_and_go(gateway, times=20))
    assert machine.qmp.execute("query-status")["status"] == "running"
    assert machine.alive()


async def _come_and_go(gateway: Gateway, times: int) -> None:
    """Link all channels that a screen needs, and cut the connections without a word on them."""
    async with ClientSession(cookies=dict([gateway.enter()])) as session:
        for _ in range(times):
            client = Client(session, f"{gateway.origin}/ws/{MACHINE}", origin=gateway.origin)
            main = await client.link(ChannelType.MAIN)
            id_ = (await main.wait_for(Init)).session_id
            for type_ in (ChannelType.DISPLAY, ChannelType.CURSOR, ChannelType.INPUTS):
                await client.link(type_, connection_id=id_)
            client.vanish()


def test_gateway_lives_through_rubbish_while_somebody_watches(
    tmp_path: Path, cleanup: ExitStack, guests: SavedGuests, gateway_for: GatewayFor, viewer: Viewer
) -> None:
    machine = cleanup.enter_context(guests.start(tmp_path / "qemu", "qxl"))
    gateway = gateway_for(machine)
    viewer.open(gateway.link)
    viewer.wait_for_first_frame()
    noise = random.Random(4).randbytes(65536)
    for rubbish in (noise, b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20000, b"REDQ" * 1000, b""):
        _send_raw(gateway, rubbish)
    closed = viewer.page.evaluate(_RUBBISH_OVER_WEBSOCKET, f"/ws/{MACHINE}")
    assert all(code >= 4000 for code in closed), closed
    with urllib.request.urlopen(f"{gateway.origin}/healthz", timeout=PATIENCE) as answer:
        assert answer.status == 200
    viewer.wait_until_shows(drawn_pattern(machine, 192), "after-rubbish")
    assert gateway.alive()
    assert "Traceback" not in gateway.output()


_RUBBISH_OVER_WEBSOCKET = """async (path) => {
  const whole = new Uint8Array(4096).map((_, i) => i * 37);
  const wrongVersion = new Uint8Array([82, 69, 68, 81, 9, 0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0]);
  const hugeSize = new Uint8Array([82, 69, 68, 81, 2, 0, 0, 0, 2, 0, 0, 0, 255, 255, 255, 255]);
  const codes = [];
  for (const bytes of [whole, wrongVersion, hugeSize]) {
    const socket = new WebSocket(path, "binary");
    socket.onopen = () => socket.send(bytes);
    codes.push(await new Promise((done) => { socket.onclose = (event) => done(event.code); }));
  }
  return codes;
}"""


def _send_raw(gateway: Gateway, data: bytes) -> None:
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=PATIENCE) as connection:
        try:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65536):
                pass
        except (ConnectionError, TimeoutError):
            pass
