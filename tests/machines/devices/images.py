"""Disk images that real programs wrote (tests/record/disk_images.py)."""

from __future__ import annotations

import lzma
from functools import cache
from pathlib import Path

from gateway.machines.devices.listing import Read

DISKS = Path(__file__).resolve().parents[2] / "data" / "disks"


@cache
def image(name: str) -> bytes:
    return lzma.decompress((DISKS / f"{name}.img.xz").read_bytes())


def reader(data: bytes | bytearray) -> Read:
    """A disk in memory."""

    async def read(offset: int, length: int) -> bytes:
        return bytes(data[offset : offset + length])

    return read
