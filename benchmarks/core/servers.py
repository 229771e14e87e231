"""The two servers, each with its machine: started, driven and gauged in the same way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.relay_gauge import cpu_seconds, tree
from tests.e2e.xspice import Xspice

from .client import Address
from .painter import Told

OURS, LIBSPICE = "spicegate", "libspice"
_PASSWORD = "a benchmark's secret"
#: libspice's defaults, which the end-to-end tests turn off; and every encoder that there is, for clients that want it.
_XSPICE = (
    *("--streaming-video", "filter", "--jpeg-wan-compression", "auto", "--zlib-glz-wan-compression", "auto"),
    *("--video-codecs", "gstreamer:h264;gstreamer:vp8;gstreamer:mjpeg;spice:mjpeg"),
)


@dataclass(frozen=True)
class Server:
    """A SPICE server and a machine that shows scenes. `pid` is the server, whose cost counts; `machine` draws."""

    name: str
    address: Address
    pid: int
    machine: subprocess.Popen[str]

    def show(self, scene: str) -> None:
        """Start a scene; it stands when this returns."""
        self._ask(f"show {scene}")

    def halt(self) -> Told:
        """Stop what moves; what was done since `show`."""
        return Told(**json.loads(self._ask("halt")))

    def _ask(self, line: str) -> str:
        assert self.machine.stdin is not None
        print(line, file=self.machine.stdin, flush=True)
        return _line(self.machine)

    def cpu(self) -> float:
        """CPU seconds of the server until now."""
        return cpu_seconds(self.pid)


@contextmanager
def servers(home: Path, pictures: Path) -> Iterator[list[Server]]:
    """Both, for as long as the block runs; the one that is not measured idles meanwhile."""
    with ExitStack() as stack:
        xspice = stack.enter_context(Xspice(home / "xspice", options=_XSPICE))
        x_program = stack.enter_context(_running(["benchmarks.core.x_machine", str(pictures), xspice.display]))
        _line(x_program)
        own = stack.enter_context(_running(["benchmarks.core.own_machine", str(pictures), _PASSWORD]))
        port = json.loads(_line(own))["port"]
        yield [
            Server(OURS, Address(port, _PASSWORD), own.pid, own),
            Server(LIBSPICE, Address(xspice.port, xspice.password), xspice.pid, x_program),
        ]


def undisturbed(both: list[Server]) -> None:
    """Let nobody else on the computer delay servers, machines and client (as root)."""
    for server in both:
        for pid in (server.pid, server.machine.pid, os.getpid()):
            for task in (task for member in tree(pid) for task in Path(f"/proc/{member}/task").iterdir()):
                os.sched_setscheduler(int(task.name), os.SCHED_RR, os.sched_param(1))


@contextmanager
def slow_link(server: Server, rate: float, delay: float) -> Iterator[Address]:
    """A way to the server over a line of so many Mbit/s and so many milliseconds in each direction."""
    arguments = ["benchmarks.core.slow_link", str(server.address.port), "--rate", str(rate), "--delay", str(delay)]
    with _running(arguments) as link:
        yield Address(int(_line(link)), server.address.password)


@contextmanager
def _running(arguments: list[str]) -> Iterator[subprocess.Popen[str]]:
    """A module of ours as a process that does not outlive the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait(10)


def _line(process: subprocess.Popen[str]) -> str:
    """Its next line of output. Raises `ChildProcessError` when it ended."""
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise ChildProcessError(f"{process.args!r} ended")
    return line
