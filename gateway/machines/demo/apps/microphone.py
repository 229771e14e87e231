"""A level meter for a client's microphone."""

from __future__ import annotations

from gateway.machines.demo import sound
from gateway.machines.demo.apps.app import App
from gateway.machines.demo.limits import RECORDING_SECONDS
from gateway.machines.demo.toolkit import theme
from gateway.machines.demo.toolkit.canvas import rgb
from gateway.machines.demo.toolkit.fonts import mono
from gateway.machines.demo.toolkit.widgets import Button, Label, Meter, Status, Tone
from gateway.server.display.region import Rect

_TICK_SECONDS = 1 / 20
_FLOOR_DB = -60


class Microphone(App):
    """Listens as long as its button says so, and its window is seen."""

    name = "microphone"
    label = "Microphone"
    size = (460, 226)

    def build(self) -> None:
        pad, width = theme.PADDING, self.size[0] - 2 * theme.PADDING
        self._meter = Meter(Rect.at(pad, 24, width - 84, 22), theme.GOOD, rgb("#e8590c"))
        self._decibels = Label(Rect.at(pad + width - 76, 26, 76, 20), "", font=mono(13), colour=theme.MUTED, right=True)
        self._status = Status(Rect.at(pad, 64, width, 32), "")
        self._listen = Button(Rect.at(pad, 112, 150, theme.ROW), "", self._toggle, primary=True)
        self._again = Button(Rect.at(pad + 162, 112, 180, theme.ROW), "Play it back", self._play_back, icon="play")
        self.add(
            *(self._meter, self._decibels, self._status, self._listen, self._again),
            Label(
                Rect.at(pad, 164, width, 40),
                f"Your client asks you before it sends anything. The last {RECORDING_SECONDS} seconds are kept, here "
                "in memory only.",
                colour=theme.MUTED,
            ),
        )
        self._ticker = self.every(_TICK_SECONDS, self._tick)
        self.watch(self._microphone.changed, self._refresh)
        self._refresh()

    @property
    def _microphone(self) -> sound.Microphone:
        return self.machine.microphone

    def on_hidden(self) -> None:
        super().on_hidden()
        self._microphone.listen(False)

    def _toggle(self) -> None:
        self._microphone.listen(not self._microphone.listening)

    def _play_back(self) -> None:
        self._microphone.listen(False)
        self.machine.loudspeaker.play_source("The recording", self._microphone.recording())

    def _refresh(self) -> None:
        listening = self._microphone.listening
        self._listen.show("Stop" if listening else "Listen", "stop" if listening else "record")
        (self._ticker.start if listening else self._ticker.stop)()
        self._tick()

    def _tick(self) -> None:
        microphone = self._microphone
        self._meter.show(microphone.level)
        loud = microphone.level > 0
        self._decibels.text = f"{_FLOOR_DB * (1 - microphone.level):.0f} dB" if loud else "silent"
        self._again.enabled = microphone.seconds > 0
        microphone.fade()
        if not microphone.listening:
            self._status.show("The microphone is off")
        elif microphone.speaker is None:
            self._status.show("Waiting for a client to speak", Tone.BUSY)
        else:
            self._status.show(f"{microphone.speaker} is heard", Tone.GOOD)
