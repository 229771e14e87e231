"""A certificate database of NSS's, of which libcacard makes a software card."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.e2e.program import PATIENCE

NICKNAMES = ("first", "second", "third")
"""A card of the CAC kind has three certificates."""


def write_database(home: Path, common_name: str) -> str:
    """Fill a folder with `NICKNAMES`, self-signed and of the same name; how libcacard names the database."""
    home.mkdir(parents=True)
    noise = home / "noise"
    noise.write_bytes(bytes(range(256)) * 8)
    database = f"sql:{home}"
    _certutil("-N", "-d", database, "--empty-password")
    for serial, nickname in enumerate(NICKNAMES, 1):
        _certutil(
            "-S", "-x", "-d", database, "-n", nickname, "-s", f"CN={common_name}", "-t", "CT,CT,CT", "-g", "2048",
            "-z", str(noise), "-m", str(serial),
        )  # fmt: skip
    return database


def _certutil(*arguments: str) -> None:
    subprocess.run(["certutil", *arguments], check=True, capture_output=True, timeout=PATIENCE)
