"""Makes `tests/data/sessions.json.xz` anew: ``python -m tests.fuzz.record``. Wants Debian's spice-gtk.

Two sessions of spice-gtk with everything a machine can have, played through a tap.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from gateway.machines.devices.smartcard import SmartcardReader
from gateway.machines.devices.smartcard_certificates import read_certificate
from gateway.machines.devices.usb import UsbPort
from gateway.machines.devices.usb_descriptors import read_descriptors
from gateway.spice import agent
from gateway.spice.agent import ClipboardGrab, ClipboardRequest, Selection
from gateway.spice.enums import AgentCap, ClipboardType, ImageCompression, MouseButton, MouseMode, PortEvent
from tests.codecs.image.scenes import desktop
from tests.e2e import nss
from tests.e2e.core_machine import CoreMachine
from tests.e2e.guest.tones import tone
from tests.e2e.noted_devices import NotedAgent, NotedFolder, NotedKeyboard, NotedMouse, NotedPort, NotedTablet
from tests.e2e.screens import Screen
from tests.e2e.spice_gtk.client import SpiceGtk, encoded
from tests.e2e.test_native_sound import NotedMicrophone, Player
from tests.fuzz.recordings import SESSIONS, Recording, save
from tests.fuzz.tap import Tap
from tests.machines.devices.images import image

TEXT = ClipboardType.UTF8_TEXT


class Stage:
    """A machine with everything, and the tap before it."""

    def __init__(self, machine: CoreMachine) -> None:
        self.machine, self.notes = machine, machine.notes
        self.screen = Screen(machine, 320, 200)
        for interface in (NotedKeyboard(self.notes), NotedMouse(self.notes), NotedTablet(self.notes)):
            machine.add(interface)
        self.agent = machine.add(NotedAgent(self.notes))
        self.port = machine.add(NotedPort(self.notes))
        self.folder = machine.add(NotedFolder(self.notes))
        self.player, self.microphone = machine.add(Player()), machine.add(NotedMicrophone(self.notes))
        self.usb, self.reader = machine.run(self._add_devices())
        self.tap = Tap(machine.address.port)
        machine.run(self.tap.start())

    async def _add_devices(self) -> tuple[UsbPort, SmartcardReader]:
        usb = UsbPort(lambda: self.notes.add("usb", usb.device is not None))
        reader = SmartcardReader(lambda: self.notes.add("card", reader.atr is not None))
        for interface in (usb, reader):
            self.machine.server.add_interface(interface)
        return usb, reader


def play_inputs(person: SpiceGtk) -> None:
    for code in (0x1E, 0x11D, 0x48):
        person.do("key_press_and_release", code=code)
    person.do("lock_keys", locks=2)
    for step in range(12):
        person.do("position", x=step * 20, y=step * 9)
    for button in MouseButton:
        if button is not MouseButton.INVALID:
            person.do("button_press", button=int(button), buttons=1)
            person.do("button_release", button=int(button), buttons=0)
    person.do("mouse_mode", mode=int(MouseMode.SERVER))
    person.expect("main-mouse-update", **{"mouse-mode": int(MouseMode.SERVER)})
    for _ in range(12):
        person.do("motion", dx=3, dy=-4, buttons=2)


def play_display(stage: Stage, person: SpiceGtk) -> None:
    for way in ImageCompression:
        person.do("prefer_compression", kind=int(way))
    for _ in range(60):  # so many that ACKs come
        stage.screen.fill(0, 0, 100, 100, 0x123456)
    stage.screen.draw(desktop(320, 200))
    person.wait_until_shows(stage.screen.pixels(), "recorded")


def play_agent(stage: Stage, person: SpiceGtk, home: Path) -> None:
    while not person.do("agent_has", cap=int(AgentCap.CLIPBOARD_BY_DEMAND)):
        person.expect("main-agent-update")
    person.do("clipboard_grab", types=[int(TEXT)])
    stage.notes.expect("agent", ClipboardGrab)
    stage.machine.call(lambda: stage.agent.say(ClipboardRequest(Selection(), TEXT)))
    person.expect("main-clipboard-selection-request")
    person.do("clipboard_notify", type=int(TEXT), data=encoded(b"words " * 800))
    stage.notes.expect("agent", agent.Clipboard)
    person.do("clipboard_release")
    stage.machine.call(lambda: stage.agent.say(ClipboardGrab(Selection(), None, [TEXT])))
    person.expect("main-clipboard-selection-grab")
    person.do("clipboard_request", type=int(TEXT))
    stage.notes.expect("agent", ClipboardRequest)
    person.do("monitor", id=0, x=0, y=0, width=1024, height=600)
    (home / "file.txt").write_bytes(bytes(6000))
    person.do("send_files", paths=[str(home / "file.txt")])
    stage.notes.expect("file whole")


def play_devices(stage: Stage, person: SpiceGtk, home: Path) -> None:
    person.do("write", data=encoded(b"login: \r\n"))
    person.do("write", data=encoded(bytes(5000)))
    person.do("port_event", event=int(PortEvent.BREAK))
    stage.notes.expect("port break")
    request = b"PROPFIND / HTTP/1.1\r\nDepth: 1\r\n\r\n"
    head = (9).to_bytes(8, "little") + len(request).to_bytes(2, "little")
    stage.machine.call(lambda: stage.folder.port.write(head + request))
    stage.notes.expect("folder")
    stage.notes.expect("card", True)
    stage.machine.run(read_certificate(stage.reader))
    (home / "disc.iso").write_bytes(image("iso-joliet"))
    person.do("share_disc", path=str(home / "disc.iso"))
    person.expect("device-added")
    person.do("plug")
    stage.notes.expect("usb", True)
    assert stage.usb.device is not None
    stage.machine.run(read_descriptors(stage.usb.device))


def play_sound(stage: Stage, person: SpiceGtk) -> None:
    """In Opus, as spice-gtk does when it can; what it hears it acknowledges."""
    playback, microphone = stage.player.playback, stage.microphone.record
    stage.machine.call(playback.start)
    for _ in range(10):
        stage.machine.call(lambda: playback.put(tone(440, 0.1)))
        person.expect("playback-data")
    stage.machine.call(microphone.start)
    person.expect("record-start")
    person.do("record", data=encoded(tone(1000, 0.2)), time=7)
    stage.notes.expect("sound")


def record(home: Path) -> list[Recording]:
    (home / "shared").mkdir()
    (home / "shared" / "note.txt").write_text("shared")
    database = nss.write_database(home / "nss", "Ada Lovelace")
    with CoreMachine(home / "machine") as machine:
        stage = Stage(machine)
        way_in = {**machine.way_in, "port": str(stage.tap.port), "shared_dir": str(home / "shared")}
        card = {"smartcard_certificates": list(nss.NICKNAMES), "smartcard_db": database}
        with SpiceGtk(**way_in, enable_usbredir=True, enable_smartcard=True, **card) as person:
            person.opened("main", "display", "cursor", "inputs", "port", "webdav", "usbredir", "smartcard")
            person.opened("playback", "record")
            play_sound(stage, person)
            play_agent(stage, person, home)
            play_display(stage, person)
            play_devices(stage, person, home)
            play_inputs(person)
            stage.notes.expect("mouse")
        return machine.run(stage.tap.stop())


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        found = record(Path(scratch))
    save(found, SESSIONS)
    for one in found:
        print(f"{one.channel.name}: {len(one.said)} messages, {sum(len(said.payload) for said in one.said)} bytes")
    print(f"{SESSIONS.stat().st_size} bytes")
