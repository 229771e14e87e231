"""A USB port of the machine: the guest's role of usbredir, and the device that a client plugs in.

::

    port = UsbPort(on_change)                    # on_change() is called when a device comes or goes
    server.add_interface(port)
    if port.device is not None:
        data = await port.device.control_in(0x80, 6, 0x0100, 0, 18)
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import TypeVar

from gateway import __version__
from gateway.machines.devices.errors import DeviceError, DeviceGone
from gateway.server.char_device import CharDevice
from gateway.server.client import RedClient
from gateway.server.interfaces import UsbredirInterface
from gateway.spice import usbredir as usb
from gateway.spice.errors import ProtocolError, UsageError
from gateway.spice.limits import MAX_USB_REQUESTS, MAX_USBREDIR_DATA, USB_SECONDS
from gateway.spice.usbredir import Role, UsbredirCap, UsbredirMessage, UsbStatus
from gateway.spice.usbredir_parser import UsbredirParser

CAPS = (
    UsbredirCap.CONNECT_DEVICE_VERSION,
    UsbredirCap.FILTER,
    UsbredirCap.DEVICE_DISCONNECT_ACK,
    UsbredirCap.EP_INFO_MAX_PACKET_SIZE,
    UsbredirCap.IDS_64BITS,
    UsbredirCap.BULK_LENGTH_32BITS,
)
INTERRUPTS_KEPT = 64
"""Packets of an interrupt endpoint that are kept for who reads them; the oldest go first."""

UNPLUGGED = "The USB device was unplugged."

Answer = asyncio.Future[UsbredirMessage | None]
"""What answers a request; None when the device was unplugged instead."""

M = TypeVar("M", bound=UsbredirMessage)


class UsbError(DeviceError):
    """A transfer failed; `status` is the host's number for it."""

    def __init__(self, status: int) -> None:
        super().__init__(f"The USB device answered with {_name(status)}.")
        self.status = status

    @property
    def is_stall(self) -> bool:
        """The device refuses the request, or its endpoint has halted."""
        return self.status == UsbStatus.STALL


class UsbDevice:
    """What is plugged in. Everything raises `UsbError` when it fails and `DeviceGone` when the device was unplugged.

    Requests may be made at the same time; each is given up after `USB_SECONDS`.
    """

    def __init__(
        self, port: UsbPort, info: usb.DeviceConnect, interfaces: usb.InterfaceInfo | None, endpoints: usb.EpInfo | None
    ) -> None:
        self.info = info
        """Speed, class, vendor, product and version, as the host told them."""
        self.interfaces = interfaces
        self.endpoints = endpoints
        self.gone = False
        self._port = port
        self._interrupts: dict[int, deque[usb.InterruptPacket]] = {}
        self._interrupted = asyncio.Event()

    async def control_in(self, request_type: int, request: int, value: int, index: int, length: int) -> bytes:
        """A control transfer towards us; the arguments are bmRequestType, bRequest, wValue, wIndex and wLength."""
        packet = usb.ControlPacket(usb.IN, request, request_type | usb.IN, 0, value, index, length)
        return await self._transfer(packet, usb.ControlPacket)

    async def control_out(self, request_type: int, request: int, value: int, index: int, data: bytes = b"") -> None:
        """A control transfer towards the device."""
        packet = usb.ControlPacket(0, request, request_type, 0, value, index, len(data), data)
        await self._transfer(packet, usb.ControlPacket)

    async def bulk_in(self, endpoint: int, length: int) -> bytes:
        """Read up to `length` bytes of an endpoint in."""
        return await self._transfer(self._bulk(endpoint | usb.IN, length, b""), usb.BulkPacket)

    async def bulk_out(self, endpoint: int, data: bytes) -> None:
        """Write to an endpoint out."""
        await self._transfer(self._bulk(endpoint, len(data), data), usb.BulkPacket)

    async def interrupt_out(self, endpoint: int, data: bytes) -> None:
        """Write to an interrupt endpoint out."""
        await self._transfer(usb.InterruptPacket(endpoint, 0, len(data), data), usb.InterruptPacket)

    async def interrupt_in(self, endpoint: int) -> bytes:
        """The next packet of an interrupt endpoint; from the first call on the host polls it. Waits without end."""
        endpoint |= usb.IN
        if endpoint not in self._interrupts:
            self._interrupts[endpoint] = deque(maxlen=INTERRUPTS_KEPT)
            message = usb.StartInterruptReceiving(endpoint)
            _check((await self._port.request(message, usb.InterruptReceivingStatus)).status)
        packets = self._interrupts[endpoint]
        while not packets:
            if self.gone:
                raise DeviceGone(UNPLUGGED)
            self._interrupted.clear()
            await self._interrupted.wait()
        packet = packets.popleft()
        _check(packet.status)
        return packet.data

    async def set_configuration(self, configuration: int) -> None:
        """Choose a configuration by its bConfigurationValue."""
        _check((await self._port.request(usb.SetConfiguration(configuration), usb.ConfigurationStatus)).status)

    async def get_configuration(self) -> int:
        """The configuration that is chosen."""
        answer = await self._port.request(usb.GetConfiguration(), usb.ConfigurationStatus)
        _check(answer.status)
        return answer.configuration

    async def set_alt_setting(self, interface: int, alt: int) -> None:
        """Choose an alternate setting of an interface."""
        _check((await self._port.request(usb.SetAltSetting(interface, alt), usb.AltSettingStatus)).status)

    async def get_alt_setting(self, interface: int) -> int:
        """The alternate setting of an interface."""
        answer = await self._port.request(usb.GetAltSetting(interface), usb.AltSettingStatus)
        _check(answer.status)
        return answer.alt

    async def reset(self) -> None:
        """Reset the device; one that does not come back is unplugged."""
        await self._port.say(usb.Reset())

    async def clear_halt(self, endpoint: int) -> None:
        """Have a halted endpoint work again (CLEAR_FEATURE of ENDPOINT_HALT)."""
        await self.control_out(0x02, 1, 0, endpoint)

    def _bulk(self, endpoint: int, length: int, data: bytes) -> usb.BulkPacket:
        wide = self._port.parser.has(UsbredirCap.BULK_LENGTH_32BITS)
        if length > (MAX_USBREDIR_DATA if wide else 0xFFFF):
            raise UsageError(f"{length} bytes are too many for one bulk transfer")
        return usb.BulkPacket(endpoint, 0, length & 0xFFFF, 0, length >> 16 if wide else None, data)

    async def _transfer(self, packet: usb.Transfer, kind: type[usb.Transfer]) -> bytes:
        answer = await self._port.request(packet, kind)
        _check(answer.status)
        if len(answer.data) > packet.octets:
            raise DeviceError("The USB device answered with more than it was asked for.")
        return answer.data

    # the port's side

    def on_interrupt(self, packet: usb.InterruptPacket) -> None:
        if (packets := self._interrupts.get(packet.endpoint)) is not None:
            packets.append(packet)
            self._interrupted.set()

    def on_interrupts_stopped(self, message: usb.InterruptReceivingStatus) -> None:
        """The host gave up polling an endpoint: who waits is told, and may start again."""
        if (packets := self._interrupts.pop(message.endpoint, None)) is not None:
            packets.append(usb.InterruptPacket(message.endpoint, message.status or UsbStatus.STALL, 0))
            self._interrupted.set()

    def on_gone(self) -> None:
        self.gone = True
        self._interrupted.set()


class UsbPort(UsbredirInterface):
    """A port into which a client plugs one device at a time. `on_change` is called when `device` changed."""

    def __init__(self, on_change: Callable[[], None] = lambda: None) -> None:
        self.device: UsbDevice | None = None
        self.parser = _new_parser()
        self._on_change = on_change
        self._wire: CharDevice | None = None
        self._interfaces: usb.InterfaceInfo | None = None
        self._endpoints: usb.EpInfo | None = None
        self._last_id = 0
        self._requests: dict[int, tuple[type[UsbredirMessage], Answer]] = {}
        self._given_up: set[int] = set()
        self._room = asyncio.Event()
        self._acks_owed = 0
        """Devices that went, which the client has not been told that we know."""

    # as the server sees it

    def on_attached(self, device: CharDevice) -> None:
        self._wire = device

    def on_detached(self) -> None:
        self._wire = None
        self._unplug()

    def on_connected(self, client: RedClient) -> None:
        self.parser = _new_parser()
        self._write(self.parser.hello())

    def on_disconnected(self) -> None:
        self._unplug()
        self._acks_owed = 0

    def on_writable(self) -> None:
        self._acknowledge()
        self._room.set()

    def on_data(self, data: bytes) -> None:
        self.parser.feed(data)
        while (packet := self.parser.read()) is not None:
            self._on_packet(packet.id, packet.message)

    # what a device asks

    async def request(self, message: UsbredirMessage, answer: type[M]) -> M:
        """Send a packet and wait for its answer. Raises `UsbError` after `USB_SECONDS`, `DeviceGone`."""
        if len(self._requests) + len(self._given_up) >= MAX_USB_REQUESTS:
            raise DeviceError("The USB device has too many requests to answer already.")
        self._last_id = id_ = self._last_id + 1 & 0xFFFFFFFF
        future: Answer = asyncio.get_running_loop().create_future()
        self._requests[id_] = (answer, future)
        sent = False
        try:
            async with asyncio.timeout(USB_SECONDS):
                await self.say(message, id_)
                sent = True
                came = await future
        except TimeoutError as error:
            raise UsbError(UsbStatus.TIMEOUT) from error
        finally:
            if self._requests.pop(id_, None) is not None and sent:
                self._give_up(id_, message)
        if came is None:
            raise DeviceGone(UNPLUGGED)
        assert isinstance(came, answer)
        return came

    async def say(self, message: UsbredirMessage, id_: int = 0) -> None:
        """Send a packet as soon as the client takes it. Raises `DeviceGone`."""
        while True:
            if self.device is None:
                raise DeviceGone(UNPLUGGED)
            if not self._acks_owed and self._write(self.parser.encode(message, id_)):
                return
            self._room.clear()
            await self._room.wait()

    def _write(self, data: bytes) -> bool:
        return self._wire is not None and self._wire.write(data)

    def _give_up(self, id_: int, message: UsbredirMessage) -> None:
        """An answer nobody waits for: a transfer is cancelled, and answered nevertheless."""
        if self.device is None:
            return
        self._given_up.add(id_)
        if isinstance(message, usb.Transfer):
            self._write(self.parser.encode(usb.CancelDataPacket(), id_))

    # what the host says

    def _on_packet(self, id_: int, message: UsbredirMessage) -> None:
        """Raises `ProtocolError`."""
        match message:
            case usb.InterfaceInfo():
                self._interfaces = message
                if self.device is not None:
                    self.device.interfaces = message
            case usb.EpInfo():
                self._endpoints = message
                if self.device is not None:
                    self.device.endpoints = message
            case usb.DeviceConnect():
                self._plug(message)
            case usb.DeviceDisconnect():
                self._unplug()
                self._acks_owed += self.parser.has(UsbredirCap.DEVICE_DISCONNECT_ACK)
                self._acknowledge()
            case usb.InterruptPacket() if message.endpoint & usb.IN:
                if self.device is not None:
                    self.device.on_interrupt(message)
            case _:
                self._on_answer(id_, message)

    def _on_answer(self, id_: int, message: UsbredirMessage) -> None:
        request = self._requests.get(id_)
        if request is not None and isinstance(message, request[0]):
            del self._requests[id_]
            if not request[1].done():
                request[1].set_result(message)
        elif id_ in self._given_up:
            self._given_up.discard(id_)
        elif isinstance(message, usb.InterruptReceivingStatus) and self.device is not None:
            self.device.on_interrupts_stopped(message)

    def _plug(self, info: usb.DeviceConnect) -> None:
        if self.device is not None:
            raise ProtocolError("a USB device came while another is plugged in")
        self.device = UsbDevice(self, info, self._interfaces, self._endpoints)
        self._on_change()

    def _unplug(self) -> None:
        device, self.device = self.device, None
        self._interfaces = self._endpoints = None
        requests, self._requests = self._requests, {}
        self._given_up.clear()
        for _answer, future in requests.values():
            if not future.done():
                future.set_result(None)
        self._room.set()
        if device is not None:
            device.on_gone()
            self._on_change()

    def _acknowledge(self) -> None:
        """Nothing more comes for devices that went. A host may plug in the next one before it hears that."""
        while self._acks_owed and self._write(self.parser.encode(usb.DeviceDisconnectAck())):
            self._acks_owed -= 1


def _new_parser() -> UsbredirParser:
    return UsbredirParser(Role.GUEST, f"spicegate {__version__}", CAPS)


def _check(status: int) -> None:
    if status != UsbStatus.SUCCESS:
        raise UsbError(status)


def _name(status: int) -> str:
    return UsbStatus(status).name if status in frozenset(UsbStatus) else f"status {status}"
