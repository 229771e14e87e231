"""What spice-gtk shows of a machine: the independent picture that ours must equal."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from tests.e2e.picture import Pixels, read


def screenshot(port: int, password: str | None = None) -> Pixels:
    """The machine's primary surface as `spicy-screenshot` draws it. Errors: `RuntimeError` with what it says."""
    with tempfile.TemporaryDirectory() as scratch:
        target = Path(scratch, "screen.ppm")
        command = ["spicy-screenshot", "-h", "127.0.0.1", "-p", str(port), "-o", str(target)]
        if password is not None:
            command += ["-w", password]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
        if done.returncode or not target.exists():
            raise RuntimeError(f"spicy-screenshot failed: {done.stdout}{done.stderr}")
        return read(target)
