"""The page of machines follows what happens, without a reload."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.office import Office
from tests.e2e.office_visitor import Enter, Worker, wait_connected

pytestmark = pytest.mark.e2e

@pytest.fixture
def office() -> Iterator[Office]:
    with Office() as office:
        yield office


def card(worker: Worker, name: str) -> Locator:
    return worker.page.locator(f"li.machine[data-machine={name}]")


def look_at_machines(worker: Worker) -> None:
    worker.go("/")
    worker.page.evaluate("window.untouched = true")


def test_cards_say_who_comes_and_that_a_machine_went_away(enter: Enter, office: Office) -> None:
    uma, olga = enter("uma"), enter("olga")
    look_at_machines(uma)
    tab = olga.open_machine("demo")
    expect(card(uma, "demo")).to_contain_text("in use by 1")
    tab.close()
    expect(card(uma, "demo")).not_to_contain_text("in use")
    expect(card(uma, "office")).to_contain_text("Up")
    office.call(office.shut_the_machine_elsewhere)
    expect(card(uma, "office")).to_contain_text("Not reachable")
    expect(card(uma, "office").get_by_role("status")).to_contain_text("connection refused")
    assert uma.page.evaluate("window.untouched") is True
    assert uma.complaints == []


def test_ticket_of_a_card_is_a_link_for_somebody_without_a_log_in(enter: Enter) -> None:
    uma, guest = enter("uma"), enter("")
    look_at_machines(uma)
    uma.page.evaluate("navigator.clipboard.writeText = async (text) => { window.copied = text; }")
    card(uma, "demo").get_by_role("button", name="One-time ticket").click()
    card(uma, "demo").get_by_role("button", name="Copy as a link").click()
    expect(card(uma, "demo").get_by_role("button", name="Copied")).to_be_visible()
    guest.page.goto(uma.page.evaluate("window.copied"))
    guest.page.get_by_role("button", name="Open demo").click()
    wait_connected(guest.page)


def test_machine_comes_to_the_page_and_goes_from_it_with_the_right_to_it(enter: Enter, office: Office) -> None:
    admin, vera = enter(), enter("vera")
    for worker in (admin, vera):
        look_at_machines(worker)
    api = f"{office.origin}/api/v1"
    headers = {"Origin": office.origin}
    added = {"name": "annex", "url": "spice://127.0.0.1:1", "groups": ["annexes"], "options": {"title": "The annex"}}
    assert admin.page.request.post(f"{api}/machines", data=added, headers=headers).status == 201
    for worker in (admin, vera):
        expect(card(worker, "annex").get_by_role("heading", name="The annex")).to_be_visible()
    vera.page.evaluate("navigator.clipboard.writeText = async (text) => { window.copied = text; }")
    card(vera, "annex").get_by_role("button", name="Copy link").click()
    expect(card(vera, "annex").get_by_role("button", name="Copied")).to_be_visible()
    for grant in admin.page.request.get(f"{api}/grants").json()["items"]:
        if grant["role"] == "viewer":
            assert admin.page.request.delete(f"{api}/grants/{grant['id']}", headers=headers).status == 204
    expect(vera.page.locator("li.machine")).to_have_count(0)
    expect(vera.page.get_by_role("heading", name="No machine is yours to open yet")).to_be_visible()
    assert admin.page.request.delete(f"{api}/machines/annex", headers=headers).status == 204
    expect(card(admin, "annex")).to_have_count(0)
    expect(card(admin, "demo")).to_be_visible()
    for worker in (admin, vera):
        assert worker.page.evaluate("window.untouched") is True
