"""spice-gtk opens a machine elsewhere through the gateway's own ports."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from gateway.server.display.region import Rect
from tests.codecs.image.scenes import noise
from tests.e2e.core_machine import CoreMachine
from tests.e2e.gateway import Gateway
from tests.e2e.noted_devices import NotedKeyboard
from tests.e2e.screens import Screen
from tests.e2e.spice_gtk.client import SpiceGtk

pytestmark = pytest.mark.e2e

PASSWORD = "the machine's own"


def way_in(file: str, home: Path, *, secure: bool) -> dict[str, Any]:
    """A session's properties as a connection file has them."""
    fields = dict(line.split("=", 1) for line in file.splitlines() if "=" in line)
    way = {"host": fields["host"], "password": fields["password"]}
    if not secure:
        return {**way, "port": fields["port"]}
    ca_file = home / "ca.pem"
    ca_file.write_text(fields["ca"].replace("\\n", "\n"))
    return {**way, "tls_port": fields["tls-port"], "ca_file": str(ca_file), "cert_subject": fields["host-subject"]}


@pytest.mark.parametrize("secure", [False, True], ids=["plain", "tls"])
def test_client_sees_every_change_and_types(secure: bool, tmp_path: Path, cleanup: ExitStack) -> None:
    machine = cleanup.enter_context(CoreMachine(tmp_path / "machine", password=PASSWORD))
    machine.add(NotedKeyboard(machine.notes))
    screen = Screen(machine, 640, 400)
    arguments = ["--listen", "0", "--tls-listen", "0"]
    gateway = cleanup.enter_context(Gateway(tmp_path / "gateway", machine.url, PASSWORD, arguments=arguments))
    file = gateway.connection_file(gateway.enter())
    person = cleanup.enter_context(SpiceGtk(**way_in(file, tmp_path, secure=secure))).opened("display", "inputs")
    for turn in range(30):

        def change(turn: int = turn) -> None:
            for place in range(6):
                screen.surface.copy(Rect.at(place * 100, place * 60, 40, 20), noise(200, 200)[turn : turn + 20, :40])

        machine.call(change)
        person.wait_until_shows(screen.pixels(), "native-relay")
    person.do("key_press_and_release", code=30)
    assert machine.notes.take(2, "scan") == [("scan", 30), ("scan", 30 | 0x80)]
