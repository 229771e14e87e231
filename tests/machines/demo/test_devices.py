"""The demo machine's devices, and the windows that show them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from gateway.machines.demo import DemoMachine
from gateway.machines.demo.serial_port import Direction
from gateway.machines.demo.toolkit.widgets import Label, ListView, Status
from gateway.machines.demo.toolkit.window import Window
from gateway.spice.enums import ChannelType, PortEvent
from gateway.spice.messages import port
from gateway.spice.messages.spicevmc import Data
from tests.machines.demo.serving import ServingDemo
from tests.machines.devices.images import image
from tests.peers import soon
from tests.smartcards import CacCard, CardClient, certificate
from tests.usb_host import UsbHost, VirtualDisk


async def until(demo: DemoMachine, truth: Callable[[], bool]) -> None:
    """Until something is so; looks again after each turn of the loop."""

    async def wait() -> None:
        while not truth():
            await asyncio.sleep(0)

    await soon(wait())
    demo.desktop.flush()


def status_of(window: Window) -> str:
    return next(widget.text for widget in window.widgets if isinstance(widget, Status))


def cells_of(window: Window) -> list[str]:
    """All that stands in the window's lists."""
    lists = [widget for widget in window.widgets if isinstance(widget, ListView)]
    return [cell for rows in lists for row in rows.rows for cell in row]


async def test_serial_port_says_back_what_it_hears() -> None:
    async with ServingDemo() as core, core.client() as client:
        channel = await (await client.begin()).link(ChannelType.PORT)
        init = await channel.expect(port.Init)
        assert (init.name, init.opened) == (b"org.spicegate.demo.serial.0\0", 1)
        await channel.send(Data(b"hello"))
        assert (await channel.expect(Data)).data == b"hello"
        core.demo.serial.capitals = True
        await channel.send(Data(b"hello"))
        assert (await channel.expect(Data)).data == b"HELLO"
        core.demo.serial.say("anybody?")
        assert (await channel.expect(Data)).data == b"anybody?\r\n"
        core.demo.serial.set_open(False)
        assert (await channel.expect(port.Event)).event is PortEvent.CLOSED
        assert (Direction.IN, "hello") in core.demo.serial.lines


async def test_serial_port_holds_a_client_that_does_not_read() -> None:
    async with ServingDemo() as core, core.client() as client:
        channel = await (await client.begin()).link(ChannelType.PORT)
        await channel.expect(port.Init)
        data, total = b"x" * 100_000, 60
        sent = 0

        async def send() -> None:
            nonlocal sent
            for _ in range(total):
                await channel.send(Data(data))
                sent += len(data)

        sending = asyncio.get_running_loop().create_task(send())
        back = 0
        while back < total * len(data):
            message = await channel.receive()
            if isinstance(message, Data):
                back += len(message.data)
        await sending
        assert back == sent == core.demo.serial.octets_out


async def test_usb_window_shows_descriptors_and_the_files_of_a_disk() -> None:
    async with ServingDemo() as core, core.client() as client:
        window = core.demo.show("usb")
        assert "empty" in status_of(window)
        host = UsbHost(await (await client.begin()).link(ChannelType.USBREDIR, 1), VirtualDisk(image("fat16")))
        await host.greet()
        await host.plug()
        serving = core.core.spawn(host.serve(), "usb host")
        await until(core.demo, lambda: "entries" in status_of(window))
        assert any("1d6b:0104" in cell for cell in cells_of(window))
        assert any("mass storage" in cell for cell in cells_of(window))
        serving.cancel()
        await host.unplug()
        await until(core.demo, lambda: "empty" in status_of(window))
        assert not cells_of(window)


async def test_smartcard_window_shows_whom_a_card_names() -> None:
    async with ServingDemo() as core, core.client() as client:
        window = core.demo.show("smartcard")
        card = CardClient(await (await client.begin()).link(ChannelType.SMARTCARD), CacCard(certificate()))
        await card.add()
        await card.insert()
        serving = core.core.spawn(card.serve(), "card")
        labels = [widget for widget in window.widgets if isinstance(widget, Label)]
        await until(core.demo, lambda: labels[0].text == "Jane Card")
        serving.cancel()
        card.channel.wire.vanish()
        await until(core.demo, lambda: labels[0].text == "No card")
