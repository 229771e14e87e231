"""spice-gtk and the agent of a machine on our core: clipboard, files, monitors."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.spice import agent
from gateway.spice.agent import (
    Clipboard,
    ClipboardGrab,
    ClipboardRelease,
    ClipboardRequest,
    FileXferStatusMessage,
    MonitorsConfig,
    Selection,
)
from gateway.spice.enums import AgentCap, ClipboardSelection, ClipboardType, FileXferStatus
from tests.e2e.core_machine import CoreMachine
from tests.e2e.noted_devices import NotedAgent
from tests.e2e.spice_gtk.client import SpiceGtk, decoded, encoded

pytestmark = pytest.mark.e2e

TEXT = ClipboardType.UTF8_TEXT
LONG_TEXT = "Grüße, 世界! " * 40_000
"""More than the tokens of a client allow at once."""


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[CoreMachine]:
    with CoreMachine(tmp_path / "machine") as machine:
        yield machine


@pytest.fixture
def guest(machine: CoreMachine) -> NotedAgent:
    return machine.add(NotedAgent(machine.notes))


@pytest.fixture
def person(machine: CoreMachine, guest: NotedAgent) -> Iterator[SpiceGtk]:
    """Somebody whose client and the machine's agent know each other."""
    with SpiceGtk(**machine.way_in) as client:
        client.opened("main")
        wait_for_agent(client)
        yield client


def wait_for_agent(client: SpiceGtk) -> None:
    """Until the client knows what the agent can do; it drops what it would say before."""
    while not client.do("agent_has", cap=int(AgentCap.CLIPBOARD_BY_DEMAND)):
        client.expect("main-agent-update")


def say(machine: CoreMachine, guest: NotedAgent, message: agent.AgentMessage) -> None:
    machine.call(lambda: guest.say(message))


@pytest.mark.parametrize("selection", [ClipboardSelection.CLIPBOARD, ClipboardSelection.PRIMARY])
def test_what_the_client_copies_is_pasted_in_the_machine(
    selection: ClipboardSelection, machine: CoreMachine, guest: NotedAgent, person: SpiceGtk
) -> None:
    person.do("clipboard_grab", types=[int(TEXT)], selection=int(selection))
    _, _, grab = machine.notes.expect("agent", ClipboardGrab)
    assert (grab.selection.selection, grab.types) == (selection, [TEXT])
    say(machine, guest, ClipboardRequest(Selection(selection), TEXT))
    person.expect("main-clipboard-selection-request", selection=int(selection), type=int(TEXT))
    person.do("clipboard_notify", type=int(TEXT), data=encoded(LONG_TEXT.encode()), selection=int(selection))
    _, _, contents = machine.notes.expect("agent", Clipboard)
    assert (contents.selection.selection, contents.data.decode()) == (selection, LONG_TEXT)
    person.do("clipboard_release", selection=int(selection))
    machine.notes.expect("agent", ClipboardRelease)


def test_what_the_machine_copies_is_pasted_at_the_client(
    machine: CoreMachine, guest: NotedAgent, person: SpiceGtk
) -> None:
    selection = Selection(ClipboardSelection.CLIPBOARD)
    say(machine, guest, ClipboardGrab(selection, None, [TEXT, ClipboardType.IMAGE_PNG]))
    person.expect("main-clipboard-selection-grab", types=[int(TEXT), int(ClipboardType.IMAGE_PNG)])
    person.do("clipboard_request", type=int(TEXT))
    _, _, request = machine.notes.expect("agent", ClipboardRequest)
    assert request.type is TEXT
    say(machine, guest, Clipboard(selection, TEXT, LONG_TEXT.encode()))
    pasted = person.expect("main-clipboard-selection", type=int(TEXT))
    assert decoded(pasted["data"]).decode() == LONG_TEXT
    say(machine, guest, ClipboardRelease(selection))
    person.expect("main-clipboard-selection-release", selection=int(ClipboardSelection.CLIPBOARD))


def test_several_files_are_sent_at_once_and_arrive_whole(
    machine: CoreMachine, guest: NotedAgent, person: SpiceGtk, tmp_path: Path
) -> None:
    files = {name: random.Random(size).randbytes(size) for name, size in (("a.bin", 1_500_000), ("b", 1), ("ü.txt", 7))}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    person.do("send_files", paths=[str(tmp_path / name) for name in files])
    assert person.expect("files-sent")["error"] is None
    assert guest.files == files
    progress = [line for line in person.seen if line.get("event") == "progress" and line["name"] == "a.bin"]
    told = [line["done"] for line in progress]
    assert len(told) > 2 and told == sorted(told) and told[-1] == progress[-1]["total"] == len(files["a.bin"])


def test_file_that_the_client_cancels_is_cancelled_in_the_machine(
    machine: CoreMachine, guest: NotedAgent, person: SpiceGtk, tmp_path: Path
) -> None:
    guest.takes_files = None
    (tmp_path / "film").write_bytes(bytes(5_000_000))
    person.do("send_files", paths=[str(tmp_path / "film")])
    _, _, size, number = machine.notes.expect("file", "film")
    assert size == 5_000_000
    person.do("cancel_files")
    say(machine, guest, FileXferStatusMessage(number, FileXferStatus.CAN_SEND_DATA))
    assert "cancelled" in person.expect("files-sent")["error"].lower()
    person.do("clipboard_grab", types=[int(TEXT)])  # the library says what it has cancelled with the next thing it says
    machine.notes.expect("file status", number, FileXferStatus.CANCELLED)
    assert guest.files == {}


def test_file_for_which_the_machine_has_no_room_is_refused(
    machine: CoreMachine, guest: NotedAgent, person: SpiceGtk, tmp_path: Path
) -> None:
    guest.takes_files = FileXferStatus.ERROR
    (tmp_path / "film").write_bytes(bytes(100))
    person.do("send_files", paths=[str(tmp_path / "film")])
    assert person.expect("files-sent")["error"]


def test_monitors_that_the_client_arranges_are_told_to_the_machine(
    machine: CoreMachine, guest: NotedAgent, person: SpiceGtk
) -> None:
    person.do("monitor", id=0, x=0, y=0, width=1024, height=600)
    person.do("monitor", id=1, x=1024, y=0, width=800, height=640)
    while _arranged(machine.notes.expect("agent", MonitorsConfig)[2]) != [(0, 0, 1024, 600), (1024, 0, 800, 640)]:
        pass  # it is told step by step


def test_agent_that_comes_and_goes_is_told_to_the_client(machine: CoreMachine, tmp_path: Path) -> None:
    with SpiceGtk(**machine.way_in) as person:
        person.opened("main")
        for _ in range(2):
            guest = machine.add(NotedAgent(machine.notes))
            person.expect("main-agent-update", **{"agent-connected": True})
            wait_for_agent(person)
            machine.remove(guest)
            person.expect("main-agent-update", **{"agent-connected": False})


def _arranged(config: MonitorsConfig) -> list[tuple[int, int, int, int]]:
    """The monitors that are switched on."""
    return [(one.x, one.y, one.width, one.height) for one in config.monitors if one.width]
