"""The tests' end of `program`: a spice-gtk client with verbs."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import tempfile
import threading
import time
from base64 import b64decode, b64encode
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import numpy as np

from tests.e2e import picture
from tests.e2e.picture import Pixels
from tests.e2e.program import PATIENCE

PYTHON = "/usr/bin/python3"
ROOT = Path(__file__).resolve().parents[3]
Event = dict[str, Any]


class SpiceGtk:
    """A session of spice-gtk's; each property is one of `SpiceSession`'s, with `_` for `-`.

    Verbs are methods: `client.do("key_press", code=30)`. Events that came stay in `seen`; each is expected once.
    """

    def __init__(self, **properties: Any) -> None:
        self.seen: list[Event] = []
        self._pending: list[Event] = []
        self._lines: queue.Queue[bytes] = queue.Queue()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the client
        self._process = subprocess.Popen(
            [PYTHON, "-m", "tests.e2e.spice_gtk.program"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), "G_MESSAGES_DEBUG": ""},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._write({name.replace("_", "-"): value for name, value in properties.items() if value is not None})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(PATIENCE)
        self._reader.join()
        self._errors.close()

    # verbs

    def do(self, verb: str, **arguments: Any) -> Any:
        """Have the library do something; what it answers. Raises `RuntimeError` with what it says."""
        self._write({"verb": verb, **arguments})
        line = self._wait(lambda line: "answer" in line or "failed" in line, f"answer to {verb}", PATIENCE)
        if "failed" in line:
            raise RuntimeError(f"{verb}: {line['failed']}")
        return line["answer"]

    def expect(self, event: str, timeout: float = PATIENCE, **facts: Any) -> Event:
        """The oldest event of this name with these facts that nobody has expected yet, or the next."""
        wanted = {"event": event, **facts}
        return self._wait(
            lambda line: all(line.get(name) == value for name, value in wanted.items()), f"{event} {facts}", timeout
        )

    def opened(self, *channels: str) -> Self:
        """Wait until a channel of each kind is open."""
        for channel in channels:
            self.expect("channel-event", channel=channel, what="opened")
        return self

    def picture(self, id: int = 0) -> Pixels | None:
        """The primary surface of a display channel; None while there is none."""
        with tempfile.NamedTemporaryFile() as rows:
            taken = self.do("picture", path=rows.name, id=id)
            if taken is None:
                return None
            (width, height), stride = taken["size"], taken["stride"]
            data = np.fromfile(rows.name, np.uint8).reshape(height, stride)
        return data[:, : width * 4].reshape(height, width, 4)[:, :, 2::-1]

    def wait_until_shows(self, expected: Pixels, name: str, id: int = 0, timeout: float = PATIENCE) -> None:
        """Returns when the primary surface equals the picture in every pixel; otherwise fails with the difference."""
        deadline = time.monotonic() + timeout
        while True:
            shown = self.picture(id)
            if shown is not None and picture.equal(shown, expected):
                return
            try:
                self._wait(lambda line: _draws(line, id), "drawing", deadline - time.monotonic())
            except TimeoutError:
                break
        if shown is None:
            raise AssertionError("no picture at all")
        picture.keep(name, ours=shown, expected=expected)
        raise AssertionError(picture.difference(shown, expected))

    # the pipe

    def _write(self, line: dict[str, Any]) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(line).encode() + b"\n")
        self._process.stdin.flush()

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put(b"")

    def _wait(self, matches: Callable[[Event], bool], what: str, timeout: float) -> Event:
        deadline = time.monotonic() + timeout
        for at, line in enumerate(self._pending):
            if matches(line):
                return self._pending.pop(at)
        while True:
            line = self._next(what, deadline)
            self.seen.append(line)
            if matches(line):
                return line
            self._pending.append(line)

    def _next(self, what: str, deadline: float) -> Event:
        try:
            text = self._lines.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            raise TimeoutError(f"no {what} in time; {self._account()}") from None
        if not text:
            raise RuntimeError(f"spice-gtk ended before {what}; {self._account()}")
        line: Event = json.loads(text)
        return line

    def _account(self) -> str:
        self._errors.seek(0)
        return f"last events: {self.seen[-12:]}; it says: {self._errors.read().decode(errors='replace')[-3000:]}"


def encoded(data: bytes) -> str:
    """Bytes as the program takes them."""
    return b64encode(data).decode("ascii")


def decoded(text: str) -> bytes:
    """Bytes as the program tells them."""
    return b64decode(text)


def _draws(line: Event, id: int) -> bool:
    names = ("display-primary-create", "display-invalidate")
    return line.get("event") in names and line.get("id") == id
