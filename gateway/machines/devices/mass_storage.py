"""A USB disk: Bulk-Only Transport (usbmassbulk 1.0) with the SCSI commands that reading takes.

::

    disk = await open_disk(port.device)
    disk.product, disk.size
    await disk.read(0, 512)
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Annotated, Final

from gateway.machines.devices.errors import DeviceError
from gateway.machines.devices.usb import UsbDevice, UsbError
from gateway.machines.devices.usb_descriptors import UsbConfiguration, UsbInterface, read_descriptors
from gateway.spice import codec
from gateway.spice.errors import ProtocolError
from gateway.spice.usbredir import IN, EndpointType
from gateway.spice.wire import U8, U32, Exactly, Struct

MASS_STORAGE: Final = (0x08, 0x50)
"""Class and protocol of an interface that we can speak with; any SCSI subclass will do."""
READ_BYTES: Final = 32 * 1024
"""As much as is read at a time; hosts of old count transfers in 16 bits."""
MOST_BLOCK_BYTES: Final = READ_BYTES
READY_TRIES: Final = 20
READY_SECONDS: Final = 0.25
"""A drive that spins up says "not ready" for a while."""

_CBW_SIGNATURE: Final = 0x43425355
_CSW_SIGNATURE: Final = 0x53425355
_NOT_READY, _UNIT_ATTENTION = 2, 6
_NO_MEDIUM: Final = 0x3A


@dataclass(slots=True)
class CommandBlockWrapper(Struct):
    signature: U32
    tag: U32
    data_length: U32
    flags: U8
    lun: U8
    command_length: U8
    command: Annotated[bytes, Exactly(16)]


@dataclass(slots=True)
class CommandStatusWrapper(Struct):
    signature: U32
    tag: U32
    residue: U32
    status: U8


class ScsiError(DeviceError):
    """A command failed; `key` and `code` are sense key and additional sense code."""

    def __init__(self, key: int, code: int) -> None:
        sentence = "There is no medium in the drive." if code == _NO_MEDIUM else f"The disk says {key:x}/{code:02x}."
        super().__init__(sentence)
        self.key, self.code = key, code


class ScsiTransport:
    """SCSI commands to one logical unit, over a pair of bulk endpoints. One command at a time."""

    def __init__(self, device: UsbDevice, interface: int, endpoint_in: int, endpoint_out: int, lun: int = 0) -> None:
        self._device = device
        self._interface = interface
        self._in, self._out = endpoint_in, endpoint_out
        self._lun = lun
        self._tag = 0
        self._lock = asyncio.Lock()

    async def command(self, cdb: bytes, length: int = 0) -> bytes:
        """Run a command that answers with up to `length` bytes. Raises `ScsiError` with the sense, `DeviceError`."""
        async with self._lock:
            data, status = await self._run(cdb, length)
            if not status:
                return data
            sense, failed = await self._run(bytes([0x03, 0, 0, 0, 18, 0]), 18)  # REQUEST SENSE
        if failed or len(sense) < 14:
            raise DeviceError("The disk failed, and did not say why.")
        raise ScsiError(sense[2] & 0x0F, sense[12])

    async def _run(self, cdb: bytes, length: int) -> tuple[bytes, int]:
        """Data and status of one command."""
        self._tag = self._tag + 1 & 0xFFFFFFFF
        block = CommandBlockWrapper(
            _CBW_SIGNATURE, self._tag, length, IN if length else 0, self._lun, len(cdb), cdb.ljust(16, b"\0")
        )
        await self._device.bulk_out(self._out, codec.pack(block))
        data = await self._read_data(length) if length else b""
        status = await self._read_status()
        if status.signature != _CSW_SIGNATURE or status.tag != self._tag or status.status > 1:
            await self._recover()
            raise DeviceError("The disk lost track of the conversation.")
        return data[: max(0, length - status.residue)], status.status

    async def _read_data(self, length: int) -> bytes:
        try:
            return await self._device.bulk_in(self._in, length)
        except UsbError as error:
            if not error.is_stall:
                raise
            await self._device.clear_halt(self._in)  # the disk has less to say than was asked for
            return b""

    async def _read_status(self) -> CommandStatusWrapper:
        size = codec.size_of(CommandStatusWrapper)
        try:
            data = await self._device.bulk_in(self._in, size)
        except UsbError as error:
            if not error.is_stall:
                raise
            await self._device.clear_halt(self._in)
            data = await self._device.bulk_in(self._in, size)
        if not data:  # the end of data that filled its last packet
            data = await self._device.bulk_in(self._in, size)
        try:
            return codec.unpack(CommandStatusWrapper, data)
        except ProtocolError as error:
            await self._recover()
            raise DeviceError("The disk gave no status.") from error

    async def _recover(self) -> None:
        """Reset recovery (5.3.4)."""
        await self._device.control_out(0x21, 0xFF, 0, self._interface)
        await self._device.clear_halt(self._in)
        await self._device.clear_halt(self._out)


class UsbDisk:
    """The blocks of a disk, to be read."""

    def __init__(self, transport: ScsiTransport, vendor: str, product: str, block_size: int, blocks: int) -> None:
        self._transport = transport
        self.vendor, self.product = vendor, product
        self.block_size = block_size
        self.blocks = blocks

    @property
    def size(self) -> int:
        """Bytes."""
        return self.block_size * self.blocks

    async def read(self, offset: int, length: int) -> bytes:
        """`length` bytes from `offset` on; less at the disk's end. Raises `DeviceError`."""
        end = min(offset + length, self.size)
        first, past = offset // self.block_size, -(-end // self.block_size)
        step = max(1, READ_BYTES // self.block_size)
        parts = [await self._read_blocks(at, min(step, past - at)) for at in range(first, past, step)]
        start = offset - first * self.block_size
        return b"".join(parts)[start : start + max(0, end - offset)]

    async def _read_blocks(self, first: int, count: int) -> bytes:
        cdb = bytes([0x28, 0, *first.to_bytes(4, "big"), 0, *count.to_bytes(2, "big"), 0])  # READ(10)
        data = await self._transport.command(cdb, count * self.block_size)
        if len(data) != count * self.block_size:
            raise DeviceError(f"The disk gave {len(data)} bytes instead of {count * self.block_size}.")
        return data


async def open_disk(device: UsbDevice) -> UsbDisk:
    """The disk that a device is. Raises `DeviceError` when it is none, has no medium, or fails."""
    described = await read_descriptors(device)
    configuration, interface = _find(described.configurations)
    ends = [interface.find_endpoint(EndpointType.BULK, towards_us=towards_us) for towards_us in (True, False)]
    if ends[0] is None or ends[1] is None:
        raise DeviceError("The USB disk lacks an endpoint.")
    if await device.get_configuration() != configuration.descriptor.value:
        await device.set_configuration(configuration.descriptor.value)
    transport = ScsiTransport(device, interface.descriptor.number, ends[0], ends[1])
    about = await transport.command(bytes([0x12, 0, 0, 0, 36, 0]), 36)  # INQUIRY
    await _wait_ready(transport)
    capacity = await transport.command(bytes([0x25, *bytes(9)]), 8)  # READ CAPACITY(10)
    last, block_size = int.from_bytes(capacity[:4], "big"), int.from_bytes(capacity[4:8], "big")
    if len(capacity) < 8 or not 0 < block_size <= MOST_BLOCK_BYTES:
        raise DeviceError("The disk does not say how large it is.")
    vendor, product = (part.decode("ascii", errors="replace").strip("\0 ") for part in (about[8:16], about[16:32]))
    return UsbDisk(transport, vendor, product, block_size, last + 1)


async def _wait_ready(transport: ScsiTransport) -> None:
    """Ask until the disk is ready; it first tells what happened to it since, such as a medium that was changed."""
    for attempt in range(READY_TRIES):
        try:
            await transport.command(bytes(6))  # TEST UNIT READY
            return
        except ScsiError as error:
            if error.key not in (_NOT_READY, _UNIT_ATTENTION) or error.code == _NO_MEDIUM:
                raise
            if attempt == READY_TRIES - 1:
                raise
            if error.key == _NOT_READY:
                await asyncio.sleep(READY_SECONDS)


def _find(configurations: list[UsbConfiguration]) -> tuple[UsbConfiguration, UsbInterface]:
    for configuration in configurations:
        for interface in configuration.interfaces:
            descriptor = interface.descriptor
            if (descriptor.interface_class, descriptor.interface_protocol) == MASS_STORAGE:
                return configuration, interface
    raise DeviceError("This USB device is no disk.")
