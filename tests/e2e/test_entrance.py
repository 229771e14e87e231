"""The ways in and out, and the account page, as a person uses them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.credentials import NAME, PASSWORD
from tests.e2e.office import Office
from tests.e2e.office_visitor import Worker

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    with Office() as office:
        yield office


@pytest.fixture
def stranger(browser: Browser, office: Office, cleanup: ExitStack) -> Worker:
    return cleanup.enter_context(Worker(browser, office, ""))


def test_stranger_is_led_through_the_log_in_to_the_page_they_wanted_and_out_again(stranger: Worker) -> None:
    stranger.go("/account")
    expect(stranger.page.get_by_role("heading", name="Log in")).to_be_visible()
    stranger.log_in(NAME, "wrong")
    expect(stranger.page.get_by_role("alert")).to_have_text("The name or the password is wrong.")
    stranger.log_in(NAME)
    expect(stranger.page.get_by_role("heading", name="Account")).to_be_visible()
    stranger.page.get_by_role("button", name=NAME).click()
    stranger.page.get_by_role("button", name="Log out").click()
    expect(stranger.page.get_by_role("heading", name="Log in")).to_be_visible()
    stranger.go("/")
    expect(stranger.page.get_by_role("heading", name="Log in")).to_be_visible()


def test_menu_is_opened_and_left_by_keyboard(stranger: Worker) -> None:
    stranger.go("/")
    stranger.log_in("uma")
    expect(stranger.page.get_by_role("heading", name="Machines", exact=True)).to_be_visible()
    stranger.page.keyboard.press("Tab")
    expect(stranger.page.get_by_role("link", name="Skip to content")).to_be_focused()
    button = stranger.page.get_by_role("button", name="uma")
    button.focus()
    stranger.page.keyboard.press("Enter")
    stranger.page.keyboard.press("Tab")
    expect(stranger.page.get_by_role("link", name="Account")).to_be_focused()
    stranger.page.keyboard.press("Escape")
    expect(stranger.page.get_by_role("link", name="Account")).to_be_hidden()
    expect(button).to_be_focused()


def test_address_that_guesses_is_barred_for_a_while(browser: Browser, cleanup: ExitStack) -> None:
    office = cleanup.enter_context(Office())
    guesser = cleanup.enter_context(Worker(browser, office, ""))
    guesser.go("/login")
    for _ in range(5):
        guesser.log_in("uma", "guessed")
        expect(guesser.page.get_by_role("alert")).to_be_visible()
    guesser.log_in("uma", PASSWORD)
    expect(guesser.page.get_by_role("alert")).to_contain_text("try again in 5 minutes")
    expect(guesser.page.get_by_role("heading", name="Log in")).to_be_visible()


def test_key_is_made_shown_once_used_and_revoked(stranger: Worker) -> None:
    stranger.go("/account")
    stranger.log_in("uma")
    page = stranger.page
    page.get_by_role("button", name="New key").click()
    page.get_by_label("What it is for").fill("nightly report")
    stranger.answer("Make the key")
    shown = page.get_by_role("textbox", name="Your new API key")
    expect(shown).not_to_have_value("")
    secret = shown.input_value()
    stranger.answer("Done")
    expect(page.locator("dialog")).to_have_count(0)
    assert secret not in page.content()
    me = f"{stranger.office.origin}/api/v1/me"
    headers = {"Authorization": f"Bearer {secret}"}
    assert page.request.get(me, headers=headers).json()["method"] == "key"
    stranger.act(stranger.row("nightly report"), "Revoke")
    expect(page.get_by_text("You have no API key.")).to_be_visible()
    assert page.request.get(me, headers=headers).status == 401


def test_password_is_changed_and_the_other_browser_is_logged_out(
    browser: Browser, office: Office, cleanup: ExitStack, stranger: Worker
) -> None:
    other = cleanup.enter_context(Worker(browser, office, "vera"))
    stranger.go("/account")
    stranger.log_in("vera")
    page = stranger.page
    expect(stranger.row("this one")).to_have_count(1)
    page.get_by_label("The password that you have now").fill(PASSWORD)
    page.get_by_label("The new one", exact=True).fill("three words of vera")
    page.get_by_label("The new one again").fill("three words of uma")
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_role("alert").filter(visible=True)).to_have_text("The two new passwords are not the same.")
    page.get_by_label("The new one again").fill("three words of vera")
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_text("The password is changed; 1 other log-in ended.")).to_be_visible()
    other.go("/")
    expect(other.page.get_by_role("heading", name="Log in")).to_be_visible()


def test_log_in_of_another_browser_is_ended(
    browser: Browser, office: Office, cleanup: ExitStack, stranger: Worker
) -> None:
    other = cleanup.enter_context(Worker(browser, office, "olga"))
    stranger.go("/account")
    stranger.log_in("olga")
    expect(stranger.row("Chrome")).to_have_count(2)
    stranger.page.get_by_role("button", name="End", exact=True).click()
    expect(stranger.row("Chrome")).to_have_count(1)
    other.go("/account")
    expect(other.page.get_by_role("heading", name="Log in")).to_be_visible()
