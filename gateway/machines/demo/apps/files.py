"""Files that were dropped onto the machine."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, UnidentifiedImageError

from gateway.machines.demo.apps.app import App
from gateway.machines.demo.limits import MAX_FILES_HELD, MAX_PICTURE_PIXELS, MAX_PREVIEW
from gateway.machines.demo.text import bytes_text
from gateway.machines.demo.toolkit import theme
from gateway.machines.demo.toolkit.canvas import Canvas, Pixels, blank
from gateway.machines.demo.toolkit.widgets import Button, Column, ListView, Meter, Status, TextArea, Tone, Widget
from gateway.machines.demo.transfers import FileTransfers, ReceivedFile
from gateway.server.display.region import Rect

_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP")


class Preview(Widget):
    """A picture in the middle of its box."""

    def __init__(self, box: Rect) -> None:
        super().__init__(box)
        self._pixels: Pixels | None = None

    def show(self, pixels: Pixels | None) -> None:
        self._pixels = pixels
        self.invalidate()

    def draw(self, canvas: Canvas) -> None:
        if self._pixels is None:
            return
        height, width = self._pixels.shape[:2]
        canvas.rounded(self.box, theme.RADIUS, theme.SUNKEN, theme.BORDER)
        left = self.box.left + (self.box.width - width) // 2
        canvas.paste(self._pixels, left, self.box.top + (self.box.height - height) // 2)


class Files(App):
    """A list; what is chosen is shown below, if it is a text or a picture."""

    name = "files"
    label = "Dropped files"
    size = (560, 500)

    def build(self) -> None:
        pad, width = theme.PADDING, self.size[0] - 2 * theme.PADDING
        columns = (Column("Name", width - 150), Column("Size", 110, True))
        self._list = ListView(
            Rect.at(pad, 18, width, 180), columns, on_choose=self._choose, empty="Drop a file onto this screen"
        )
        self._progress = Meter(Rect.at(pad, 208, width, 8))
        self._status = Status(Rect.at(pad, 228, width - 100, 34), "")
        self._clear = Button(Rect.at(pad + width - 88, 228, 88, theme.ROW), "Clear", self._on_clear)
        preview = Rect.at(pad, 274, width, self.size[1] - 274 - pad)
        self._text = TextArea(preview, hint="Choose a file to look into it")
        self._picture = Preview(preview)
        self.add(self._list, self._progress, self._status, self._clear, self._text, self._picture)
        self.watch(self._transfers.changed, self._refresh)
        self._refresh()

    @property
    def _transfers(self) -> FileTransfers:
        return self.machine.agent.transfers

    def _refresh(self) -> None:
        transfers = self._transfers
        self._list.show([_row(file) for file in transfers.files])
        coming = [file for file in transfers.files if not file.complete]
        self._progress.show(min((file.share for file in coming), default=0.0))
        self._clear.enabled = len(coming) < len(transfers.files)
        if transfers.note:
            self._status.show(transfers.note, Tone.BAD)
        elif coming:
            self._status.show(f"{coming[0].name} is coming", Tone.BUSY)
        else:
            held, most = bytes_text(transfers.reserved), bytes_text(MAX_FILES_HELD)
            self._status.show(f"{held} of {most} in use", Tone.GOOD if transfers.files else Tone.PLAIN)

    def _on_clear(self) -> None:
        self._transfers.clear()
        self._text.show("")
        self._picture.show(None)

    def _choose(self, index: int) -> None:
        file = self._transfers.files[index]
        self._picture.show(None)
        if file.complete:
            self.work(self._show(file.data))

    async def _show(self, data: bytearray) -> None:
        box = self._picture.box
        loop = self.machine.core.loop
        picture = await loop.run_in_executor(None, thumbnail, data, box.width - 12, box.height - 12)
        self._picture.show(picture)
        self._text.show("" if picture is not None else preview_text(data))


def _row(file: ReceivedFile) -> tuple[str, str]:
    size = bytes_text(file.size)
    return file.name, size if file.complete else f"{file.share:.0%} of {size}"


def preview_text(data: bytes | bytearray) -> str:
    """The beginning of a text, or what there is instead."""
    head = data[:MAX_PREVIEW]
    if b"\0" in head:
        return f"{len(data)} bytes that are neither a text nor a picture."
    text = head.decode(errors="replace").replace("\r\n", "\n").expandtabs(4)
    return "".join(char if char == "\n" or char.isprintable() else "�" for char in text)


def thumbnail(data: bytes | bytearray, width: int, height: int) -> Pixels | None:
    """The picture in `data`, at most so large, on the preview's ground; None if it is none, or far too large."""
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
            if image.width * image.height > MAX_PICTURE_PIXELS:
                return None
            image.draft("RGB", (width * 2, height * 2))
            small = image.convert("RGBA")
            small.thumbnail((width, height))
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError):
        return None
    ground = theme.SUNKEN
    whole = Image.new("RGBA", small.size, (ground >> 16 & 255, ground >> 8 & 255, ground & 255, 255))
    whole.alpha_composite(small)
    pixels = blank(*small.size)
    pixels[..., :3] = np.asarray(whole)[..., 2::-1]
    return pixels
