"""`DemoMachine`: the desktop, its server, and what joins them."""

from __future__ import annotations

from gateway.machines.demo.agent import DemoAgent
from gateway.machines.demo.apps import APPS
from gateway.machines.demo.apps.app import App
from gateway.machines.demo.display import DemoDisplay
from gateway.machines.demo.inputs import DemoKeyboard, DemoMouse, DemoTablet
from gateway.machines.demo.limits import DEFAULT_HEIGHT, DEFAULT_WIDTH, USB_PORTS
from gateway.machines.demo.serial_port import SerialPort
from gateway.machines.demo.signal import Signal
from gateway.machines.demo.sound import FULL, Loudspeaker, Microphone
from gateway.machines.demo.toolkit.desktop import Desktop
from gateway.machines.demo.toolkit.dock import Item
from gateway.machines.demo.toolkit.seat import Seat
from gateway.machines.devices.smartcard import SmartcardReader
from gateway.machines.devices.tunnel import TunnelPorts
from gateway.machines.devices.usb import UsbPort
from gateway.machines.devices.webdav import SharedFolder
from gateway.server.closing import CloseCode, Closing
from gateway.server.core import Core
from gateway.server.server import SpiceServer
from gateway.spice.agent import AudioVolumeSync

CLOSED = Closing(CloseCode.GOING_AWAY, "The demo machine was switched off.")

_FIRST = (("video", 596, 64), ("welcome", 44, 64))
"""The windows that are open at first, the lowest first, and where they stand."""

_POINTER = (DEFAULT_WIDTH // 2, DEFAULT_HEIGHT * 6 // 7)
"""Where the pointer stands at first: beside everything."""


class DemoMachine:
    """A machine of the gateway's own. `shell`: its terminal is a real shell of this computer, not a toy."""

    def __init__(self, core: Core, *, name: str = "demo", shell: bool = False) -> None:
        self.core = core
        self.shell = shell
        self.server = SpiceServer(core, name)
        self.desktop = Desktop(core.loop, [Item(app.name, app.label) for app in APPS], self.launch)
        self.display = DemoDisplay(core, self.desktop)
        self.agent = DemoAgent(self._on_volume)
        self.seat = Seat(self.desktop, self.display.show_cursor, self.agent.clipboard.paste)
        self.loudspeaker = Loudspeaker(core)
        self.microphone = Microphone()
        self.serial = SerialPort()
        self.usb_changed, self.card_changed = Signal(), Signal()
        self.folder_changed, self.printers_changed = Signal(), Signal()
        self.usb_ports = [UsbPort(self.usb_changed) for _ in range(USB_PORTS)]
        self.card_reader = SmartcardReader(self.card_changed)
        self.folder = SharedFolder(self.folder_changed)
        self.tunnel = TunnelPorts(self.printers_changed)
        self._kinds = {app.name: app for app in APPS}
        self._open: dict[str, App] = {}
        self._register()
        for first, left, top in _FIRST:
            self._start(first, left, top)
        self.seat.point(*_POINTER)
        self.display.move_cursor(*_POINTER)
        self.desktop.flush()

    def _register(self) -> None:
        self.server.init()
        for interface in (
            self.display,
            DemoKeyboard(self.seat, self.server.keyboard_leds_changed),
            DemoMouse(self.seat, self.display.move_cursor),
            DemoTablet(self.seat),
            self.loudspeaker,
            self.microphone,
            self.agent,
            self.serial,
            *self.usb_ports,
            self.card_reader,
            self.folder,
            self.tunnel,
        ):
            self.server.add_interface(interface)
        self.agent.transfers.arriving.watch(self._show_files)

    def _on_volume(self, message: AudioVolumeSync) -> None:
        """A client says how loud its own sound is: the machine follows."""
        if message.is_playback and message.volume:
            self.loudspeaker.set_volume(max(message.volume) / FULL)
            self.loudspeaker.set_muted(bool(message.mute))

    def _show_files(self) -> None:
        self.show("files")

    def show(self, name: str) -> App:
        """Have an application's window on top."""
        app = self.app(name)
        (self.desktop.restore if app in self.desktop.minimised else self.desktop.activate)(app)
        return app

    def launch(self, name: str) -> None:
        """Open an application, or bring its window up; a window that is up already is put away."""
        app = self._open.get(name)
        if app is None or app.shell is None:
            self._start(name)
        elif app in self.desktop.minimised:
            self.desktop.restore(app)
        elif app.active:
            self.desktop.minimise(app)
        else:
            self.desktop.activate(app)

    def app(self, name: str) -> App:
        """An application's window, opened if it was not."""
        app = self._open.get(name)
        return app if app is not None and app.shell is not None else self._start(name)

    def close(self) -> None:
        """Switch it off."""
        self.desktop.close_down()
        self.loudspeaker.stop()
        self.server.close(CLOSED)

    def _start(self, name: str, left: int | None = None, top: int | None = None) -> App:
        app = self._open[name] = self._kinds[name](self)
        self.desktop.open(app, left, top)
        return app
