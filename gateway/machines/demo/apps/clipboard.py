"""The clipboard, both ways."""

from __future__ import annotations

from gateway.machines.demo.apps.app import App
from gateway.machines.demo.clipboard import SharedClipboard, State
from gateway.machines.demo.toolkit import theme
from gateway.machines.demo.toolkit.fonts import SEMIBOLD, sans
from gateway.machines.demo.toolkit.widgets import Button, Label, Status, TextArea, Tone
from gateway.server.display.region import Rect


class Clipboard(App):
    """What is copied here can be pasted at the client, and the other way round."""

    name = "clipboard"
    label = "Clipboard"
    size = (500, 424)

    def build(self) -> None:
        pad, width = theme.PADDING, self.size[0] - 2 * theme.PADDING
        heading = sans(theme.BODY, SEMIBOLD)
        self._editor = TextArea(Rect.at(pad, 42, width, 112), self._on_edit, hint="Write something here, then copy it")
        self._copy = Button(Rect.at(pad, 166, 150, theme.ROW), "Copy", self._on_copy, primary=True)
        self._note = Label(Rect.at(pad + 166, 174, width - 166, 20), "", colour=theme.MUTED)
        self._theirs = TextArea(Rect.at(pad, 248, width, 112))
        self._status = Status(Rect.at(pad, 372, width, 32), "")
        self.add(
            Label(Rect.at(pad, 16, width, 20), "On this machine", font=heading),
            *(self._editor, self._copy, self._note),
            Label(Rect.at(pad, 222, width, 20), "From you", font=heading),
            *(self._theirs, self._status),
        )
        self._editor.show(self._clipboard.ours)
        self._copy.enabled = bool(self._editor.text)
        self.set_focus(self._editor)
        self.watch(self._clipboard.changed, self._refresh)
        self._refresh()

    @property
    def _clipboard(self) -> SharedClipboard:
        return self.machine.agent.clipboard

    def on_opened(self) -> None:
        self._clipboard.wanted = True
        self._clipboard.fetch()

    def on_hidden(self) -> None:
        super().on_hidden()
        self._clipboard.wanted = False

    def _on_edit(self, text: str) -> None:
        self._copy.enabled = bool(text)
        self._note.text = "" if text != self._clipboard.ours else "Copied"

    def _on_copy(self) -> None:
        self._clipboard.copy(self._editor.text)
        self._note.text = "Copied: paste it at your side"

    def _refresh(self) -> None:
        clipboard = self._clipboard
        self._theirs.show(clipboard.theirs)
        match clipboard.state:
            case State.NONE:
                self._status.show("Copy some text at your side, and it appears here")
            case State.OFFERED:
                self._status.show("You have copied text", Tone.BUSY)
            case State.ASKED:
                self._status.show("Asked for it …", Tone.BUSY)
            case State.HERE:
                self._status.show(f"{len(clipboard.theirs)} characters of yours", Tone.GOOD)
            case State.REFUSED:
                self._status.show(clipboard.note, Tone.BAD)
