"""The smartcard reader: whose card is in it."""

from __future__ import annotations

from cryptography import x509

from gateway.machines.demo.apps.app import App
from gateway.machines.demo.text import shown
from gateway.machines.demo.toolkit import theme
from gateway.machines.demo.toolkit.fonts import SEMIBOLD, mono, sans
from gateway.machines.demo.toolkit.widgets import Button, Card, Column, Label, ListView, Status, Tone
from gateway.machines.devices.errors import DeviceError
from gateway.machines.devices.smartcard import SmartcardReader
from gateway.machines.devices.smartcard_certificates import read_certificate, subject_of
from gateway.server.display.region import Rect

_MOST = 120


class Smartcard(App):
    """Reads the certificate when a card comes."""

    name = "smartcard"
    label = "Smartcard"
    size = (540, 400)

    def build(self) -> None:
        pad, width = theme.PADDING, self.size[0] - 2 * theme.PADDING
        self._status = Status(Rect.at(pad, 16, width, 32), "")
        self._subject = Label(Rect.at(pad + 20, 78, width - 40, 34), "", font=sans(22, SEMIBOLD))
        self._issuer = Label(Rect.at(pad + 20, 112, width - 40, 22), "", colour=theme.MUTED)
        columns = (Column("", 120), Column("", width - 160))
        self._rows = ListView(Rect.at(pad, 170, width, 162), columns, font=mono(13), row_height=24)
        self._again = Button(Rect.at(pad, 346, 150, theme.ROW), "Read again", self._read)
        self.add(self._status, Card(Rect.at(pad, 60, width, 96)), self._subject, self._issuer, self._rows, self._again)
        self._atr: bytes | None = None
        self.watch(self.machine.card_changed, self._refresh)
        self._refresh()

    @property
    def _reader(self) -> SmartcardReader:
        return self.machine.card_reader

    def _refresh(self) -> None:
        reader = self._reader
        self._again.enabled = reader.atr is not None
        if reader.atr is not None:
            if reader.atr != self._atr:
                self._read()
        elif reader.name is not None:
            self._empty(f"{shown(reader.name, _MOST)}: no card is in")
        else:
            self._empty("No reader: share yours, or a card in a file")
        self._atr = reader.atr

    def _empty(self, status: str) -> None:
        self._status.show(status)
        self._subject.text, self._issuer.text = "No card", "The name in its certificate stands here"
        self._rows.show([])

    def _read(self) -> None:
        self._status.show("Reading the card …", Tone.BUSY)
        self.work(self._explore())

    async def _explore(self) -> None:
        reader = self._reader
        atr = ("ATR", reader.atr.hex(" ") if reader.atr is not None else "")
        try:
            certificate = await read_certificate(reader)
        except DeviceError as error:
            self._empty(str(error))
            self._rows.show([atr])
            return
        self._subject.text = shown(subject_of(certificate), _MOST)
        self._issuer.text = f"certified by {shown(certificate.issuer.rfc4514_string(), _MOST)}"
        self._rows.show([*describe(certificate), atr])
        self._status.show(f"A card is in {shown(reader.name or 'the reader', _MOST)}", Tone.GOOD)


def describe(certificate: x509.Certificate) -> list[tuple[str, str]]:
    """What else a certificate says."""
    return [
        ("Subject", shown(certificate.subject.rfc4514_string(), _MOST)),
        ("Serial", f"{certificate.serial_number:x}"[:40]),
        ("Valid from", f"{certificate.not_valid_before_utc:%d %B %Y}"),
        ("Valid until", f"{certificate.not_valid_after_utc:%d %B %Y}"),
    ]
