"""Devices for a `CoreMachine` that note what they get: each interface in its simplest form."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from gateway.server.agent_link import AgentLink
from gateway.server.channels.port import PortDevice
from gateway.server.client import RedClient
from gateway.server.interfaces import (
    AgentInterface,
    KeyboardInterface,
    MouseInterface,
    PortInterface,
    TabletInterface,
    WebdavInterface,
)
from gateway.spice import agent
from gateway.spice.agent import AgentMessage, RawMessage
from gateway.spice.caps import from_words, to_words
from gateway.spice.enums import AgentCap, FileXferStatus, KeyboardModifierFlags, MouseButtonMask
from tests.e2e.notes import Notes

AGENT_CAPS = frozenset(
    {
        AgentCap.MONITORS_CONFIG, AgentCap.REPLY, AgentCap.CLIPBOARD_BY_DEMAND, AgentCap.CLIPBOARD_SELECTION,
        AgentCap.SPARSE_MONITORS_CONFIG, AgentCap.FILE_XFER_DETAILED_ERRORS,
    }
)  # fmt: skip
NO_LIGHTS = KeyboardModifierFlags(0)


@dataclass(eq=False)
class NotedKeyboard(KeyboardInterface):
    notes: Notes
    lit: KeyboardModifierFlags = NO_LIGHTS

    def push_scan_code(self, code: int) -> None:
        self.notes.add("scan", code)

    def leds(self) -> KeyboardModifierFlags:
        return self.lit


@dataclass(eq=False)
class NotedMouse(MouseInterface):
    notes: Notes

    def motion(self, dx: int, dy: int, dz: int, buttons: MouseButtonMask) -> None:
        self.notes.add("mouse", dx, dy, dz, int(buttons))

    def buttons(self, buttons: MouseButtonMask) -> None:
        self.notes.add("mouse buttons", int(buttons))


@dataclass(eq=False)
class NotedTablet(TabletInterface):
    notes: Notes

    def position(self, x: int, y: int, display_id: int, buttons: MouseButtonMask) -> None:
        self.notes.add("tablet", x, y, display_id, int(buttons))

    def wheel(self, steps: int, buttons: MouseButtonMask) -> None:
        self.notes.add("tablet wheel", steps, int(buttons))

    def buttons(self, buttons: MouseButtonMask) -> None:
        self.notes.add("tablet buttons", int(buttons))


@dataclass(eq=False)
class NotedPort(PortInterface):
    """A port that the machine has open from the beginning."""

    notes: Notes
    name: str = "org.example.port"

    def on_attached(self, port: PortDevice) -> None:
        self.port = port
        port.opened = True

    def on_connected(self, client: RedClient) -> None:
        self.notes.add("port held")

    def on_disconnected(self) -> None:
        self.notes.add("port free")

    def on_data(self, data: bytes) -> None:
        self.notes.add("port", data)

    def on_opened(self, opened: bool) -> None:
        self.notes.add("port opened", opened)

    def on_break(self) -> None:
        self.notes.add("port break")


@dataclass(eq=False)
class NotedFolder(WebdavInterface):
    """The machine's end of a shared folder, without anybody who speaks WebDAV behind it."""

    notes: Notes

    def on_attached(self, port: PortDevice) -> None:
        self.port = port
        port.opened = True

    def on_connected(self, client: RedClient) -> None:
        self.notes.add("folder held")

    def on_data(self, data: bytes) -> None:
        self.notes.add("folder", data)


@dataclass
class _File:
    """A file on its way to the machine."""

    name: str
    size: int
    data: bytearray = field(default_factory=bytearray)


@dataclass(eq=False)
class NotedAgent(AgentInterface):
    """An agent that announces itself, takes files, and notes the rest. `takes_files`: what it says to each file."""

    notes: Notes
    takes_files: FileXferStatus | None = FileXferStatus.CAN_SEND_DATA
    caps: frozenset[int] = AGENT_CAPS
    files: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._common: frozenset[int] = frozenset()
        self._arriving: dict[int, _File] = {}

    def on_attached(self, agent: AgentLink) -> None:
        self.link = agent

    def on_client_started(self, client: RedClient) -> None:
        self.say(agent.AnnounceCapabilities(1, to_words(sorted(self.caps))))

    def on_client_gone(self, client: RedClient) -> None:
        self.notes.add("client gone")

    def say(self, message: AgentMessage) -> None:
        """To everybody."""
        self.link.send(message, caps=self._common)

    def on_message(self, client: RedClient, message: RawMessage) -> None:
        match agent.decode(message, self._common):
            case agent.AnnounceCapabilities() as theirs:
                self._on_capabilities(theirs)
            case agent.FileXferStart() as start:
                self._on_start(start)
            case agent.FileXferData() as data:
                self._on_file_data(data)
            case agent.FileXferStatusMessage() as status:
                self._arriving.pop(status.id, None)
                self.notes.add("file status", status.id, status.result)
            case other:
                self.notes.add("agent", type(other), other)

    def _on_capabilities(self, theirs: agent.AnnounceCapabilities) -> None:
        self._common = frozenset(from_words(theirs.caps)) & self.caps
        if theirs.request:
            self.say(agent.AnnounceCapabilities(0, to_words(sorted(self.caps))))
        self.notes.add("capabilities", self._common)

    def _on_start(self, start: agent.FileXferStart) -> None:
        fields = dict(_fields(start.data.rstrip(b"\0").decode().splitlines()))
        self._arriving[start.id] = _File(fields["name"], int(fields["size"]))
        self.notes.add("file", fields["name"], int(fields["size"]), start.id)
        if self.takes_files is not None:
            self.say(agent.FileXferStatusMessage(start.id, self.takes_files))

    def _on_file_data(self, data: agent.FileXferData) -> None:
        if (file := self._arriving.get(data.id)) is None:
            return  # cancelled while this was on its way
        file.data += data.data
        if len(file.data) >= file.size:
            del self._arriving[data.id]
            self.files[file.name] = bytes(file.data)
            self.say(agent.FileXferStatusMessage(data.id, FileXferStatus.SUCCESS))
            self.notes.add("file whole", file.name)


def _fields(lines: Iterable[str]) -> Iterable[tuple[str, str]]:
    """The `key=value` lines of a key file."""
    for line in lines:
        name, equals, value = line.partition("=")
        if equals:
            yield name, value
