"""The gateway with the demo machine, in a thread of the test's process: so the test sees the machine's own pixels."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import Request, urlopen

from aiohttp import web

from gateway.access import Access
from gateway.access.authority import GroupsOf
from gateway.config.models import GatewayConfig
from gateway.listening import listen as listen_natively
from gateway.machines.demo import DemoMachine
from gateway.machines.local import LocalMachine
from gateway.machines.spec import Spec
from gateway.server.core import Core
from gateway.server.listener import Listener
from gateway.serving import listen, site_of
from gateway.web.app import make_app
from gateway.web.keys import ACCESS, NATIVE
from gateway.web.native import NativeAddress
from gateway.web.settings import WebSettings
from tests.e2e import picture
from tests.e2e.core_machine import loopback
from tests.e2e.credentials import NAME, PASSWORD, log_in
from tests.e2e.loop_thread import LoopThread
from tests.e2e.picture import Pixels
from tests.e2e.program import PATIENCE, ticks

MACHINE = "demo"


class DemoGateway(LoopThread):
    """`demo` is the machine; native clients come to `address`. `allowed_origin`: whose pages may come besides ours."""

    def __init__(self, *, allowed_origin: str | None = None, ca_file: Path | None = None) -> None:
        super().__init__()
        self._settings = WebSettings(allowed_origins=frozenset({allowed_origin} if allowed_origin else ()))
        self._ca_file = ca_file
        self._state = TemporaryDirectory()
        self.origin = ""
        self.demo: DemoMachine
        self.address: NativeAddress

    @property
    def link(self) -> str:
        """Leads through the log-in to the machine."""
        return f"{self.origin}/login?next=%2Fm%2F{MACHINE}"

    @property
    def port(self) -> int:
        return int(self.origin.rsplit(":", 1)[-1])

    def ticket(self) -> str:
        """A one-time ticket of the machine."""
        return self.call(lambda: self.demo.server.tickets.issue(self.demo.core.now()))

    def connection_file(self) -> str:
        """The `.vv` file, as somebody downloads it who is logged in."""
        request = Request(f"{self.origin}/m/{MACHINE}.vv", headers={"Cookie": "=".join(log_in(self.port))})
        with urlopen(request, timeout=PATIENCE) as answer:
            return bytes(answer.read()).decode()

    def pixels(self) -> Pixels:
        """What the machine shows: R G B."""
        return self.call(self._pixels)

    def _pixels(self) -> Pixels:
        self.demo.desktop.flush()
        surface = self.demo.display.surface
        assert surface is not None
        return surface.pixels[:, :, 2::-1].copy()

    async def on_start(self) -> None:
        self._app = make_app([Spec(MACHINE, None)], self._make_machine, self._open_access, self._settings)
        self._runner = web.AppRunner(self._app, shutdown_timeout=1.0)
        await self._runner.setup()
        config = GatewayConfig(port=0)
        self._server: asyncio.Server = await listen(self._runner, self._app, config)
        self.origin = site_of(self._server, config)
        self._listener: Listener
        self._listener, self.address = await listen_natively(self._machine, loopback(self._ca_file))
        self._app[NATIVE][MACHINE] = self.address

        logins = self._app[ACCESS].logins
        token = await logins.begin_setup()
        assert token is not None
        await logins.set_up(token, NAME, PASSWORD, address="127.0.0.1")

    async def _open_access(self, groups_of: GroupsOf) -> Access:
        return await Access.open(Path(self._state.name) / "spicegate.db", groups_of)

    def _make_machine(self, core: Core, spec: Spec) -> LocalMachine:
        self.demo = DemoMachine(core, name=spec.name)
        self._machine = LocalMachine(self.demo.server, "demo:", on_close=self.demo.close)
        return self._machine

    async def on_stop(self) -> None:
        self._listener.close()
        self._server.close()
        await self._runner.cleanup()
        self._state.cleanup()


def wait_until_same(look: Callable[[], Pixels | None], gateway: DemoGateway, name: str) -> None:
    """Until somebody sees what the machine shows: the whole picture at one moment."""
    shown, expected = None, gateway.pixels()
    for _ in ticks(PATIENCE, 0.05):
        shown, expected = look(), gateway.pixels()
        if shown is not None and picture.equal(shown, expected):
            return
    assert shown is not None, "no picture at all"
    picture.keep(name, ours=shown, expected=expected)
    raise AssertionError(picture.difference(shown, expected))
