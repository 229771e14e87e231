"""A machine's USB port, and devices that clients plug into it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

import pytest

from gateway.machines.devices.disk_files import list_files
from gateway.machines.devices.errors import DeviceError, DeviceGone
from gateway.machines.devices.mass_storage import ScsiError, open_disk
from gateway.machines.devices.usb import UsbDevice, UsbError, UsbPort
from gateway.machines.devices.usb_descriptors import class_name, parse_configuration, read_descriptors
from gateway.spice import usbredir as usb
from gateway.spice.enums import ChannelType, LinkErr
from gateway.spice.messages.common import Disconnecting
from gateway.spice.messages.usbredir import Data
from gateway.spice.usbredir import UsbredirCap
from tests.machines.devices.images import image
from tests.peers import soon
from tests.serving_core import ServingCore
from tests.usb_host import HOST_CAPS, UsbHost, VirtualDevice, VirtualDisk


class Port(UsbPort):
    """A port whose changes can be waited for."""

    def __init__(self) -> None:
        self.changes: asyncio.Queue[UsbDevice | None] = asyncio.Queue()
        super().__init__(lambda: self.changes.put_nowait(self.device))

    async def plugged(self) -> UsbDevice:
        device = await soon(self.changes.get())
        assert device is not None
        return device


@asynccontextmanager
async def plugged(
    device: VirtualDevice, caps: Iterable[UsbredirCap] = HOST_CAPS
) -> AsyncIterator[tuple[Port, UsbDevice, UsbHost]]:
    """A port of a machine with a client's device in it, which answers."""
    async with ServingCore() as core, core.client() as client:
        port = Port()
        core.server.add_interface(port)
        host = UsbHost(await (await client.begin()).link(ChannelType.USBREDIR), device, caps)
        await host.greet()
        await host.plug()
        serving = core.core.spawn(host.serve(), "usb host")
        yield port, await port.plugged(), host
        serving.cancel()


@pytest.mark.parametrize("caps", [HOST_CAPS, ()], ids=["today", "old"])
async def test_machine_reads_the_descriptors_of_a_clients_device(caps: Iterable[UsbredirCap]) -> None:
    async with plugged(VirtualDisk(b""), caps) as (_, device, _host):
        assert (device.info.vendor_id, device.info.product_id) == (0x1D6B, 0x0104)
        found = await read_descriptors(device)
        assert (found.manufacturer, found.product, found.serial) == ("Example", "Thing", "42")
        (interface,) = found.configurations[0].interfaces
        assert interface.class_name == "mass storage"
        assert interface.find_endpoint(usb.EndpointType.BULK, towards_us=True) == 0x81
        assert interface.find_endpoint(usb.EndpointType.ISO, towards_us=True) is None


@pytest.mark.parametrize("caps", [HOST_CAPS, ()], ids=["today", "old"])
@pytest.mark.parametrize("name", ["fat16", "fat32-gpt"])
async def test_machine_lists_the_files_of_a_clients_disk(name: str, caps: Iterable[UsbredirCap]) -> None:
    virtual = VirtualDisk(image(name))
    async with plugged(virtual, caps) as (_, device, _host):
        disk = await open_disk(device)
        assert (disk.vendor, disk.product, disk.size) == ("Example", "USB disk", len(image(name)))
        listing = await list_files(disk)
        assert "A long name with späces.text" in {entry.name for entry in listing.entries}
        assert await disk.read(1000, 100_000) == image(name)[1000:101_000]
        assert await disk.read(len(image(name)) - 3, 10) == image(name)[-3:]
    assert virtual.configuration == 1


async def test_stalled_command_tells_why_and_the_disk_works_on() -> None:
    virtual = VirtualDisk(bytes(4096))
    async with plugged(virtual) as (_, device, _host):
        disk = await open_disk(device)
        with pytest.raises(ScsiError) as caught:
            await disk._transport.command(bytes([0x5A, *bytes(9)]), 192)
        assert (caught.value.key, caught.value.code) == (5, 0x20)
        assert 0x81 in virtual.cleared
        assert await disk.read(0, 512) == bytes(512)


class DamagedDisk(VirtualDisk):
    """A disk whose answers are sometimes something else."""

    def __init__(self, image: bytes, seed: int) -> None:
        super().__init__(image)
        self._chance = random.Random(seed)

    def answer(self, message: usb.UsbredirMessage) -> usb.UsbredirMessage | None:
        answer = super().answer(message)
        if isinstance(answer, usb.ControlPacket | usb.BulkPacket) and self._chance.random() < 0.15:
            self._spoil(answer)
        return answer

    def _spoil(self, answer: usb.ControlPacket | usb.BulkPacket) -> None:
        chance, data = self._chance, bytearray(answer.data)
        if chance.random() < 0.3:
            answer.status = chance.choice([1, 2, 3, 4, 6, 77])
        for _ in range(chance.choice([0, 1, 4])):
            if data:
                data[chance.randrange(len(data))] = chance.randrange(256)
        if answer.endpoint & usb.IN:
            answer.data = bytes(data[: chance.choice([len(data)] * 3 + [0, 1, 9])]) + bytes(
                chance.choice([0, 0, 0, 40])
            )
            answer.length = len(answer.data) & 0xFFFF


async def test_damaged_disk_raises_device_errors_only() -> None:
    listed = 0
    for seed in range(60):
        async with plugged(DamagedDisk(image("fat12"), seed)) as (_, device, _host):
            try:
                listed += bool((await soon(list_files(await open_disk(device)))).entries)
            except DeviceError:
                continue
    assert 0 < listed < 60


async def test_drive_without_a_medium_says_so() -> None:
    async with plugged(VirtualDisk(bytes(4096), medium=False)) as (_, device, _host):
        with pytest.raises(DeviceError, match="no medium"):
            await open_disk(device)


async def test_device_that_is_no_disk_is_not_opened_as_one() -> None:
    async with plugged(VirtualDevice()) as (_, device, _host):
        with pytest.raises(DeviceError, match="no disk"):
            await open_disk(device)
        with pytest.raises(UsbError, match="STALL"):
            await device.control_in(0, 6, 0x0F00, 0, 5)


async def test_requests_end_when_the_device_is_unplugged() -> None:
    virtual = VirtualDevice()
    async with plugged(virtual) as (port, device, host):
        virtual.silent = True
        waiting = asyncio.gather(device.bulk_in(1, 10), device.interrupt_in(3), return_exceptions=True)
        while len(port._requests) + len(device._interrupts) < 2 or not device._interrupts:
            await asyncio.sleep(0)
        await host.unplug()
        assert {type(error) for error in await soon(waiting)} == {DeviceGone}
        assert await soon(port.changes.get()) is None
        with pytest.raises(DeviceGone):
            await device.control_in(0, 6, 0x0100, 0, 18)
        await host.plug()
        assert (await port.plugged()).info.product_id == 0x0104


async def test_request_that_is_given_up_is_cancelled() -> None:
    virtual = VirtualDevice()
    async with plugged(virtual) as (port, device, host):
        virtual.silent = True
        waiting = asyncio.gather(device.bulk_in(1, 10))
        while not port._requests:
            await asyncio.sleep(0)
        (id_,) = port._requests
        waiting.cancel()
        virtual.silent = False
        await device.get_configuration()
        assert host.cancelled == [id_]
        await host.send(usb.BulkPacket(0x81, usb.UsbStatus.CANCELLED, 0, 0, 0), id_)
        await device.get_configuration()
        assert not port._given_up


async def test_interrupt_packets_come_to_who_reads_them() -> None:
    async with plugged(VirtualDevice()) as (_, device, host):
        first = asyncio.gather(device.interrupt_in(3), device.get_alt_setting(0))
        await device.get_configuration()
        await host.send(usb.InterruptPacket(0x83, 0, 3, b"one"))
        await host.send(usb.InterruptPacket(0x83, 0, 3, b"two"))
        assert list(await soon(first)) == [b"one", 0]
        assert await soon(device.interrupt_in(3)) == b"two"
        await host.send(usb.InterruptReceivingStatus(usb.UsbStatus.STALL, 0x83))
        with pytest.raises(UsbError, match="STALL"):
            await soon(device.interrupt_in(3))


async def test_device_that_comes_before_the_last_ones_end_was_acknowledged_is_taken() -> None:
    async with ServingCore() as core, core.client() as client:
        core.server.add_interface(port := Port())
        host = UsbHost(await (await client.begin()).link(ChannelType.USBREDIR), VirtualDevice())
        await host.greet()
        await host.plug()
        await port.plugged()
        assert port._wire is not None
        while port._wire.write(port.parser.encode(usb.BulkPacket(2, 0, 0xFFFF, 0, 0, bytes(0xFFFF)))):
            pass  # until so much waits for the client that the acknowledgement has to
        for _ in range(2):
            await host.unplug()
            await host.plug()
            assert await soon(port.changes.get()) is None
            device = await port.plugged()
        asking = core.core.spawn(device.get_configuration(), "question")
        while isinstance(message := (await host.receive()).message, usb.BulkPacket):
            pass
        assert isinstance(message, usb.DeviceDisconnectAck)
        assert isinstance((await host.receive()).message, usb.DeviceDisconnectAck)
        id_, message = await host.receive()
        assert isinstance(message, usb.GetConfiguration)
        await host.send(usb.ConfigurationStatus(0, 1), id_)
        assert await soon(asking) == 1


async def test_device_that_is_lost_with_its_client_is_gone() -> None:
    async with plugged(VirtualDevice()) as (port, device, host):
        host.channel.wire.vanish()
        assert await soon(port.changes.get()) is None
        assert device.gone


async def test_server_closes_on_a_stream_that_is_not_usbredir() -> None:
    async with ServingCore() as core, core.client() as client:
        core.server.add_interface(Port())
        channel = await (await client.begin()).link(ChannelType.USBREDIR)
        await channel.expect(Data)
        await channel.send(Data(b"GET / HTTP/1.1\r\n\r\n"))
        assert (await channel.expect(Disconnecting)).reason is LinkErr.INVALID_DATA


def test_configuration_that_contradicts_itself_is_refused() -> None:
    good = VirtualDisk(b"")._configuration()
    assert len(parse_configuration(good).interfaces[0].endpoints) == 2
    for bad in (b"", good[:5], good[:9] + b"\0\4", good[:9] + b"\1\4", good[:12]):
        with pytest.raises(DeviceError):
            parse_configuration(bad)
    assert (class_name(8), class_name(0x55)) == ("mass storage", "class 0x55")
