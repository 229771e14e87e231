"""The folder that spice-gtk shares, with its own WebDAV server, is read in the machine through a local HTTP port."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.machines.devices.errors import DeviceError
from gateway.machines.devices.webdav import SharedFolder
from gateway.machines.devices.webdav_client import FolderEntry, FolderReader
from tests.e2e.core_machine import CoreMachine
from tests.e2e.spice_gtk.client import SpiceGtk

pytestmark = pytest.mark.e2e

BIG = random.Random(3).randbytes(8_000_000)


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[CoreMachine]:
    with CoreMachine(tmp_path / "machine") as machine:
        yield machine


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    folder = tmp_path / "shared"
    (folder / "a folder").mkdir(parents=True)
    (folder / "note ü.txt").write_text("what the client shares")
    (folder / "a folder" / "deep.txt").write_text("deeper")
    (folder / "big.bin").write_bytes(BIG)
    return folder


def test_machine_lists_and_reads_the_clients_folder(machine: CoreMachine, shared: Path) -> None:
    folder = SharedFolder(lambda: machine.notes.add("folder", folder.is_available))
    machine.add(folder)
    machine.run(folder.listen())
    with SpiceGtk(**machine.way_in, shared_dir=str(shared)) as person:
        person.opened("webdav")
        assert machine.notes.expect("folder")[1]
        root, inside, note, bigs = machine.run(_look(folder.url))
    assert [(entry.path, entry.size, entry.is_directory) for entry in root if not entry.is_directory] == [
        ("/big.bin", len(BIG), False),
        ("/note ü.txt", 22, False),
    ]
    assert [entry.name for entry in root if entry.is_directory] == ["a folder"]
    assert [entry.path for entry in inside] == ["/a folder/deep.txt"]
    assert note == b"what the client shares"
    assert bigs == [BIG] * 4
    assert not machine.notes.expect("folder")[1]
    machine.run(_expect_nothing(folder.url))
    machine.run(folder.close())


async def _look(url: str) -> tuple[list[FolderEntry], list[FolderEntry], bytes, list[bytes]]:
    async with FolderReader(url) as reader:
        root, inside = await reader.list_folder(), await reader.list_folder("/a folder")
        bigs = await asyncio.gather(*(reader.read_file("/big.bin", len(BIG)) for _ in range(4)))
        return root, inside, await reader.read_file("/note ü.txt"), list(bigs)


async def _expect_nothing(url: str) -> None:
    async with FolderReader(url) as reader:
        with pytest.raises(DeviceError, match="cannot be reached"):
            await reader.list_folder()
