"""The dashboard, used by people of every role while others are at machines."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.e2e.office import PEOPLE, Office
from tests.e2e.office_visitor import Enter, Worker, note_toasts, shown_by_viewer, told_by_toast, wait_connected
from tests.e2e.program import wait_for

pytestmark = pytest.mark.e2e

@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    with Office() as office:
        yield office


COUNTED = """
window.told = {};
const Source = window.EventSource;
window.EventSource = class extends Source {
  constructor(...all) {
    super(...all);
    const count = ({ type }) => (window.told[type] = (window.told[type] ?? 0) + 1);
    for (const name of ["figures", "channel"]) this.addEventListener(name, count);
  }
};
"""
COUNT_UNTIL_SHOWN = """(user) => {
  const shown = () => [...document.querySelectorAll("main tbody tr")].some((row) => row.textContent.includes(user));
  const look = () => {
    if (!shown()) requestAnimationFrame(look);
    else window.shownAfter = window.told.figures ?? 0;
  };
  look();
}"""


def figures_told(worker: Worker, kind: str = "figures") -> int:
    """How often the gateway has told figures."""
    return int(worker.page.evaluate("(kind) => window.told[kind] ?? 0", kind))


# what stands there


def test_session_shows_within_three_looks_at_the_gateway_without_a_reload(enter: Enter) -> None:
    admin, uma = enter(), enter("uma")
    admin.context.add_init_script(COUNTED)
    admin.admin("sessions")
    admin.page.evaluate("window.untouched = true")
    admin.page.evaluate(COUNT_UNTIL_SHOWN, "uma")
    uma.open_machine("demo")
    told = figures_told(admin)
    expect(admin.row("uma", "demo")).to_be_visible()
    wait_for("row", lambda: admin.page.evaluate("window.shownAfter !== undefined"))
    assert admin.page.evaluate("window.shownAfter") <= told + 3, "the gateway looks once a second"
    uma.context.close()
    expect(admin.row("uma", "demo")).to_have_count(0)
    assert admin.page.evaluate("window.untouched") is True
    assert admin.complaints == []


def test_registered_channels_say_everything_libspice_knows_of_them(enter: Enter) -> None:
    admin, uma = enter(), enter("uma")
    uma.open_machine("demo")
    admin.admin("channels")
    expect(admin.row("demo · display 0", "Disconnect")).to_be_visible()
    admin.page.get_by_role("button", name="demo · display 0", exact=True).click()
    details = admin.page.get_by_role("dialog")
    for term in ("Machine", "Type", "Id", "Place on the list", "References", "Clients", "Common capabilities",
                 "Channel capabilities", "Handles acks", "Owner", "Migration flags", "Incoming", "Outgoing", "Private",
                 "In", "Out", "In flight", "Queue"):  # fmt: skip
        expect(details.get_by_role("term").filter(has_text=re.compile(f"^{term}$"))).to_have_count(1)
    expect(details).to_contain_text("MINI_HEADER")
    expect(details).to_contain_text("uma from 127.0.0.1")
    expect(details).to_contain_text(re.compile(r"ack window \d+ of \d+"))
    admin.page.keyboard.press("Escape")
    expect(details).to_be_hidden()
    expect(admin.page.get_by_role("button", name="demo · display 0", exact=True)).to_be_focused()


def test_one_connection_tells_everything_and_nothing_is_asked_again_and_again(enter: Enter) -> None:
    admin, uma = enter(), enter("uma")
    uma.open_machine("demo")
    admin.context.add_init_script(COUNTED)
    admin.admin("channels")
    asked: list[str] = []
    api = f"{admin.office.origin}/api/"
    admin.page.on("request", lambda request: asked.append(request.method) if request.url.startswith(api) else None)
    admin.page.get_by_role("button", name="demo · display 0", exact=True).click()
    wait_for("channel told thrice", lambda: figures_told(admin, "channel") >= 3)
    expect(admin.page.get_by_role("dialog")).to_contain_text(re.compile(r"ack window \d+ of \d+"))
    admin.page.keyboard.press("Escape")
    expect(admin.page.get_by_role("dialog")).to_be_hidden()
    admin.go("/admin#machines")
    seen = figures_told(admin)
    wait_for("figures told twelve times", lambda: figures_told(admin) >= seen + 12)
    assert asked == ["PUT", "PUT"], "one when the details are opened, one when they are closed"


def test_tables_are_filtered_by_words_and_networks_and_sorted(enter: Enter) -> None:
    admin, uma = enter(), enter("uma")
    uma.open_machine("demo")
    admin.admin("channels")
    box = admin.page.get_by_label("Filter registered channels")
    expect(admin.row("demo · display 0", "Disconnect")).to_be_visible()
    box.fill("127.0.0.0/8 display")
    expect(admin.row()).to_have_count(1)
    box.fill("10.0.0.0/8")
    expect(admin.page.get_by_text("No channel has “10.0.0.0/8”.")).to_be_visible()
    admin.page.get_by_role("button", name="Clear the filter").click()
    expect(box).to_be_focused()
    admin.page.get_by_role("button", name="Out", exact=True).press("Enter")
    expect(admin.page.get_by_role("columnheader", name="Out", exact=True)).to_have_attribute("aria-sort", "descending")
    expect(admin.row().first).to_contain_text("display 0")


# what is done


def test_filter_stands_in_the_address_and_the_way_back_leads_to_it(enter: Enter) -> None:
    admin = enter()
    admin.open_machine("demo")
    admin.admin("channels")
    box = admin.page.get_by_role("searchbox", name="Filter registered channels")
    box.fill("demo 100%")
    expect(admin.page).to_have_url(re.compile("#channels:demo%20100%25$"))
    admin.page.get_by_role("link", name="Sessions", exact=True).click()
    expect(admin.page.get_by_role("heading", name="Sessions")).to_be_visible()
    admin.page.go_back()
    expect(box).to_have_value("demo 100%")
    admin.go("/healthz")
    admin.go("/admin#channels:display%")
    expect(box).to_have_value("display%")
    admin.page.get_by_role("button", name="Clear the filter").click()
    expect(admin.page).to_have_url(re.compile("#channels$"))


def test_person_whose_session_is_killed_is_told_why(enter: Enter) -> None:
    admin, uma = enter(), enter("uma")
    tab = uma.open_machine("demo")
    admin.admin("sessions")
    admin.act(admin.row("uma", "demo"), "Kill")
    admin.answer("Kill")
    shown_by_viewer(tab, "An administrator ended this session.")
    expect(admin.row("uma", "demo")).to_have_count(0)


def test_ticked_sessions_are_ended_together(enter: Enter) -> None:
    admin, uma = enter(), enter("uma")
    tabs = [uma.open_machine("demo"), uma.open_machine("demo")]
    admin.admin("sessions")
    admin.page.get_by_label("Filter sessions").fill("uma")
    expect(admin.row()).to_have_count(2)
    admin.page.get_by_label("Tick all rows").check()
    admin.page.get_by_role("group", name="With the ticked rows").get_by_role("button", name="Kill").click()
    admin.answer("Kill")
    for tab in tabs:
        shown_by_viewer(tab, "An administrator ended this session.")


def test_one_channel_is_disconnected_and_the_rest_of_the_session_goes_on(enter: Enter) -> None:
    admin, uma = enter(), enter("uma")
    tab = uma.open_machine("demo")
    admin.admin("channels")
    row = admin.row("demo · playback 0")
    admin.act(row, "Disconnect")
    admin.answer("Disconnect")
    expect(row.get_by_role("button", name="Disconnect")).to_have_count(0)
    admin.go("/admin#sessions")
    expect(admin.row("uma", "demo")).to_be_visible()
    wait_connected(tab)


def test_message_arrives_before_the_picture_of_whoever_sits_there(enter: Enter) -> None:
    admin, uma = enter(), enter("uma")
    tabs = [uma.open_machine("demo"), uma.open_machine("office")]
    admin.admin("sessions")
    for tab, machine in zip(tabs, ("demo", "office"), strict=True):
        admin.act(admin.row("uma", machine), "Message")
        sentence = f"Maintenance of {machine} at noon."
        admin.page.get_by_role("textbox", name="Message").fill(sentence)
        note_toasts(tab)
        admin.answer("Send")
        told_by_toast(tab, sentence)


def test_watching_gives_the_picture_and_nothing_else(enter: Enter) -> None:
    admin, uma = enter(), enter("uma")
    uma.open_machine("demo")
    admin.admin("sessions")
    with admin.page.expect_popup() as opened:
        admin.act(admin.row("uma", "demo"), "Watch")
    wait_connected(opened.value)
    assert re.fullmatch(rf"{admin.office.origin}/t/demo/[0-9a-f]+/screen", opened.value.url)
    expect(admin.row("guest of admin", "demo", "view only")).to_be_visible()


def test_machine_is_added_tested_opened_and_removed(enter: Enter) -> None:
    admin = enter()
    admin.admin("machines")
    admin.page.get_by_role("button", name="Add a machine").click()
    dialog = admin.page.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill("annex")
    dialog.get_by_label("Address").fill("nonsense")
    admin.answer("Add")
    expect(dialog.get_by_role("alert")).to_be_visible()
    dialog.get_by_label("Address").fill(admin.office.address)
    dialog.get_by_label("Title").fill("The annex")
    dialog.get_by_label("Password file").fill(admin.office.secret)
    admin.answer("Test first")
    expect(dialog.get_by_text("It works")).to_be_visible()
    admin.answer("Add")
    row = admin.row("The annex")
    admin.act(row, "Test")
    expect(admin.page.get_by_role("dialog").get_by_role("heading", name="The annex works")).to_be_visible()
    admin.page.keyboard.press("Escape")
    admin.act(row, "Open")
    wait_connected(admin.page)
    admin.admin("machines")
    admin.act(admin.row("The annex"), "Remove")
    admin.answer("Remove")
    expect(admin.row("The annex")).to_have_count(0)


def test_machines_of_the_configuration_are_not_changed_here(enter: Enter) -> None:
    admin = enter()
    admin.admin("machines")
    row = admin.row("Front office")
    expect(row.get_by_role("button", name="Test")).to_be_visible()
    expect(row.get_by_role("button", name=re.compile("Edit|Remove"))).to_have_count(0)


def test_user_is_added_barred_and_removed(enter: Enter) -> None:
    admin = enter()
    admin.admin("people")
    admin.page.get_by_role("button", name="Add a user").click()
    dialog = admin.page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("nora")
    dialog.get_by_label("Password").fill("short")
    admin.answer("Add")
    expect(dialog.get_by_role("alert")).to_be_visible()
    dialog.get_by_label("Password").fill("a much longer password")
    admin.answer("Add")
    admin.act(admin.row("nora"), "Edit")
    admin.page.get_by_label("Log-in").select_option("Barred")
    admin.answer("Save")
    expect(admin.row("nora", "barred")).to_be_visible()
    admin.act(admin.row("nora"), "Remove")
    admin.answer("Remove")
    expect(admin.row("nora")).to_have_count(0)


def test_audit_finds_what_was_done_and_gives_all_of_it_as_csv(enter: Enter) -> None:
    admin = enter()
    admin.admin("audit")
    admin.page.get_by_label("Filter audit").fill("login 127.0.0.0/8")
    expect(admin.row("login", "ok").first).to_be_visible()
    link = admin.page.get_by_role("link", name="CSV of all that match")
    expect(link).to_have_attribute("href", re.compile("words=login&network=127"))
    with admin.page.expect_download() as download:
        link.click()
    text = download.value.path().read_text()
    assert text.startswith("id,at,actor,address,action")
    assert len(text.splitlines()) > 1


# who may


@pytest.mark.parametrize("name", ["uma", "vera"])
def test_users_and_viewers_see_no_dashboard(enter: Enter, name: str) -> None:
    worker = enter(name)
    worker.go("/")
    expect(worker.page.get_by_role("heading", name="Machines", exact=True)).to_be_visible()
    expect(worker.page.get_by_role("link", name="Admin")).to_have_count(0)
    worker.go("/admin")
    expect(worker.page.get_by_text("This needs the permission dashboard")).to_be_visible()


def test_operator_acts_on_sessions_and_changes_no_people_and_no_machines(enter: Enter) -> None:
    olga = enter("olga")
    olga.admin("people")
    expect(olga.row("vera", PEOPLE["vera"].value)).to_be_visible()
    for action in ("Add a user", "Edit", "Remove", "Password"):
        expect(olga.page.get_by_role("button", name=action)).to_have_count(0)
    olga.go("/admin#machines")
    expect(olga.row("Demo desktop").get_by_role("button", name="Test")).to_be_visible()
    expect(olga.page.get_by_role("button", name="Add a machine")).to_have_count(0)
    expect(olga.page.get_by_role("link", name="Audit")).to_have_count(0)


def test_viewer_gets_no_more_than_the_picture(enter: Enter) -> None:
    admin, vera = enter(), enter("vera")
    tab = vera.open_machine("demo")
    admin.admin("sessions")
    expect(admin.row("vera", "view only")).to_be_visible()
    tab.get_by_role("button", name="Open the toolbar").click()
    shown_by_viewer(tab, "View only")
    expect(tab.get_by_role("button", name="Ctrl+Alt+Del")).to_be_disabled()
    expect(tab.get_by_role("application")).to_have_accessible_name(re.compile("You may look on"))


def test_ticket_link_opens_its_machine_once_for_somebody_without_a_log_in(enter: Enter) -> None:
    admin, guest, other = enter(), enter(""), enter("")
    link = admin.ticket_link("demo")
    guest.page.goto(link)
    assert "ticket" not in guest.page.url
    expect(guest.page.get_by_role("button", name="Open demo")).to_be_focused()
    guest.page.keyboard.press("Enter")
    wait_connected(guest.page)
    assert re.fullmatch(rf"{admin.office.origin}/t/demo/[0-9a-f]+/screen", guest.page.url)
    other.page.goto(link)
    expect(other.page.get_by_role("heading")).to_contain_text("The ticket is not valid")
    guest.go("/admin")
    expect(guest.page.get_by_role("heading", name="Log in")).to_be_visible()
