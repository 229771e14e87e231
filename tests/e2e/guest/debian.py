"""Debian packages, downloaded and unpacked without being installed."""

from __future__ import annotations

import subprocess
from pathlib import Path


def unpack(packages: tuple[str, ...], scratch: Path) -> Path:
    """The tree that these packages hold together, below `scratch`."""
    options = ("-q", "-o", "APT::Sandbox::User=root", "-o", "Acquire::Retries=3")
    run("apt-get", *options, "download", *packages, cwd=scratch)
    tree = scratch / "tree"
    for package in scratch.glob("*.deb"):
        run("dpkg-deb", "-x", str(package), str(tree), cwd=scratch)
    return tree


def run(*command: str, cwd: Path | None = None) -> str:
    """What a command prints. Errors: `RuntimeError` with what it complains about."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed: {done.stderr.strip()}")
    return done.stdout
