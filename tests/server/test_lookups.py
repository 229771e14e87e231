"""Names become addresses, and a name server that is silent keeps nobody else waiting."""

from __future__ import annotations

import asyncio
import socket
from threading import Event

import pytest

from gateway.server import lookups
from gateway.server.lookups import Addresses, Lookups
from tests.peers import soon


class NameServer:
    """Knows `quick`; says nothing of any other name until it may. `asked` are the questions."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.may_answer = Event()

    def __call__(self, host: str, port: int) -> Addresses:
        self.asked.append(host)
        if host != "quick":
            self.may_answer.wait(60)
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [("192.0.2.1", port), ("192.0.2.2", port)]


async def test_names_whose_server_is_silent_keep_no_other_waiting() -> None:
    server = NameServer()
    found = Lookups(asyncio.get_running_loop(), server)
    stuck = asyncio.gather(*(found.find(f"vm{n}", 5900) for n in range(40)), return_exceptions=True)
    assert await soon(found.find("quick", 5900)) == [("192.0.2.1", 5900), ("192.0.2.2", 5900)]
    assert len(found) == 40
    server.may_answer.set()
    assert {type(answer) for answer in await soon(stuck)} == {socket.gaierror}
    assert len(found) == 0


async def test_a_name_is_asked_for_once_however_often_it_is_wanted_and_given_up() -> None:
    server = NameServer()
    found = Lookups(asyncio.get_running_loop(), server)
    for _ in range(20):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0):
                await found.find("gone", 5900)
    assert server.asked in ([], ["gone"])
    assert len(found) == 1
    server.may_answer.set()
    with pytest.raises(socket.gaierror):
        await soon(found.find("gone", 5900))


async def test_no_more_names_than_a_bound_are_asked_for_at_a_time() -> None:
    server = NameServer()
    found = Lookups(asyncio.get_running_loop(), server)
    for n in range(lookups.MAX_LOOKUPS + 1):
        with pytest.raises((TimeoutError, socket.gaierror)):
            async with asyncio.timeout(0):
                await found.find(f"vm{n}", 5900)
    assert len(found) == lookups.MAX_LOOKUPS
    server.may_answer.set()


async def test_addresses_are_not_asked_for() -> None:
    server = NameServer()
    found = Lookups(asyncio.get_running_loop(), server)
    for address in ("192.0.2.1", "2001:db8::1", "fe80::1%lo"):
        assert await found.find(address, 5900) == [(address, 5900)]
    assert server.asked == []


@pytest.mark.parametrize("host", ["vm1..example.net", "x" * 70, "ü" * 70])
async def test_what_can_be_no_name_is_not_known(host: str) -> None:
    with pytest.raises(socket.gaierror):
        await soon(Lookups(asyncio.get_running_loop()).find(host, 5900))


async def test_this_computer_has_a_name() -> None:
    assert ("127.0.0.1", 5900) in await soon(Lookups(asyncio.get_running_loop()).find("localhost", 5900))
