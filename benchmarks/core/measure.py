"""The scenarios: each measures one server once; `__main__` does so in turns."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from gateway.spice.enums import VideoCodecType

from .client import ALL_CODECS, Client, Received, pump_for
from .scenes import SCENES
from .servers import Server, slow_link

SLOW_RATE, SLOW_DELAY = 10.0, 40.0
"""Mbit/s, and milliseconds one way: 80 there and back."""
THROTTLED_RATE, THROTTLED_DELAY = 1.0, 20.0
IDLE_CLIENTS = 20
QUIET = 0.06
"""Seconds without a drawing after which a change of the screen is taken to be complete."""
#: Seconds between keys: those of somebody who types fast, and in no step with the pictures.
KEY_PAUSES = (0.04, 0.12)


@dataclass(frozen=True)
class Amounts:
    """How long everything takes."""

    rounds: int = 3
    settle: float = 1.5
    seconds: float = 3.0
    keys: int = 50
    changes: int = 12


QUICK = Amounts(rounds=1, settle=1.0, seconds=2.0, keys=20, changes=4)


@dataclass
class Figures:
    """What one turn found: `values` by name, and single latencies in milliseconds, of which percentiles are told."""

    values: dict[str, float] = field(default_factory=dict)
    latencies: dict[str, list[float]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def flow(clients: Sequence[Client], server: Server, seconds: float) -> tuple[dict[str, float], Received]:
    """CPU, traffic and updates of the first client while a scene runs by itself."""
    before, cpu, began = clients[0].received(), server.cpu(), time.monotonic()
    pump_for(clients, seconds)
    took = time.monotonic() - began
    found = clients[0].received().since(before)
    values = {
        "cpu_%": (server.cpu() - cpu) / took * 100,
        "mbit_s": found.octets * 8 / took / 1e6,
        "updates_s": found.updates / took,
        "frames_s": found.frames.total() / took,
    }
    return values, found


def unwatched(server: Server, seconds: float) -> float:
    """CPU in percent of a core while nobody is connected: what drawing costs."""
    cpu = server.cpu()
    time.sleep(seconds)
    return (server.cpu() - cpu) / seconds * 100


def keys(client: Client, scene: str, count: int, others: Sequence[Client] = ()) -> list[float]:
    """Milliseconds from each key to its picture."""
    found = []
    for _ in range(count):
        pump_for([client, *others], random.uniform(*KEY_PAUSES))
        found.append(client.key_to_picture(SCENES[scene].key_area, others) * 1e3)
    return found


def moving(scene: str, codec: VideoCodecType | None = None) -> Callable[[Server, Amounts], Figures]:
    """A scene that runs by itself, and keys beside it."""

    def measure(server: Server, amounts: Amounts) -> Figures:
        server.show(scene)
        idle = unwatched(server, amounts.seconds / 2)
        with Client(server.address, [codec] if codec else ALL_CODECS) as client:
            pump_for([client], amounts.settle * (2 if codec else 1))
            values, found = flow([client], server, amounts.seconds)
            waits = keys(client, scene, amounts.keys)
        told = server.halt()
        values["cpu_unwatched_%"] = idle
        if not codec:
            del values["frames_s"]
        return Figures(values, {"key_ms": waits}, [_kinds(found), f"skipped {told.skipped} of {told.ticks} ticks"])

    return measure


def typing(server: Server, amounts: Amounts) -> Figures:
    """Nothing but keys."""
    server.show("typing")
    with Client(server.address) as client:
        pump_for([client], amounts.settle)
        before, cpu, began = client.received(), server.cpu(), time.monotonic()
        waits = keys(client, "typing", amounts.keys)
        took = time.monotonic() - began
        found = client.received().since(before)
        values = {
            "cpu_%": (server.cpu() - cpu) / took * 100,
            "bytes_a_key": found.octets / amounts.keys,
            "cpu_ms_a_key": (server.cpu() - cpu) / amounts.keys * 1e3,
        }
    server.halt()
    return Figures(values, {"key_ms": waits}, [_kinds(found)])


def full(server: Server, amounts: Amounts) -> Figures:
    """All of the screen changes with each key, to another desktop."""
    server.show("full")
    last: list[float] = []
    with Client(server.address) as client:
        pump_for([client], amounts.settle)
        before, cpu = client.received(), server.cpu()
        for _ in range(amounts.changes):
            last.append(client.key_to_last(QUIET)[-1].at)
        found = client.received().since(before)
        spent = server.cpu() - cpu
    told = server.halt()
    waits = [(arrived - painted) * 1e3 for arrived, painted in zip(last, told.keys, strict=True)]
    values = {"kbytes_a_change": found.octets / amounts.changes / 1e3, "cpu_ms_a_change": spent / amounts.changes * 1e3}
    return Figures(values, {"wire_ms": waits}, [_kinds(found)])


def idle(server: Server, amounts: Amounts) -> Figures:
    """So many clients watch a screen on which nothing happens."""
    server.show("idle")
    with ExitStack() as stack:
        clients = [stack.enter_context(Client(server.address)) for _ in range(IDLE_CLIENTS)]
        pump_for(clients, amounts.settle)
        values, _ = flow(clients, server, amounts.seconds)
    server.halt()
    return Figures({"cpu_%": values["cpu_%"]})


def throttled(server: Server, amounts: Amounts) -> Figures:
    """Keys of one of three clients on a busy screen, without and with a fourth on a line that carries little."""
    server.show("slides")
    with ExitStack() as stack:
        first, *others = [stack.enter_context(Client(server.address)) for _ in range(3)]
        pump_for([first, *others], amounts.settle)
        alone = keys(first, "slides", amounts.keys, others)
        link = stack.enter_context(slow_link(server, THROTTLED_RATE, THROTTLED_DELAY))
        others.append(stack.enter_context(Client(link)))
        pump_for([first, *others], amounts.settle)
        beside = keys(first, "slides", amounts.keys, others)
    server.halt()
    return Figures({}, {"key_ms_without": alone, "key_ms_with": beside})


def far(scene: str) -> Callable[[Server, Amounts], Figures]:
    """Keys over a slow link, beside a scene."""

    def measure(server: Server, amounts: Amounts) -> Figures:
        server.show(scene)
        with slow_link(server, SLOW_RATE, SLOW_DELAY) as link, Client(link) as client:
            pump_for([client], amounts.settle + 2)
            values, found = flow([client], server, amounts.seconds)
            waits = keys(client, scene, amounts.keys // 2)
        server.halt()
        return Figures({"mbit_s": values["mbit_s"]}, {"key_ms": waits}, [_kinds(found)])

    return measure


def _kinds(found: Received) -> str:
    """Messages and pictures of streams by kind."""
    return " ".join(f"{name} {count}" for name, count in sorted((found.counts + found.frames).items()))


SCENARIOS: dict[str, Callable[[Server, Amounts], Figures]] = {
    "typing": typing,
    "scroll": moving("scroll"),
    "repaint": moving("repaint"),
    "move": moving("move"),
    "full": full,
    "video_vp8": moving("video", VideoCodecType.VP8),
    "video_h264": moving("video", VideoCodecType.H264),
    "video_mjpeg": moving("video", VideoCodecType.MJPEG),
    "idle": idle,
    "throttled": throttled,
    "far_scroll": far("scroll"),
    "far_repaint": far("repaint"),
    "far_slides": far("slides"),
    "far_video": far("video"),
}
