"""Compiles the kernels with the compiler in the `ziglang` package: ``python -m gateway.codecs.kernels.build``.

Done by installing; by hand only after a source was changed. Nothing of ours is imported, so that it runs before
anything is installed.
"""

from __future__ import annotations

import hashlib
import platform
import subprocess
import sys
import sysconfig
from pathlib import Path

HERE = Path(__file__).resolve().parent
LIBRARY = HERE / "spicegate_kernels.so"

#: The baseline of each processor: virtual machines often have no more. The library needs no libc of a certain age, for
#: it is linked with none; memcpy and memset are found in the process.
TARGETS = {"x86_64": "x86_64-linux-gnu", "aarch64": "aarch64-linux-gnu"}
FLAGS = [
    "-std=c17",
    "-O3",
    "-fPIC",
    "-shared",
    "-nostdlib",
    "-fno-sanitize=all",
    "-fvisibility=hidden",
    "-Wall",
    "-Wextra",
    "-Werror",
    "-Wl,--strip-all",
]


def digest() -> str:
    """Names the sources; the library tells which it was made from."""
    total = hashlib.sha256()
    for path in sorted([*HERE.glob("*.c"), *HERE.glob("*.h")]):
        total.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()[:32]


def can_build() -> bool:
    """Whether there is a target for this machine."""
    return sys.platform == "linux" and platform.machine() in TARGETS


def wheel_tag() -> str:
    """For any Python 3, and this kind of machine."""
    return f"py3-none-{sysconfig.get_platform().replace('-', '_').replace('.', '_')}"


def build(target: Path = LIBRARY) -> None:
    """Compiles into ``target``. Errors: `subprocess.CalledProcessError`, its ``stderr`` saying why."""
    sources = sorted(path.name for path in HERE.glob("*.c"))
    where = ["-target", TARGETS[platform.machine()], f'-DSOURCES="{digest()}"', "-o", str(target.resolve())]
    command = [sys.executable, "-m", "ziglang", "cc", *FLAGS, *where, *sources]
    subprocess.run(command, check=True, cwd=HERE, capture_output=True, text=True)


if __name__ == "__main__":
    build()
