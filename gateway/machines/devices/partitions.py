"""Where the volumes of a disk begin: MBR and GPT (UEFI 2.10, chapter 5)."""

from __future__ import annotations

from typing import Final

from gateway.machines.devices.listing import Read

SECTOR: Final = 512
MOST_PARTITIONS: Final = 128
_PROTECTIVE: Final = 0xEE


async def find(read: Read) -> list[int]:
    """The offsets in bytes at which a volume may begin; the disk's own start is the first of them."""
    starts = [0]
    sector = await read(0, SECTOR)
    if len(sector) < SECTOR or sector[510:512] != b"\x55\xaa":
        return starts
    for place in range(446, 510, 16):
        kind, first = sector[place + 4], int.from_bytes(sector[place + 8 : place + 12], "little")
        if kind == _PROTECTIVE:
            return [*starts, *await _find_gpt(read)]
        if kind and first:
            starts.append(first * SECTOR)
    return starts


async def _find_gpt(read: Read) -> list[int]:
    header = await read(SECTOR, SECTOR)
    if len(header) < SECTOR or header[:8] != b"EFI PART":
        return []
    table, count, size = (
        int.from_bytes(header[at : at + width], "little") for at, width in ((72, 8), (80, 4), (84, 4))
    )
    if not 128 <= size <= 4096:
        return []
    entries = await read(table * SECTOR, min(count, MOST_PARTITIONS) * size)
    rows = (entries[at : at + size] for at in range(0, len(entries) - size + 1, size))
    return [int.from_bytes(row[32:40], "little") * SECTOR for row in rows if any(row[:16])]
