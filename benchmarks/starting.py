"""Starting: from a command to its first words, and from `serve` to the link that it prints when it listens.

Each round runs every command once, of this checkout and, in turns, of the one that `--beside` names. Told are medians:
the time that passed, the CPU time of the process, which a busy computer disturbs less, and of `serve` the memory that
it holds then.

usage: python -m benchmarks.starting [--turns 15] [--beside DIRECTORY] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Final

HERE: Final = Path(__file__).parents[1]
NOWHERE: Final = ("--url", "http://127.0.0.1:1", "--api-key", "sg_none")
COMMANDS: Final = (
    ("--help",),
    ("--version",),
    ("config", "check"),
    ("machine", "list", *NOWHERE),
    ("ticket", "create", "office", *NOWHERE),
    ("key", "list", *NOWHERE),
    ("user", "list"),
    ("serve", "--help"),
    ("serve", "spice://127.0.0.1:1"),
    ("serve",),
)


@dataclass(frozen=True)
class Start:
    """Seconds, and the bytes of memory that are held (0: the program has ended)."""

    passed: float
    cpu: float
    memory: int = 0


def start(checkout: Path, command: tuple[str, ...]) -> Start:
    """Start a program in an empty directory; one that serves is ended when it listens."""
    with tempfile.TemporaryDirectory() as home:
        serves = command[0] == "serve" and "--help" not in command
        place = ("--port", "0", "--state", home) if serves else ()
        environment = {**os.environ, "PYTHONPATH": str(checkout), "XDG_STATE_HOME": home}
        began = perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "gateway", *command, *place],
            cwd=home, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        assert process.stdout is not None
        if not serves:
            process.stdout.read()
            _, _, used = os.wait4(process.pid, 0)
            process.returncode = 0
            return Start(perf_counter() - began, used.ru_utime + used.ru_stime)
        line = process.stdout.readline()
        found = Start(perf_counter() - began, *_used(process.pid))
        process.terminate()
        process.communicate()
        assert line.startswith("Open "), line
        return found


def _used(pid: int) -> tuple[float, int]:
    """CPU seconds and bytes of memory of a process that runs (proc(5))."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    cpu = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return cpu, int(fields[21]) * os.sysconf("SC_PAGE_SIZE")


def told(starts: list[Start]) -> str:
    """Their medians."""
    passed, cpu = (statistics.median(values) for values in zip(*((s.passed, s.cpu) for s in starts), strict=True))
    memory = statistics.median(s.memory for s in starts)
    return f"{passed:6.2f} s  {cpu:5.2f} s CPU" + (f"  {memory / 2**20:4.0f} MiB" if memory else " " * 10)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.starting")
    parser.add_argument("--turns", type=int, default=15)
    parser.add_argument("--beside", type=Path, help="another checkout, for example of an older version")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    checkouts = [HERE, *([given.beside.resolve()] if given.beside else [])]
    found = {command: {checkout: list[Start]() for checkout in checkouts} for command in COMMANDS}
    for turn in range(given.turns + 1):
        for command, by_checkout in found.items():
            for checkout, starts in by_checkout.items():
                if (measured := start(checkout, command)) and turn:  # the first one compiles
                    starts.append(measured)
    for command, by_checkout in found.items():
        shown = " ".join(word for word in command if word not in NOWHERE)
        print(f"{shown:28}", "   beside  ".join(told(starts) for starts in by_checkout.values()), flush=True)
    if given.json is not None:
        rows = {" ".join(c): [[asdict(s) for s in starts] for starts in by.values()] for c, by in found.items()}
        given.json.write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
