"""spice-gtk opens the device channels of a machine on our core: ports, shared folder, USB, card."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from struct import pack

import pytest

from gateway.machines.devices.disk_files import Listing, list_files, list_root
from gateway.machines.devices.mass_storage import open_disk
from gateway.machines.devices.smartcard import SmartcardReader
from gateway.machines.devices.smartcard_certificates import read_certificate, subject_of
from gateway.machines.devices.usb import UsbDevice, UsbPort
from gateway.spice.enums import PortEvent
from tests.e2e import nss
from tests.e2e.core_machine import CoreMachine
from tests.e2e.noted_devices import NotedFolder, NotedPort
from tests.e2e.spice_gtk.client import SpiceGtk, decoded, encoded
from tests.machines.devices.images import image, reader

pytestmark = pytest.mark.e2e

LOT = random.Random(5).randbytes(300_000)
FOLDER_CLIENT = 7


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[CoreMachine]:
    with CoreMachine(tmp_path / "machine") as machine:
        yield machine


def received(client: SpiceGtk, size: int, channel: str = "port") -> bytes:
    """So many bytes of a port, in whatever pieces they come."""
    data = b""
    while len(data) < size:
        data += decoded(client.expect("port-data", channel=channel)["data"])
    return data


def test_port_carries_bytes_and_events_both_ways(machine: CoreMachine) -> None:
    port = machine.add(NotedPort(machine.notes))
    with SpiceGtk(**machine.way_in) as person:
        person.opened("port").expect("port-opened", **{"port-opened": True})
        assert person.do("read", channel="port", name="port-name") == "org.example.port"
        person.do("write", data=encoded(LOT))
        got = b""
        while len(got) < len(LOT):
            got += machine.notes.expect("port")[1]
        assert got == LOT
        person.do("port_event", event=int(PortEvent.BREAK))
        machine.notes.expect("port break")
        assert machine.call(lambda: port.port.write(LOT)) is True
        assert received(person, len(LOT)) == LOT
        machine.call(port.port.send_break)
        person.expect("port-event", what=int(PortEvent.BREAK))
        machine.call(lambda: setattr(port.port, "opened", False))
        person.expect("port-opened", **{"port-opened": False})
    machine.notes.expect("port free")


def test_device_that_is_added_and_removed_comes_and_goes_at_a_connected_client(machine: CoreMachine) -> None:
    with SpiceGtk(**machine.way_in) as person:
        person.opened("main", "inputs")
        for _ in range(2):
            port = machine.add(NotedPort(machine.notes))
            person.opened("port")
            machine.remove(port)
            person.expect("channel-event", channel="port", what="closed")
        assert person.do("read", channel="main", name="agent-connected") is False  # MAIN lives


def test_second_client_is_turned_away_from_a_port_that_another_holds(machine: CoreMachine, cleanup: ExitStack) -> None:
    port = machine.add(NotedPort(machine.notes))
    first = cleanup.enter_context(SpiceGtk(**machine.way_in)).opened("port")
    second = cleanup.enter_context(SpiceGtk(**machine.way_in)).opened("main")
    second.expect("channel-event", channel="port", what="closed")
    machine.call(lambda: port.port.write(b"still here"))
    assert received(first, 10) == b"still here"


def test_shared_folder_answers_through_the_mux(machine: CoreMachine, tmp_path: Path) -> None:
    folder = machine.add(NotedFolder(machine.notes))
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "note.txt").write_text("what the client shares")
    with SpiceGtk(**machine.way_in, shared_dir=str(shared)) as person:
        person.opened("webdav")
        machine.notes.expect("folder held")
        request = b"GET /note.txt HTTP/1.1\r\nHost: localhost\r\n\r\n"
        machine.call(lambda: folder.port.write(pack("<qH", FOLDER_CLIENT, len(request)) + request))
        answer = b""
        while b"what the client shares" not in answer:
            answer += machine.notes.expect("folder")[1]
    assert answer.startswith(pack("<q", FOLDER_CLIENT))
    assert b"HTTP/1.1 200" in answer


def test_disc_of_the_client_is_read_in_the_machine(machine: CoreMachine, tmp_path: Path) -> None:
    disc = tmp_path / "disc.iso"
    disc.write_bytes(image("iso-joliet"))

    async def add() -> UsbPort:
        port = UsbPort(lambda: machine.notes.add("plugged" if port.device is not None else "unplugged"))
        machine.server.add_interface(port)
        return port

    port = machine.run(add())
    with SpiceGtk(**machine.way_in, enable_usbredir=True) as person:
        person.opened("usbredir").do("share_disc", path=str(disc))
        person.expect("device-added")
        person.do("plug")
        assert person.expect("plugged")["error"] is None
        machine.notes.expect("plugged")
        listing = machine.run(_files(port.device))
        person.do("unplug")
        machine.notes.expect("unplugged")
    assert listing == asyncio.run(list_root(reader(disc.read_bytes())))


def test_card_of_the_client_is_read_in_the_machine(machine: CoreMachine, tmp_path: Path) -> None:
    database = nss.write_database(tmp_path / "nss", "Ada Lovelace")

    async def add() -> SmartcardReader:
        slot: SmartcardReader = SmartcardReader(lambda: machine.notes.add("card in" if slot.atr else "card out"))
        machine.server.add_interface(slot)
        return slot

    slot = machine.run(add())
    card = {"smartcard_certificates": list(nss.NICKNAMES), "smartcard_db": database}
    with SpiceGtk(**machine.way_in, enable_smartcard=True, **card) as person:
        person.opened("smartcard")
        machine.notes.expect("card in")
        assert subject_of(machine.run(read_certificate(slot))) == "Ada Lovelace"
    machine.notes.expect("card out")


async def _files(device: UsbDevice | None) -> Listing:
    assert device is not None
    async with asyncio.timeout(10):
        return await list_files(await open_disk(device))
