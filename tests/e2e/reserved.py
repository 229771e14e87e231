"""Ports and X displays for programs that have to be told theirs before they begin.

A port that was only found free may be somebody else's a moment later: another run of the tests looks as well, and the
kernel gives ports to whoever asks for any, or connects. So these lie outside the range that the kernel gives away, and
each is reserved by a name in the abstract socket namespace, which one process can hold and which ends with it.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

_EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")
_PORTS = range(20_000, 32_000)
_DISPLAYS = range(60, 10_000)

_held: list[socket.socket] = []
"""As long as this process lives."""


def free_port() -> int:
    """A TCP port on loopback that nobody listens on and nobody else gets."""
    first, last = (int(word) for word in _EPHEMERAL.read_text().split())
    ports = (port for port in _from_own_place(_PORTS) if not first <= port <= last)
    return _reserve("port", ports, _nobody_listens)


def free_display() -> int:
    """The number of an X display that nobody else gets; what a killed server left of one is taken away."""
    number = _reserve("display", iter(_DISPLAYS), _nobody_shows)
    forget_display(number)
    return number


def forget_display(number: int) -> None:
    """Take away what an X server leaves behind that is killed."""
    for path in _traces(number):
        path.unlink(missing_ok=True)


def shows(number: int) -> bool:
    """Whether an X server takes connections on the display."""
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(_traces(number)[0])) == 0


def _reserve(kind: str, numbers: Iterator[int], is_free: Callable[[int], bool]) -> int:
    for number in numbers:
        name = socket.socket(socket.AF_UNIX)
        try:
            name.bind(f"\0spicegate-tests-{kind}-{number}")
        except OSError:
            name.close()
            continue
        _held.append(name)
        if is_free(number):
            return number
    raise RuntimeError(f"no {kind} is free")


def _from_own_place(numbers: range) -> Iterator[int]:
    """All of them, beginning where few other processes do: a port is used anew as late as can be."""
    start = os.getpid() * 37 % len(numbers)
    yield from numbers[start:]
    yield from numbers[:start]


def _nobody_listens(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _nobody_shows(number: int) -> bool:
    """A lock names its server: one that is gone leaves it behind when it was killed."""
    _, lock = _traces(number)
    try:
        os.kill(int(lock.read_text()), 0)
    except (FileNotFoundError, ProcessLookupError, ValueError):
        return not shows(number)
    except PermissionError:
        return False
    return False


def _traces(number: int) -> tuple[Path, Path]:
    """An X server's socket and lock."""
    return Path(f"/tmp/.X11-unix/X{number}"), Path(f"/tmp/.X{number}-lock")
