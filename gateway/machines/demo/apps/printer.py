"""The printer at the client's side: a test page for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

import numpy as np
from PIL import Image

from gateway.machines.demo import proof
from gateway.machines.demo.apps.app import App
from gateway.machines.demo.text import bytes_text, shown
from gateway.machines.demo.toolkit import theme
from gateway.machines.demo.toolkit.canvas import Canvas, Pixels, blank, rgb
from gateway.machines.demo.toolkit.widgets import Button, Column, ListView, Status, Tone, Widget
from gateway.machines.devices.errors import DeviceError
from gateway.machines.devices.ipp import print_document
from gateway.machines.devices.tunnel import TunnelPort
from gateway.server.display.region import Rect

_NAME = 60
_PAPER_WIDTH = 226
_PAPER_HEIGHT = _PAPER_WIDTH * proof.HEIGHT // proof.WIDTH
_STATES = {
    3: "waits",
    4: "is held",
    5: "is being printed",
    6: "stopped",
    7: "was cancelled",
    8: "failed",
    9: "is printed",
}


T = TypeVar("T")


class Paper(Widget):
    """The page, small."""

    def __init__(self, box: Rect) -> None:
        super().__init__(box)
        self._pixels: Pixels | None = None

    def show(self, pixels: Pixels) -> None:
        self._pixels = pixels
        self.invalidate()

    def draw(self, canvas: Canvas) -> None:
        canvas.fill(self.box, theme.STRONG_BORDER)
        canvas.fill(self.box.inset(1), rgb("#ffffff"))
        if self._pixels is not None:
            canvas.paste(self._pixels, self.box.left + 1, self.box.top + 1)


class Printer(App):
    """Printers of clients reach the machine through the tunnel."""

    name = "printer"
    label = "Printer"
    size = (580, 358)

    def build(self) -> None:
        pad = theme.PADDING
        self._paper = Paper(Rect.at(pad, pad, _PAPER_WIDTH + 2, _PAPER_HEIGHT + 2))
        left = pad + _PAPER_WIDTH + 2 + pad
        room = self.size[0] - left - pad
        self._printers: list[TunnelPort] = []
        self._status = Status(Rect.at(left, pad, room, 32), "")
        self._list = ListView(
            Rect.at(left, 60, room, 236), (Column("Printers", room - 30),), on_choose=self._choose, empty="None yet"
        )
        self._print = Button(
            Rect.at(left, 306, room, theme.ROW), "Print a test page", self._on_print, primary=True, icon="check"
        )
        self.add(self._paper, self._status, self._list, self._print)
        self.watch(self.machine.printers_changed, self._refresh)
        self._refresh()
        self.machine.core.spawn(self._show_paper(), "demo: the printer's paper")

    async def _show_paper(self) -> None:
        self._paper.show(await self._off_loop(_small, await self._page()))

    async def _off_loop(self, work: Callable[..., T], *args: object) -> T:
        return await self.machine.core.loop.run_in_executor(None, work, *args)

    async def _page(self) -> Pixels:
        server = self.machine.server
        rows = [
            ("Machine", server.name),
            ("Channels", str(len(server.channels))),
            ("Clients", str(len(server.clients))),
        ]
        return await self._off_loop(proof.draw_page, rows, datetime.now().astimezone())

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
        document = await self._off_loop(proof.to_pdf, await self._page(), "Test page")
        try:
            job = await print_document(printer.url, document, proof.MEDIA_TYPE, name="Test page")
        except DeviceError as error:
            self._status.show(str(error), Tone.BAD)
            return
        state = _STATES.get(job.state, "was taken")
        self._status.show(f"Job {job.id} {state}, {bytes_text(len(document))}", Tone.GOOD)


def _small(page: Pixels) -> Pixels:
    """The page, made small."""
    small = Image.fromarray(page[..., :3]).resize((_PAPER_WIDTH, _PAPER_HEIGHT), Image.Resampling.BOX)
    pixels = blank(_PAPER_WIDTH, _PAPER_HEIGHT)
    pixels[..., :3] = np.asarray(small)
    return pixels
