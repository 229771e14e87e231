"""A client with a USB device: the host's role of usbredir over a SPICE channel, and a disk to plug in.

::

    host = UsbHost(channel, VirtualDisk(image))
    await host.plug()
    serving = group.create_task(host.serve())      # answers until it is cancelled
"""

from __future__ import annotations

from collections.abc import Iterable
from struct import pack, unpack_from

from gateway.spice import usbredir as usb
from gateway.spice.messages.usbredir import Data
from gateway.spice.usbredir import Role, UsbredirCap, UsbredirMessage, UsbStatus
from gateway.spice.usbredir_parser import UsbredirPacket, UsbredirParser
from tests.serving_core import ClientChannel

HOST_CAPS = tuple(cap for cap in UsbredirCap if cap is not UsbredirCap.BULK_STREAMS)
BLOCK = 512


class UsbHost:
    """The client's end of a USB port."""

    def __init__(self, channel: ClientChannel, device: VirtualDevice, caps: Iterable[UsbredirCap] = HOST_CAPS) -> None:
        self.channel, self.device = channel, device
        self.parser = UsbredirParser(Role.HOST, "a host", caps)
        self.cancelled: list[int] = []

    async def send(self, message: UsbredirMessage, id_: int = 0) -> None:
        await self.channel.send(Data(self.parser.encode(message, id_)))

    async def receive(self) -> UsbredirPacket:
        while (packet := self.parser.read()) is None:
            self.parser.feed((await self.channel.expect(Data)).data)
        return packet

    async def greet(self) -> None:
        """Hello from both sides."""
        await self.channel.send(Data(self.parser.hello()))
        assert isinstance((await self.receive()).message, usb.Hello)

    async def plug(self) -> None:
        """Say what is plugged in."""
        wide = self.parser.has(UsbredirCap.EP_INFO_MAX_PACKET_SIZE)
        await self.send(usb.EpInfo(self.device.endpoint_types(), bytes(32), bytes(32), [512] * 32 if wide else None))
        await self.send(usb.InterfaceInfo(1, bytes(32), *(bytes([number, *bytes(31)]) for number in self.device.kind)))
        version = 0x0100 if self.parser.has(UsbredirCap.CONNECT_DEVICE_VERSION) else None
        await self.send(usb.DeviceConnect(usb.UsbSpeed.HIGH, 0, 0, 0, 0x1D6B, 0x0104, version))

    async def unplug(self) -> None:
        await self.send(usb.DeviceDisconnect())

    async def serve(self) -> None:
        """Answer what the guest asks."""
        while True:
            id_, message = await self.receive()
            if isinstance(message, usb.CancelDataPacket):
                self.cancelled.append(id_)
            elif (answer := self.device.answer(message)) is not None:
                await self.send(answer, id_)


class VirtualDevice:
    """A device with descriptors and nothing else."""

    kind = (0xFF, 0, 0)
    endpoints: tuple[tuple[int, usb.EndpointType], ...] = ()
    strings = ("", "Example", "Thing", "42")

    def __init__(self) -> None:
        self.configuration = 0
        self.silent = False
        """Whether transfers are left without an answer."""

    def endpoint_types(self) -> bytes:
        types = bytearray(b"\xff" * 32)
        for address, kind in self.endpoints:
            types[usb.place(address)] = kind
        return bytes(types)

    def answer(self, message: UsbredirMessage) -> UsbredirMessage | None:
        match message:
            case usb.SetConfiguration():
                self.configuration = message.configuration
                return usb.ConfigurationStatus(0, message.configuration)
            case usb.GetConfiguration():
                return usb.ConfigurationStatus(0, self.configuration)
            case usb.SetAltSetting():
                return usb.AltSettingStatus(0, message.interface, message.alt)
            case usb.GetAltSetting():
                return usb.AltSettingStatus(0, message.interface, 0)
            case usb.StartInterruptReceiving():
                return usb.InterruptReceivingStatus(0, message.endpoint)
            case usb.Transfer() if self.silent:
                return None
            case usb.ControlPacket():
                return self._control(message)
            case usb.BulkPacket():
                return self._bulk(message)
        return None

    def _control(self, packet: usb.ControlPacket) -> usb.ControlPacket:
        data = self.control(packet)
        packet.status = UsbStatus.SUCCESS if data is not None else UsbStatus.STALL
        towards_guest = packet.endpoint & usb.IN
        packet.data = (data or b"")[: packet.length] if towards_guest else b""
        packet.length = len(packet.data) if towards_guest else packet.length
        return packet

    def _bulk(self, packet: usb.BulkPacket) -> usb.BulkPacket:
        if packet.endpoint & usb.IN:
            data = self.bulk_in(packet.octets)
            packet.status = UsbStatus.SUCCESS if data is not None else UsbStatus.STALL
            packet.data = data or b""
            packet.length, high = len(packet.data) & 0xFFFF, len(packet.data) >> 16
            packet.length_high = high if packet.length_high is not None else None
        else:
            self.bulk_out(packet.data)
            packet.data = b""
        return packet

    def control(self, packet: usb.ControlPacket) -> bytes | None:
        """The answer to a control transfer; None: stall."""
        if packet.request == 6 and packet.requesttype == usb.IN:
            kind, index = packet.value >> 8, packet.value & 0xFF
            if kind == 1:
                return pack("<BBHBBBBHHHBBBB", 18, 1, 0x0200, 0, 0, 0, 64, 0x1D6B, 0x0104, 0x0100, 1, 2, 3, 1)
            if kind == 2:
                return self._configuration()
            if kind == 3 and index < len(self.strings):
                text = self.strings[index].encode("utf-16-le")
                return bytes([len(text) + 2, 3]) + text
        return None

    def _configuration(self) -> bytes:
        ends = b"".join(pack("<BBBBHB", 7, 5, address, kind, 512, 0) for address, kind in self.endpoints)
        interface = pack("<BBBBBBBBB", 9, 4, 0, 0, len(self.endpoints), *self.kind, 0)
        return pack("<BBHBBBBB", 9, 2, 9 + len(interface) + len(ends), 1, 1, 0, 0x80, 50) + interface + ends

    def bulk_in(self, length: int) -> bytes | None:
        return None

    def bulk_out(self, data: bytes) -> None: ...


class VirtualDisk(VirtualDevice):
    """A mass storage device of `image`'s bytes, at first not ready, that stalls where real ones do."""

    kind = (0x08, 0x06, 0x50)
    endpoints = ((0x81, usb.EndpointType.BULK), (0x02, usb.EndpointType.BULK))

    def __init__(self, image: bytes, *, medium: bool = True) -> None:
        super().__init__()
        self.image, self.medium = image, medium
        self.sense = (6, 0x28)  # a unit attention: the medium may have changed
        self.halted = False
        self.cleared: list[int] = []
        self._queue: list[bytes | None] = []

    def control(self, packet: usb.ControlPacket) -> bytes | None:
        if (packet.requesttype, packet.request) == (0x02, 1):
            self.halted = False
            self.cleared.append(packet.index)
            return b""
        return super().control(packet)

    def bulk_out(self, data: bytes) -> None:
        signature, tag, length = unpack_from("<III", data)
        assert signature == 0x43425355 and len(data) == 31
        answer = self._command(data[15:31])
        status = int(answer is None)
        if length:
            self._queue.append(answer[:length] if answer else None)
        self._queue.append(pack("<IIIB", 0x53425355, tag, length - len((answer or b"")[:length]), status))

    def bulk_in(self, length: int) -> bytes | None:
        if self.halted or not self._queue:
            return None
        answer = self._queue.pop(0)
        self.halted = answer is None
        return answer

    def _command(self, cdb: bytes) -> bytes | None:
        match cdb[0]:
            case 0x12:
                return bytes([0, 0x80, 2, 2, 31, 0, 0, 0]) + b"Example USB disk        1.00"
            case 0x03:
                key, code = self.sense
                self.sense = (0, 0) if self.medium else (2, 0x3A)
                return bytes([0x70, 0, key, 0, 0, 0, 0, 10, 0, 0, 0, 0, code, 0, 0, 0, 0, 0])
        if self.sense != (0, 0):
            return None
        match cdb[0]:
            case 0x00:
                return b""
            case 0x25:
                return pack(">II", len(self.image) // BLOCK - 1, BLOCK)
            case 0x28:
                first, count = unpack_from(">I", cdb, 2)[0], unpack_from(">H", cdb, 7)[0]
                return self.image[first * BLOCK : (first + count) * BLOCK]
        self.sense = (5, 0x20)
        return None
