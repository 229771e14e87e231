"""Every benchmark, one after the other, so that they do not disturb each other: ``python -m benchmarks``."""

from __future__ import annotations

import subprocess
import sys

BENCHMARKS = ("starting", "relay", "decoders_chromium", "encoders", "first_picture", "replay", "core", "load")


def main() -> int:
    """How many of them failed."""
    failed = 0
    for name in BENCHMARKS:
        print(f"== {name}", flush=True)
        failed += subprocess.run([sys.executable, "-m", f"benchmarks.{name}"]).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
