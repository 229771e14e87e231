"""A smartcard reader of the machine, into which a client puts its card.

::

    reader = SmartcardReader(on_change)          # on_change() is called when the reader or its card comes or goes
    server.add_interface(reader)
    if reader.atr is not None:
        certificate = await read_certificate(reader)         # smartcard_certificates
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from gateway.machines.devices.errors import DeviceError, DeviceGone
from gateway.server.channels.smartcard import SmartcardDevice
from gateway.server.interfaces import SmartcardInterface
from gateway.spice import vsc
from gateway.spice.enums import VscErrorCode
from gateway.spice.errors import ProtocolError
from gateway.spice.limits import SMARTCARD_SECONDS

REMOVED = "The card was removed."


class SmartcardReader(SmartcardInterface):
    """The machine's end of SMARTCARD, as QEMU's passthrough reader has it (hw/usb/ccid-card-passthru.c)."""

    def __init__(self, on_change: Callable[[], None] = lambda: None) -> None:
        self.name: str | None = None
        """What the client calls its reader; None while it offers none."""
        self.atr: bytes | None = None
        """The card's answer to reset; None while no card is in."""
        self._on_change = on_change
        self._device: SmartcardDevice | None = None
        self._lock = asyncio.Lock()
        self._room = asyncio.Event()
        self._answer: asyncio.Future[bytes | None] | None = None
        self._late = 0  # answers of commands that were given up

    async def transmit(self, apdu: bytes) -> bytes:
        """Send a command to the card; its response with the two status bytes. One command at a time.

        Raises `DeviceGone` when there is no card any more, `DeviceError` when the reader fails or does not answer.
        """
        async with self._lock:
            future: asyncio.Future[bytes | None] = asyncio.get_running_loop().create_future()
            sent = False
            try:
                async with asyncio.timeout(SMARTCARD_SECONDS):
                    await self._send(apdu)
                    self._answer, sent = future, True
                    response = await future
            except TimeoutError as error:
                raise DeviceError("The card does not answer.") from error
            finally:
                if sent and not (future.done() and not future.cancelled()):
                    self._late += 1
                self._answer = None
        if response is None:
            raise DeviceGone(REMOVED)
        if len(response) < 2:
            raise DeviceError("The card reader could not pass the command on.")
        return response

    async def _send(self, apdu: bytes) -> None:
        while self.atr is not None and self._device is not None:
            if self._device.send(vsc.Apdu(apdu)):
                return
            self._room.clear()
            await self._room.wait()
        raise DeviceGone("There is no card." if self.atr is None else REMOVED)

    # as the server sees it

    def on_attached(self, device: SmartcardDevice) -> None:
        self._device = device

    def on_detached(self) -> None:
        self._device = None
        self._take_out()

    def on_writable(self) -> None:
        self._room.set()

    def on_message(self, message: vsc.VscMessage) -> None:
        match message:
            case vsc.Apdu():
                self._on_answer(message.data)
                return
            case vsc.Error():
                self._on_answer(b"")
                return
            case vsc.ReaderAdd():
                self.name = message.name.rstrip(b"\0").decode(errors="replace")
            case vsc.ReaderRemove():
                self._take_out()
                self.name = None
            case vsc.Atr():
                if self.atr != message.atr:  # spice-gtk may tell twice of a card, while a command is on its way
                    self._take_out()
                self.atr = message.atr
            case vsc.CardRemove():
                self._take_out()
            case _:
                raise ProtocolError(f"a {type(message).__name__} is no message of a client's reader")
        if self._device is not None and not self._device.send(vsc.Error(VscErrorCode.SUCCESS)):
            raise ProtocolError("the client takes no answers of the reader")
        self._on_change()

    def _on_answer(self, response: bytes) -> None:
        """What the card said to the command of now; answers that nobody waits for any more are let pass."""
        if self._late:
            self._late -= 1
        elif self._answer is not None and not self._answer.done():
            self._answer.set_result(response)

    def _take_out(self) -> None:
        self.atr = None
        self._late = 0
        self._room.set()
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(None)
