"""What somebody may do at a machine changes while they are there: their page in Chromium follows, untouched."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from gateway.access import Role, local_admin
from gateway.config.names import DEMO_URL
from gateway.listening import listen as listen_natively
from gateway.machines.demo.apps.terminal import Terminal
from gateway.machines.local import LocalMachine
from gateway.machines.relay.endpoint import parse_endpoint
from gateway.machines.spec import Spec
from gateway.server.closing import CloseCode, Closing
from gateway.server.listener import Listener
from gateway.server.rights import Right
from gateway.web.keys import FLEET
from tests.e2e.browser import Viewer
from tests.e2e.conftest import GatewayFor, SavedGuests
from tests.e2e.core_machine import loopback
from tests.e2e.credentials import PASSWORD
from tests.e2e.gateway import Gateway
from tests.e2e.keys import BTN_LEFT, EV_KEY, LINUX_KEYS, Keyboard
from tests.e2e.office import Office
from tests.e2e.office_visitor import Enter, note_toasts, told_by_toast, wait_connected
from tests.e2e.program import PATIENCE, wait_for

pytestmark = pytest.mark.e2e

ROOT = local_admin("root")
CONTROL = Right.VIEW | Right.CONTROL
SECRET = "between gateways"


class Twice(Office):
    """The demo is also a machine elsewhere, `relayed`: what is typed at either shows in its terminal."""

    async def on_start(self) -> None:
        await super().on_start()
        self.demo.server.set_ticket(SECRET)
        self._native: Listener
        self._native, native = await listen_natively(LocalMachine(self.demo.server, DEMO_URL), loopback(None))
        endpoint = parse_endpoint(f"spice://127.0.0.1:{native.port}")
        self.app[FLEET].put(Spec("relayed", endpoint, SECRET, groups=("far",)))

    async def on_stop(self) -> None:
        self._native.close()
        await super().on_stop()

    def allow(self, rights: Right) -> None:
        """What every user may do, at every machine."""
        self.run(self.access.authority.grant(ROOT, "*", rights, role=Role.USER))

    def terminal(self) -> str:
        """What stands in the terminal, whose window is on top."""

        def look() -> str:
            app = self.demo.app("terminal")
            self.demo.desktop.activate(app)
            assert isinstance(app, Terminal)
            return "\n".join(app.lines)

        return self.call(look)

    def wait_for_typed(self, text: str) -> str:
        wait_for(f"{text!r} in the terminal", lambda: text in self.terminal())
        return self.terminal()


@pytest.fixture(scope="module")
def office() -> Iterator[Twice]:
    with Twice() as office:
        yield office


@pytest.fixture(autouse=True)
def _users_look_on(office: Twice) -> None:
    office.allow(Right.VIEW)


@pytest.mark.parametrize("machine", ["demo", "relayed"])
def test_who_is_given_control_types_without_touching_the_page(enter: Enter, office: Twice, machine: str) -> None:
    admin, uma = enter(), enter("uma")
    tab = uma.open_machine(machine)
    tab.evaluate("window.untouched = true")
    expect(_reset(tab)).to_be_disabled()
    office.terminal()
    Keyboard(tab).type(f"echo too early at {machine}\n")
    admin.admin("sessions")
    expect(admin.row("uma", machine, "view only")).to_be_visible()
    admin.go("/admin#people")
    admin.act(admin.row("every user"), "Edit")
    admin.page.get_by_label("Control: keyboard").check()
    note_toasts(tab)
    admin.answer("Save")
    told_by_toast(tab, "You may do more at this machine now: control.")
    expect(_reset(tab)).to_be_enabled()
    Keyboard(tab).type(f"echo granted at {machine}\n")
    assert "early" not in office.wait_for_typed(f"\ngranted at {machine}")
    admin.go("/admin#sessions")
    expect(admin.row("uma", machine)).to_be_visible()
    expect(admin.row("uma", machine, "view only")).to_have_count(0)
    assert tab.evaluate("window.untouched") is True
    assert uma.complaints == []


def test_who_loses_control_is_told_and_looks_on_after_connecting_again(enter: Enter, office: Twice) -> None:
    office.allow(CONTROL)
    uma = enter("uma")
    tab = uma.open_machine("demo")
    expect(_reset(tab)).to_be_enabled()
    office.allow(Right.VIEW)
    expect(tab.locator("spice-viewer").get_by_role("alert")).to_have_text("What you may do was changed.")
    tab.get_by_role("button", name="Reconnect").click()
    wait_connected(tab)
    expect(tab.get_by_role("application")).to_have_accessible_name(re.compile("You may look on"))
    expect(_reset(tab)).to_be_disabled()
    office.allow(CONTROL)
    expect(tab.get_by_role("application")).to_have_accessible_name(re.compile("Keys go to the machine"))


def test_page_that_was_not_connected_when_its_rights_grew_has_them_when_it_is_again(
    enter: Enter, office: Twice
) -> None:
    uma = enter("uma")
    tab = uma.open_machine("demo")

    def let_go() -> None:
        for client in tuple(office.demo.server.clients):
            client.destroy(Closing(CloseCode.MACHINE_CLOSED, "The machine closed the session."))

    office.call(let_go)
    office.allow(CONTROL)
    expect(tab.get_by_role("application")).to_have_accessible_name(re.compile("Keys go to the machine"))
    wait_connected(tab)
    expect(_reset(tab)).to_be_enabled()
    office.terminal()
    Keyboard(tab).type("echo back again\n")
    office.wait_for_typed("\nback again")


def test_guest_keeps_the_rights_of_the_link(enter: Enter, office: Twice) -> None:
    admin, guest = enter(), enter("")
    guest.page.goto(admin.ticket_link("demo"))
    guest.page.get_by_role("button", name="Open demo").click()
    wait_connected(guest.page)
    office.allow(Right.ALL)
    uma = enter("uma")
    expect(_reset(uma.open_machine("demo"))).to_be_enabled()
    expect(_reset(guest.page)).to_be_disabled()


def test_who_is_given_control_uses_keys_and_pointer_of_a_qemu(
    tmp_path: Path, cleanup: ExitStack, guests: SavedGuests, gateway_for: GatewayFor, browser: Browser
) -> None:
    machine = cleanup.enter_context(guests.start(tmp_path / "qemu", "qxl"))
    gateway = gateway_for(machine)
    admin = Api(gateway)
    admin.ask("POST", "users", {"name": "uma", "role": "user", "password": PASSWORD})
    admin.ask("PUT", "grants", {"role": "user", "group": "*", "rights": ["view"]})
    uma = cleanup.enter_context(Viewer(browser))
    uma.page.goto(gateway.link)
    uma.page.fill("#name", "uma")
    uma.page.fill("#password", PASSWORD)
    with uma.page.expect_navigation():
        uma.page.keyboard.press("Enter")
    uma.wait_for_first_frame()
    expect(_reset(uma.page)).to_be_disabled()
    Keyboard(uma.page).press("KeyA")
    admin.ask("PUT", "grants", {"role": "user", "group": "*", "rights": ["view", "control"]})
    expect(_reset(uma.page)).to_be_enabled()
    Keyboard(uma.page).press("KeyB")
    assert machine.next_event("keyboard", EV_KEY, value=1).code == LINUX_KEYS["KeyB"]
    strip = uma.page.locator("spice-viewer").get_by_text("Click the picture to give the machine your mouse.")
    expect(strip).to_be_hidden()  # the tablet is used: nobody's pointer is captured
    uma.page.mouse.click(*uma.point(600, 500))
    machine.next_event("Tablet", EV_KEY, BTN_LEFT, value=0)


class Api:
    """The gateway's API, as its administrator asks it."""

    def __init__(self, gateway: Gateway) -> None:
        self._origin = gateway.origin
        cookie = "=".join(gateway.enter())
        self._headers = {"Cookie": cookie, "Origin": gateway.origin, "Content-Type": "application/json"}

    def ask(self, method: str, path: str, body: object) -> None:
        request = Request(f"{self._origin}/api/v1/{path}", json.dumps(body).encode(), self._headers, method=method)
        with urlopen(request, timeout=PATIENCE) as answer:
            assert answer.status in (200, 201)


def _reset(page: Page) -> Locator:
    """A button that is there for who may type."""
    return page.get_by_role("button", name="Ctrl+Alt+Del", include_hidden=True)
