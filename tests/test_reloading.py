"""The configuration is read anew while sessions run."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from cryptography import x509

from gateway.config.loading import configure
from gateway.config.machine import MachineSpec
from gateway.config.models import Config
from gateway.native_doors import NativeDoors
from gateway.server.closing import CloseCode
from gateway.serving import fixed_values, reload_and_tell, reload_when, reread
from gateway.spice.enums import ChannelType
from gateway.spice.messages.main import Init
from gateway.store.errors import StoreUnavailable
from gateway.web.keys import CORE, FLEET, NATIVE, SETTINGS
from gateway.web.reloading import CannotReload, Reloaded, Reloading
from tests.certificates import make_certificate
from tests.peers import FakeMachine, NativeClient
from tests.running import INIT, RunningGateway, open_session
from tests.web.api.client import Client


class Operator:
    """Somebody with an editor, and a gateway that runs by the file."""

    gateway: RunningGateway
    doors: NativeDoors
    reloading: Reloading

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, machines: dict[str, str], head: str = "", more: str = "") -> None:
        """The file: machines by name, each with `more`."""
        blocks = [f'[[machines]]\nname = "{name}"\nurl = "{url}"\n{more}' for name, url in machines.items()]
        self.path.write_text("\n".join((f'[gateway]\nstate_dir = "state"\n{head}', *blocks)))

    def read(self) -> tuple[Sequence[MachineSpec], Config]:
        settings = configure(self.path, {})
        return settings.specs(), settings

    async def reload(self) -> Reloaded:
        return await self.reloading.run(self.gateway.app)

    async def open_door(self, name: str, url: str) -> tuple[int, str]:
        """Have a machine, the only one, take native clients from now on: the port, and a ticket that opens it."""
        self.write({name: url}, more='listen = "127.0.0.1:0"\n')
        await self.reload()
        ticket = await self.gateway.access.tickets.issue(await self.gateway.admin(), name)
        return self.gateway.app[NATIVE][name].port, ticket.secret

    @property
    def names(self) -> list[str]:
        return [member.spec.name for member in self.gateway.app[FLEET]]


@asynccontextmanager
async def operated(path: Path, machines: dict[str, str]) -> AsyncIterator[Operator]:
    operator = Operator(path)
    operator.write(machines)
    settings = operator.read()[1]
    operator.reloading = Reloading(lambda: reread(operator.read, operator.doors), fixed_values(settings))
    async with RunningGateway(machines, settings=settings.web_settings(), reloading=operator.reloading) as gateway:
        operator.gateway, operator.doors = gateway, NativeDoors(gateway.app)
        try:
            yield operator
        finally:
            operator.doors.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "spicegate.toml"


async def test_machines_come_and_go_and_sessions_of_those_that_stay_go_on(path: Path) -> None:
    async with FakeMachine() as machine, operated(path, {"office": machine.url, "old": machine.url}) as operator:
        near, far = await open_session(await operator.gateway.browser(), machine)
        leaving, _ = await open_session(await operator.gateway.browser("old"), machine, session_id=77)
        operator.write({"office": machine.url, "new": machine.url})
        done = await operator.reload()
        assert (done.added, done.changed, done.removed, done.warnings) == (["new"], [], ["old"], [])
        assert operator.names == ["office", "new"]
        assert (await leaving.gone()).code == CloseCode.MACHINE_CLOSED
        await far.send_raw(103, b"\0" * 32)
        assert (await near.receive_raw())[0] == 103


async def test_machine_that_moved_keeps_its_session_and_new_ones_go_to_the_new_place(path: Path) -> None:
    async with FakeMachine() as here, FakeMachine() as there, operated(path, {"office": here.url}) as operator:
        near, far = await open_session(await operator.gateway.browser(), here)
        operator.write({"office": there.url})
        assert (await operator.reload()).changed == ["office"]
        await open_session(await operator.gateway.browser(), there, session_id=77)
        await far.send_raw(103, b"\0" * 32)
        assert (await near.receive_raw())[0] == 103


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[[machines]\n", "spicegate.toml"),
        ('[[machines]]\nname = "office"\nurl = "http://x"\n', "machines[0]"),
        ('[[machines]]\nname = "office"\nurl = "spice://x"\npassword_file = "missing"\n', "cannot be read"),
        ('[[machines]]\nname = "office"\nurl = "spice+tls://x:1"\nca_file = "missing.pem"\n', "missing.pem"),
    ],
)
async def test_mistake_is_told_and_changes_nothing(path: Path, text: str, complaint: str) -> None:
    async with FakeMachine() as machine, operated(path, {"office": machine.url}) as operator:
        await open_session(await operator.gateway.browser(), machine)
        path.write_text(text)
        with pytest.raises(CannotReload) as told:
            await operator.reload()
        assert complaint in str(told.value)
        assert operator.names == ["office"]
        assert operator.gateway.machine().server.clients


async def test_values_that_need_a_restart_are_named(path: Path) -> None:
    async with FakeMachine() as machine, operated(path, {"office": machine.url}) as operator:
        operator.write({"office": machine.url}, 'port = 9999\nallowed_origins = ["https://x.example"]')
        assert (await operator.reload()).restart == ["gateway.port"]
        assert operator.gateway.app[SETTINGS].allowed_origins == {"https://x.example"}


async def test_native_clients_come_in_where_the_file_says_now(path: Path) -> None:
    async with FakeMachine() as machine, operated(path, {"office": machine.url}) as operator:
        port, ticket = await operator.open_door("office", machine.url)
        async with NativeClient(port) as client:
            await client.link(ChannelType.MAIN, password=ticket)
            await operator.reload()
            assert operator.gateway.app[NATIVE]["office"].port == port
        operator.write({"office": machine.url})
        await operator.reload()
        assert "office" not in operator.gateway.app[NATIVE]


async def test_locked_doors_let_nobody_in_and_nobody_out(path: Path) -> None:
    async with FakeMachine() as machine, operated(path, {"office": machine.url}) as operator:
        port, ticket = await operator.open_door("office", machine.url)
        async with NativeClient(port) as client:
            near = await client.link(ChannelType.MAIN, password=ticket)
            far = await machine.linked(ChannelType.MAIN)
            operator.doors.lock()
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection("127.0.0.1", port)
            await far.send(INIT)
            assert await near.expect(Init) == INIT


async def test_native_clients_are_shown_the_new_certificate(path: Path, tmp_path: Path) -> None:
    old = make_certificate(tmp_path, organization="Old")
    head = 'tls_cert = "cert.pem"\ntls_key = "key.pem"\n'
    async with FakeMachine() as machine, operated(path, {"office": machine.url}) as operator:
        operator.write({"office": machine.url}, head, more='tls_listen = "127.0.0.1:0"\n')
        await operator.reload()
        port = operator.gateway.app[NATIVE]["office"].tls_port
        assert await shown(port) == "Old"
        make_certificate(tmp_path, organization="New")
        await operator.reload()
        assert await shown(port) == "New"
        address = operator.gateway.app[NATIVE]["office"]
        assert (address.tls_port, address.subject) == (port, "O=New,CN=machine")
        assert x509.load_pem_x509_certificate(address.ca.encode()).subject.rfc4514_string() == "CN=machine,O=New"
        old.key.write_text("rubbish")
        (warning,) = (await operator.reload()).warnings
        assert "tls_cert and tls_key cannot be used" in warning
        assert await shown(port) == "New"


async def shown(port: int) -> str:
    """The organization in the certificate that a server shows now."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    found = x509.load_der_x509_certificate(writer.get_extra_info("ssl_object").getpeercert(binary_form=True))
    writer.close()
    return str(found.subject.get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)[0].value)


async def test_port_that_is_taken_is_a_warning(path: Path) -> None:
    async with FakeMachine() as machine, operated(path, {"office": machine.url}) as operator:
        operator.write({"office": machine.url}, more=f'listen = "127.0.0.1:{machine.port}"\n')
        (warning,) = (await operator.reload()).warnings
        assert "cannot listen" in warning


async def test_machine_of_the_store_comes_back_when_the_file_lets_its_name_go(path: Path) -> None:
    async with FakeMachine() as machine, operated(path, {"office": machine.url}) as operator:
        admin = Client(await operator.gateway.logged_in(), operator.gateway.site)
        await admin.post("/machines", {"name": "lab", "url": machine.url, "options": {"title": "Of the store"}})
        operator.write({"office": machine.url, "lab": machine.url})
        done = await operator.reload()
        assert "configuration" in done.warnings[0]
        assert (await admin.get("/machines/lab"))["origin"] == "config"
        operator.write({"office": machine.url})
        await operator.reload()
        assert (await admin.get("/machines/lab"))["title"] == "Of the store"


async def test_api_reloads_and_tells_a_mistake_as_a_problem(path: Path) -> None:
    async with FakeMachine() as machine, operated(path, {"office": machine.url}) as operator:
        admin = Client(await operator.gateway.logged_in(), operator.gateway.site)
        operator.write({"office": machine.url, "lab": machine.url})
        assert (await admin.post("/gateway/reload"))["added"] == ["lab"]
        path.write_text("machines = 1\n")
        answer = await admin.ask("POST", "/gateway/reload")
        assert (answer.status, "machines" in answer.data["detail"]) == (400, True)
        outcomes = [row["outcome"] for row in (await admin.get("/audit", action="gateway."))["items"]]
        assert outcomes == ["failed", "ok"]


async def test_signal_tells_the_log_what_came_of_it(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "spicegate")
    async with FakeMachine() as machine, operated(path, {"office": machine.url}) as operator:
        operator.write({"office": machine.url, "lab": machine.url})
        await reload_and_tell(operator.gateway.app)
        assert "read anew: added lab" in caplog.text
        path.write_text("machines = 1\n")
        await reload_and_tell(operator.gateway.app)
        assert "everything is as before" in caplog.text
        assert operator.names == ["office", "lab"]


async def test_store_that_cannot_be_read_leaves_everything_as_before(path: Path) -> None:
    async with FakeMachine() as machine, operated(path, {"office": machine.url}) as operator:
        operator.write({"lab": machine.url}, 'allowed_origins = ["https://x.example"]')
        await operator.gateway.access.store.close()
        with pytest.raises(StoreUnavailable):
            await operator.reload()
        assert operator.names == ["office"]
        assert not operator.gateway.app[SETTINGS].allowed_origins


async def test_many_signals_cost_few_reloads(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "spicegate")
    async with FakeMachine() as machine, operated(path, {"office": machine.url}) as operator:
        operator.write({"office": machine.url, "lab": machine.url})
        asked = asyncio.Event()
        operator.gateway.app[CORE].spawn(reload_when(asked, operator.gateway.app), "reloads")
        for _ in range(1000):
            asked.set()
            await asyncio.sleep(0)
        while "added lab" not in caplog.text:
            await asyncio.sleep(0)
        assert caplog.text.count("read anew") < 100
