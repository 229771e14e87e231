"""The folder that a client shares: what is in it, and a look into its texts."""

from __future__ import annotations

from gateway.machines.demo.apps.app import App
from gateway.machines.demo.apps.files import preview_text
from gateway.machines.demo.limits import MAX_PREVIEW
from gateway.machines.demo.text import bytes_text, shown
from gateway.machines.demo.toolkit import theme
from gateway.machines.demo.toolkit.widgets import Button, Column, ListView, Status, TextArea, Tone
from gateway.machines.devices.errors import DeviceError
from gateway.machines.devices.webdav import SharedFolder
from gateway.machines.devices.webdav_client import FolderEntry, FolderReader
from gateway.server.display.region import Rect

_NAME = 100
_LARGEST_TEXT = 16 * MAX_PREVIEW
"""Bytes of a file that is read to show its beginning."""


class Folder(App):
    """The folder's port is open as long as this window is."""

    name = "folder"
    label = "Shared folder"
    size = (560, 500)

    def build(self) -> None:
        pad, width = theme.PADDING, self.size[0] - 2 * theme.PADDING
        self._path = "/"
        self._entries: list[FolderEntry] = []
        self._status = Status(Rect.at(pad, 16, width, 32), "")
        self._up = Button(Rect.at(pad, 58, 80, theme.ROW), "Up", self._go_up)
        self._again = Button(Rect.at(pad + 90, 58, 100, theme.ROW), "Reload", self._reload)
        columns = (Column("Name", width - 150), Column("Size", 110, True))
        self._list = ListView(
            Rect.at(pad, 102, width, 190),
            columns,
            on_choose=self._choose,
            on_open=self._enter,
            empty="Share a folder of yours",
        )
        self._text = TextArea(Rect.at(pad, 304, width, self.size[1] - 304 - pad), hint="Choose a file to look into it")
        self.add(self._status, self._up, self._again, self._list, self._text)
        self.watch(self.machine.folder_changed, self._reload)
        self.work(self._listen())

    @property
    def _folder(self) -> SharedFolder:
        return self.machine.folder

    def on_closed(self) -> None:
        super().on_closed()
        self.machine.core.spawn(self._folder.close(), "demo: close the folder")

    async def _listen(self) -> None:
        await self._folder.listen()
        self._reload()

    def _reload(self) -> None:
        self._up.enabled = self._path != "/"
        self._again.enabled = self._folder.is_available
        if self._folder.port is None:
            self._status.show("Opening the port …", Tone.BUSY)
        elif self._folder.is_available:
            self._status.show(f"Reading {shown(self._path, _NAME)} …", Tone.BUSY)
            self.work(self._load(self._path))
        else:
            self._path, self._entries = "/", []
            self._list.show([])
            self._status.show("No client shares a folder")

    def _go_up(self) -> None:
        self._path = self._path.rstrip("/").rpartition("/")[0] + "/"
        self._reload()

    def _choose(self, index: int) -> None:
        entry = self._entries[index]
        if entry.is_directory:
            self._text.show("Click it again, or press Enter, to go into it.")
        else:
            self.work(self._open(entry))

    def _enter(self, index: int) -> None:
        entry = self._entries[index]
        if entry.is_directory:
            self._path = entry.path
            self._list.chosen = None
            self._reload()

    async def _load(self, path: str) -> None:
        try:
            async with FolderReader(self._folder.url) as reader:
                self._entries = await reader.list_folder(path)
        except DeviceError as error:
            self._entries = []
            self._status.show(str(error), Tone.BAD)
        else:
            self._status.show(f"{shown(path, _NAME)} has {len(self._entries)} entries", Tone.GOOD)
        self._list.show([_row(entry) for entry in self._entries])

    async def _open(self, entry: FolderEntry) -> None:
        try:
            async with FolderReader(self._folder.url) as reader:
                data = await reader.read_file(entry.path, _LARGEST_TEXT)
        except DeviceError as error:
            self._text.show(str(error))
        else:
            self._text.show(preview_text(data))


def _row(entry: FolderEntry) -> tuple[str, str]:
    return shown(entry.name, _NAME), "folder" if entry.is_directory else bytes_text(entry.size)
