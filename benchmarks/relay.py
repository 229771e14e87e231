"""The relay against its peers: ``python -m benchmarks.relay [--json FILE] [--only NAME ...] [--quick]``.

Everything runs on loopback, one after the other, within a few minutes: the same load (`benchmarks.relay_machine`) is
reached directly, through ``websockify`` (``pip install websockify``) and through spicegate, in turns, and what is shown
are medians over the turns and ratios between them.

throughput  64 KiB writes of the machine until the client has read so many bytes: MB/s, and CPU seconds per GB of the
            relay with its children. spicegate carries DISPLAY messages and checks each header; the others carry bytes.
round_trip  8-byte messages to the machine and back, one at a time: microseconds, and what a relay adds to direct TCP.
beside      the same small message, idle and beside a picture that saturates the relay on another channel: p50 and p99.
            Source and sink of the picture run at lower priority, so that what is seen is the relay's turn, not the
            scheduler's.
idle        memory of spicegate (RSS and PSS) with so many linked channel connections, per connection; and of
            websockify for a few, which needs a process for each.

On a computer that does something else meanwhile, ``--undisturbed`` (as root) gives relays, echo and probe the real-time
scheduling class: percentiles then tell of the relay and not of the others. Throughput is best measured without.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.relay_ends import KEEPER, Address, End, open_echo, open_flood, to_json
from benchmarks.relay_gauge import cpu_seconds, memory
from gateway.spice.enums import ChannelType
from tests.e2e.credentials import set_up

MB = 1_000_000
GB = 1_000_000_000
CHANNELS_BESIDE_MAIN = (ChannelType.INPUTS, ChannelType.CURSOR, ChannelType.PLAYBACK)
WEBSOCKIFY_IDLE = 20
ROUND_TRIPS_A_TURN = 50
NICE = 10


@dataclass(frozen=True)
class Amounts:
    """How much of everything."""

    turns: int = 7
    floods: int = 21
    flood_bytes: int = 512 << 20
    warm_bytes: int = 32 << 20
    round_trips: int = 2000
    paced: int = 1500
    pause: float = 0.002
    idle: int = 5000


QUICK = Amounts(turns=3, floods=5, round_trips=500, paced=500, idle=500)


@dataclass(frozen=True)
class Peer:
    """A way to the machine: where echo and flood are reached, and whose cost counts."""

    name: str
    echo: Address
    flood: Address
    pids: tuple[int, ...] = ()
    machine: int = 0

    def cpu(self) -> float:
        return sum(cpu_seconds(pid) for pid in self.pids)


@contextmanager
def running(arguments: list[str], **options: Any) -> Iterator[subprocess.Popen[str]]:
    """A process that does not outlive the block."""
    process = subprocess.Popen(arguments, text=True, **options)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def await_port(port: int) -> None:
    """Return when somebody listens there."""
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"nobody listens on port {port}")


@contextmanager
def websockify(target: int) -> Iterator[tuple[Address, int]]:
    """websockify in front of a port of the machine; where it is and its process."""
    port = free_port()
    arguments = [sys.executable, "-m", "websockify", f"127.0.0.1:{port}", f"127.0.0.1:{target}"]
    with running(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        await_port(port)
        yield Address(port, websocket=True), process.pid


@contextmanager
def spicegate(target: int) -> Iterator[tuple[Address, int]]:
    """spicegate in front of the machine's SPICE port; where it is, logged in, and its process."""
    arguments = [sys.executable, "-m", "gateway", "serve", f"spice://127.0.0.1:{target}", "--name", "bench"]
    with TemporaryDirectory() as state, running(
        [*arguments, "--port", "0", "--state", state], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if found := re.search(r"http://127\.0\.0\.1:(\d+)/setup\?token=(\S+)", line):
                port = int(found[1])
                cookie = "=".join(set_up(port, found[2]))
                yield Address(port, websocket=True, machine="bench", cookie=cookie), process.pid
                return
        raise RuntimeError("spicegate did not start")


@contextmanager
def peers() -> Iterator[list[Peer]]:
    """The machine, and the three ways to it."""
    with ExitStack() as stack:
        arguments = [sys.executable, "-m", "benchmarks.relay_machine"]
        machine = stack.enter_context(running(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE))
        assert machine.stdout is not None
        ports = json.loads(machine.stdout.readline())
        echo, echo_pid = stack.enter_context(websockify(ports["raw_echo"]))
        flood, flood_pid = stack.enter_context(websockify(ports["raw_flood"]))
        gate, gate_pid = stack.enter_context(spicegate(ports["spice"]))
        yield [
            Peer("direct", Address(ports["raw_echo"]), Address(ports["raw_flood"]), machine=machine.pid),
            Peer("websockify", echo, flood, (echo_pid, flood_pid)),
            Peer("spicegate", gate, gate, (gate_pid,)),
        ]


def undisturbed(ways: list[Peer]) -> None:
    """Let nobody else on the computer delay the relays and the probe. The flood's two ends stay as they are."""
    turns = os.sched_param(1)
    for way in ways:
        for pid in way.pids:
            os.sched_setscheduler(pid, os.SCHED_RR, turns)  # websockify's children inherit it
    for pid in (os.getpid(), ways[0].machine):
        os.sched_setscheduler(pid, os.SCHED_RR | os.SCHED_RESET_ON_FORK, turns)


def close(ends: list[End]) -> None:
    for end in ends:
        end.socket.close()


# --- the scenarios --------------------------------------------------------------------------------------------------


def throughput(ways: list[Peer], amounts: Amounts) -> dict[str, Any]:
    runs: dict[str, list[tuple[float, float]]] = {way.name: [] for way in ways}
    for _ in range(amounts.floods):
        for way in ways:
            ends = open_flood(way.flood)
            ends[0].drain(amounts.warm_bytes)
            cpu, began = way.cpu(), time.perf_counter()
            ends[0].drain(amounts.flood_bytes)
            took = time.perf_counter() - began
            runs[way.name].append((amounts.flood_bytes / MB / took, (way.cpu() - cpu) / (amounts.flood_bytes / GB)))
            close(ends)
    result: dict[str, Any] = {
        name: {
            "mb_per_s": median(speed for speed, _ in found),
            "cpu_s_per_gb": median(cost for _, cost in found),
            "runs_mb_per_s": [round(speed) for speed, _ in found],
        }
        for name, found in runs.items()
    }
    # Neighbours in time are compared, for other programs may come and go.
    pairs = list(zip(runs["spicegate"], runs["websockify"], strict=True))
    result["ratio"] = {
        "mb_per_s": median(ours[0] / theirs[0] for ours, theirs in pairs),
        "cpu_s_per_gb": median(ours[1] / theirs[1] for ours, theirs in pairs),
    }
    return result


def round_trip(ways: list[Peer], amounts: Amounts) -> dict[str, Any]:
    ends = {way.name: open_echo(way.echo) for way in ways}
    runs: dict[str, list[float]] = {way.name: [] for way in ways}
    for found in ends.values():
        found[0].round_trips(200)
    for _ in range(amounts.turns * amounts.round_trips // ROUND_TRIPS_A_TURN):
        for name, found in ends.items():  # short turns: a busy moment of the computer meets all alike
            runs[name].append(median(found[0].round_trips(ROUND_TRIPS_A_TURN)) * 1e6)
    for found in ends.values():
        close(found)
    result: dict[str, Any] = {name: {"median_us": median(found)} for name, found in runs.items()}
    for name in ("websockify", "spicegate"):
        result[name]["added_us"] = median(via - direct for via, direct in zip(runs[name], runs["direct"], strict=True))
    result["ratio"] = {"added": result["spicegate"]["added_us"] / result["websockify"]["added_us"]}
    return result


def beside(ways: list[Peer], amounts: Amounts) -> dict[str, Any]:
    samples: dict[str, dict[str, list[float]]] = {way.name: {"idle": [], "loaded": []} for way in ways}
    turns = max(2, amounts.turns // 2)
    for _ in range(turns):
        for way in ways:
            ends = open_echo(way.echo)
            ends[0].round_trips(50)
            samples[way.name]["idle"] += ends[0].round_trips(amounts.paced // turns, amounts.pause)
            with saturated(way.flood):
                samples[way.name]["loaded"] += ends[0].round_trips(amounts.paced // turns, amounts.pause)
            close(ends)
    return {name: compare(found["idle"], found["loaded"]) for name, found in samples.items()}


def compare(idle: list[float], loaded: list[float]) -> dict[str, float]:
    """Percentiles in milliseconds, and what the load adds to them."""
    result: dict[str, float] = {}
    for rank in (50, 99):
        low, high = (quantiles(samples, n=100)[rank - 1] * 1e3 for samples in (idle, loaded))
        result |= {f"idle_p{rank}_ms": low, f"loaded_p{rank}_ms": high, f"added_p{rank}_ms": high - low}
    return result


@contextmanager
def saturated(address: Address) -> Iterator[None]:
    """A picture as fast as it goes, to a process of its own."""
    arguments = [sys.executable, "-m", "benchmarks.relay_ends", to_json(address)]
    with running(arguments, stdout=subprocess.PIPE, preexec_fn=lambda: os.nice(NICE)) as sink:
        assert sink.stdout is not None
        sink.stdout.readline()
        time.sleep(0.3)
        yield


def idle(ways: list[Peer], amounts: Amounts) -> dict[str, Any]:
    _, proxy, gate = ways
    open_more_files()
    hold_channels(gate.echo, 40).close()
    time.sleep(1.5)
    before = memory(gate.pids[0])
    began = time.perf_counter()
    held = hold_channels(gate.echo, amounts.idle)
    took = time.perf_counter() - began
    time.sleep(2)
    after = memory(gate.pids[0])
    probe = open_echo(gate.echo)
    still = median(probe[0].round_trips(200)) * 1e6
    close(probe)
    held.close()
    result = {
        "connections": amounts.idle,
        "opened_in_s": took,
        "round_trip_beside_us": still,
        **{f"{kind}_kb_per_connection": (after[kind] - before[kind]) / amounts.idle / 1000 for kind in before},
    }
    return {"spicegate": result, "websockify": idle_websockify(proxy)}


def idle_websockify(way: Peer) -> dict[str, float]:
    before = memory(way.pids[0])
    ends = [End(way.echo) for _ in range(WEBSOCKIFY_IDLE)]
    for end in ends:
        end.round_trips(1)
    after = memory(way.pids[0])
    close(ends)
    return {f"{kind}_kb_per_connection": (after[kind] - before[kind]) / WEBSOCKIFY_IDLE / 1000 for kind in before}


def hold_channels(address: Address, count: int) -> ExitStack:
    """So many linked channel connections, as sessions of MAIN and what belongs to it."""
    held = ExitStack()
    opened = 0
    while opened < count:
        main = End(address)
        held.callback(main.socket.close)
        session = main.session_id(main.link(ChannelType.MAIN, 0))
        KEEPER.keep(main)
        opened += 1
        for channel in CHANNELS_BESIDE_MAIN[: count - opened]:
            end = End(address)
            held.callback(end.socket.close)
            end.link(channel, session)
            KEEPER.keep(end)
            opened += 1
    return held


def open_more_files() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


SCENARIOS: dict[str, Callable[[list[Peer], Amounts], dict[str, Any]]] = {
    "throughput": throughput,
    "round_trip": round_trip,
    "beside": beside,
    "idle": idle,
}


def tell(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def show(name: str, result: dict[str, Any]) -> None:
    print(f"\n{name}")
    for who, values in result.items():
        told = "  ".join(f"{key} {tell(value)}" for key, value in values.items())
        print(f"  {who:<11} {told}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, help="write the results to this file")
    parser.add_argument("--only", nargs="+", choices=SCENARIOS, default=list(SCENARIOS))
    parser.add_argument("--quick", action="store_true", help="fewer turns and connections")
    parser.add_argument("--undisturbed", action="store_true", help="run at real-time priority (root)")
    options = parser.parse_args()
    open_more_files()  # inherited by what is started
    amounts = QUICK if options.quick else Amounts()
    results: dict[str, Any] = {}
    with peers() as ways:
        if options.undisturbed:
            undisturbed(ways)
        for name in options.only:
            results[name] = SCENARIOS[name](ways, amounts)
            show(name, results[name])
    if options.json:
        options.json.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
