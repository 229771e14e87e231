"""The root directory of a CD: ISO 9660 (ECMA-119) with the names of Joliet or Rock Ridge where it has them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Final

from gateway.machines.devices.errors import DeviceError
from gateway.machines.devices.listing import MOST_ENTRIES, Entry, Listing, Read
from gateway.spice import codec
from gateway.spice.errors import ProtocolError
from gateway.spice.wire import U8, U16, U32, Exactly, Rest, Struct

SECTOR: Final = 2048
FIRST_DESCRIPTOR: Final = 16
MOST_DESCRIPTORS: Final = 16
MOST_DIRECTORY_BYTES: Final = MOST_ENTRIES * 64
_MAGIC: Final = b"CD001"
_PRIMARY, _SUPPLEMENTARY, _LAST = 1, 2, 255
_JOLIET: Final = (b"%/@", b"%/C", b"%/E")
_HIDDEN, _DIRECTORY = 0x01, 0x02


@dataclass(slots=True)
class DirectoryRecord(Struct):
    """9.1; numbers that stand in both byte orders are read as little-endian."""

    length: U8
    attributes_length: U8
    extent: U32
    extent_big: U32
    size: U32
    size_big: U32
    date: Annotated[bytes, Exactly(7)]
    flags: U8
    unit: U8
    gap: U8
    volume: U32
    name_length: U8
    rest: Annotated[bytes, Rest()]

    @property
    def name(self) -> bytes:
        return self.rest[: self.name_length]

    @property
    def system_use(self) -> bytes:
        """What stands behind the name, which is padded to an even place (9.1.13)."""
        return self.rest[self.name_length + (self.name_length + 1) % 2 :]


@dataclass(slots=True)
class SystemUse(Struct):
    """An entry of the System Use Sharing Protocol, behind its two letters."""

    length: U8
    version: U8
    flags: U8
    data: Annotated[bytes, Rest()]


@dataclass(slots=True)
class VolumeDescriptor(Struct):
    """8.4 and 8.5, up to the root directory's record."""

    type: U8
    magic: Annotated[bytes, Exactly(5)]
    version: U8
    flags: U8
    system: Annotated[bytes, Exactly(32)]
    label: Annotated[bytes, Exactly(32)]
    unused: Annotated[bytes, Exactly(8)]
    blocks: Annotated[bytes, Exactly(8)]
    escapes: Annotated[bytes, Exactly(32)]
    volumes: Annotated[bytes, Exactly(8)]
    block_size: U16
    other: Annotated[bytes, Exactly(26)]
    root: Annotated[bytes, Exactly(34)]


async def is_here(read: Read) -> bool:
    """Whether the disk is a CD with a directory."""
    return (await read(FIRST_DESCRIPTOR * SECTOR, 6))[1:] == _MAGIC


async def list_root(read: Read) -> Listing:
    """The root directory. Raises `DeviceError` when the disk contradicts itself."""
    try:
        volume, joliet = await _choose_volume(read)
        root = codec.unpack(DirectoryRecord, volume.root)
        place = root.extent * max(volume.block_size, 1)
        entries = parse_directory(await read(place, min(root.size, MOST_DIRECTORY_BYTES)), joliet=joliet)
    except ProtocolError as error:
        raise DeviceError("The CD's directory is damaged.") from error
    label = volume.label.decode("utf-16-be" if joliet else "ascii", errors="replace").rstrip("\0 ")
    return Listing("ISO 9660" + (" (Joliet)" if joliet else ""), label, entries)


async def _choose_volume(read: Read) -> tuple[VolumeDescriptor, bool]:
    """The volume with the better names, and whether it is Joliet's. Rock Ridge's stand beside the plain ones."""
    primary: VolumeDescriptor | None = None
    joliet: VolumeDescriptor | None = None
    for number in range(MOST_DESCRIPTORS):
        found = codec.unpack(VolumeDescriptor, await read((FIRST_DESCRIPTOR + number) * SECTOR, SECTOR))
        if found.magic != _MAGIC or found.type == _LAST:
            break
        if found.type == _PRIMARY and primary is None:
            primary = found
        elif found.type == _SUPPLEMENTARY and found.escapes.startswith(_JOLIET):
            joliet = found
    if primary is None:
        raise DeviceError("The CD has no volume.")
    return (joliet, True) if joliet is not None else (primary, False)


def parse_directory(data: bytes, *, joliet: bool) -> list[Entry]:
    """The entries of a directory, itself and its parent left out. Raises `ProtocolError`."""
    entries = []
    for record in _records(data):
        if record.flags & _HIDDEN or record.name in (b"\0", b"\1"):
            continue
        name = record.name.decode("utf-16-be" if joliet else "ascii", errors="replace")
        name = _rock_ridge_name(record.system_use) or name.partition(";")[0].rstrip(".")
        entries.append(Entry(name, record.size, bool(record.flags & _DIRECTORY)))
        if len(entries) == MOST_ENTRIES:
            break
    return entries


def _records(data: bytes) -> Iterator[DirectoryRecord]:
    """Records do not cross a sector's end; zeros fill it up (6.8.1)."""
    at = 0
    while at < len(data):
        length = data[at]
        if not length:
            at += SECTOR - at % SECTOR
            continue
        yield codec.unpack(DirectoryRecord, data[at : at + length])
        at += length


def _rock_ridge_name(system_use: bytes) -> str:
    """The name in NM entries (RRIP 4.1.4); empty without."""
    name = b""
    while len(system_use) >= 5:
        entry = codec.unpack(SystemUse, system_use[2:])
        if entry.length < 5:
            break
        if system_use[:2] == b"NM":
            name += system_use[5 : entry.length]
        system_use = system_use[entry.length :]
    return name.decode(errors="replace")
