"""Firefox with the viewer open, driven by puppeteer-core (npm) over WebDriver BiDi."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from tests.e2e import picture
from tests.e2e.credentials import NAME, PASSWORD
from tests.e2e.picture import Pixels
from tests.e2e.sound import Recording

FIREFOX = "/usr/bin/firefox-esr"
PATIENCE = 100
"""Seconds after which an answer will not come: more than the driver's own in `SCRIPT`, which says what is missing."""
SCRIPT = Path(__file__).with_name("firefox_viewer.mjs")


class FirefoxHangs(RuntimeError):
    """Nothing was answered in time."""


class FirefoxViewer:
    """A fresh profile that has opened the printed link."""

    def __init__(self, home: Path, link: str, env: Mapping[str, str] | None = None) -> None:
        self._log = home / "firefox.log"
        profile = home / "profile"
        profile.mkdir(parents=True)
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [_node(), str(SCRIPT), FIREFOX, link, str(profile), NAME, PASSWORD],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env={**os.environ, "HOME": str(home), **(env or {})},
                start_new_session=True,
            )
        self._groups = [self._process.pid]
        try:
            started = self._answer()
            self._groups.append(started["pid"])  # puppeteer starts the browser in a process group of its own
            self.version: str = started["version"]
            self._answer()
        except BaseException:
            self.__exit__()
            raise

    def snapshot(self) -> Pixels | None:
        """The primary surface as the viewer has it; None while there is none."""
        taken = self._ask("look")
        if not taken or not taken["width"]:
            return None
        return picture.from_rgba(taken["width"], taken["height"], base64.b64decode(taken["data"]))

    def sound(self) -> Any:
        """What the viewer says of its sound; None while there is none."""
        return self._ask("sound")

    def listen(self, seconds: float) -> Recording:
        """What the page gives to the loudspeaker from now on."""
        return Recording.from_base64(*self._ask(f"listen {seconds}"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for group in reversed(self._groups):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
        self._process.wait(PATIENCE)

    def _ask(self, request: str) -> Any:
        assert self._process.stdin
        self._process.stdin.write(request.encode() + b"\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> Any:
        assert self._process.stdout
        readable, _, _ = select.select([self._process.stdout], [], [], PATIENCE)
        if not readable:
            raise FirefoxHangs(self._log.read_text(errors="replace")[-4000:])
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"Firefox's driver ended:\n{self._log.read_text(errors='replace')[-4000:]}")
        return json.loads(line)


def _node() -> str:
    """The environment's own node, else the system's."""
    ours = Path(sys.executable).with_name("node")
    found = str(ours) if ours.exists() else shutil.which("node")
    if not found:
        raise RuntimeError("no node: 'make dev' installs one")
    return found
