"""500 sessions with live pictures over 20 machines: ``python -m benchmarks.load [--sessions N] [--quick]``.

Gateway, machines and clients share the computer's cores; the gateway's own CPU and memory are told apart. Everything
is on the loopback and stops by itself.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random
from urllib.parse import parse_qs, urlsplit
from urllib.request import Request, urlopen

import uvloop

from benchmarks.load.clients import Session
from tests.e2e.credentials import log_in, set_up

MACHINES = 20
OPEN_AT_ONCE = 4
SECONDS = 20.0
CLOCK = os.sysconf("SC_CLK_TCK")


class Gateway:
    """`spicegate serve` in front of the machines, as a process of its own."""

    def __init__(self, home: Path, ports: list[int]) -> None:
        rows = "".join(f'[[machines]]\nname = "m{i}"\nurl = "spice://127.0.0.1:{p}"\n' for i, p in enumerate(ports))
        (home / "spicegate.toml").write_text(rows)
        arguments = ["--config", str(home / "spicegate.toml"), "--port", "0", "--state", str(home / "state")]
        command = [sys.executable, "-m", "gateway", "serve", *arguments, "--log-level", "warning"]
        environment = {**os.environ, "SPICEGATE_GATEWAY__DRAIN_SECONDS": "0"}
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        assert self.process.stdout is not None
        parts = urlsplit(self.process.stdout.readline().split()[1])
        self.port = int(parts.port or 0)
        self.cookie = "=".join(set_up(self.port, parse_qs(parts.query)["token"][0]))

    @property
    def cpu(self) -> float:
        """Seconds of CPU so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / CLOCK

    @property
    def memory(self) -> float:
        """Resident MB."""
        return int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) * resource.getpagesize() / 1e6

    def page(self, path: str) -> float:
        """Seconds until a page was read, by somebody who has just logged in."""
        cookie = "=".join(log_in(self.port))
        begun = time.perf_counter()
        with urlopen(Request(f"http://127.0.0.1:{self.port}{path}", headers={"Cookie": cookie}), timeout=30) as answer:
            answer.read()
        return time.perf_counter() - begun


async def measure(gateway: Gateway, count: int, seconds: float) -> None:
    """Open the sessions a few at a time, watch them, press keys, and tell."""
    idle = gateway.memory
    sessions = [Session() for _ in range(count)]
    turn = asyncio.Semaphore(OPEN_AT_ONCE)
    async with asyncio.TaskGroup() as tasks:
        watching = []

        async def begin(number: int, session: Session) -> None:
            async with turn:
                await session.open(gateway.port, f"m{number % MACHINES}", gateway.cookie)
            watching.append(tasks.create_task(session.watch()))

        begun, cpu = time.perf_counter(), gateway.cpu
        opening = [asyncio.ensure_future(begin(*pair)) for pair in enumerate(sessions)]  # noqa: TID251 - awaited below
        await asyncio.gather(*opening)
        opened = time.perf_counter() - begun
        times = sorted(session.seconds * 1000 for session in sessions)
        print(
            f"open {count} sessions, {OPEN_AT_ONCE} at a time: {opened:.1f} s; each p50 {_at(times, 0.5):.0f} ms, "
            f"p95 {_at(times, 0.95):.0f} ms; gateway {(gateway.cpu - cpu) / count * 1000:.1f} ms of CPU a session"
        )
        before, cpu, begun = sum(s.updates for s in sessions), gateway.cpu, time.perf_counter()
        await _press_keys(sessions, seconds)
        elapsed = time.perf_counter() - begun
        updates = (sum(s.updates for s in sessions) - before) / elapsed
        answers = sorted(answer * 1000 for session in sessions for answer in session.answers)
        print(
            f"live: {updates:.0f} updates/s, gateway {(gateway.cpu - cpu) / elapsed:.0%} of a core and "
            f"{(gateway.memory - idle) / count:.3f} MB a session; key to picture p50 {_at(answers, 0.5):.1f} ms, "
            f"p99 {_at(answers, 0.99):.1f} ms of {len(answers)}"
        )
        for path in ("/", "/admin", "/metrics"):
            try:
                print(f"{path} under load: {await asyncio.to_thread(gateway.page, path) * 1000:.0f} ms")
            except OSError as error:
                print(f"{path} under load: {error}")
        for task in watching:
            task.cancel()
        for session in sessions:
            session.close()


async def _press_keys(sessions: list[Session], seconds: float) -> None:
    """Somebody somewhere presses a key, ten times a second."""
    random, end = Random(1), time.perf_counter() + seconds
    while time.perf_counter() < end:
        random.choice(sessions).press()
        await asyncio.sleep(0.1)


def _at(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else math.nan


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=500)
    parser.add_argument("--rate", type=float, default=2.0, help="changes of each machine a second")
    parser.add_argument("--quick", action="store_true", help="50 sessions for 5 seconds")
    options = parser.parse_args()
    count, seconds = (50, 5.0) if options.quick else (options.sessions, SECONDS)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    command = [sys.executable, "-m", "benchmarks.load.machines", str(MACHINES), str(options.rate)]
    with tempfile.TemporaryDirectory() as home:
        machines = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        gateway: Gateway | None = None
        try:
            assert machines.stdout is not None
            gateway = Gateway(Path(home), json.loads(machines.stdout.readline()))
            load = os.getloadavg()[0]
            print(f"{count} sessions, {MACHINES} machines, {options.rate:g} changes a second; load {load:.1f}")
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(measure(gateway, count, seconds))
        finally:
            for process in (machines, gateway.process if gateway is not None else None):
                if process is not None:
                    process.kill()
                    process.wait()


if __name__ == "__main__":
    main()
