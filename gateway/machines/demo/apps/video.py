"""A moving picture: 30 frames a second in the same place, which the core turns into a stream."""

from __future__ import annotations

from gateway.machines.demo.apps.app import App
from gateway.machines.demo.scenery import FRAMES_PER_SECOND, HEIGHT, WIDTH, scenery
from gateway.machines.demo.text import duration_text
from gateway.machines.demo.toolkit import theme
from gateway.machines.demo.toolkit.canvas import Canvas
from gateway.machines.demo.toolkit.fonts import mono
from gateway.machines.demo.toolkit.keyboard import Key
from gateway.machines.demo.toolkit.widgets import Button, Label
from gateway.machines.demo.toolkit.widgets.widget import Widget
from gateway.server.display.region import Rect

_POSTER = 520
"""The frame that is seen before it plays."""


class Picture(Widget):
    """A frame of the scenery. A click plays or pauses."""

    cursor = "hand"

    def __init__(self, left: int, top: int, video: Video) -> None:
        super().__init__(Rect.at(left, top, WIDTH, HEIGHT))
        self._video = video
        self._pixels = scenery().frame(_POSTER)

    def show(self, number: int) -> None:
        self._pixels = scenery().frame(number)
        self._video.invalidate_group(self.box)

    def draw(self, canvas: Canvas) -> None:
        canvas.paste(self._pixels, self.box.left, self.box.top)

    def on_press(self, x: int, y: int) -> None:
        self._video.toggle()


class Video(App):
    """Starts paused: nothing moves on this desktop unless somebody wants it to."""

    name = "video"
    label = "Video"
    size = (WIDTH + 2, HEIGHT + 54)

    def build(self) -> None:
        self.number = _POSTER
        top = HEIGHT + 10
        self._picture = Picture(1, 0, self)
        self._button = Button(Rect.at(14, top, 104, theme.ROW), "Play", self.toggle, primary=True, icon="play")
        self._note = Label(
            Rect.at(136, top + 8, 350, 20),
            f"{WIDTH} × {HEIGHT}, {FRAMES_PER_SECOND} frames a second, drawn by numpy",
            colour=theme.MUTED,
        )
        place = Rect.at(WIDTH - 116, top + 8, 100, 20)
        self._time = Label(place, "0:00", font=mono(13), colour=theme.MUTED, right=True)
        self.add(self._picture, self._button, self._note, self._time)
        self.set_focus(self._button)
        self._ticker = self.every(1 / FRAMES_PER_SECOND, self._tick)

    @property
    def playing(self) -> bool:
        return self._ticker.running

    def toggle(self) -> None:
        """Play or pause."""
        (self._ticker.stop if self.playing else self._ticker.start)()
        self._say()

    def on_hidden(self) -> None:
        super().on_hidden()
        self._say()

    def on_key(self, key: Key) -> bool:
        if key.name == " ":
            self.toggle()
        return key.name == " "

    def _say(self) -> None:
        self._button.show("Pause", "pause") if self.playing else self._button.show("Play", "play")

    def _tick(self) -> None:
        self.number += 1
        self._picture.show(self.number)
        self._time.text = duration_text((self.number - _POSTER) / FRAMES_PER_SECOND)
