"""A gateway that runs in the test's own loop, with real sockets on both sides."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

import aiohttp
from aiohttp import web
from argon2 import PasswordHasher
from yarl import URL

from gateway.access import Access, Policy, Principal, Role
from gateway.access.authority import GroupsOf
from gateway.access.passwords import Passwords
from gateway.config.models import GatewayConfig
from gateway.config.names import DEMO_URL
from gateway.machines.local import LocalMachine
from gateway.machines.machine import Machine
from gateway.machines.relay.endpoint import parse_endpoint
from gateway.machines.relay.machine import RelayMachine
from gateway.machines.spec import Spec
from gateway.server.core import Core
from gateway.server.server import SpiceServer
from gateway.serving import listen, site_of
from gateway.spice.enums import ChannelType
from gateway.spice.limits import LINK_SECONDS
from gateway.spice.messages import display
from gateway.spice.messages.common import SetAck
from gateway.spice.messages.main import ChannelId, ChannelsList, Init
from gateway.store import SqliteStore
from gateway.web.app import make_app, mounted
from gateway.web.keys import ACCESS, FLEET, SETTINGS
from gateway.web.reloading import Reloading
from gateway.web.settings import WebSettings
from tests.certificates import Certificate
from tests.peers import Browser, BrowserChannel, FakeMachine, MachineChannel

ADMIN = "admin"
PASSWORD = "correct horse battery"
SESSION_ID = 0x5EC2E7
DISPLAY_INIT = display.Init(1, 20_000_000, 1, 16_000_000)
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
    """`machines` are addresses by name; `demo:` is one of our own, with nothing behind it.

    `browser` is somebody who is logged in, `stranger` is not.
    """

    def __init__(
        self,
        machines: Mapping[str, str],
        *,
        settings: WebSettings | None = None,
        password: str | None = None,
        ca_file: Path | None = None,
        link_seconds: float = LINK_SECONDS,
        tls: Certificate | None = None,
        reloading: Reloading | None = None,
    ) -> None:
        def make_machine(core: Core, spec: Spec) -> Machine:
            if spec.endpoint is None:
                server = SpiceServer(core, spec.name)
                server.init()
                return LocalMachine(server, DEMO_URL)
            return RelayMachine(core, spec.name, spec.endpoint, spec.password, link_seconds=link_seconds)

        specs = [
            Spec(name, parse_endpoint(url, ca_file=ca_file) if url != DEMO_URL else None, password)
            for name, url in machines.items()
        ]
        self._tls = tls
        self._state = TemporaryDirectory()
        self._visits = 0
        self._admin: Principal | None = None
        self.app = make_app(specs, make_machine, self._open_access, settings, reloading=reloading)
        self.site = ""
        self._runner = web.AppRunner(mounted(self.app), shutdown_timeout=1.0)
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
        self._state.cleanup()

    async def _open_access(self, groups_of: GroupsOf) -> Access:
        store = await SqliteStore.open(Path(self._state.name) / "spicegate.db")
        return Access(store, groups_of, passwords=Passwords(Policy(), PasswordHasher(1, 8, 1)))

    @property
    def access(self) -> Access:
        return self.app[ACCESS]

    @property
    def port(self) -> int:
        return int(self.site.rsplit(":", 1)[-1])

    def machine(self, name: str = "office") -> RelayMachine:
        """The gateway's own view of a machine."""
        member = self.app[FLEET].get(name)
        assert member is not None
        assert isinstance(member.machine, RelayMachine)
        return member.machine

    def group(self, name: str, *groups: str) -> None:
        """Put a machine into groups."""
        member = self.app[FLEET].get(name)
        assert member is not None
        self.app[FLEET].put(replace(member.spec, groups=groups))

    def visitor(self) -> aiohttp.ClientSession:
        """Somebody's browser, which keeps cookies."""
        context = ssl.create_default_context(cafile=str(self._tls.cert)) if self._tls else True
        session = aiohttp.ClientSession(
            self.site, cookie_jar=aiohttp.CookieJar(unsafe=True), connector=aiohttp.TCPConnector(ssl=context)
        )
        self._sessions.append(session)
        return session

    async def admin(self) -> Principal:
        """Somebody who may do everything: set up at the first call."""
        if self._admin is None:
            token = await self.access.logins.begin_setup()
            assert token is not None
            entry = await self.access.logins.set_up(token, ADMIN, PASSWORD, address="127.0.0.1")
            self._admin = entry.principal
        return self._admin

    async def logged_in(self, role: Role = Role.ADMIN) -> aiohttp.ClientSession:
        """The browser of somebody who has logged in; each is somebody else but for admins."""
        name, admin = ADMIN, await self.admin()
        if role is not Role.ADMIN:
            self._visits += 1
            name = f"{role.value}{self._visits}"
            await self.access.people.create(admin, name, role, PASSWORD)
        session = self.visitor()
        form = {"name": name, "password": PASSWORD}
        headers = {"Origin": self.app[SETTINGS].public_url or self.site}
        async with session.post("/login", data=form, headers=headers, allow_redirects=False) as response:
            assert response.status == 303
        return session

    async def browser(self, name: str = "office", session: aiohttp.ClientSession | None = None) -> Browser:
        """Opens channels with a log-in: `session`'s, or a new one."""
        return self._keep(Browser(session or await self.logged_in(), f"{self.site}/ws/{name}", origin=self.site))

    def guest(self, screen: URL, session: aiohttp.ClientSession) -> Browser:
        """Opens channels as the guest that `session` is at the page `screen`."""
        return self._keep(Browser(session, str(screen.with_name("ws")), origin=self.site))

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
    """Another channel of an open session, linked at both ends; a display's first words are said."""
    near = await browser.link(type_, connection_id=session_id)
    far = await machine.linked(type_)
    if type_ is ChannelType.DISPLAY:
        await near.send(DISPLAY_INIT)
        await begin_display(far)
        await near.expect(SetAck)
        await near.expect(display.InvalAllPalettes)
    return near, far


async def begin_display(far: MachineChannel) -> None:
    """What libspice says to a new client of its display, before any picture."""
    await far.send(SetAck(1, 20))
    await far.expect(display.Init)
    await far.send(display.InvalAllPalettes())
