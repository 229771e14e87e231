"""Lines that arrive on a socket, with a deadline on waiting for one."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from pathlib import Path


class LineSocket:
    """A stream socket read by lines; every line received stays in `seen`."""

    def __init__(self, path: Path) -> None:
        self.seen: list[str] = []
        self._rest = b""
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(10)
        self._socket.connect(str(path))

    def send(self, line: str) -> None:
        self._socket.sendall(line.encode() + b"\n")

    def wait(self, matches: Callable[[str], bool], what: str, timeout: float = 20) -> str:
        """The next line not yet read that matches; those before it are passed over."""
        deadline = time.monotonic() + timeout
        while True:
            line = self._next(deadline)
            if line is None:
                raise TimeoutError(f"no {what} within {timeout} s; last lines: {self.seen[-15:]}")
            if matches(line):
                return line

    def close(self) -> None:
        self._socket.close()

    def _next(self, deadline: float) -> str | None:
        while b"\n" not in self._rest:
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            self._socket.settimeout(left)
            try:
                received = self._socket.recv(65536)
            except TimeoutError:
                return None
            if not received:
                raise ConnectionError(f"the other side closed; last lines: {self.seen[-15:]}")
            self._rest += received
        line, _, self._rest = self._rest.partition(b"\n")
        self.seen.append(line.decode(errors="replace").rstrip("\r"))
        return self.seen[-1]
