"""The clipboard: text that was copied here, and text that a client has copied.

Nothing is carried before somebody asks for it: a grab says that there is text, a request fetches it.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from gateway.machines.demo.limits import MAX_CLIPBOARD
from gateway.machines.demo.signal import Signal
from gateway.machines.demo.text import bytes_text
from gateway.spice import agent
from gateway.spice.agent import Clipboard, ClipboardGrab, ClipboardRelease, ClipboardRequest, Selection
from gateway.spice.enums import AgentCap, ClipboardSelection, ClipboardType

if TYPE_CHECKING:
    from gateway.machines.demo.agent import DemoAgent
    from gateway.server.client import RedClient

_MOST_WAITING: Final = 8
_NOTHING: Final = Clipboard(Selection(), ClipboardType.NONE, b"")


class State(Enum):
    """What is known of the clients' clipboard."""

    NONE = auto()
    OFFERED = auto()
    """A client has text."""
    ASKED = auto()
    HERE = auto()
    REFUSED = auto()
    """What came was no text, or too much."""


class SharedClipboard:
    """One for all clients: who copied last has it. `changed` is called after each change."""

    def __init__(self, wire: DemoAgent) -> None:
        self._wire = wire
        self.changed = Signal()
        self.ours = ""
        """What was copied on this desktop."""
        self.theirs = ""
        """What a client copied, once it was fetched."""
        self.state = State.NONE
        self.note = ""
        """Why what came was refused."""
        self.wanted = False
        """Whether somebody looks: then text is fetched as soon as it is offered."""
        self._owner: RedClient | None = None
        self._waiting: list[Callable[[str], None]] = []

    # this side

    def copy(self, text: str) -> None:
        """Something was copied here: clients are told, and may fetch it."""
        self.ours = text
        for client in self._wire.clients:
            grab = ClipboardGrab(self._selection(client), None, [ClipboardType.UTF8_TEXT])
            self._wire.say(grab, client)
        self.changed()

    def paste(self, then: Callable[[str], None]) -> None:
        """Call `then` with what was copied last: at the client, or else here. Nothing happens where nothing was."""
        if self.state in (State.OFFERED, State.ASKED):
            self._waiting = [*self._waiting[-_MOST_WAITING:], then]
            self.fetch()
        elif self.state is State.HERE:
            then(self.theirs)
        elif self.ours:
            then(self.ours)

    def fetch(self) -> None:
        """Ask the client that has text for it."""
        if self._owner is not None and self.state is State.OFFERED:
            self.state = State.ASKED
            self._wire.say(ClipboardRequest(self._selection(self._owner), ClipboardType.UTF8_TEXT), self._owner)
            self.changed()

    # the clients' side

    def on_ready(self, client: RedClient) -> None:
        """A client and the agent know each other."""
        if AgentCap.MAX_CLIPBOARD in self._wire.common(client):
            self._wire.say(agent.MaxClipboard(MAX_CLIPBOARD), client)
        if self.ours:
            self._wire.say(ClipboardGrab(self._selection(client), None, [ClipboardType.UTF8_TEXT]), client)

    def on_gone(self, client: RedClient) -> None:
        if client is self._owner:
            self._forget()

    def on_grab(self, client: RedClient, message: ClipboardGrab) -> None:
        """A client copied something."""
        if not _is_meant(message.selection):
            return
        self._owner, self.theirs = client, ""
        if ClipboardType.UTF8_TEXT in message.types:
            self.state = State.OFFERED
            self.changed()
            if self.wanted:
                self.fetch()
        else:
            self._refuse("The client copied something that is not text.")

    def on_request(self, client: RedClient, message: ClipboardRequest) -> None:
        """A client wants what was copied here; one that asks and asks without taking it gets it a few times only."""
        if self._wire.waiting(client) > 2 * MAX_CLIPBOARD:
            return
        text = self.ours if _is_meant(message.selection) and message.type is ClipboardType.UTF8_TEXT else ""
        answer = Clipboard(message.selection, ClipboardType.UTF8_TEXT, text.encode()) if text else _NOTHING
        if not text:
            answer.selection = message.selection
        self._wire.say(answer, client)

    def on_contents(self, client: RedClient, message: Clipboard) -> None:
        """What was asked for; what nobody asked for is left alone."""
        if client is not self._owner or self.state is not State.ASKED:
            return
        if message.type is not ClipboardType.UTF8_TEXT:
            self._refuse("The client has no text any more.")
        elif len(message.data) > MAX_CLIPBOARD:
            self._refuse_size(len(message.data))
        else:
            self.theirs = message.data.decode(errors="replace").replace("\r\n", "\n")
            self.state = State.HERE
            waiting, self._waiting = self._waiting, []
            for then in waiting:
                then(self.theirs)
            self.changed()

    def on_too_large(self, client: RedClient, size: int) -> None:
        """What was asked for is too large even to be looked at."""
        if client is self._owner and self.state is State.ASKED:
            self._refuse_size(size)

    def on_release(self, client: RedClient, message: ClipboardRelease) -> None:
        if client is self._owner and _is_meant(message.selection):
            self._forget()

    def _forget(self) -> None:
        self._owner, self.theirs, self.state = None, "", State.NONE
        self._waiting.clear()
        self.changed()

    def _refuse_size(self, size: int) -> None:
        self._refuse(f"The text has {bytes_text(size)}; at most {bytes_text(MAX_CLIPBOARD)} are taken here.")

    def _refuse(self, why: str) -> None:
        self.state, self.note = State.REFUSED, why
        self._waiting.clear()
        self.changed()

    def _selection(self, client: RedClient) -> Selection | None:
        return Selection() if AgentCap.CLIPBOARD_SELECTION in self._wire.common(client) else None


def _is_meant(selection: Selection | None) -> bool:
    """X11's other selections are left alone."""
    return selection is None or selection.selection is ClipboardSelection.CLIPBOARD
