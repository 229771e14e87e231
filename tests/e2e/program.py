"""Programs that a test starts: one process group each, its output in a file, always ended."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Self, TypeVar

T = TypeVar("T")

PATIENCE = 60.0
"""Seconds after which what is waited for will not come, however busy the computer is."""

#: libspice keeps one client by default: spicy-screenshot would throw the browser out that it is compared with.
SEVERAL_CLIENTS = {"SPICE_DEBUG_ALLOW_MC": "1"}


class Program:
    """A running program; a context manager that ends it and everything it started."""

    def __init__(self, command: Sequence[str], log: Path, *, env: Mapping[str, str] | None = None) -> None:
        self.log = log
        self._name = Path(command[0]).name
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, "SPICEGATE_GATEWAY__DRAIN_SECONDS": "0", **(env or {})},
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def alive(self) -> bool:
        return self._process.poll() is None

    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def stop(self) -> None:
        """Ends the process group: at once, for nothing here has anything to save."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(PATIENCE)

    def wait_until(self, what: str, probe: Callable[[], T | None], timeout: float = PATIENCE) -> T:
        """What `probe` gives once it gives something; fails when the program ends or the time is over.

        A program that fails so is ended: nobody else would, where this happens while it is being made.
        """
        try:
            for _ in ticks(timeout):
                alive = self.alive()
                if found := probe():
                    return found
                if not alive:
                    raise RuntimeError(f"{self._name} ended before {what}:\n{self.output()[-4000:]}")
            raise TimeoutError(f"{self._name}: no {what} within {timeout} s:\n{self.output()[-4000:]}")
        except BaseException:
            Program.stop(self)
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def ticks(timeout: float, interval: float = 0.02) -> Iterator[float]:
    """Moments at which to look again at something outside that announces nothing, until the time is over."""
    started = time.monotonic()
    while (passed := time.monotonic() - started) < timeout:
        yield passed
        time.sleep(interval)


def wait_for(what: str, probe: Callable[[], object]) -> None:
    """Until the probe says so."""
    for _ in ticks(PATIENCE):
        if probe():
            return
    raise TimeoutError(f"no {what}")


def listening(port: int) -> bool:
    """Whether somebody accepts on this loopback port, found without connecting (which would count as a client)."""
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and int(fields[1].rpartition(":")[2], 16) == port:
                return True
    return False


def established(port: int) -> int:
    """How many TCP connections the program that listens on this loopback port has open."""
    count = 0
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[3] == "01" and int(fields[1].rpartition(":")[2], 16) == port:
            count += 1
    return count
