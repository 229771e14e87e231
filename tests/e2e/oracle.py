"""What spice-gtk shows of a machine: the independent picture that ours must equal."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path
from typing import Protocol

import numpy as np

from tests.e2e.guest import pattern
from tests.e2e.picture import Pixels, equal, read
from tests.e2e.program import PATIENCE, ticks
from tests.e2e.qemu import LinuxQemu


def drawn_pattern(machine: LinuxQemu, first_row: int) -> Pixels:
    """Has the guest draw its pattern from a row down and stops it; the still screen that it came to."""
    machine.ask(f"picture {first_row}")
    expected = _pattern()[first_row:]
    for _ in ticks(PATIENCE, 0.3):
        machine.freeze()
        shown = screenshot(machine)
        if equal(shown[first_row:], expected):
            return shown
        machine.resume()  # the guest's kernel and QEMU's display draw a moment after the write
    raise AssertionError("the guest does not draw its pattern")


def _pattern() -> Pixels:
    bgrx = np.frombuffer(pattern.picture(), np.uint8).reshape(pattern.HEIGHT, pattern.WIDTH, 4)
    return bgrx[:, :, 2::-1]


class Machine(Protocol):
    """Something with a SPICE server."""

    password: str

    @property
    def url(self) -> str: ...


def screenshot(machine: Machine, *, url: str | None = None, ca_file: Path | None = None) -> Pixels:
    """The machine's primary surface as `spicy-screenshot` draws it. Errors: `RuntimeError` with what it says.

    `url`: another way to the machine than its own. `ca_file`: who is trusted over TLS.
    """
    with tempfile.TemporaryDirectory() as scratch:
        target = Path(scratch, "screen.ppm")
        command = ["spicy-screenshot", f"--uri={url or machine.url}", "-w", machine.password, "-o", str(target)]
        trust = {"SSL_CERT_FILE": str(ca_file)} if ca_file is not None else {}
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=PATIENCE, check=False, env={**os.environ, **trust}
        )
        if done.returncode or not target.exists():
            raise RuntimeError(f"spicy-screenshot failed: {done.stdout}{done.stderr}")
        return read(target)
