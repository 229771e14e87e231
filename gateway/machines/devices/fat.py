"""The root directory of a FAT12, FAT16 or FAT32 volume (Microsoft, "FAT File System Specification", 2000)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Annotated, Final

from gateway.machines.devices.errors import DeviceError
from gateway.machines.devices.listing import MOST_ENTRIES, Entry, Listing, Read
from gateway.spice import codec
from gateway.spice.wire import U8, U16, U32, Exactly, Struct

ENTRY_BYTES: Final = 32
_READ_ONLY, _HIDDEN, _SYSTEM, _LABEL, _DIRECTORY = 0x01, 0x02, 0x04, 0x08, 0x10
_LONG_NAME: Final = _READ_ONLY | _HIDDEN | _SYSTEM | _LABEL
_LAST_PART: Final = 0x40
_FREE, _END = 0xE5, 0x00
_LOWER_STEM, _LOWER_TYPE = 0x08, 0x10  # how Windows NT writes short names in lower case


@dataclass(slots=True)
class BootSector(Struct):
    """The BIOS parameter block; the fields from ``fat_sectors_32`` on are there on FAT32 only."""

    jump: Annotated[bytes, Exactly(3)]
    oem: Annotated[bytes, Exactly(8)]
    sector_size: U16
    sectors_per_cluster: U8
    reserved_sectors: U16
    fats: U8
    root_entries: U16
    sectors_16: U16
    media: U8
    fat_sectors_16: U16
    sectors_per_track: U16
    heads: U16
    hidden_sectors: U32
    sectors_32: U32
    fat_sectors_32: U32
    flags: U16
    version: U16
    root_cluster: U32

    @property
    def is_sound(self) -> bool:
        sizes = self.sector_size in (512, 1024, 2048, 4096) and self.sectors_per_cluster.bit_count() == 1
        return sizes and self.jump[0] in (0xEB, 0xE9) and bool(self.reserved_sectors and self.fats and self.fat_sectors)

    @property
    def fat_sectors(self) -> int:
        return self.fat_sectors_16 or self.fat_sectors_32

    @property
    def root_start(self) -> int:
        """Where the root directory of FAT12 and FAT16 begins, in bytes."""
        return (self.reserved_sectors + self.fats * self.fat_sectors) * self.sector_size

    @property
    def data_start(self) -> int:
        """Where cluster 2 begins, in bytes."""
        root = self.root_entries * ENTRY_BYTES
        return self.root_start + -(-root // self.sector_size) * self.sector_size

    @property
    def cluster_size(self) -> int:
        return self.sectors_per_cluster * self.sector_size

    @property
    def clusters(self) -> int:
        sectors = self.sectors_16 or self.sectors_32
        return max(0, sectors * self.sector_size - self.data_start) // self.cluster_size

    @property
    def bits(self) -> int:
        """The kind of FAT, which by the specification only the count of clusters tells."""
        return 12 if self.clusters < 4085 else 16 if self.clusters < 65525 else 32


@dataclass(slots=True)
class DirectoryEntry(Struct):
    """Times and the first cluster are not looked at."""

    name: Annotated[bytes, Exactly(11)]
    attributes: U8
    case: U8
    other: Annotated[bytes, Exactly(15)]
    size: U32


@dataclass(slots=True)
class LongNamePart(Struct):
    """Thirteen UTF-16 units of a long name; the parts stand before its `DirectoryEntry`, the last one first."""

    number: U8
    first: Annotated[bytes, Exactly(10)]
    attributes: U8
    type: U8
    checksum: U8
    second: Annotated[bytes, Exactly(12)]
    cluster: U16
    third: Annotated[bytes, Exactly(4)]


async def is_here(read: Read) -> bool:
    """Whether a FAT volume begins here."""
    sector = await read(0, 512)
    return len(sector) == 512 and sector[510:] == b"\x55\xaa" and codec.unpack(BootSector, sector).is_sound


async def list_root(read: Read) -> Listing:
    """The root directory. Raises `DeviceError` when the volume contradicts itself."""
    boot = codec.unpack(BootSector, await read(0, 512))
    if boot.bits == 32:
        parts = [part async for part in _clusters(read, boot)]
        directory = b"".join(parts)
    else:
        directory = await read(boot.root_start, boot.root_entries * ENTRY_BYTES)
    label, entries = parse_directory(directory)
    return Listing(f"FAT{boot.bits}", label, entries)


async def _clusters(read: Read, boot: BootSector) -> AsyncIterator[bytes]:
    """The clusters of FAT32's root directory, as many as hold the entries that are taken."""
    most = -(-MOST_ENTRIES * ENTRY_BYTES // boot.cluster_size)
    cluster = boot.root_cluster
    for _ in range(most):
        if not 2 <= cluster < boot.clusters + 2:
            raise DeviceError("The disk's root directory leads out of the disk.")
        yield await read(boot.data_start + (cluster - 2) * boot.cluster_size, boot.cluster_size)
        link = await read(boot.reserved_sectors * boot.sector_size + cluster * 4, 4)
        cluster = int.from_bytes(link, "little") & 0x0FFFFFFF
        if cluster >= 0x0FFFFFF8:
            return


def parse_directory(data: bytes) -> tuple[str, list[Entry]]:
    """Label and entries of a directory, deleted and hidden ones left out."""
    label, entries, parts = "", list[Entry](), list[LongNamePart]()
    for row in _rows(data):
        entry = codec.unpack(DirectoryEntry, row)
        if row[0] == _FREE:
            parts.clear()
        elif entry.attributes & 0x3F == _LONG_NAME:
            part = codec.unpack(LongNamePart, row)
            if part.number & _LAST_PART:
                parts.clear()
            parts.append(part)
        elif entry.attributes & _LABEL:
            label = entry.name.decode("cp437").rstrip()
        else:
            if not entry.attributes & _HIDDEN and entry.name[0] != ord("."):
                entries.append(Entry(_name(entry, parts), entry.size, bool(entry.attributes & _DIRECTORY)))
            parts.clear()
    return label, entries


def _rows(data: bytes) -> Iterator[bytes]:
    for at in range(0, min(len(data), MOST_ENTRIES * ENTRY_BYTES) - ENTRY_BYTES + 1, ENTRY_BYTES):
        if data[at] == _END:
            return
        yield data[at : at + ENTRY_BYTES]


def _name(entry: DirectoryEntry, parts: list[LongNamePart]) -> str:
    """The long name if it belongs to this entry, else the short one."""
    numbers = [part.number & ~_LAST_PART for part in parts]
    if parts and numbers == list(range(len(parts), 0, -1)) and parts[0].checksum == _checksum(entry.name):
        units = b"".join(part.first + part.second + part.third for part in reversed(parts))
        return units.decode("utf-16-le", errors="replace").partition("\0")[0]
    stem, type_ = entry.name[:8], entry.name[8:]
    stem = b"\xe5" + stem[1:] if stem[0] == 0x05 else stem
    name, suffix = stem.decode("cp437").rstrip(), type_.decode("cp437").rstrip()
    name = name.lower() if entry.case & _LOWER_STEM else name
    suffix = suffix.lower() if entry.case & _LOWER_TYPE else suffix
    return f"{name}.{suffix}" if suffix else name


def _checksum(name: bytes) -> int:
    """Of a short name, as the parts of its long name hold it."""
    total = 0
    for number in name:
        total = ((total & 1) << 7) + (total >> 1) + number & 0xFF
    return total
