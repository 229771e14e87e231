"""What lies in the root directory of a disk, whichever of the known file systems it has.

::

    listing = await list_files(disk)
    for entry in listing.entries: ...
"""

from __future__ import annotations

from gateway.machines.devices import fat, iso9660, partitions
from gateway.machines.devices.errors import DeviceError
from gateway.machines.devices.listing import Entry, Listing, Read
from gateway.machines.devices.mass_storage import UsbDisk

__all__ = ["Entry", "Listing", "list_files", "list_root"]


async def list_files(disk: UsbDisk) -> Listing:
    """The root directory of the first volume that can be read. Raises `DeviceError` when there is none."""
    return await list_root(disk.read)


async def list_root(read: Read) -> Listing:
    """The same, from anything that reads."""
    if await iso9660.is_here(read):
        return await iso9660.list_root(read)
    for start in await partitions.find(read):

        async def read_volume(offset: int, length: int, start: int = start) -> bytes:
            return await read(start + offset, length)

        if await fat.is_here(read_volume):
            return await fat.list_root(read_volume)
    raise DeviceError("There is no file system on this disk that can be read here (FAT and ISO 9660 can).")
