"""Fuzz by hand: ``python -m tests.fuzz --minutes 10``; a fault tells the `--seed` and `--step` to see it again."""

from __future__ import annotations

import argparse
import asyncio
import logging
import random

from tests.fuzz.run import fuzzer
from tests.fuzz.target import Demo, Everything


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    parser.add_argument("--step", type=int, default=0, help="where to begin")
    parser.add_argument("--demo", action="store_true", help="the demo machine, not one of plain devices")
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}", flush=True)
    async with fuzzer(Demo() if arguments.demo else Everything(), arguments.seed) as running:
        outcome = await running.run(arguments.minutes * 60, arguments.step)
    print(f"{sum(outcome.streams.values())} connections, {outcome.octets / 1e6:.1f} MB said, "
          f"memory grew by {outcome.grown / 1e6:.1f} MB")  # fmt: skip
    for name, number in sorted(outcome.streams.items()):
        print(f"  {name}: {number}")


if __name__ == "__main__":
    logging.basicConfig(level="ERROR")
    asyncio.run(main())
