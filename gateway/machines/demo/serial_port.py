"""The machine's serial port: an echo."""

from __future__ import annotations

from collections import deque
from enum import Enum

from gateway.machines.demo.limits import MAX_SERIAL_LINE, MAX_SERIAL_LINES
from gateway.machines.demo.signal import Signal
from gateway.machines.demo.text import shown
from gateway.server.channels.port import PortDevice
from gateway.server.client import RedClient
from gateway.server.interfaces import PortInterface


class Direction(Enum):
    """Of a line on the serial port."""

    IN = "→"
    OUT = "←"
    NOTE = "·"


class SerialPort(PortInterface):
    """A serial line that says back what it hears, in capitals if `capitals` is set. It is open from the start."""

    name = "org.spicegate.demo.serial.0"

    def __init__(self) -> None:
        self.changed = Signal()
        self.capitals = False
        self.lines: deque[tuple[Direction, str]] = deque(maxlen=MAX_SERIAL_LINES)
        self.octets_in = self.octets_out = 0
        self._port: PortDevice | None = None
        self._unsent = b""

    @property
    def in_use(self) -> bool:
        """Whether a client is at the other end."""
        return self._port is not None and self._port.client is not None

    @property
    def opened(self) -> bool:
        return self._port is not None and self._port.opened

    def set_open(self, opened: bool) -> None:
        """Open or close this end; the client is told."""
        if self._port is not None:
            self._port.opened = opened
            self._note(f"this end was {'opened' if opened else 'closed'}")

    def say(self, text: str) -> None:
        """Write a line."""
        self._write(text.encode() + b"\r\n")

    def send_break(self) -> None:
        if self._port is not None:
            self._port.send_break()
            self._note("a break was sent")

    # as the server sees it

    def on_attached(self, port: PortDevice) -> None:
        self._port = port
        port.opened = True

    def on_detached(self) -> None:
        self._port = None

    def on_connected(self, client: RedClient) -> None:
        self._unsent = b""
        self._note(f"{client.peer} holds the line")

    def on_disconnected(self) -> None:
        self._unsent = b""
        self._note("the client let go of the line")

    def on_opened(self, opened: bool) -> None:
        self._note(f"the client {'opened' if opened else 'closed'} its end")

    def on_break(self) -> None:
        self._note("the client sent a break")

    def on_data(self, data: bytes) -> None:
        self.octets_in += len(data)
        self._log(Direction.IN, data)
        if self.opened:
            self._write(data.upper() if self.capitals else data)

    def on_writable(self) -> None:
        unsent, self._unsent = self._unsent, b""
        if unsent:
            self._write(unsent)
        if not self._unsent and self._port is not None:
            self._port.hold(False)

    def _write(self, data: bytes) -> None:
        """Write, or hold the client until there is room: what waits is one read of its socket at most."""
        if self._port is None or not self.in_use:
            return
        if self._unsent or not self._port.write(data):
            self._unsent += data
            self._port.hold(True)
            return
        self.octets_out += len(data)
        self._log(Direction.OUT, data)

    def _log(self, direction: Direction, data: bytes) -> None:
        text = data[:MAX_SERIAL_LINE].decode(errors="replace").strip("\r\n")
        if text:
            self.lines.append((direction, shown(text, MAX_SERIAL_LINE)))
        self.changed()

    def _note(self, text: str) -> None:
        self.lines.append((Direction.NOTE, text))
        self.changed()
