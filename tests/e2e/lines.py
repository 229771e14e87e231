"""Lines that arrive on a socket, with a deadline on waiting for one."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from pathlib import Path

from tests.e2e.program import PATIENCE, ticks


class LineSocket:
    """A stream socket read by lines; every line received stays in `seen`, those nobody waited for in `pending`."""

    def __init__(self, path: Path) -> None:
        self.seen: list[str] = []
        self.pending: list[str] = []
        self._rest = b""
        self._socket = _connect(path)

    def send(self, line: str) -> None:
        self._socket.sendall(line.encode() + b"\n")

    def wait(
        self,
        matches: Callable[[str], bool],
        what: str,
        timeout: float = PATIENCE,
        drops: Callable[[str], bool] | None = None,
    ) -> str:
        """The oldest pending line that matches, or the next that does.

        Older lines for which `drops` holds are past then; the others go on waiting for somebody.
        """
        deadline = time.monotonic() + timeout
        looked = 0
        while True:
            for at, line in enumerate(self.pending[looked:], looked):
                if matches(line):
                    self.pending[: at + 1] = [old for old in self.pending[:at] if not (drops and drops(old))]
                    return line
            looked = len(self.pending)
            if not self._receive(deadline):
                raise TimeoutError(f"no {what} within {timeout} s; last lines: {self.seen[-15:]}")

    def close(self) -> None:
        self._socket.close()

    def _receive(self, deadline: float) -> bool:
        """Adds a line to the pending ones; False when the time is over."""
        while b"\n" not in self._rest:
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            self._socket.settimeout(left)
            try:
                received = self._socket.recv(65536)
            except TimeoutError:
                return False
            if not received:
                raise ConnectionError(f"the other side closed; last lines: {self.seen[-15:]}")
            self._rest += received
        line, _, self._rest = self._rest.partition(b"\n")
        text = line.decode(errors="replace").rstrip("\r")
        self.seen.append(text)
        self.pending.append(text)
        return True


def _connect(path: Path) -> socket.socket:
    """Between a socket's appearing in the file system and its listening there is a moment."""
    for passed in ticks(PATIENCE):
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect(str(path))
        except (ConnectionRefusedError, FileNotFoundError):
            connection.close()
            if passed > PATIENCE - 1:
                raise
        else:
            return connection
    raise TimeoutError(f"nobody listens on {path}")
