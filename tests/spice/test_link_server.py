"""Our server role, as clients of every kind meet it."""

from __future__ import annotations

from struct import pack

import pytest

from gateway.spice.auth import process_key
from gateway.spice.enums import LinkErr
from gateway.spice.errors import LinkRefused, UsageError
from gateway.spice.link import Linked, LinkReplied, LinkRequest, TicketReceived
from gateway.spice.link_server import LinkServer
from tests.spice.link_scene import ALL_WE_DO, AUTH_SASL, AUTH_SPICE, DISPLAY, MINI_HEADER, OK, Scene, feed, request

PIECES = pytest.mark.parametrize("piece", [1, 7, 1 << 20])


@PIECES
def test_client_and_server_link_a_channel(piece: int) -> None:
    scene = Scene("secret", piece)
    assert scene.to_server() == [LinkRequest(7, DISPLAY, 3, (ALL_WE_DO,), (0x55, 0xAA))]
    scene.server.accept([MINI_HEADER], [0x11])
    assert scene.to_client() == [LinkReplied((ALL_WE_DO,), (0x11,))]
    assert scene.to_server() == [TicketReceived("secret", 1)]
    scene.server.grant()
    assert scene.server.events_received() == [Linked(True, b"")]
    assert scene.to_client() == [Linked(True, b"")]
    assert scene.server.is_over
    assert scene.client.is_over


def test_server_keeps_its_word_about_the_mini_header() -> None:
    scene = Scene()
    scene.to_server()
    scene.server.accept([0], [])
    scene.to_client()
    scene.to_server()
    scene.server.grant()
    assert scene.server.events_received() == [Linked(False, b"")]
    assert scene.to_client() == [Linked(False, b"")]


def test_server_offers_only_the_authentication_it_does() -> None:
    scene = Scene()
    scene.to_server()
    scene.server.accept([AUTH_SASL | MINI_HEADER], [])
    assert scene.to_client() == [LinkReplied((ALL_WE_DO,), ())]


def test_server_hands_on_messages_sent_right_behind_the_ticket() -> None:
    server = LinkServer(10.0)
    feed(server, request())
    server.accept([MINI_HEADER], [])
    feed(server, pack("<I", 1) + bytes(128) + b"early words")
    server.grant()
    *_, linked = server.events_received()
    assert linked == Linked(True, b"early words")


def test_server_takes_a_whole_client_in_one_piece() -> None:
    server = LinkServer(10.0)
    server.receive_data(request() + pack("<I", 1) + bytes(128) + b"x")
    assert [type(event) for event in server.events_received()] == [LinkRequest]
    server.accept([MINI_HEADER], [])
    assert server.events_received() == [TicketReceived(None, 1)]
    server.grant()
    assert server.events_received() == [Linked(True, b"x")]


def test_server_serves_a_client_without_auth_selection() -> None:
    server = LinkServer(10.0)
    feed(server, request(common=(AUTH_SPICE,)))
    server.accept([MINI_HEADER], [])
    feed(server, bytes(128))
    assert isinstance(server.events_received()[-1], TicketReceived)
    server.grant()
    assert server.events_received() == [Linked(False, b"")]


def test_server_serves_a_client_without_any_capabilities() -> None:
    server = LinkServer(10.0)
    feed(server, request(common=(), offset=0))
    server.accept([], [])
    feed(server, bytes(128))
    server.grant()
    assert server.data_to_send().endswith(OK)


def test_zero_ticket_gives_no_password() -> None:
    server = LinkServer(10.0)
    feed(server, request())
    server.accept([], [])
    server.events_received()
    feed(server, pack("<I", 1) + bytes(128))
    assert server.events_received() == [TicketReceived(None, 1)]


@pytest.mark.parametrize("code", [code for code in LinkErr if code])
def test_client_hears_each_code_the_server_refuses_with(code: LinkErr) -> None:
    scene = Scene()
    scene.to_server()
    scene.server.refuse(code)
    with pytest.raises(LinkRefused) as refused:
        scene.to_client()
    assert refused.value.code is code
    assert scene.server.is_over
    assert scene.client.is_over


@pytest.mark.parametrize("code", [LinkErr.PERMISSION_DENIED, LinkErr.BAD_CONNECTION_ID])
def test_client_hears_that_its_ticket_was_denied(code: LinkErr) -> None:
    scene = Scene("wrong")
    scene.to_server()
    scene.server.accept([], [])
    scene.to_client()
    assert scene.to_server() == [TicketReceived("wrong", 1)]
    scene.server.deny(code)
    with pytest.raises(LinkRefused) as refused:
        scene.to_client()
    assert refused.value.code is code


def test_owner_cannot_answer_out_of_turn() -> None:
    scene = Scene()
    with pytest.raises(UsageError):
        scene.server.accept([], [])
    scene.to_server()
    with pytest.raises(UsageError):
        scene.server.grant()
    scene.server.accept([], [])
    with pytest.raises(UsageError):
        scene.server.refuse(LinkErr.ERROR)
    scene.to_client()
    scene.to_server()
    scene.server.deny()
    with pytest.raises(UsageError):
        scene.server.grant()


def test_a_process_makes_one_ticket_key() -> None:
    assert process_key() is process_key()
    assert len(process_key().public_der) == 162
