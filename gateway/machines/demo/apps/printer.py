"""The printer at the client's side: a test page for it."""

from __future__ import annotations

from datetime import datetime

import numpy as np
from PIL import Image

from gateway.machines.demo import proof
from gateway.machines.demo.apps.app import App
from gateway.machines.demo.text import bytes_text, shown
from gateway.machines.demo.toolkit import theme
from gateway.machines.demo.toolkit.canvas import Canvas, Pixels, blank
from gateway.machines.demo.toolkit.widgets import Button, Column, ListView, Status, Tone, Widget
from gateway.machines.devices.errors import DeviceError
from gateway.machines.devices.ipp import print_document
from gateway.machines.devices.tunnel import TunnelPort
from gateway.server.display.region import Rect

_NAME = 60
_PAPER_WIDTH = 226
_STATES = {
    3: "waits",
    4: "is held",
    5: "is being printed",
    6: "stopped",
    7: "was cancelled",
    8: "failed",
    9: "is printed",
}


class Paper(Widget):
    """The page, small."""

    def __init__(self, box: Rect, pixels: Pixels) -> None:
        super().__init__(box)
        self._pixels = pixels

    def draw(self, canvas: Canvas) -> None:
        canvas.fill(self.box, theme.STRONG_BORDER)
        canvas.paste(self._pixels, self.box.left + 1, self.box.top + 1)


class Printer(App):
    """Printers of clients reach the machine through the tunnel."""

    name = "printer"
    label = "Printer"
    size = (580, 358)

    def build(self) -> None:
        pad = theme.PADDING
        paper = _paper(self._page())
        height, width = paper.shape[:2]
        left = pad + width + 2 + pad
        room = self.size[0] - left - pad
        self._printers: list[TunnelPort] = []
        self._status = Status(Rect.at(left, pad, room, 32), "")
        self._list = ListView(
            Rect.at(left, 60, room, 236), (Column("Printers", room - 30),), on_choose=self._choose, empty="None yet"
        )
        self._print = Button(
            Rect.at(left, 306, room, theme.ROW), "Print a test page", self._on_print, primary=True, icon="check"
        )
        self.add(Paper(Rect.at(pad, pad, width + 2, height + 2), paper), self._status, self._list, self._print)
        self.watch(self.machine.printers_changed, self._refresh)
        self._refresh()

    def _page(self) -> Pixels:
        server = self.machine.server
        rows = [
            ("Machine", server.name),
            ("Channels", str(len(server.channels))),
            ("Clients", str(len(server.clients))),
        ]
        return proof.draw_page(rows, datetime.now().astimezone())

    def _refresh(self) -> None:
        self._printers = self.machine.tunnel.printers
        self._list.show([(shown(printer.service.name, _NAME),) for printer in self._printers])
        if self._printers and self._list.chosen is None:
            self._list.choose(0)
        self._print.enabled = bool(self._printers)
        if self._printers:
            self._status.show("Ready to print", Tone.GOOD)
        else:
            self._status.show("No client offers a printer")

    def _choose(self, index: int) -> None:
        """The list keeps what is chosen."""

    def _on_print(self) -> None:
        chosen = self._list.chosen or 0
        if chosen < len(self._printers):
            self._status.show("Printing …", Tone.BUSY)
            self.work(self._send(self._printers[chosen]))

    async def _send(self, printer: TunnelPort) -> None:
        page = self._page()
        document = await self.machine.core.loop.run_in_executor(None, proof.to_pdf, page, "Test page")
        try:
            job = await print_document(printer.url, document, proof.MEDIA_TYPE, name="Test page")
        except DeviceError as error:
            self._status.show(str(error), Tone.BAD)
            return
        state = _STATES.get(job.state, "was taken")
        self._status.show(f"Job {job.id} {state}, {bytes_text(len(document))}", Tone.GOOD)


def _paper(page: Pixels) -> Pixels:
    """The page, made small."""
    height = _PAPER_WIDTH * proof.HEIGHT // proof.WIDTH
    small = Image.fromarray(page[..., :3]).resize((_PAPER_WIDTH, height), Image.Resampling.BOX)
    pixels = blank(_PAPER_WIDTH, height)
    pixels[..., :3] = np.asarray(small)
    return pixels
