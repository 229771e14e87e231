"""Builds ``decoders.wasm`` from ``src/`` with the compiler in the `ziglang` package: ``python static/wasm/build.py``.

The result is committed: serving it needs no compiler. With ``--check`` nothing is written, and the exit status says
whether what is committed is what the sources make.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
TARGET = HERE / "decoders.wasm"
PAGE = 64 * 1024
MAX_PAGES = 16384  # 1 GiB: the largest picture, twice, and a full GLZ window
FLAGS = [
    "-target",
    "wasm32-freestanding",
    "-mcpu=generic+simd128+bulk_memory",
    "-std=c17",
    "-O3",
    "-ffreestanding",
    "-fno-builtin",
    "-fno-sanitize=all",
    "-fvisibility=hidden",
    "-Wall",
    "-Wextra",
    "-Werror",
    "-nostdlib",
    "-Wl,--no-entry",
    "-Wl,--strip-all",
    "-Wl,--export=__heap_base",
    "-Wl,-z,stack-size=65536",
    f"-Wl,--max-memory={MAX_PAGES * PAGE}",
]


def build(target: Path) -> None:
    """Compiles everything in ``src`` into ``target``; the same sources and compiler make the same bytes."""
    sources = sorted(path.name for path in (HERE / "src").glob("*.c"))
    command = [sys.executable, "-m", "ziglang", "cc", *FLAGS, "-o", str(target.resolve()), *sources]
    subprocess.run(command, check=True, cwd=HERE / "src")


def is_fresh() -> bool:
    """Whether the committed module is what the sources make."""
    with tempfile.TemporaryDirectory() as scratch:
        made = Path(scratch) / TARGET.name
        build(made)
        return made.read_bytes() == TARGET.read_bytes()


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        sys.exit(0 if is_fresh() else f"{TARGET.name} is not what its sources make: run {Path(__file__).name}")
    build(TARGET)
