"""Files that clients drop onto the machine, into memory and within limits."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from gateway.machines.demo.limits import MAX_FILE, MAX_FILE_NAME, MAX_FILES, MAX_FILES_HELD, MAX_TRANSFERS
from gateway.machines.demo.signal import Signal
from gateway.machines.demo.text import bytes_text, shown
from gateway.spice import codec
from gateway.spice.agent import FileXferData, FileXferNotEnoughSpace, FileXferStart, FileXferStatusMessage
from gateway.spice.enums import AgentCap, FileXferStatus

if TYPE_CHECKING:
    from gateway.machines.demo.agent import DemoAgent
    from gateway.server.client import RedClient

_GROUP: Final = "vdagent-file-xfer"
_ESCAPED: Final = {"s": " ", "n": "\n", "t": "\t", "r": "\r", "\\": "\\"}
_ESCAPE: Final = re.compile(r"\\([sntr\\])")
_SIZE: Final = re.compile(r"[0-9]{1,20}")
_MAX_START: Final = 4096
"""Bytes of a key file that are looked at."""


class BadStart(Exception):
    """What a client says of its file makes no sense."""


@dataclass(slots=True)
class ReceivedFile:
    """A file; `name` is fit to be shown. `size` is what was promised, `data` what has come."""

    name: str
    size: int
    data: bytearray = field(default_factory=bytearray)
    complete: bool = False

    @property
    def share(self) -> float:
        """How much of it has come, 0 to 1."""
        return len(self.data) / self.size if self.size else 1.0


class FileTransfers:
    """`changed` is called after each change; `arriving` when the first part of something new may come."""

    def __init__(self, wire: DemoAgent) -> None:
        self._wire = wire
        self.changed = Signal()
        self.arriving = Signal()
        self.files: list[ReceivedFile] = []
        """All of them, complete or on their way, the oldest first."""
        self.note = ""
        """Why the last one was refused, or failed; empty if it was not."""
        self._coming: dict[tuple[RedClient, int], ReceivedFile] = {}

    @property
    def reserved(self) -> int:
        """Bytes that are here or promised."""
        return sum(file.size for file in self.files)

    def clear(self) -> None:
        """Forget the files that are complete."""
        self.files = [file for file in self.files if not file.complete]
        self.note = ""
        self.changed()

    # the clients' side

    def on_start(self, client: RedClient, message: FileXferStart) -> None:
        """A client wants to send a file."""
        key = (client, message.id)
        try:
            name, size = parse_start(message.data)
        except BadStart as error:
            self._refuse(key, FileXferStatus.ERROR, str(error))
            return
        free = MAX_FILES_HELD - self.reserved
        if key in self._coming:
            self._refuse(key, FileXferStatus.ERROR, "The client began the same file twice.")
        elif size > MAX_FILE or size > free:
            most = bytes_text(max(0, min(MAX_FILE, free)))
            self._refuse(
                key, FileXferStatus.NOT_ENOUGH_SPACE, f"{name} has {bytes_text(size)}: there is room for {most}."
            )
        elif len(self.files) >= MAX_FILES or len(self._under_way(client)) >= MAX_TRANSFERS:
            self._refuse(key, FileXferStatus.ERROR, f"{name} was refused: there are too many files already.")
        else:
            self._coming[key] = file = ReceivedFile(name, size)
            self.files.append(file)
            self.note = ""
            self._answer(key, FileXferStatus.CAN_SEND_DATA)
            self.arriving()
            self.changed()

    def on_data(self, client: RedClient, message: FileXferData) -> None:
        """A part of a file; parts of files that are refused already are let pass."""
        key = (client, message.id)
        file = self._coming.get(key)
        if file is None:
            return
        if len(file.data) + len(message.data) > file.size:
            self._drop(key, f"{file.name} was refused: more came than was promised.")
            self._answer(key, FileXferStatus.ERROR)
            return
        file.data += message.data
        if len(file.data) == file.size:
            file.complete = True
            del self._coming[key]
            self._answer(key, FileXferStatus.SUCCESS)
        self.changed()

    def on_status(self, client: RedClient, message: FileXferStatusMessage) -> None:
        """A client gives up."""
        file = self._coming.get((client, message.id))
        if file is not None:
            self._drop((client, message.id), f"{file.name} was cancelled.")

    def on_gone(self, client: RedClient) -> None:
        for key in self._under_way(client):
            self._drop(key, f"{self._coming[key].name} did not arrive: the client left.")

    def on_too_large(self, client: RedClient) -> None:
        """A part of some file came that was too large to be looked at: which file's is not known."""
        for key in self._under_way(client):
            self._drop(key, f"{self._coming[key].name} was refused: it came in parts that are too large.")
            self._answer(key, FileXferStatus.ERROR)

    def _under_way(self, client: RedClient) -> list[tuple[RedClient, int]]:
        return [key for key in self._coming if key[0] is client]

    def _drop(self, key: tuple[RedClient, int], note: str) -> None:
        file = self._coming.pop(key)
        self.files = [other for other in self.files if other is not file]
        self.note = note
        self.changed()

    def _refuse(self, key: tuple[RedClient, int], status: FileXferStatus, note: str) -> None:
        self.note = note
        self._answer(key, status)
        self.arriving()
        self.changed()

    def _answer(self, key: tuple[RedClient, int], status: FileXferStatus) -> None:
        client, id_ = key
        detail = b""
        if status is FileXferStatus.NOT_ENOUGH_SPACE:
            if AgentCap.FILE_XFER_DETAILED_ERRORS in self._wire.common(client):
                detail = codec.pack(FileXferNotEnoughSpace(max(0, MAX_FILES_HELD - self.reserved)))
            else:
                status = FileXferStatus.ERROR
        self._wire.say(FileXferStatusMessage(id_, status, detail), client)


def parse_start(data: bytes) -> tuple[str, int]:
    """Name, fit to be shown, and size (bytes) of a file that is offered. Raises `BadStart`."""
    values = _key_file_group(data[:_MAX_START].rstrip(b"\0").decode(errors="replace"))
    name, size = values.get("name", ""), values.get("size", "")
    if not name or not _SIZE.fullmatch(size):
        raise BadStart("A client offered a file without a name or a size.")
    base = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    return shown(base, MAX_FILE_NAME) or "unnamed", int(size)


def _key_file_group(text: str) -> dict[str, str]:
    """What is in our group of a key file (GLib: GKeyFile), escapes resolved."""
    values: dict[str, str] = {}
    inside = False
    for line in text.split("\n"):
        if line.startswith("["):
            inside = line.strip() == f"[{_GROUP}]"
        elif inside and "=" in line:
            key, _, value = line.partition("=")
            values[key.strip()] = _ESCAPE.sub(lambda match: _ESCAPED[match[1]], value.strip())
    return values
