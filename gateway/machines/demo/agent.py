"""The machine's agent: what guests run to share the clipboard, to take files and to follow the client's monitors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from gateway.machines.demo.clipboard import SharedClipboard
from gateway.machines.demo.limits import MAX_AGENT_MESSAGE
from gateway.machines.demo.transfers import FileTransfers
from gateway.server.agent_link import AgentLink
from gateway.server.client import RedClient
from gateway.server.interfaces import AgentInterface
from gateway.spice import agent
from gateway.spice.agent import AgentMessage, RawMessage
from gateway.spice.caps import from_words, to_words
from gateway.spice.enums import AgentCap, AgentMessageType

CAPS: Final = frozenset(
    {
        AgentCap.MONITORS_CONFIG,
        AgentCap.SPARSE_MONITORS_CONFIG,
        AgentCap.CLIPBOARD_BY_DEMAND,
        AgentCap.CLIPBOARD_SELECTION,
        AgentCap.CLIPBOARD_NO_RELEASE_ON_REGRAB,
        AgentCap.GUEST_LINEEND_LF,
        AgentCap.MAX_CLIPBOARD,
        AgentCap.AUDIO_VOLUME_SYNC,
        AgentCap.FILE_XFER_DETAILED_ERRORS,
    }
)


class DemoAgent(AgentInterface):
    """`on_volume` is told what a client sets: whether of the loudspeaker, muted, values from 0 to 65535."""

    max_message = MAX_AGENT_MESSAGE

    def __init__(self, on_volume: Callable[[agent.AudioVolumeSync], None]) -> None:
        self.clipboard = SharedClipboard(self)
        self.transfers = FileTransfers(self)
        self._on_volume = on_volume
        self._link: AgentLink | None = None
        self._caps: dict[RedClient, frozenset[int]] = {}
        self._handlers: dict[type[AgentMessage], Callable[[RedClient, Any], None]] = {
            agent.AnnounceCapabilities: self._on_announce,
            agent.ClipboardGrab: self.clipboard.on_grab,
            agent.ClipboardRequest: self.clipboard.on_request,
            agent.Clipboard: self.clipboard.on_contents,
            agent.ClipboardRelease: self.clipboard.on_release,
            agent.FileXferStart: self.transfers.on_start,
            agent.FileXferData: self.transfers.on_data,
            agent.FileXferStatusMessage: self.transfers.on_status,
            agent.AudioVolumeSync: self._on_volume_sync,
        }

    @property
    def clients(self) -> list[RedClient]:
        """Those that the agent knows."""
        return list(self._caps)

    def common(self, client: RedClient) -> frozenset[int]:
        """What both can."""
        return CAPS & self._caps.get(client, frozenset())

    def say(self, message: AgentMessage, client: RedClient) -> None:
        """Send one client a message."""
        if self._link is not None:
            self._link.send(message, to=client, caps=self.common(client))

    def waiting(self, client: RedClient) -> int:
        """Bytes that the client has not taken of what was said."""
        return self._link.waiting(client) if self._link is not None else 0

    # as the server sees it

    def on_attached(self, agent: AgentLink) -> None:
        self._link = agent

    def on_detached(self) -> None:
        self._link = None
        for client in self.clients:
            self.on_client_gone(client)

    def on_client_started(self, client: RedClient) -> None:
        self._announce(client, request=True)

    def on_client_gone(self, client: RedClient) -> None:
        self.clipboard.on_gone(client)
        self.transfers.on_gone(client)
        self._caps.pop(client, None)

    def on_message(self, client: RedClient, message: RawMessage) -> None:
        content = agent.decode(message, self.common(client))
        handler = self._handlers.get(type(content)) if content is not None else None
        if handler is not None:  # the others mean nothing to a machine like this
            handler(client, content)

    def on_message_too_large(self, client: RedClient, type_: int, size: int) -> None:
        if type_ == AgentMessageType.CLIPBOARD:
            self.clipboard.on_too_large(client, size)
        elif type_ == AgentMessageType.FILE_XFER_DATA:
            self.transfers.on_too_large(client)

    def _announce(self, client: RedClient, *, request: bool) -> None:
        if self._link is not None:
            self._link.send(agent.AnnounceCapabilities(int(request), to_words(CAPS)), to=client)

    def _on_announce(self, client: RedClient, message: agent.AnnounceCapabilities) -> None:
        known = client in self._caps
        self._caps[client] = from_words(message.caps)
        if message.request:
            self._announce(client, request=False)
        if not known:
            self.clipboard.on_ready(client)

    def _on_volume_sync(self, client: RedClient, message: agent.AudioVolumeSync) -> None:
        self._on_volume(message)
