"""What a process and its children cost, from Linux's /proc."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")


def tree(pid: int) -> set[int]:
    """A process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for stat in PROC.glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found, waiting = set(), [pid]
    while waiting:
        found.add(current := waiting.pop())
        waiting += children.get(current, [])
    return found


def cpu_seconds(pid: int) -> float:
    """CPU time of a process, its threads and its living children, user and system, in seconds."""
    total = 0
    for member in tree(pid):
        for task in PROC.glob(f"{member}/task/*/schedstat"):
            with suppress(OSError):
                total += int(task.read_text().split()[0])
    return total / 1e9


def memory(pid: int) -> dict[str, int]:
    """Bytes of RSS and PSS of a process and its children."""
    total = {"rss": 0, "pss": 0}
    for member in tree(pid):
        with suppress(OSError):
            for line in (PROC / str(member) / "smaps_rollup").read_text().splitlines():
                name, _, rest = line.partition(":")
                if name.lower() in total:
                    total[name.lower()] += int(rest.split()[0]) * 1024
    return total
