"""A gateway as a small office has it: the demo, a machine elsewhere, one that is away, and people of every role."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from aiohttp import web

from gateway.access import Access, Role
from gateway.access.authority import GroupsOf
from gateway.config.models import GatewayConfig
from gateway.config.names import DEMO_URL
from gateway.listening import listen as listen_natively
from gateway.machines.demo import DemoMachine
from gateway.machines.local import LocalMachine
from gateway.machines.machine import Machine
from gateway.machines.relay.endpoint import parse_endpoint
from gateway.machines.spec import Spec
from gateway.server.closing import NORMAL
from gateway.server.core import Core
from gateway.server.listener import Listener
from gateway.serving import listen, make_machine, site_of
from gateway.web.app import make_app, mounted
from gateway.web.keys import ACCESS, CORE, FLEET
from gateway.web.settings import WebSettings
from tests.e2e.core_machine import loopback
from tests.e2e.credentials import NAME, PASSWORD
from tests.e2e.loop_thread import LoopThread

PEOPLE = {"olga": Role.OPERATOR, "uma": Role.USER, "vera": Role.VIEWER}
"""By name; all have the same password as the administrator."""

MACHINE_PASSWORD = "of the machine"
DEMO = Spec("demo", None, title="Demo desktop", labels={"os": "built in"}, groups=("everyone",))
NOWHERE = Spec(
    "lab", parse_endpoint("spice://127.0.0.1:1"), title="Lab bench", labels={"room": "2.14"}, groups=("lab",)
)


class Office(LoopThread):
    """`address` is where the machine elsewhere is, which asks for `MACHINE_PASSWORD`."""

    secret = "office.password"
    """The file with the machines' password, as it is named in the dashboard."""

    def __init__(self) -> None:
        super().__init__()
        self._state = TemporaryDirectory()
        self.demo: DemoMachine
        self.origin = ""
        self.address = ""

    @property
    def port(self) -> int:
        return int(self.origin.rsplit(":", 1)[-1])

    @property
    def access(self) -> Access:
        return self.app[ACCESS]

    async def on_start(self) -> None:
        state = Path(self._state.name)
        settings = WebSettings(secrets_dir=state / "secrets", backups_dir=state / "backups")
        (state / "secrets").mkdir()
        (state / "secrets" / self.secret).write_text(MACHINE_PASSWORD)
        self.app = make_app([DEMO, NOWHERE], self._make_machine, self._open_access, settings)
        self._runner = web.AppRunner(mounted(self.app), shutdown_timeout=1.0)
        await self._runner.setup()
        config = GatewayConfig(port=0)
        self._server: asyncio.Server = await listen(self._runner, self.app, config)
        self.origin = site_of(self._server, config)
        self._elsewhere = make_machine(self.app[CORE], Spec("elsewhere", None, MACHINE_PASSWORD))
        self._listener: Listener
        self._listener, native = await listen_natively(self._elsewhere, loopback(None))
        self.address = f"spice://127.0.0.1:{native.port}"
        elsewhere = Spec("office", parse_endpoint(self.address), MACHINE_PASSWORD, title="Front office")
        self.app[FLEET].put(replace(elsewhere, groups=("office",), labels={"os": "Debian 12"}))
        await self._welcome_everybody()

    async def _welcome_everybody(self) -> None:
        token = await self.access.logins.begin_setup()
        assert token is not None
        entry = await self.access.logins.set_up(token, NAME, PASSWORD, address="127.0.0.1")
        for name, role in PEOPLE.items():
            await self.access.people.create(entry.principal, name, role, PASSWORD)

    def _make_machine(self, core: Core, spec: Spec) -> Machine:
        if spec.endpoint is not None:
            return make_machine(core, spec)
        self.demo = DemoMachine(core, name=spec.name)
        return LocalMachine(self.demo.server, DEMO_URL, on_close=self.demo.close)

    async def _open_access(self, groups_of: GroupsOf) -> Access:
        return await Access.open(Path(self._state.name) / "spicegate.db", groups_of)

    def shut_the_machine_elsewhere(self) -> None:
        """Nobody reaches it any more."""
        self._listener.close()

    def is_left(self) -> bool:
        """Whether nobody is at a machine."""
        return self.call(lambda: not any(member.machine.server.clients for member in self.app[FLEET]))

    async def on_stop(self) -> None:
        self._listener.close()
        self._elsewhere.close(NORMAL)
        self._server.close()
        await self._runner.cleanup()
        self._state.cleanup()


class NewOffice(Office):
    """Nobody has set it up yet; `link` is what it prints."""

    link = ""

    async def _welcome_everybody(self) -> None:
        token = await self.access.logins.begin_setup()
        self.link = f"{self.origin}/setup?token={token}"
