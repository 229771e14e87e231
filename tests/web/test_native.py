"""`/m/{machine}.vv`: the file that opens a machine in a native client."""

from __future__ import annotations

from configparser import ConfigParser

from gateway.web.keys import NATIVE
from gateway.web.native import NativeAddress
from tests.running import ADMIN, RunningGateway


def read(text: str) -> dict[str, str]:
    parser = ConfigParser(interpolation=None)
    parser.read_string(text)
    return dict(parser["virt-viewer"])


async def test_file_names_both_ports_and_a_ticket_that_opens_the_machine_once(gateway: RunningGateway) -> None:
    gateway.app[NATIVE]["office"] = NativeAddress(5900, 5901, "-----BEGIN\nabc\n", "CN=here")
    session = await gateway.logged_in()
    async with session.get("/m/office.vv") as response:
        assert response.content_type == "application/x-virt-viewer"
        assert response.headers["Cache-Control"] == "no-store"
        found = read(await response.text())
    who = await gateway.access.tickets.redeem(found.pop("password"), "office", address="127.0.0.1")
    assert who.name == ADMIN
    assert found == {
        "type": "spice",
        "host": "127.0.0.1",
        "port": "5900",
        "tls-port": "5901",
        "ca": "-----BEGIN\\nabc\\n",
        "host-subject": "CN=here",
        "title": "office",
        "delete-this-file": "1",
    }


async def test_machine_that_takes_no_native_clients_has_no_file(gateway: RunningGateway) -> None:
    session = await gateway.logged_in()
    async with session.get("/m/office.vv") as response:
        assert response.status == 404
        assert "--listen" in await response.text()
    assert not await gateway.access.tickets.any_open("office")


async def test_page_offers_the_file_where_there_is_one(gateway: RunningGateway) -> None:
    session = await gateway.logged_in()
    async with session.get("/") as response:
        assert "office.vv" not in await response.text()
    gateway.app[NATIVE]["office"] = NativeAddress(5900, 0)
    async with session.get("/") as response:
        assert 'href="/m/office.vv"' in await response.text()
