"""What a page plays, recorded from its audio graph, and what can be said of a recording."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

import numpy as np
import numpy.typing as npt
from playwright.sync_api import CDPSession, Page

from tests.e2e.browser import Viewer
from tests.e2e.credentials import log_in
from tests.e2e.program import PATIENCE, ticks

#: One ear's samples, −1 to 1.
Samples = npt.NDArray[np.float32]

_VIEWER = "document.querySelector('spice-viewer')"
_BUTTON = f"{_VIEWER}?.shadowRoot?.querySelector('.sound-on')"

#: Notes which node is connected to the loudspeaker. Runs before the page's own scripts and changes nothing for them.
WATCH = """
const connect = AudioNode.prototype.connect;
AudioNode.prototype.connect = function (target, ...rest) {
  if (target instanceof AudioDestinationNode) window.loudest = this;
  return connect.call(this, target, ...rest);
};
window.connectQuietly = (from, to) => connect.call(from, to);
"""

#: Records what goes to the loudspeaker: [sample rate, left, right], samples as base64 of 32-bit floats.
RECORD = """async (seconds) => {
  const { context } = window.loudest;
  const copy = context.createMediaStreamDestination();
  window.connectQuietly(window.loudest, copy);
  const [track] = copy.stream.getAudioTracks();
  const reader = new MediaStreamTrackProcessor({ track, maxBufferSize: 10_000 }).readable.getReader();
  const patience = setTimeout(() => track.stop(), (seconds + 60) * 1000);
  const sides = [[], []];
  for (let have = 0; have < seconds * context.sampleRate; ) {
    const { value, done } = await reader.read();
    if (done) throw new Error("the page's audio stands still");
    sides.forEach((pieces, i) => {
      const piece = new Float32Array(value.numberOfFrames);
      value.copyTo(piece, { planeIndex: Math.min(i, value.numberOfChannels - 1), format: "f32-planar" });
      pieces.push(piece);
    });
    have += value.numberOfFrames;
    value.close();
  }
  clearTimeout(patience);
  track.stop();
  window.loudest.disconnect(copy);
  const asBase64 = async (pieces) => {
    const reader = new FileReader();
    const read = new Promise((done) => (reader.onload = done));
    reader.readAsDataURL(new Blob(pieces));
    await read;
    return reader.result.slice(reader.result.indexOf(",") + 1);
  };
  return [context.sampleRate, await asBase64(sides[0]), await asBase64(sides[1])];
}"""


@dataclass(frozen=True)
class Recording:
    """What was heard; `rate` in samples per second."""

    rate: int
    left: Samples
    right: Samples

    @classmethod
    def from_base64(cls, rate: float, left: str, right: str) -> Recording:
        """From samples as 32-bit floats."""
        return cls(int(rate), _samples(left), _samples(right))

    def frequency(self) -> float:
        """The tone's frequency by its upward zero crossings, in Hz."""
        samples = self.left.astype(np.float64)
        before = np.flatnonzero((samples[:-1] < 0) & (samples[1:] >= 0))
        at = before + samples[before] / (samples[before] - samples[before + 1])
        return float((len(at) - 1) * self.rate / (at[-1] - at[0]))

    def strongest_frequency(self) -> float:
        """The frequency that most of the sound is in, in Hz."""
        spectrum = np.abs(np.fft.rfft(self.left * np.hanning(len(self.left))))
        return float(spectrum.argmax() * self.rate / len(self.left))

    def longest_silence(self, below: float = 1e-3) -> float:
        """Seconds of the longest run in which nothing is heard."""
        loud = np.flatnonzero((np.abs(self.left) > below) | (np.abs(self.right) > below))
        places = np.concatenate([[-1], loud, [len(self.left)]])
        return float(np.diff(places).max() - 1) / self.rate

    def roughness(self, frequency: float) -> float:
        """The steepest step between neighbours over what a tone of this loudness has: about 1 without clicks."""
        peak = float(np.abs(self.left).max())
        steepest = float(np.abs(np.diff(self.left)).max())
        return steepest / (2 * np.pi * frequency / self.rate * peak)

    def loudness(self) -> tuple[float, float]:
        """Root mean square of both ears."""
        return float(np.sqrt(np.mean(self.left**2))), float(np.sqrt(np.mean(self.right**2)))


class Entrance(Protocol):
    """A gateway; `link` leads through its log-in to a machine."""

    origin: str

    @property
    def port(self) -> int: ...

    @property
    def link(self) -> str: ...


class Listener:
    """Somebody at a viewer's page who listens. Made before the page is opened.

    What is looked at before the first click goes through the debugging protocol itself: Playwright's own evaluation
    counts as a gesture of the person, and the browser would let the page play.
    """

    def __init__(self, viewer: Viewer) -> None:
        self._page: Page = viewer.page
        self._debugger: CDPSession = viewer.context.new_cdp_session(viewer.page)
        viewer.context.add_init_script(WATCH)

    def arrive(self, gateway: Entrance) -> None:
        """Open the machine with a log-in of before: whoever logs in by hand has made the gesture already."""
        name, value = log_in(gateway.port)
        self._page.context.add_cookies([{"name": name, "value": value, "url": gateway.origin}])
        (machine,) = parse_qs(urlsplit(gateway.link).query)["next"]
        self._page.goto(gateway.origin + machine)

    def wait_for_button(self) -> None:
        """Returns when the page asks for a click."""
        self._wait("the button", self.button_is_shown)

    def button_is_shown(self) -> bool:
        return bool(self._look(f"!!({_BUTTON}) && !{_BUTTON}.hidden"))

    def click_button(self) -> None:
        box = self._look(
            f"(({{x, y, width, height}}) => [x + width / 2, y + height / 2])({_BUTTON}.getBoundingClientRect())"
        )
        self._page.mouse.click(*box)

    def context_state(self) -> str:
        return str(self._look("window.loudest?.context.state"))

    def wait_until_playing(self) -> None:
        """Returns when the machine's sound goes out."""
        self._wait("sound", lambda: self._look(f"{_VIEWER}?.stats.sound?.playing"))

    def wait_until_silent(self) -> None:
        """Returns when the machine plays nothing any more."""
        self._wait("silence", lambda: not self._look(f"{_VIEWER}?.stats.sound?.playing"))

    def record(self, seconds: float) -> Recording:
        """What the page gives to the loudspeaker from now on."""
        return Recording.from_base64(*self._page.evaluate(RECORD, seconds))

    def _look(self, expression: str) -> Any:
        answer = self._debugger.send("Runtime.evaluate", {"expression": expression, "returnByValue": True})
        return answer["result"].get("value")

    def _wait(self, what: str, probe: Callable[[], object]) -> None:
        for _ in ticks(PATIENCE, 0.05):
            if probe():
                return
        raise AssertionError(f"no {what}: {self._look(f'{_VIEWER}?.stats.sound')}")


def _samples(text: str) -> Samples:
    return np.frombuffer(base64.b64decode(text), np.float32)
