"""What is plugged into the USB ports: descriptors, and what lies on a disk."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from gateway.machines.demo.apps.app import App
from gateway.machines.demo.limits import USB_PORTS
from gateway.machines.demo.text import bytes_text, shown
from gateway.machines.demo.toolkit import theme
from gateway.machines.demo.toolkit.fonts import mono
from gateway.machines.demo.toolkit.widgets import Button, Column, ListView, Status, Tone
from gateway.machines.devices.disk_files import list_files
from gateway.machines.devices.errors import DeviceError
from gateway.machines.devices.mass_storage import open_disk
from gateway.machines.devices.usb import UsbDevice
from gateway.machines.devices.usb_descriptors import UsbDescriptors, UsbInterface, class_name, read_descriptors
from gateway.server.display.region import Rect

_STORAGE = 0x08
_NAME = 80


class Usb(App):
    """Two ports; the chosen one's device is read as soon as it is there."""

    name = "usb"
    label = "USB devices"
    size = (560, 560)

    def build(self) -> None:
        pad, width = theme.PADDING, self.size[0] - 2 * theme.PADDING
        self._port = 0
        self._devices: list[UsbDevice | None] = [None] * USB_PORTS
        each = (width - theme.GAP) // USB_PORTS
        self._buttons = [
            Button(Rect.at(pad + at * (each + theme.GAP), 16, each, theme.ROW), "", partial(self._choose, at))
            for at in range(USB_PORTS)
        ]
        self._status = Status(Rect.at(pad, 60, width, 32), "")
        columns = (Column("", 130), Column("", width - 170))
        self._about = ListView(Rect.at(pad, 102, width, 232), columns, font=mono(13), row_height=22)
        self._files = ListView(
            Rect.at(pad, 346, width, self.size[1] - 346 - pad),
            (Column("On the disk", width - 160), Column("Size", 120, True)),
            empty="No disk that can be read",
        )
        self.add(*self._buttons, self._status, self._about, self._files)
        self.watch(self.machine.usb_changed, self._refresh)
        self._refresh()

    def _choose(self, port: int) -> None:
        self._port = port
        self._read()

    def _refresh(self) -> None:
        before, self._devices = self._devices, [port.device for port in self.machine.usb_ports]
        for at, (button, device) in enumerate(zip(self._buttons, self._devices, strict=True)):
            button.show(f"Port {at + 1}: {_ids(device) if device is not None else 'empty'}")
            if device is not None and device is not before[at]:
                self._port = at
        if before != self._devices or not self._status.text:
            self._read()

    def _read(self) -> None:
        device = self._devices[self._port]
        self._about.show([])
        self._files.show([])
        if device is None:
            self._status.show(f"Port {self._port + 1} is empty: plug in a device of yours, or a disk image")
            return
        self._status.show("Reading …", Tone.BUSY)
        self.work(self._explore(device))

    async def _explore(self, device: UsbDevice) -> None:
        try:
            descriptors = await read_descriptors(device)
            self._about.show(describe(descriptors))
            self._status.show(f"{descriptors.product or 'A device'} is plugged in", Tone.GOOD)
            if _is_disk(descriptors):
                listing = await list_files(await open_disk(device))
                entries = [
                    (shown(entry.name, _NAME), _size(entry.size, entry.is_directory)) for entry in listing.entries
                ]
                self._files.show(entries)
                label = shown(listing.label, _NAME) or "no name"
                self._status.show(f"{listing.kind} disk “{label}”, {len(entries)} entries", Tone.GOOD)
        except DeviceError as error:
            self._status.show(str(error), Tone.BAD)


def _ids(device: UsbDevice) -> str:
    return f"{device.info.vendor_id:04x}:{device.info.product_id:04x}"


def _size(size: int, is_directory: bool) -> str:
    return "folder" if is_directory else bytes_text(size)


def _interfaces(descriptors: UsbDescriptors) -> Iterator[UsbInterface]:
    for configuration in descriptors.configurations:
        yield from configuration.interfaces


def _is_disk(descriptors: UsbDescriptors) -> bool:
    return any(interface.descriptor.interface_class == _STORAGE for interface in _interfaces(descriptors))


def describe(descriptors: UsbDescriptors) -> list[tuple[str, str]]:
    """The descriptors as rows of a name and a value."""
    about = descriptors.device
    kind = class_name(about.device_class) if about.device_class else "its interfaces say what it is"
    rows = [
        ("Product", shown(descriptors.product, _NAME) or "(no name)"),
        ("Made by", shown(descriptors.manufacturer, _NAME) or "(not told)"),
        ("Serial", shown(descriptors.serial, _NAME) or "(none)"),
        (
            "Ids",
            f"{about.vendor_id:04x}:{about.product_id:04x}, version {about.device >> 8:x}.{about.device & 255:02x}",
        ),
        ("USB", f"{about.usb >> 8:x}.{about.usb >> 4 & 15:x}, {kind}"),
    ]
    for configuration in descriptors.configurations:
        power = configuration.descriptor.max_power * 2
        rows.append((f"Configuration {configuration.descriptor.value}", f"up to {power} mA"))
    for interface in _interfaces(descriptors):
        ends = ", ".join(f"{end.address:02x} {end.kind.name.lower()}" for end in interface.endpoints)
        name = class_name(interface.descriptor.interface_class)
        rows.append((f"Interface {interface.descriptor.number}", f"{name}; {ends or 'no endpoints'}"))
    return rows
