"""spice-gtk's smartcard, which libcacard plays from certificates in an NSS database, is read in the machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.machines.devices.smartcard import SmartcardReader
from gateway.machines.devices.smartcard_certificates import read_certificate, subject_of
from tests.e2e import nss
from tests.e2e.core_machine import CoreMachine
from tests.e2e.spice_gtk.client import SpiceGtk

pytestmark = pytest.mark.e2e

@pytest.fixture(scope="module")
def card(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The properties of a session that has a card with three certificates."""
    database = nss.write_database(tmp_path_factory.mktemp("card") / "nss", "Jane Card")
    return {"enable_smartcard": True, "smartcard_db": database, "smartcard_certificates": list(nss.NICKNAMES)}


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[CoreMachine]:
    with CoreMachine(tmp_path / "machine") as machine:
        yield machine


def subject(machine: CoreMachine, reader: SmartcardReader) -> str:
    """Whom the card names that is in the reader."""
    return subject_of(machine.run(read_certificate(reader)))


def wait_for(machine: CoreMachine, name: str | None, inserted: bool) -> None:
    """Until the reader is so. The library may tell twice of a card: as a reader's, and as a card that came."""
    while machine.notes.expect("card") != ("card", name, inserted):
        pass


def test_machine_reads_the_certificate_of_the_clients_card(machine: CoreMachine, card: dict[str, Any]) -> None:
    reader = SmartcardReader(lambda: machine.notes.add("card", reader.name, reader.atr is not None))
    machine.add(reader)
    with SpiceGtk(**machine.way_in, **card) as person:
        person.opened("smartcard")
        wait_for(machine, "Spice Software Smartcard", True)
        assert subject(machine, reader) == "Jane Card"
        assert person.do("remove_card")
        wait_for(machine, "Spice Software Smartcard", False)
        assert person.do("insert_card")
        wait_for(machine, "Spice Software Smartcard", True)
        assert subject(machine, reader) == "Jane Card"
    wait_for(machine, None, False)
