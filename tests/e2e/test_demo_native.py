"""spice-gtk uses the demo machine: every channel that it has, and the agent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from random import Random

import pytest

from gateway.machines.demo import DemoMachine
from gateway.machines.demo.clipboard import State
from gateway.spice.enums import AgentCap, ClipboardType
from tests.e2e.demo_gateway import DemoGateway, wait_until_same
from tests.e2e.program import wait_for
from tests.e2e.spice_gtk.client import SpiceGtk, decoded, encoded

pytestmark = pytest.mark.e2e

CHANNELS = (
    "main", "display", "cursor", "inputs", "playback", "record", "port", "webdav", "usbredir",
)  # fmt: skip
TEXT = int(ClipboardType.UTF8_TEXT)


@pytest.fixture
def gateway(cleanup: ExitStack) -> DemoGateway:
    return cleanup.enter_context(DemoGateway())


@pytest.fixture
def demo(gateway: DemoGateway) -> DemoMachine:
    return gateway.demo


@pytest.fixture
def person(gateway: DemoGateway, tmp_path: Path) -> Iterator[SpiceGtk]:
    """Somebody with every device; the agents know each other."""
    shared = tmp_path / "shared"
    shared.mkdir()
    way_in = {"host": "127.0.0.1", "port": str(gateway.address.port), "password": gateway.ticket()}
    with SpiceGtk(**way_in, shared_dir=str(shared), enable_usbredir=True) as client:
        client.opened(*CHANNELS)
        while not client.do("agent_has", cap=int(AgentCap.CLIPBOARD_BY_DEMAND)):
            client.expect("main-agent-update")
        yield client


def test_every_channel_opens_and_the_framebuffer_is_shown(gateway: DemoGateway, person: SpiceGtk) -> None:
    wait_until_same(person.picture, gateway, "demo-spice-gtk")
    person.expect("cursor-set")


def test_text_is_copied_both_ways(gateway: DemoGateway, demo: DemoMachine, person: SpiceGtk) -> None:
    clipboard = demo.agent.clipboard
    person.do("clipboard_grab", types=[TEXT])
    wait_for("offer", lambda: clipboard.state is State.OFFERED)
    gateway.call(clipboard.fetch)
    person.expect("main-clipboard-selection-request", type=TEXT)
    person.do("clipboard_notify", type=TEXT, data=encoded("kopiert: ü 世界".encode()))
    wait_for("text", lambda: clipboard.theirs == "kopiert: ü 世界")
    gateway.call(lambda: clipboard.copy("from the machine ✓"))
    person.expect("main-clipboard-selection-grab", types=[TEXT])
    person.do("clipboard_request", type=TEXT)
    assert decoded(person.expect("main-clipboard-selection")["data"]).decode() == "from the machine ✓"


def test_dropped_file_arrives(demo: DemoMachine, person: SpiceGtk, tmp_path: Path) -> None:
    data = Random(9).randbytes(400_000)
    (tmp_path / "photo.jpg").write_bytes(data)
    person.do("send_files", paths=[str(tmp_path / "photo.jpg")])
    assert person.expect("files-sent")["error"] is None
    (file,) = demo.agent.transfers.files
    assert (file.name, bytes(file.data)) == ("photo.jpg", data)


def test_second_monitor_that_the_client_wants_is_there(gateway: DemoGateway, person: SpiceGtk) -> None:
    for at, width in enumerate((1024, 800)):
        person.do("monitor", id=at, x=at * 1024, y=0, width=width, height=600)
    person.expect("monitors", heads=[[0, 0, 0, 1024, 600], [1, 1024, 0, 800, 600]])
    wait_until_same(person.picture, gateway, "demo-two-monitors")
    assert gateway.pixels().shape == (600, 1824, 3)


def test_sound_player_is_heard(gateway: DemoGateway, demo: DemoMachine, person: SpiceGtk) -> None:
    gateway.call(lambda: demo.loudspeaker.play("Tone"))
    person.expect("playback-start", channels=2, frequency=48_000)
    heard = b""
    while len(heard) < 48_000 * 4 // 2:
        heard += decoded(person.expect("playback-data")["data"])
    assert max(heard) > 0
    gateway.call(demo.loudspeaker.stop)
    person.expect("playback-stop")


def test_microphone_hears_the_client(gateway: DemoGateway, demo: DemoMachine, person: SpiceGtk) -> None:
    gateway.call(lambda: demo.microphone.listen(True))
    person.expect("record-start")
    person.do("record", data=encoded(bytes(range(256)) * 40 * 4), time=1)
    wait_for("sound", lambda: demo.microphone.seconds > 0.1)


def test_serial_port_carries_what_is_typed(gateway: DemoGateway, demo: DemoMachine, person: SpiceGtk) -> None:
    gateway.call(lambda: demo.serial.set_open(True))
    person.do("write", data=encoded(b"hello\r\n"))
    answer = b""
    while b"hello" not in answer:
        answer += decoded(person.expect("port-data", channel="port")["data"])
