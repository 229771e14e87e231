"""Our client role, as servers of every kind meet it."""

from __future__ import annotations

from struct import pack, unpack_from

import pytest

from gateway.spice.auth import TicketKey, process_key
from gateway.spice.enums import LinkErr
from gateway.spice.errors import LinkRefused, ProtocolError, UsageError
from gateway.spice.link import Linked, LinkReplied
from gateway.spice.link_client import LinkClient
from tests.spice.link_scene import (
    ALL_WE_DO,
    AUTH_SASL,
    AUTH_SELECTION,
    AUTH_SPICE,
    DISPLAY,
    MINI_HEADER,
    OK,
    feed,
    reply,
)


def client(password: str | None = None, common: int = MINI_HEADER) -> LinkClient:
    return LinkClient(0, DISPLAY, 0, [common], [], password)


def server_key() -> TicketKey:
    return process_key()


def test_client_speaks_first_and_asks_for_its_channel() -> None:
    data = LinkClient(9, DISPLAY, 4, [MINI_HEADER], [1, 2], None).data_to_send()
    assert unpack_from("<4sIIIIBBIII", data) == (b"REDQ", 2, 2, 30, 9, DISPLAY, 4, 1, 2, 18)
    assert unpack_from("<III", data, 34) == (ALL_WE_DO, 1, 2)


def test_client_passes_capabilities_on_and_changes_only_the_authentication_bits() -> None:
    data = LinkClient(0, DISPLAY, 0, [AUTH_SASL | 0x40, 0x1234], [0x7FFF], None).data_to_send()
    assert unpack_from("<III", data, 34) == (AUTH_SELECTION | AUTH_SPICE | 0x40, 0x1234, 0x7FFF)


def test_client_names_the_mechanism_and_sends_a_ticket_the_server_can_read() -> None:
    ours = client("pass word")
    ours.data_to_send()
    feed(ours, reply(key=server_key().public_der))
    data = ours.data_to_send()
    assert data[:4] == pack("<I", 1)
    assert server_key().decrypt(data[4:]) == "pass word"


def test_client_sends_only_the_ticket_to_a_server_without_auth_selection() -> None:
    ours = client()
    ours.data_to_send()
    feed(ours, reply(key=server_key().public_der, common=(MINI_HEADER,)))
    data = ours.data_to_send()
    assert len(data) == 128
    assert server_key().decrypt(data) == ""
    feed(ours, OK)
    assert ours.events_received() == [LinkReplied((MINI_HEADER,), ()), Linked(True, b"")]


def test_client_hands_on_a_picture_that_came_right_behind_the_result() -> None:
    ours = client()
    ours.receive_data(reply(key=server_key().public_der) + OK + bytes(300_000))
    *_, linked = ours.events_received()
    assert linked == Linked(True, bytes(300_000))


def test_client_does_not_use_mini_headers_it_has_not_offered() -> None:
    ours = client(common=0)
    ours.receive_data(reply(key=server_key().public_der) + OK)
    assert ours.events_received()[-1] == Linked(False, b"")


def test_client_says_that_a_server_wants_sasl_only() -> None:
    with pytest.raises(LinkRefused, match="SASL") as refused:
        feed(client(), reply(common=(AUTH_SELECTION | AUTH_SASL,)))
    assert refused.value.code is LinkErr.PERMISSION_DENIED


def test_client_refuses_a_password_that_no_ticket_holds() -> None:
    client("x" * 60)
    for password in ("x" * 61, "ä" * 31, "a\0b"):
        with pytest.raises(UsageError):
            client(password)


def test_password_of_full_length_survives_the_ticket() -> None:
    password = "ä" * 30
    ours = client(password)
    ours.data_to_send()
    feed(ours, reply(key=server_key().public_der))
    assert server_key().decrypt(ours.data_to_send()[4:]) == password


def test_client_reads_a_need_secured_answer() -> None:
    with pytest.raises(LinkRefused) as refused:
        feed(client(), reply(error=LinkErr.NEED_SECURED, common=(), offset=0))
    assert refused.value.code is LinkErr.NEED_SECURED


@pytest.mark.parametrize("data", [reply(error=77, common=(), offset=0), reply(error=0xFFFFFFFF, common=(), offset=0)])
def test_client_ends_on_an_answer_that_means_nothing(data: bytes) -> None:
    with pytest.raises((LinkRefused, ProtocolError)):
        feed(client(), data)
