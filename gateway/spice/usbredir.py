"""The usbredir protocol: what the bytes of a USBREDIR channel mean (usb-redirection-protocol.md 0.7, usbredirproto.h).

The *host* has the device (the SPICE client), the *guest* uses it (the machine). Everything is little-endian. Some
fields are there only when both sides hold a capability; `gateway.spice.usbredir_parser` keeps account of them.

Where a packet has ``data``, its ``length`` is how much the device gave or took, or how much the guest asks for: a
packet carries data in the direction of its endpoint only.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

from .wire import U8, U16, U32, U64, Exactly, Rest, Struct, WithCap

ENDPOINTS: Final = 32
"""Endpoints 0 to 15 out, then 0 to 15 in."""
IN: Final = 0x80
"""The bit of an endpoint's address, and of a request's type, that says: towards the guest."""


class Role(Enum):
    """Who sends a packet."""

    GUEST = "guest"
    HOST = "host"


class UsbredirType(IntEnum):
    HELLO = 0
    DEVICE_CONNECT = 1
    DEVICE_DISCONNECT = 2
    RESET = 3
    INTERFACE_INFO = 4
    EP_INFO = 5
    SET_CONFIGURATION = 6
    GET_CONFIGURATION = 7
    CONFIGURATION_STATUS = 8
    SET_ALT_SETTING = 9
    GET_ALT_SETTING = 10
    ALT_SETTING_STATUS = 11
    START_ISO_STREAM = 12
    STOP_ISO_STREAM = 13
    ISO_STREAM_STATUS = 14
    START_INTERRUPT_RECEIVING = 15
    STOP_INTERRUPT_RECEIVING = 16
    INTERRUPT_RECEIVING_STATUS = 17
    ALLOC_BULK_STREAMS = 18
    FREE_BULK_STREAMS = 19
    BULK_STREAMS_STATUS = 20
    CANCEL_DATA_PACKET = 21
    FILTER_REJECT = 22
    FILTER_FILTER = 23
    DEVICE_DISCONNECT_ACK = 24
    START_BULK_RECEIVING = 25
    STOP_BULK_RECEIVING = 26
    BULK_RECEIVING_STATUS = 27
    CONTROL_PACKET = 100
    BULK_PACKET = 101
    ISO_PACKET = 102
    INTERRUPT_PACKET = 103
    BUFFERED_BULK_PACKET = 104


class UsbredirCap(IntEnum):
    BULK_STREAMS = 0
    CONNECT_DEVICE_VERSION = 1
    FILTER = 2
    DEVICE_DISCONNECT_ACK = 3
    EP_INFO_MAX_PACKET_SIZE = 4
    IDS_64BITS = 5
    BULK_LENGTH_32BITS = 6
    BULK_RECEIVING = 7


class UsbStatus(IntEnum):
    """How a request went; a number that is not here is an error too."""

    SUCCESS = 0
    CANCELLED = 1
    INVAL = 2
    IOERROR = 3
    STALL = 4
    TIMEOUT = 5
    BABBLE = 6


class UsbSpeed(IntEnum):
    LOW = 0
    FULL = 1
    HIGH = 2
    SUPER = 3
    UNKNOWN = 255


class EndpointType(IntEnum):
    CONTROL = 0
    ISO = 1
    BULK = 2
    INTERRUPT = 3
    INVALID = 255


class UsbredirMessage(Struct):
    """Base of what a packet holds behind its header."""

    __slots__ = ()


@dataclass(slots=True)
class Header32(Struct):
    """``length`` counts what follows; ``id`` joins an answer to its request."""

    type: U32
    length: U32
    id: U32


@dataclass(slots=True)
class Header64(Struct):
    """The same, when both sides hold IDS_64BITS."""

    type: U32
    length: U32
    id: U64


@dataclass(slots=True)
class Hello(UsbredirMessage):
    """Each side's first packet. ``version`` is free text, NUL-padded; ``caps`` are capability words."""

    version: Annotated[bytes, Exactly(64)]
    caps: Annotated[list[U32], Rest()]


@dataclass(slots=True)
class DeviceConnect(UsbredirMessage):
    """The host has a device; `EpInfo` and `InterfaceInfo` came before. ``speed`` is a `UsbSpeed`."""

    speed: U8
    device_class: U8
    device_subclass: U8
    device_protocol: U8
    vendor_id: U16
    product_id: U16
    device_version_bcd: Annotated[U16 | None, WithCap(UsbredirCap.CONNECT_DEVICE_VERSION)] = None


@dataclass(slots=True)
class DeviceDisconnect(UsbredirMessage):
    pass


@dataclass(slots=True)
class Reset(UsbredirMessage):
    pass


@dataclass(slots=True)
class InterfaceInfo(UsbredirMessage):
    """The first ``interface_count`` places of each array count."""

    interface_count: U32
    interface: Annotated[bytes, Exactly(ENDPOINTS)]
    interface_class: Annotated[bytes, Exactly(ENDPOINTS)]
    interface_subclass: Annotated[bytes, Exactly(ENDPOINTS)]
    interface_protocol: Annotated[bytes, Exactly(ENDPOINTS)]


@dataclass(slots=True)
class EpInfo(UsbredirMessage):
    """By endpoint, see `place`; ``type`` holds `EndpointType`s."""

    type: Annotated[bytes, Exactly(ENDPOINTS)]
    interval: Annotated[bytes, Exactly(ENDPOINTS)]
    interface: Annotated[bytes, Exactly(ENDPOINTS)]
    max_packet_size: Annotated[list[U16] | None, Exactly(ENDPOINTS), WithCap(UsbredirCap.EP_INFO_MAX_PACKET_SIZE)] = (
        None
    )
    max_streams: Annotated[list[U32] | None, Exactly(ENDPOINTS), WithCap(UsbredirCap.BULK_STREAMS)] = None


@dataclass(slots=True)
class SetConfiguration(UsbredirMessage):
    configuration: U8


@dataclass(slots=True)
class GetConfiguration(UsbredirMessage):
    pass


@dataclass(slots=True)
class ConfigurationStatus(UsbredirMessage):
    status: U8
    configuration: U8


@dataclass(slots=True)
class SetAltSetting(UsbredirMessage):
    interface: U8
    alt: U8


@dataclass(slots=True)
class GetAltSetting(UsbredirMessage):
    interface: U8


@dataclass(slots=True)
class AltSettingStatus(UsbredirMessage):
    status: U8
    interface: U8
    alt: U8


@dataclass(slots=True)
class StartIsoStream(UsbredirMessage):
    endpoint: U8
    pkts_per_urb: U8
    no_urbs: U8


@dataclass(slots=True)
class StopIsoStream(UsbredirMessage):
    endpoint: U8


@dataclass(slots=True)
class IsoStreamStatus(UsbredirMessage):
    status: U8
    endpoint: U8


@dataclass(slots=True)
class StartInterruptReceiving(UsbredirMessage):
    endpoint: U8


@dataclass(slots=True)
class StopInterruptReceiving(UsbredirMessage):
    endpoint: U8


@dataclass(slots=True)
class InterruptReceivingStatus(UsbredirMessage):
    status: U8
    endpoint: U8


@dataclass(slots=True)
class AllocBulkStreams(UsbredirMessage):
    """``endpoints`` is a bit mask over `place`."""

    endpoints: U32
    no_streams: U32


@dataclass(slots=True)
class FreeBulkStreams(UsbredirMessage):
    endpoints: U32


@dataclass(slots=True)
class BulkStreamsStatus(UsbredirMessage):
    endpoints: U32
    no_streams: U32
    status: U8


@dataclass(slots=True)
class CancelDataPacket(UsbredirMessage):
    """Its header's id is that of the request to give up, which is answered in any case."""


@dataclass(slots=True)
class FilterReject(UsbredirMessage):
    pass


@dataclass(slots=True)
class FilterFilter(UsbredirMessage):
    """``class,vendor,product,version,allow`` rules joined by ``|``, NUL-terminated."""

    filter: Annotated[bytes, Rest()]


@dataclass(slots=True)
class DeviceDisconnectAck(UsbredirMessage):
    pass


@dataclass(slots=True)
class StartBulkReceiving(UsbredirMessage):
    stream_id: U32
    bytes_per_transfer: U32
    endpoint: U8
    no_transfers: U8


@dataclass(slots=True)
class StopBulkReceiving(UsbredirMessage):
    stream_id: U32
    endpoint: U8


@dataclass(slots=True)
class BulkReceivingStatus(UsbredirMessage):
    stream_id: U32
    endpoint: U8
    status: U8


class Transfer(UsbredirMessage):
    """A packet that carries a device's data."""

    __slots__ = ()
    if TYPE_CHECKING:  # each kind declares them where they stand on its wire
        endpoint: int
        status: int
        data: bytes

    @property
    def octets(self) -> int:
        """The length of the transfer, whichever way its data goes."""
        low: int = getattr(self, "length")  # noqa: B009 - of a width of its own in each kind
        return low | (getattr(self, "length_high", None) or 0) << 16


@dataclass(slots=True)
class ControlPacket(Transfer):
    """A control transfer; ``requesttype`` and the rest as in the USB specification, section 9.3."""

    endpoint: U8
    request: U8
    requesttype: U8
    status: U8
    value: U16
    index: U16
    length: U16
    data: Annotated[bytes, Rest()] = b""


@dataclass(slots=True)
class BulkPacket(Transfer):
    endpoint: U8
    status: U8
    length: U16
    stream_id: U32
    length_high: Annotated[U16 | None, WithCap(UsbredirCap.BULK_LENGTH_32BITS)]
    data: Annotated[bytes, Rest()] = b""


@dataclass(slots=True)
class IsoPacket(Transfer):
    endpoint: U8
    status: U8
    length: U16
    data: Annotated[bytes, Rest()] = b""


@dataclass(slots=True)
class InterruptPacket(Transfer):
    endpoint: U8
    status: U8
    length: U16
    data: Annotated[bytes, Rest()] = b""


@dataclass(slots=True)
class BufferedBulkPacket(Transfer):
    stream_id: U32
    length: U32
    endpoint: U8
    status: U8
    data: Annotated[bytes, Rest()] = b""


class PacketKind(NamedTuple):
    """What a type of packet holds, who sends it, and the capability that it needs."""

    cls: type[UsbredirMessage]
    senders: frozenset[Role]
    cap: UsbredirCap | None = None


_GUEST, _HOST = frozenset([Role.GUEST]), frozenset([Role.HOST])
_BOTH = _GUEST | _HOST
_T, _C = UsbredirType, UsbredirCap

KINDS: Final[dict[int, PacketKind]] = {
    _T.HELLO: PacketKind(Hello, _BOTH),
    _T.DEVICE_CONNECT: PacketKind(DeviceConnect, _HOST),
    _T.DEVICE_DISCONNECT: PacketKind(DeviceDisconnect, _HOST),
    _T.RESET: PacketKind(Reset, _GUEST),
    _T.INTERFACE_INFO: PacketKind(InterfaceInfo, _HOST),
    _T.EP_INFO: PacketKind(EpInfo, _HOST),
    _T.SET_CONFIGURATION: PacketKind(SetConfiguration, _GUEST),
    _T.GET_CONFIGURATION: PacketKind(GetConfiguration, _GUEST),
    _T.CONFIGURATION_STATUS: PacketKind(ConfigurationStatus, _HOST),
    _T.SET_ALT_SETTING: PacketKind(SetAltSetting, _GUEST),
    _T.GET_ALT_SETTING: PacketKind(GetAltSetting, _GUEST),
    _T.ALT_SETTING_STATUS: PacketKind(AltSettingStatus, _HOST),
    _T.START_ISO_STREAM: PacketKind(StartIsoStream, _GUEST),
    _T.STOP_ISO_STREAM: PacketKind(StopIsoStream, _GUEST),
    _T.ISO_STREAM_STATUS: PacketKind(IsoStreamStatus, _HOST),
    _T.START_INTERRUPT_RECEIVING: PacketKind(StartInterruptReceiving, _GUEST),
    _T.STOP_INTERRUPT_RECEIVING: PacketKind(StopInterruptReceiving, _GUEST),
    _T.INTERRUPT_RECEIVING_STATUS: PacketKind(InterruptReceivingStatus, _HOST),
    _T.ALLOC_BULK_STREAMS: PacketKind(AllocBulkStreams, _GUEST, _C.BULK_STREAMS),
    _T.FREE_BULK_STREAMS: PacketKind(FreeBulkStreams, _GUEST, _C.BULK_STREAMS),
    _T.BULK_STREAMS_STATUS: PacketKind(BulkStreamsStatus, _HOST, _C.BULK_STREAMS),
    _T.CANCEL_DATA_PACKET: PacketKind(CancelDataPacket, _GUEST),
    _T.FILTER_REJECT: PacketKind(FilterReject, _GUEST, _C.FILTER),
    _T.FILTER_FILTER: PacketKind(FilterFilter, _BOTH, _C.FILTER),
    _T.DEVICE_DISCONNECT_ACK: PacketKind(DeviceDisconnectAck, _GUEST, _C.DEVICE_DISCONNECT_ACK),
    _T.START_BULK_RECEIVING: PacketKind(StartBulkReceiving, _GUEST, _C.BULK_RECEIVING),
    _T.STOP_BULK_RECEIVING: PacketKind(StopBulkReceiving, _GUEST, _C.BULK_RECEIVING),
    _T.BULK_RECEIVING_STATUS: PacketKind(BulkReceivingStatus, _HOST, _C.BULK_RECEIVING),
    _T.CONTROL_PACKET: PacketKind(ControlPacket, _BOTH),
    _T.BULK_PACKET: PacketKind(BulkPacket, _BOTH),
    _T.ISO_PACKET: PacketKind(IsoPacket, _BOTH),
    _T.INTERRUPT_PACKET: PacketKind(InterruptPacket, _BOTH),
    _T.BUFFERED_BULK_PACKET: PacketKind(BufferedBulkPacket, _HOST, _C.BULK_RECEIVING),
}
TYPES: Final = {kind.cls: number for number, kind in KINDS.items()}


def place(endpoint: int) -> int:
    """Where an endpoint's address stands in the arrays of `EpInfo`."""
    return (endpoint & 0x0F) | ((endpoint & IN) >> 3)


def carries_data(sender: Role, endpoint: int) -> bool:
    """Whether a packet of this sender holds data: the host's of an endpoint in, the guest's of an endpoint out."""
    return bool(endpoint & IN) == (sender is Role.HOST)
