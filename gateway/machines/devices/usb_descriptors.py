"""The descriptors of a USB device: what it is, its configurations and their interfaces, its strings (USB 2.0, 9.6).

::

    text = await read_descriptors(port.device)
    text.product, text.configurations[0].interfaces[0].name
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final, TypeVar

from gateway.machines.devices.errors import DeviceError
from gateway.machines.devices.usb import UsbDevice, UsbError
from gateway.spice import codec
from gateway.spice.errors import ProtocolError
from gateway.spice.usbredir import EndpointType
from gateway.spice.wire import U8, U16, Struct

MOST_CONFIGURATIONS: Final = 8
MOST_CONFIGURATION_BYTES: Final = 4096
ENGLISH: Final = 0x0409
_GET_DESCRIPTOR: Final = 6
_STRING_BYTES: Final = 255

S = TypeVar("S", bound=Struct)

CLASS_NAMES: Final = {
    0x01: "audio",
    0x02: "communications",
    0x03: "human interface",
    0x05: "physical",
    0x06: "still imaging",
    0x07: "printer",
    0x08: "mass storage",
    0x09: "hub",
    0x0A: "communications data",
    0x0B: "smart card",
    0x0D: "content security",
    0x0E: "video",
    0x0F: "personal healthcare",
    0x10: "audio and video",
    0xDC: "diagnostics",
    0xE0: "wireless",
    0xEF: "miscellaneous",
    0xFE: "application specific",
    0xFF: "vendor specific",
}


class DescriptorType(IntEnum):
    DEVICE = 1
    CONFIGURATION = 2
    STRING = 3
    INTERFACE = 4
    ENDPOINT = 5


@dataclass(slots=True)
class DeviceDescriptor(Struct):
    """``usb`` and ``device`` are versions in binary-coded decimals; the last fields number strings, 0: none."""

    length: U8
    type: U8
    usb: U16
    device_class: U8
    device_subclass: U8
    device_protocol: U8
    max_packet_size: U8
    vendor_id: U16
    product_id: U16
    device: U16
    manufacturer: U8
    product: U8
    serial: U8
    configurations: U8


@dataclass(slots=True)
class ConfigurationDescriptor(Struct):
    """``total_length`` counts what belongs to it, too; ``max_power`` is in units of 2 mA."""

    length: U8
    type: U8
    total_length: U16
    interfaces: U8
    value: U8
    name: U8
    attributes: U8
    max_power: U8


@dataclass(slots=True)
class InterfaceDescriptor(Struct):
    length: U8
    type: U8
    number: U8
    alternate: U8
    endpoints: U8
    interface_class: U8
    interface_subclass: U8
    interface_protocol: U8
    name: U8


@dataclass(slots=True)
class EndpointDescriptor(Struct):
    """``attributes``: the lowest two bits are the `EndpointType`. ``interval`` as the speed has it."""

    length: U8
    type: U8
    address: U8
    attributes: U8
    max_packet_size: U16
    interval: U8

    @property
    def kind(self) -> EndpointType:
        return EndpointType(self.attributes & 3)


@dataclass(slots=True)
class UsbInterface:
    """An interface in one of its alternate settings."""

    descriptor: InterfaceDescriptor
    endpoints: list[EndpointDescriptor] = field(default_factory=list)

    @property
    def class_name(self) -> str:
        """For people."""
        return class_name(self.descriptor.interface_class)

    def find_endpoint(self, kind: EndpointType, *, towards_us: bool) -> int | None:
        """The address of the first endpoint of a kind and direction."""
        wanted = [end for end in self.endpoints if end.kind is kind and bool(end.address & 0x80) is towards_us]
        return wanted[0].address if wanted else None


@dataclass(slots=True)
class UsbConfiguration:
    descriptor: ConfigurationDescriptor
    interfaces: list[UsbInterface] = field(default_factory=list)


@dataclass(slots=True)
class UsbDescriptors:
    """All that a device says of itself; strings are empty where it has none."""

    device: DeviceDescriptor
    configurations: list[UsbConfiguration]
    manufacturer: str = ""
    product: str = ""
    serial: str = ""


async def read_descriptors(device: UsbDevice) -> UsbDescriptors:
    """Ask a device for its descriptors. Raises `DeviceError`."""
    about = _unpack(DeviceDescriptor, await _get(device, DescriptorType.DEVICE, 0, codec.size_of(DeviceDescriptor)))
    count = min(about.configurations, MOST_CONFIGURATIONS)
    found = UsbDescriptors(about, [await _read_configuration(device, number) for number in range(count)])
    strings = (about.manufacturer, about.product, about.serial)
    found.manufacturer, found.product, found.serial = [await read_string(device, index) for index in strings]
    return found


async def read_string(device: UsbDevice, index: int) -> str:
    """A string descriptor in English; empty where the device has none. Raises `DeviceError` when it is gone."""
    if not index:
        return ""
    with suppress(UsbError):  # a device that names strings it does not have: common, and no harm
        data = await _get(device, DescriptorType.STRING, index, _STRING_BYTES, ENGLISH)
        return data[2 : max(2, data[0])].decode("utf-16-le", errors="replace").rstrip("\0")
    return ""


async def _read_configuration(device: UsbDevice, number: int) -> UsbConfiguration:
    size = codec.size_of(ConfigurationDescriptor)
    start = _unpack(ConfigurationDescriptor, await _get(device, DescriptorType.CONFIGURATION, number, size))
    whole = min(max(start.total_length, size), MOST_CONFIGURATION_BYTES)
    return parse_configuration(await _get(device, DescriptorType.CONFIGURATION, number, whole))


async def _get(device: UsbDevice, kind: DescriptorType, index: int, length: int, language: int = 0) -> bytes:
    data = await device.control_in(0, _GET_DESCRIPTOR, kind << 8 | index, language, length)
    if len(data) < 2 or data[1] != kind:
        raise DeviceError(f"The USB device gave no {kind.name.lower()} descriptor.")
    return data


def parse_configuration(data: bytes) -> UsbConfiguration:
    """A configuration from its descriptors, one behind the other. Raises `DeviceError`."""
    found = UsbConfiguration(_unpack(ConfigurationDescriptor, data))
    rest = memoryview(data)[found.descriptor.length :]
    while len(rest) >= 2:
        length, kind = rest[0], rest[1]
        if length < 2:
            raise DeviceError("The USB device gave a descriptor without a length.")
        if kind == DescriptorType.INTERFACE:
            found.interfaces.append(UsbInterface(_unpack(InterfaceDescriptor, rest)))
        elif kind == DescriptorType.ENDPOINT and found.interfaces:
            found.interfaces[-1].endpoints.append(_unpack(EndpointDescriptor, rest))
        rest = rest[length:]
    return found


def _unpack(cls: type[S], data: bytes | memoryview) -> S:
    try:
        return codec.unpack(cls, data)
    except ProtocolError as error:
        raise DeviceError(f"The USB device gave a {cls.__name__} that is too short.") from error


def class_name(number: int) -> str:
    """A device's or interface's class, for people."""
    return CLASS_NAMES.get(number, f"class {number:#04x}")
