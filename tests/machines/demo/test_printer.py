"""The printer's window: a client's printer gets a test page."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from gateway.machines.demo import proof
from gateway.machines.demo.toolkit.widgets import Button
from gateway.machines.demo.toolkit.window import Window
from gateway.spice.enums import ChannelType, TunnelServiceType
from tests.machines.demo.serving import ServingDemo
from tests.machines.demo.test_devices import cells_of, status_of, until
from tests.machines.devices.test_ipp import SUCCESS
from tests.tunnel_client import TunnelClient

WHEN = datetime(2026, 5, 4, 12, 30, tzinfo=UTC)


def print_button(window: Window) -> Button:
    return next(widget for widget in window.widgets if isinstance(widget, Button))


@pytest.mark.parametrize(("status", "says"), [(200, "Job 147 waits"), (503, "The printer answered with 503.")])
async def test_test_page_reaches_the_clients_printer(status: int, says: str) -> None:
    jobs: list[bytes] = []

    async def take(request: web.Request) -> web.Response:
        jobs.append(await request.read())
        return web.Response(status=status, body=SUCCESS, content_type="application/ipp")

    app = web.Application(client_max_size=8 << 20)
    app.router.add_post("/ipp/print", take)
    async with ServingDemo() as core, core.client() as client, TestServer(app, host="127.0.0.1") as server:
        window = core.demo.show("printer")
        assert not print_button(window).enabled
        mine = TunnelClient(await (await client.begin()).link(ChannelType.TUNNEL))
        await mine.start()
        serving = core.core.spawn(mine.serve(), "tunnel client")
        assert server.port is not None
        await mine.offer("My printer", server.port, kind=TunnelServiceType.IPP)
        await until(core.demo, lambda: cells_of(window) == ["My printer"])
        print_button(window).on_release(print_button(window).box.left, print_button(window).box.top)
        await until(core.demo, lambda: status_of(window).startswith(says))
        assert b"%PDF-" in jobs[0]
        serving.cancel()


def test_page_is_a_document_of_one_page() -> None:
    page = proof.draw_page([("Machine", "demo")], WHEN)
    assert page.shape == (proof.HEIGHT, proof.WIDTH, 4)
    document = io.BytesIO(proof.to_pdf(page, "Test page"))
    assert document.getvalue().startswith(b"%PDF-")
    assert document.getvalue().count(b"/Type /Page\n") == 1


def test_page_is_the_same_for_the_same_words() -> None:
    assert (proof.draw_page([], WHEN) == proof.draw_page([], WHEN)).all()
