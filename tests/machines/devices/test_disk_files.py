"""Root directories of disks that mkfs.fat, mtools and genisoimage wrote."""

from __future__ import annotations

import contextlib
import random

import pytest

from gateway.machines.devices.disk_files import Entry, list_root
from gateway.machines.devices.errors import DeviceError
from tests.machines.devices.images import image, reader

NAMES = ["A long name with späces.text", "MIXED.Case", "many.bin", "readme.txt"]
SIZES = {"A long name with späces.text": 5000, "MIXED.Case": 0, "many.bin": 70000, "readme.txt": 6}
FOLDER = "Folder of things"
FAT = {"fat12": "FAT12", "fat16": "FAT16", "fat32-mbr": "FAT32", "fat32-gpt": "FAT32"}


@pytest.mark.parametrize("name", FAT)
async def test_fat_volume_is_listed_with_long_names(name: str) -> None:
    listing = await list_root(reader(image(name)))
    assert (listing.kind, listing.label) == (FAT[name], "SPICEGATE")
    entries = {entry.name: entry for entry in listing.entries}
    assert [entries[file] for file in NAMES] == [Entry(file, SIZES[file], False) for file in NAMES]
    assert entries[FOLDER].is_directory
    copies = {f"copy number {number} of the same.txt" for number in range(40)} - {"copy number 7 of the same.txt"}
    assert set(entries) == {*NAMES, FOLDER, *copies}


@pytest.mark.parametrize("name", ["iso-joliet", "iso-rock-ridge"])
async def test_cd_is_listed_with_its_long_names(name: str) -> None:
    listing = await list_root(reader(image(name)))
    assert (listing.kind, listing.label) == ("ISO 9660" + (" (Joliet)" if "joliet" in name else ""), "SPICEGATE")
    assert {entry.name: entry.size for entry in listing.entries if not entry.is_directory} == SIZES
    assert [entry.name for entry in listing.entries if entry.is_directory] == [FOLDER]


async def test_cd_without_long_names_is_listed_with_short_ones() -> None:
    listing = await list_root(reader(image("iso-plain")))
    assert {"README.TXT", "MANY.BIN", "MIXED.CAS", "FOLDER_O"} <= {entry.name for entry in listing.entries}


async def test_disk_without_a_known_file_system_is_told_from_an_empty_one() -> None:
    with pytest.raises(DeviceError, match="no file system"):
        await list_root(reader(bytes(1 << 20)))
    with pytest.raises(DeviceError, match="no file system"):
        await list_root(reader(b""))


@pytest.mark.parametrize("name", [*FAT, "iso-joliet", "iso-rock-ridge"])
async def test_damaged_disk_raises_device_errors_only(name: str) -> None:
    chance = random.Random(name)
    start = image(name)[: 2 << 20]
    spots = [place for place, number in enumerate(start) if number][:4000]
    for _ in range(150):
        damaged = bytearray(start)
        for _ in range(chance.randint(1, 12)):
            damaged[chance.choice(spots)] = chance.randrange(256)
        try:
            listing = await list_root(reader(damaged))
        except DeviceError:
            continue
        assert len(listing.entries) <= 4096


@pytest.mark.parametrize("name", ["fat16", "iso-joliet"])
async def test_truncated_disk_raises_device_errors_only(name: str) -> None:
    data = image(name)
    for size in (0, 1, 511, 512, 513, 2048, 16 * 2048, 17 * 2048, 18 * 2048 + 100, len(data) // 2):
        with contextlib.suppress(DeviceError):
            await list_root(reader(data[:size]))
