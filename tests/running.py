"""A gateway that runs in the test's own loop, with real sockets on both sides."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Self

import aiohttp
from aiohttp import web

from gateway.config import GatewayConfig
from gateway.machines.relay import RelayMachine, parse_endpoint
from gateway.server.core import Core
from gateway.serving import listen, site_of
from gateway.spice.enums import ChannelType
from gateway.spice.limits import LINK_SECONDS
from gateway.spice.messages.main import ChannelId, ChannelsList, Init
from gateway.web import WebSettings, make_app
from gateway.web.keys import MACHINES
from gateway.web.logins import Logins
from tests.certificates import Certificate
from tests.peers import Browser, BrowserChannel, FakeMachine, MachineChannel

SESSION_ID = 0x5EC2E7
INIT = Init(
    session_id=SESSION_ID,
    display_channels_hint=1,
    supported_mouse_modes=3,
    current_mouse_mode=1,
    agent_connected=0,
    agent_tokens=10,
    multi_media_time=0,
    ram_hint=0,
)


class RunningGateway:
    """`machines` are addresses by name. `browser` is somebody who is logged in, `stranger` is not."""

    def __init__(
        self,
        machines: Mapping[str, str],
        *,
        settings: WebSettings | None = None,
        password: str | None = None,
        ca_file: Path | None = None,
        link_seconds: float = LINK_SECONDS,
        tls: Certificate | None = None,
    ) -> None:
        def make_machines(core: Core) -> list[RelayMachine]:
            return [
                RelayMachine(core, name, parse_endpoint(url, ca_file=ca_file), password, link_seconds=link_seconds)
                for name, url in machines.items()
            ]

        self._tls = tls
        self.logins = Logins()
        self.app = make_app(make_machines, settings, logins=self.logins)
        self.site = ""
        self._runner = web.AppRunner(self.app, shutdown_timeout=1.0)
        self._server: asyncio.Server | None = None
        self._sessions: list[aiohttp.ClientSession] = []
        self._browsers: list[Browser] = []

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        tls = self._tls
        config = GatewayConfig(port=0, tls_cert=tls.cert if tls else None, tls_key=tls.key if tls else None)
        self._server = await listen(self._runner, self.app, config)
        self.site = site_of(self._server, config)
        return self

    async def __aexit__(self, *_: object) -> None:
        for session in self._sessions:
            await session.close()
        if self._server is not None:
            self._server.close()
        await self._runner.cleanup()

    @property
    def port(self) -> int:
        return int(self.site.rsplit(":", 1)[-1])

    def machine(self, name: str = "office") -> RelayMachine:
        """The gateway's own view of a machine."""
        machine = self.app[MACHINES][name]
        assert isinstance(machine, RelayMachine)
        return machine

    def visitor(self) -> aiohttp.ClientSession:
        """Somebody's browser, which keeps cookies."""
        context = ssl.create_default_context(cafile=str(self._tls.cert)) if self._tls else True
        session = aiohttp.ClientSession(
            self.site, cookie_jar=aiohttp.CookieJar(unsafe=True), connector=aiohttp.TCPConnector(ssl=context)
        )
        self._sessions.append(session)
        return session

    async def logged_in(self) -> aiohttp.ClientSession:
        """The browser of somebody who opened a one-time link."""
        session = self.visitor()
        link = f"/enter?token={self.logins.issue_token()}"
        async with session.get(link, allow_redirects=False) as response:
            assert response.status == 303
        return session

    async def browser(self, name: str = "office", session: aiohttp.ClientSession | None = None) -> Browser:
        """Opens channels with a log-in: `session`'s, or a new one."""
        return self._keep(Browser(session or await self.logged_in(), f"{self.site}/ws/{name}", origin=self.site))

    def stranger(self, name: str = "office", *, origin: str | None = None) -> Browser:
        """Opens channels without a log-in."""
        return self._keep(Browser(self.visitor(), f"{self.site}/ws/{name}", origin=origin))

    def _keep(self, browser: Browser) -> Browser:
        self._browsers.append(browser)  # its channels close when nobody holds it
        return browser


async def open_session(
    browser: Browser, machine: FakeMachine, *, session_id: int = SESSION_ID, password: str | None = None
) -> tuple[BrowserChannel, MachineChannel]:
    """MAIN, linked at both ends, with INIT and a list of DISPLAY and INPUTS received."""
    near = await browser.link(ChannelType.MAIN, password=password)
    far = await machine.linked(ChannelType.MAIN)
    init = Init(session_id, 1, 3, 1, 0, 10, 0, 0)
    await far.send(init)
    assert await near.expect(Init) == init
    await far.send(ChannelsList([ChannelId(ChannelType.DISPLAY, 0), ChannelId(ChannelType.INPUTS, 0)]))
    await near.expect(ChannelsList)
    return near, far


async def open_channel(
    browser: Browser, machine: FakeMachine, type_: ChannelType, *, session_id: int = SESSION_ID
) -> tuple[BrowserChannel, MachineChannel]:
    """Another channel of an open session, linked at both ends."""
    near = await browser.link(type_, connection_id=session_id)
    return near, await machine.linked(type_)
