"""The gateway's disk is full, and somebody has to be thrown out nevertheless: the dashboard in Chromium."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.e2e.office import Office
from tests.e2e.office_visitor import Enter
from tests.e2e.program import wait_for
from tests.full_disk import Disk

pytestmark = pytest.mark.e2e


@pytest.fixture
def office() -> Iterator[Office]:
    with Office() as office:
        yield office


def test_user_is_thrown_out_at_once_and_the_admin_is_told_what_that_holds_for(enter: Enter, office: Office) -> None:
    admin, uma = enter(), enter("uma")
    tab = uma.open_machine("demo")
    disk = Disk.of(office.access.store)
    office.run(disk.fill())
    admin.admin("people")
    admin.act(admin.row("uma"), "Remove")
    admin.answer("Remove")
    told = admin.page.get_by_role("alertdialog", name="Done, but not written down")
    expect(told).to_contain_text(re.compile("counts from now on.*disk is full.*restart before that would undo it"))
    expect(tab.locator("spice-viewer").get_by_role("alert")).to_contain_text("has ended")
    told.get_by_role("button", name="I know").click()
    expect(told).to_have_count(0)
    expect(admin.row("uma")).to_have_count(0)
    uma.go("/")
    expect(uma.page.get_by_role("heading", name="Log in")).to_be_visible()
    assert [note.action for note in office.access.store.held] == ["user.remove"]
    admin.page.get_by_role("button", name="Add a user").click()
    admin.page.get_by_label("Name").fill("nora")
    admin.page.get_by_label("Password").fill("a much longer password")
    admin.answer("Add")
    expect(admin.page.get_by_role("dialog").get_by_role("alert")).to_contain_text("disk is full: nothing was changed")
    office.run(disk.free())
    wait_for("writing it by itself", lambda: not office.access.store.held)
    admin.answer("Add")
    expect(admin.row("nora")).to_be_visible()


def test_own_key_is_revoked_on_the_account_page(enter: Enter, office: Office) -> None:
    uma = enter("uma")
    headers = {"Origin": office.origin}
    made = uma.page.request.post(
        f"{office.origin}/api/v1/me/keys", data={"name": "nightly", "scopes": ["read"]}, headers=headers
    ).json()
    uma.go("/account")
    expect(uma.row("nightly")).to_be_visible()
    office.run(Disk.of(office.access.store).fill())
    uma.act(uma.row("nightly"), "Revoke")
    told = uma.page.get_by_role("alertdialog", name="Done, but not written down")
    expect(told.get_by_role("button", name="I know")).to_be_focused()
    uma.page.keyboard.press("Enter")
    expect(told).to_have_count(0)
    expect(uma.page.get_by_text("You have no API key.")).to_be_visible()
    bearer = {"Authorization": f"Bearer {made['secret']}"}
    assert uma.page.request.get(f"{office.origin}/api/v1/me", headers=bearer).status == 401
    office.run(Disk.of(office.access.store).free())
