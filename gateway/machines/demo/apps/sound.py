"""A player of three sounds."""

from __future__ import annotations

from functools import partial

from gateway.machines.demo.apps.app import App
from gateway.machines.demo.sound import Loudspeaker
from gateway.machines.demo.synth import TONE_HERTZ, VOICES
from gateway.machines.demo.toolkit import theme
from gateway.machines.demo.toolkit.fonts import SEMIBOLD, sans
from gateway.machines.demo.toolkit.widgets import Button, Checkbox, Label, Slider, Status, Tone
from gateway.server.display.region import Rect

_ABOUT = {
    "Tone": f"A steady sine of {TONE_HERTZ:.0f} Hz",
    "Sweep": "Up four octaves in six seconds",
    "Melody": "The Ode to Joy, note by note",
}


class Sound(App):
    """Goes on while it is minimised, and is still when it is closed."""

    name = "sound"
    label = "Sound player"
    size = (460, 344)

    def build(self) -> None:
        pad, width = theme.PADDING, self.size[0] - 2 * theme.PADDING
        self._buttons: dict[str, Button] = {}
        for row, title in enumerate(VOICES):
            top = 16 + row * 46
            self._buttons[title] = Button(Rect.at(pad, top, 120, theme.ROW), title, partial(self._toggle, title))
            self.add(
                self._buttons[title],
                Label(Rect.at(pad + 136, top + 8, width - 136, 20), _ABOUT[title], colour=theme.MUTED),
            )
        self._volume = Slider(Rect.at(pad + 74, 172, width - 130, 32), self._speaker.volume, self._speaker.set_volume)
        self._percent = Label(Rect.at(pad + width - 48, 178, 48, 20), "", colour=theme.MUTED, right=True)
        self._mute = Checkbox(Rect.at(pad, 212, 120, 34), "Mute", self._speaker.set_muted, checked=self._speaker.muted)
        self._status = Status(Rect.at(pad, 258, width, 32), "")
        self.add(
            Label(Rect.at(pad, 178, 70, 20), "Volume", font=sans(theme.BODY, SEMIBOLD)),
            *(self._volume, self._percent, self._mute, self._status),
            Label(
                Rect.at(pad, 304, width, 20),
                "Volume and mute go to your client, and come from it.",
                font=sans(theme.SMALL),
                colour=theme.MUTED,
            ),
        )
        self.watch(self._speaker.changed, self._refresh)
        self._refresh()

    @property
    def _speaker(self) -> Loudspeaker:
        return self.machine.loudspeaker

    def on_closed(self) -> None:
        super().on_closed()
        self._speaker.stop()

    def _toggle(self, title: str) -> None:
        if self._speaker.title == title:
            self._speaker.stop()
        else:
            self._speaker.play(title)

    def _refresh(self) -> None:
        speaker = self._speaker
        for title, button in self._buttons.items():
            playing = title == speaker.title
            button.show("Stop" if playing else title, "stop" if playing else "play")
        self._volume.value = speaker.volume
        self._percent.text = f"{speaker.volume:.0%}"
        self._mute.show(speaker.muted)
        if not speaker.title:
            self._status.show("Silent")
        elif not speaker.listeners:
            self._status.show(f"{speaker.title}: no client listens", Tone.WARN)
        else:
            self._status.show(f"Playing: {speaker.title}", Tone.GOOD)
