"""The serial port: what a client says is said back."""

from __future__ import annotations

from gateway.machines.demo.apps.app import App
from gateway.machines.demo.serial_port import SerialPort
from gateway.machines.demo.text import bytes_text
from gateway.machines.demo.toolkit import theme
from gateway.machines.demo.toolkit.fonts import mono
from gateway.machines.demo.toolkit.widgets import Button, Checkbox, Column, ListView, Status, TextField, Tone
from gateway.server.display.region import Rect


class Serial(App):
    """The line's traffic, and something to say on it."""

    name = "serial"
    label = "Serial port"
    size = (560, 430)

    def build(self) -> None:
        pad, width = theme.PADDING, self.size[0] - 2 * theme.PADDING
        self._status = Status(Rect.at(pad, 16, width, 32), "")
        self._open = Checkbox(Rect.at(pad, 56, 130, 32), "Open", self._serial.set_open, checked=self._serial.opened)
        self._capitals = Checkbox(
            Rect.at(pad + 130, 56, 200, 32), "Answer in capitals", self._set_capitals, checked=self._serial.capitals
        )
        self._log = ListView(
            Rect.at(pad, 98, width, 266),
            (Column("", 28), Column("", width - 60)),
            font=mono(13),
            row_height=22,
            empty="Nothing was said yet",
        )
        self._field = TextField(Rect.at(pad, 378, width - 206, theme.ROW), self._serial.say, hint="Say something")
        send = Button(Rect.at(pad + width - 196, 378, 92, theme.ROW), "Send", self._send, primary=True)
        pause = Button(Rect.at(pad + width - 94, 378, 94, theme.ROW), "Break", self._serial.send_break)
        self.add(self._status, self._open, self._capitals, self._log, self._field, send, pause)
        self.set_focus(self._field)
        self.watch(self._serial.changed, self._refresh)
        self._refresh()

    @property
    def _serial(self) -> SerialPort:
        return self.machine.serial

    def _set_capitals(self, capitals: bool) -> None:
        self._serial.capitals = capitals

    def _send(self) -> None:
        self._serial.say(self._field.take())

    def _refresh(self) -> None:
        serial = self._serial
        count = f"{bytes_text(serial.octets_in)} in, {bytes_text(serial.octets_out)} out"
        if serial.in_use:
            self._status.show(f"{serial.name} is in use: {count}", Tone.GOOD)
        else:
            self._status.show(f"{serial.name}: no client holds it")
        rows = [(direction.value, text) for direction, text in serial.lines]
        self._log.show(rows)
        self._log.scroll_to(len(rows))
