"""The VDI interfaces: what a machine offers its server, each one small class (spice.h: SpiceBaseInterface and its kin).

A machine subclasses the interfaces that it has and hands each to `SpiceServer.add_interface`, which registers the
channels that carry it:

=========================================  ==========================
interface                                  channels
=========================================  ==========================
`QXLInterface`                             DISPLAY and CURSOR
`PlaybackInterface`                        PLAYBACK
`RecordInterface`                          RECORD
`NetWireInterface`                         TUNNEL
`SmartcardInterface`                       SMARTCARD
`UsbredirInterface`                        USBREDIR
`PortInterface`                            PORT
`WebdavInterface`                          WEBDAV
`AgentInterface`                           none: MAIN carries it
`KeyboardInterface`, `MouseInterface`,
`TabletInterface`                          none: INPUTS drives them
=========================================  ==========================

`on_attached` hands the machine the server's side of the interface: what it calls to draw, to play, to write. All
methods are called on the loop of the server's core, and all of the server's are to be called there.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from enum import Enum
from typing import TYPE_CHECKING, ClassVar

from gateway.spice.agent import MonitorsConfig, RawMessage
from gateway.spice.enums import ChannelType, KeyboardModifierFlags, MouseButtonMask
from gateway.spice.limits import MAX_AGENT_MESSAGE

if TYPE_CHECKING:
    from gateway.server.agent_link import AgentLink
    from gateway.server.channels.playback import PlaybackChannel
    from gateway.server.channels.port import PortDevice
    from gateway.server.channels.record import RecordChannel
    from gateway.server.channels.smartcard import SmartcardDevice
    from gateway.server.char_device import CharDevice
    from gateway.server.client import RedClient
    from gateway.server.display.worker import QXLWorker
    from gateway.server.tunnel import Service, Tunnel
    from gateway.spice.vsc import VscMessage


class Interface(ABC):  # noqa: B024 - what an interface must have differs by its kind
    """Base of all: something that can be added to a server and removed again."""

    def on_detached(self) -> None:  # noqa: B027 - most have nothing to do
        """The interface was removed: its server's side must not be called any more."""


class KeyboardInterface(Interface):
    """The machine's keyboard (SpiceKbdInterface)."""

    @abstractmethod
    def push_scan_code(self, code: int) -> None:
        """One byte of an AT set 1 scancode; extended keys come as 0xE0 and another byte, releases have bit 7 set."""

    def leds(self) -> KeyboardModifierFlags:
        """Which lock keys are on. Tell changes with `SpiceServer.keyboard_leds_changed`."""
        return KeyboardModifierFlags(0)


class MouseInterface(Interface):
    """A relative pointer: mouse mode SERVER (SpiceMouseInterface)."""

    @abstractmethod
    def motion(self, dx: int, dy: int, dz: int, buttons: MouseButtonMask) -> None:
        """It moved by so many pixels; `dz` is the wheel's step, negative away from the person."""

    @abstractmethod
    def buttons(self, buttons: MouseButtonMask) -> None:
        """The buttons that are held now."""


class TabletInterface(Interface):
    """An absolute pointer: its presence allows mouse mode CLIENT (SpiceTabletInterface)."""

    @abstractmethod
    def position(self, x: int, y: int, display_id: int, buttons: MouseButtonMask) -> None:
        """It stands at a pixel of a display."""

    @abstractmethod
    def wheel(self, steps: int, buttons: MouseButtonMask) -> None:
        """The wheel turned by so many steps, negative away from the person."""

    @abstractmethod
    def buttons(self, buttons: MouseButtonMask) -> None:
        """The buttons that are held now."""


class QXLInterface(Interface):
    """A display adapter: DISPLAY and CURSOR channels whose id is `id` (QXLInterface)."""

    id: int = 0

    @abstractmethod
    def on_attached(self, worker: QXLWorker) -> None:
        """Draw through `worker`."""

    def on_monitors_config(self, config: MonitorsConfig) -> bool:
        """A client wants its monitors so (pixels). False: it is no business of this adapter's."""
        return False


class PlaybackInterface(Interface):
    """Sound of the machine (SpicePlaybackInterface)."""

    @abstractmethod
    def on_attached(self, playback: PlaybackChannel) -> None:
        """Play through `playback`: its `start`, `put`, `stop`, `set_volume` and `set_mute`."""


class RecordInterface(Interface):
    """A microphone of the machine (SpiceRecordInterface)."""

    @abstractmethod
    def on_attached(self, record: RecordChannel) -> None:
        """Listen through `record`: its `start`, `read`, `stop`, `set_volume` and `set_mute`."""

    def on_samples(self) -> None:
        """Sound came: `record.read` gives it. What is not read within a second is lost."""


class AgentInterface(Interface):
    """The machine's agent, in whole messages; the chunks, their tokens and several clients are MAIN's business."""

    max_message: int = MAX_AGENT_MESSAGE
    """Bytes of the largest message that it takes: so much is kept for each client while its message comes."""

    @abstractmethod
    def on_attached(self, agent: AgentLink) -> None:
        """Answer through `agent`."""

    @abstractmethod
    def on_message(self, client: RedClient, message: RawMessage) -> None:
        """A client's agent message; `gateway.spice.agent.decode` reads it."""

    def on_message_too_large(self, client: RedClient, type_: int, size: int) -> None:
        """A client began a message of `size` bytes, more than `max_message`: it is let pass."""

    def on_client_started(self, client: RedClient) -> None:
        """A client is ready for the agent's messages."""

    def on_client_gone(self, client: RedClient) -> None:
        """A client that had started left."""


class CharDeviceSubtype(Enum):
    """What a char device speaks (the subtypes of SpiceCharDeviceInterface)."""

    SMARTCARD = "smartcard"
    USBREDIR = "usbredir"
    PORT = "port"
    WEBDAV = "webdav"


class HeldInterface(Interface):
    """Something of the machine that one client at a time holds."""

    def on_connected(self, client: RedClient) -> None:
        """A client holds it from now on (SpiceCharDeviceInterface.state)."""

    def on_disconnected(self) -> None:
        """Nobody holds it any more."""

    def on_writable(self) -> None:
        """The client takes more: what a write was refused may be written now."""


class NetWireInterface(HeldInterface):
    """Sockets of the machine that reach services of the client (the retired SpiceNetWireInterface)."""

    @abstractmethod
    def on_attached(self, tunnel: Tunnel) -> None:
        """Open sockets through `tunnel`."""

    def on_service_added(self, service: Service) -> None:
        """The client offers a service: `Tunnel.open` reaches it."""

    def on_service_removed(self, service: Service) -> None:
        """The client offers it no longer; its sockets are closed."""


class CharDeviceInterface(HeldInterface):
    """A device of the machine that one client at a time holds (SpiceCharDeviceInterface)."""

    subtype: ClassVar[CharDeviceSubtype]
    channel_type: ClassVar[ChannelType]


class StreamInterface(CharDeviceInterface):
    """A device whose client sends and takes a stream of bytes."""

    @abstractmethod
    def on_data(self, data: bytes) -> None:
        """Bytes of the client, in pieces of any size."""


class SmartcardInterface(CharDeviceInterface):
    """A smartcard reader: VSC messages, each whole, in both directions (vscard_common.h)."""

    subtype = CharDeviceSubtype.SMARTCARD
    channel_type = ChannelType.SMARTCARD

    @abstractmethod
    def on_attached(self, device: SmartcardDevice) -> None:
        """Send through `device`."""

    @abstractmethod
    def on_message(self, message: VscMessage) -> None:
        """The client's reader or card did something: ReaderAdd, ReaderRemove, Atr, CardRemove, Apdu or Error.

        All but the last two are to be answered with `vsc.Error`.
        """


class UsbredirInterface(StreamInterface):
    """A USB port that speaks usbredir in the guest's role."""

    subtype = CharDeviceSubtype.USBREDIR
    channel_type = ChannelType.USBREDIR

    @abstractmethod
    def on_attached(self, device: CharDevice) -> None:
        """Write through `device`."""


class PortInterface(StreamInterface):
    """A named port, such as a serial console; `name` is a reversed domain name by custom."""

    subtype = CharDeviceSubtype.PORT
    channel_type = ChannelType.PORT
    name: str = "org.spicegate.port"

    @abstractmethod
    def on_attached(self, port: PortDevice) -> None:
        """Write through `port`; it is closed until `port.opened` is set."""

    def on_opened(self, opened: bool) -> None:
        """The client opened its end, or closed it."""

    def on_break(self) -> None:
        """The client sent a break."""


class WebdavInterface(PortInterface):
    """The shared folder's port: the mux of WebDAV connections."""

    subtype = CharDeviceSubtype.WEBDAV
    channel_type = ChannelType.WEBDAV
    name = "org.spice-space.webdav.0"
