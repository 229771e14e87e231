"""virt-viewer's `remote-viewer` on a screen of its own, an X server without hardware."""

from __future__ import annotations

import os
import subprocess
from io import BytesIO
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from tests.e2e.picture import Pixels
from tests.e2e.program import PATIENCE, Program
from tests.e2e.reserved import forget_display, free_display, shows


class Xvfb(Program):
    """An X server; `display` names it. Keys that are long on their way do not repeat."""

    def __init__(self, home: Path, size: str = "1600x1200x24") -> None:
        home.mkdir(parents=True, exist_ok=True)
        self._number = free_display()
        self.display = f":{self._number}"
        command = ["Xvfb", self.display, "-screen", "0", size, "-nolisten", "tcp", "-r"]
        super().__init__(command, home / "xvfb.log")
        self.wait_until("its display", lambda: shows(self._number))

    def photograph(self) -> Pixels:
        """The whole screen."""
        environment = {**os.environ, "DISPLAY": self.display}
        command = ["import", "-window", "root", "png:-"]
        shot = subprocess.run(command, env=environment, capture_output=True, timeout=PATIENCE, check=True).stdout
        with Image.open(BytesIO(shot)) as image:
            return np.asarray(image.convert("RGB"))

    def xdotool(self, *arguments: str) -> str:
        """Have somebody's hands do something; what the program says."""
        environment = {**os.environ, "DISPLAY": self.display}
        command = ["xdotool", *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, timeout=PATIENCE, check=True)
        return done.stdout.decode()

    def stop(self) -> None:
        super().stop()
        forget_display(self._number)


class RemoteViewer(Program):
    """Has opened a connection file. The file is gone afterwards, as it says."""

    def __init__(self, home: Path, screen: Xvfb, connection_file: str) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.file = home / "machine.vv"
        self.file.write_text(connection_file)
        environment = {
            "DISPLAY": screen.display, "HOME": str(home), "XDG_RUNTIME_DIR": str(home), "GDK_BACKEND": "x11",
            "GSETTINGS_BACKEND": "memory", "NO_AT_BRIDGE": "1",
        }  # fmt: skip
        super().__init__(["remote-viewer", str(self.file)], home / "remote-viewer.log", env=environment)


def find(picture: Pixels, screen: Pixels) -> tuple[int, int] | None:
    """Where on the screen the whole picture is, in every pixel; None when it is nowhere."""
    small, large = _words(picture), _words(screen)
    height, width = small.shape
    if height > large.shape[0] or width > large.shape[1]:
        return None
    row = int(np.argmax([len(np.unique(line)) for line in small]))
    rows = np.lib.stride_tricks.sliding_window_view(large[row : large.shape[0] - height + row + 1], width, axis=1)
    for y, x in np.argwhere((rows[:, :, :: max(1, width // 16)] == small[row, :: max(1, width // 16)]).all(axis=2)):
        if (large[y : y + height, x : x + width] == small).all():
            return int(x), int(y)
    return None


def _words(pixels: Pixels) -> npt.NDArray[np.uint32]:
    words: npt.NDArray[np.uint32] = pixels.astype(np.uint32) @ np.array([65536, 256, 1], np.uint32)
    return words
