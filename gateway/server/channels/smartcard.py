"""SMARTCARD: a reader of the machine whose card is the client's (spice server/smartcard{,-channel-client}.cpp).

Clients may link as many as they like; the reader is of the first, and of another once that one left and it adds its
own. Until the client has added its reader the machine hears nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from gateway.server.held_device import HeldClient, HeldDevice
from gateway.server.interfaces import SmartcardInterface
from gateway.server.pipe_channel import PipeChannel
from gateway.server.pipe_client import PipeClient
from gateway.spice import vsc
from gateway.spice.enums import ChannelType, VscErrorCode
from gateway.spice.errors import ProtocolError
from gateway.spice.messages.smartcard import Data

if TYPE_CHECKING:
    from gateway.server.server import SpiceServer


class SmartcardDevice(HeldDevice):
    """What a machine's reader says to the client's card."""

    interface: SmartcardInterface

    def __init__(self, interface: SmartcardInterface) -> None:
        super().__init__(interface)
        self.reader_id = 0
        """What the channel calls the reader; a machine need not know."""

    def send(self, message: vsc.VscMessage) -> bool:
        """Send a message. False: it was not taken; `on_writable` tells when to try again.

        A client waits for `vsc.Error`, with SUCCESS too, after each `ReaderAdd`, `ReaderRemove`, `Atr`, `CardRemove`.
        """
        holder = self._ready_holder()
        if holder is None:
            return False
        holder.send(vsc.encode(self.reader_id, message))
        return True


class SmartcardClient(HeldClient):
    """A client's end of a reader, once it has the reader."""

    channel: SmartcardChannel
    type: ClassVar[ChannelType] = ChannelType.SMARTCARD

    @property
    def device(self) -> SmartcardDevice:
        return self.channel.device

    def on_started(self) -> None:
        self._holds = self._added = False
        self._attach()

    def on_ended(self) -> None:
        if self._added:
            self.device.interface.on_message(vsc.ReaderRemove())
        super().on_ended()

    def on_data_message(self, message: Data) -> None:
        content = vsc.decode(message)
        match content:
            case vsc.ReaderAdd():
                self._add_reader(content)
            case vsc.ReaderRemove():
                self._remove_reader(message.reader_id, content)
            case vsc.Init() | vsc.Flush() | vsc.FlushComplete():
                pass  # of a reader's own wire; libspice ignores them here
            case _:
                if not self._holds or message.reader_id != self.device.reader_id:
                    raise ProtocolError(f"a message for reader {message.reader_id}, which is not this client's")
                self.device.interface.on_message(content)

    def _add_reader(self, message: vsc.ReaderAdd) -> None:
        self._attach()
        if self._holds:
            self._added = True
            self.device.interface.on_message(message)
        else:
            self._refuse(vsc.UNDEFINED_READER, VscErrorCode.CANNOT_ADD_MORE_READERS)

    def _remove_reader(self, reader_id: int, message: vsc.ReaderRemove) -> None:
        if self._added and reader_id == self.device.reader_id:
            self._added = False
            self.device.interface.on_message(message)
        else:
            self._refuse(reader_id, VscErrorCode.GENERAL_ERROR)

    def _attach(self) -> None:
        """Have the reader, if nobody has it."""
        if not self._holds and self.device.take(self):
            self._holds = True
            self.device.on_taken(self)

    def _refuse(self, reader_id: int, code: VscErrorCode) -> None:
        self.send(vsc.encode(reader_id, vsc.Error(code)))


class SmartcardChannel(PipeChannel[SmartcardClient]):
    """The channel of one reader."""

    channel_type = ChannelType.SMARTCARD
    client_class: ClassVar[type[PipeClient]] = SmartcardClient

    def __init__(self, server: SpiceServer, id_: int, device: SmartcardDevice) -> None:
        super().__init__(server, id_)
        self.device = device
        device.reader_id = id_
