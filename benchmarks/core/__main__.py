"""Our server core beside libspice: ``python -m benchmarks.core [--only NAME ...] [--quick] [--json FILE]``.

Both servers run all the time and are measured in turns, several rounds of each scenario. One client of ours watches
either (`benchmarks.core.client`). Needs Debian's packages of tests/e2e/apt-packages.txt.

typing      a letter for each key: key-to-picture, bytes, CPU
scroll      a terminal of 1208×864 pixels scrolls a line 30 times a second; the machine tells what it copies
repaint     the same by a program that draws all of the terminal each time
move        a window of 800×600 is dragged, 30 steps a second
full        another desktop on all of 1920×1080: from the call that gives it to the server until the last byte has come
video_*     a film of 1280×720 at 30 pictures a second, for a client that takes VP8, H264 or MJPEG only
idle        20 clients, nothing happens
throttled   keys of one of three clients on a busy screen, without and with a fourth on a line of 1 Mbit/s
far_*       keys over a line of 10 Mbit/s, 80 ms there and back, beside a scene

CPU is the whole server process in percent of a core: for libspice that is the X server with its drawing, for us the
process that holds machine and core. ``cpu_unwatched`` is the same without a client.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import replace
from pathlib import Path

from .measure import QUICK, SCENARIOS, Amounts
from .pictures import make
from .report import Turns, raw, summary, table
from .servers import Server, servers, undisturbed


def measure(name: str, both: list[Server], amounts: Amounts) -> Turns:
    """Rounds of one scenario, the servers in turns, each first as often as second."""
    turns: Turns = {server.name: [] for server in both}
    for number in range(amounts.rounds):
        for server in both if number % 2 else reversed(both):
            turns[server.name].append(SCENARIOS[name](server, amounts))
    return turns


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, help="write everything to this file")
    parser.add_argument("--only", nargs="+", choices=SCENARIOS, default=list(SCENARIOS))
    parser.add_argument("--quick", action="store_true", help="one round, short")
    parser.add_argument("--rounds", type=int, help="turns of each server in each scenario")
    parser.add_argument("--notes", action="store_true", help="tell which messages came")
    parser.add_argument("--pictures", type=Path, help="a directory that keeps the pictures for the next run")
    parser.add_argument("--undisturbed", action="store_true", help="run at real-time priority (root)")
    options = parser.parse_args()
    amounts = QUICK if options.quick else Amounts()
    amounts = replace(amounts, rounds=options.rounds or amounts.rounds)
    found: dict[str, object] = {}
    loads: list[str] = []
    with tempfile.TemporaryDirectory() as scratch:
        pictures = options.pictures or Path(scratch)
        if not (pictures / "glyphs.npy").exists():
            pictures.mkdir(parents=True, exist_ok=True)
            make(pictures)
        with servers(Path(scratch), pictures) as both:
            if options.undisturbed:
                undisturbed(both)
            for name in options.only:
                loads.append(Path("/proc/loadavg").read_text().split()[0])
                turns = measure(name, both, amounts)
                print(table(name, summary(turns)), flush=True)
                if options.notes:
                    print(*(f"    {who}: {turn.notes}" for who, all_ in turns.items() for turn in all_), sep="\n")
                found[name] = {"summary": summary(turns), "turns": raw(turns)}
    print("load average before each:", *loads)
    if options.json:
        options.json.write_text(json.dumps({"loads": loads, **found}, indent=1) + "\n")


if __name__ == "__main__":
    main()
