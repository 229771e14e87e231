"""spice-gtk opens ports and USB of a machine on our core; cards and folders have tests of their own."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from gateway.machines.devices.disk_files import Listing, list_files, list_root
from gateway.machines.devices.mass_storage import open_disk
from gateway.machines.devices.usb import UsbDevice, UsbPort
from gateway.spice.enums import PortEvent
from tests.e2e.core_machine import CoreMachine
from tests.e2e.noted_devices import NotedPort
from tests.e2e.program import PATIENCE
from tests.e2e.spice_gtk.client import SpiceGtk, decoded, encoded
from tests.machines.devices.images import image, reader

pytestmark = pytest.mark.e2e

LOT = random.Random(5).randbytes(300_000)


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
    assert listing == machine.run(list_root(reader(disc.read_bytes())))


async def _files(device: UsbDevice | None) -> Listing:
    assert device is not None
    async with asyncio.timeout(PATIENCE):
        return await list_files(await open_disk(device))
