"""A machine's password, and one-time tickets."""

from __future__ import annotations

import pytest

from gateway.server.tickets import Password, TicketBook, TooManyTickets
from gateway.spice.errors import UsageError
from gateway.spice.limits import MAX_PASSWORD_BYTES, MAX_TICKETS


def test_password_opens_until_it_expires() -> None:
    password, lasting = Password("sécret", until=10), Password("sécret")
    assert password.opens("sécret", 9.9) and not password.opens("secret", 9.9)
    assert not password.opens("sécret", 10) and not password.is_good(10)
    assert lasting.opens("sécret", 1e12)


@pytest.mark.parametrize("text", ["", "a\0b", "x" * (MAX_PASSWORD_BYTES + 1), "é" * (MAX_PASSWORD_BYTES // 2 + 1)])
def test_password_that_no_client_can_show_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        Password(text)


def test_ticket_opens_once() -> None:
    book = TicketBook()
    ticket = book.issue(0)
    assert book.redeem(ticket, 1)
    assert not book.redeem(ticket, 1)


def test_ticket_expires() -> None:
    book = TicketBook(lifetime=10)
    ticket = book.issue(0)
    assert book.any_open(9.9)
    assert not book.any_open(10)
    assert not book.redeem(ticket, 10)


def test_guess_opens_nothing_and_spends_nothing() -> None:
    book = TicketBook()
    ticket = book.issue(0)
    assert not book.redeem("guess", 1)
    assert not book.redeem("", 1)
    assert book.redeem(ticket, 1)


def test_ticket_fits_a_spice_password() -> None:
    assert 20 <= len(TicketBook().issue(0)) <= MAX_PASSWORD_BYTES


def test_book_holds_so_many_tickets_and_no_more() -> None:
    book = TicketBook(lifetime=10)
    for _ in range(MAX_TICKETS):
        book.issue(0)
    with pytest.raises(TooManyTickets):
        book.issue(1)
    assert book.issue(10)
