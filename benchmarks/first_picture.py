"""First picture: from opening a machine's page to the first complete frame, in Chromium, on loopback.

Each turn is a fresh browser profile with the cookie already there, against a QEMU machine (Linux guest, 1024×768) and
against Xspice (1920×1080) through the real gateway. Told are the medians of: the whole time from the start of the
navigation; the part from then until the machine answered (page, modules, worker, link of MAIN); and the part after.

usage: python -m benchmarks.first_picture [--turns 15] [--json FILE] [--undisturbed]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.e2e.browser import Viewer, chromium
from tests.e2e.gateway import Gateway
from tests.e2e.guest.build import build
from tests.e2e.qemu import LinuxQemu
from tests.e2e.xspice import Xspice


@dataclass(frozen=True)
class Turn:
    """Milliseconds."""

    total: float
    machine_answered: float
    after_answer: float


def measure(machine: LinuxQemu | Xspice, home: Path, browser: Browser, turns: int) -> list[Turn]:
    """One gateway, so many fresh visitors; a first one, who finds everything cold, is not counted."""
    with Gateway(home, machine.url, machine.password) as gateway:
        cookie = gateway.enter()
        return [_visit(gateway, cookie, browser) for _ in range(turns + 1)][1:]


def _visit(gateway: Gateway, cookie: tuple[str, str], browser: Browser) -> Turn:
    with Viewer(browser) as viewer:
        viewer.context.add_cookies([{"name": cookie[0], "value": cookie[1], "url": gateway.origin}])
        viewer.page.goto(gateway.viewer_url, wait_until="commit")
        seen = viewer.wait_for_first_frame()
        return Turn(seen.shown, seen.answered, seen.shown - seen.answered)


def summary(name: str, turns: Sequence[Turn]) -> str:
    totals = sorted(turn.total for turn in turns)
    answered = statistics.median(turn.machine_answered for turn in turns)
    after = statistics.median(turn.after_answer for turn in turns)
    return (
        f"{name:32} {statistics.median(totals):6.0f} ms (best {totals[0]:.0f}, worst {totals[-1]:.0f})   "
        f"machine answered after {answered:4.0f} ms, picture {after:4.0f} ms later"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=15)
    parser.add_argument("--json", type=Path, help="write the results to this file")
    parser.add_argument("--undisturbed", action="store_true", help="run at real-time priority (root)")
    options = parser.parse_args()
    if options.undisturbed:  # whatever is started inherits it
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(5))
    results: dict[str, list[Turn]] = {}
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright, chromium(playwright) as browser:
        home = Path(scratch)
        with LinuxQemu(home / "qemu", build(), "qxl") as guest:
            guest.wait_for_boot()
            guest.ask("lines 100")
            results["QEMU qxl, console, 1024×768"] = measure(guest, home / "one", browser, options.turns)
        with Xspice(home / "xspice") as screen:
            screen.show("xterm", "-fn", "fixed", "-geometry", "150x60+30+30")
            results["Xspice, desktop, 1920×1080"] = measure(screen, home / "two", browser, options.turns)
    for name, turns in results.items():
        print(summary(name, turns))
    if options.json:
        options.json.write_text(json.dumps({name: [asdict(turn) for turn in turns] for name, turns in results.items()}))


if __name__ == "__main__":
    main()
