"""Both ends of a usbredir stream, sans-IO: packets from bytes and back, by the capabilities that both sides hold."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from . import caps as capability
from . import codec, reader, usbredir
from .errors import ProtocolError, UsageError
from .limits import MAX_USBREDIR_DATA, MAX_USBREDIR_HEADER
from .usbredir import (
    KINDS,
    TYPES,
    EndpointType,
    Header32,
    Header64,
    Hello,
    InterfaceInfo,
    PacketKind,
    Role,
    Transfer,
    UsbredirCap,
    UsbredirMessage,
    carries_data,
)

_SIZE_32, _SIZE_64 = codec.size_of(Header32), codec.size_of(Header64)


class UsbredirPacket(NamedTuple):
    """A packet of the other side; ``id`` is its request's."""

    id: int
    message: UsbredirMessage


class UsbredirParser:
    """One side of a stream.

    ::

        parser = UsbredirParser(Role.GUEST, "spicegate", CAPS)
        send(parser.hello())
        parser.feed(received)
        while (packet := parser.read()) is not None:
            ...                                  # the first is Hello
        send(parser.encode(Reset(), id=7))       # not before the other side's Hello was read

    `read` raises `ProtocolError` for whatever the other side may not send; the stream is of no use afterwards. What is
    kept is bounded by one packet and what was fed at once.
    """

    def __init__(self, role: Role, version: str, caps: Iterable[UsbredirCap]) -> None:
        self.role = role
        self.caps = frozenset(caps)
        self.peer_version: str | None = None
        """What the other side calls itself; None before its Hello."""
        self.agreed: frozenset[int] = frozenset()
        """The capabilities that both sides hold."""
        self._version = version
        self._buffer = bytearray()
        self._header: Header32 | Header64 | None = None

    def has(self, cap: UsbredirCap) -> bool:
        """Whether both sides hold a capability."""
        return cap in self.agreed

    # what goes

    def hello(self) -> bytes:
        """Our first packet."""
        version = self._version.encode()[:63].ljust(64, b"\0")
        payload = codec.pack(Hello(version, capability.to_words(self.caps)))
        return codec.pack(Header32(usbredir.UsbredirType.HELLO, len(payload), 0)) + payload

    def encode(self, message: UsbredirMessage, id: int = 0) -> bytes:
        """A packet's bytes. Raises `UsageError` for what we may not send, or not yet."""
        number = TYPES[type(message)]
        kind = KINDS[number]
        if self.peer_version is None:
            raise UsageError("the other side has not said hello yet")
        if self.role not in kind.senders:
            raise UsageError(f"a {self.role.value} sends no {kind.cls.__name__}")
        if kind.cap is not None and kind.cap not in self.agreed:
            raise UsageError(f"{kind.cls.__name__} needs {kind.cap.name}")
        if fault := _fault(message, self.role):
            raise UsageError(fault)
        payload = codec.pack(message, self.agreed)
        return codec.pack(self._header_class(number, len(payload), id)) + payload

    # what comes

    def feed(self, data: bytes) -> None:
        """Take some bytes of the other side."""
        self._buffer += data

    def read(self) -> UsbredirPacket | None:
        """The next packet; None when it has not come whole. Raises `ProtocolError`."""
        if self._header is None and not self._read_header():
            return None
        header = self._header
        assert header is not None
        if len(self._buffer) < header.length:
            return None
        payload = bytes(self._buffer[: header.length])
        del self._buffer[: header.length]
        self._header = None
        return UsbredirPacket(header.id, self._decode(KINDS[header.type], payload))

    def _read_header(self) -> bool:
        """Check a header before any of what follows is waited for. Raises `ProtocolError`."""
        wide = UsbredirCap.IDS_64BITS in self.agreed
        size = _SIZE_64 if wide else _SIZE_32
        if len(self._buffer) < size:
            return False
        start = bytes(self._buffer[:size])
        header = codec.unpack(Header64, start) if wide else codec.unpack(Header32, start)
        kind = KINDS.get(header.type)
        if kind is None or self._peer not in kind.senders:
            raise ProtocolError(f"the {self._peer.value} sends no packet {header.type}")
        if (kind.cls is Hello) != (self.peer_version is None):
            raise ProtocolError("hello is the first packet, and comes once")
        if kind.cap is not None and kind.cap not in self.caps:
            raise ProtocolError(f"{kind.cls.__name__} came without {kind.cap.name}")
        most = MAX_USBREDIR_HEADER + (MAX_USBREDIR_DATA if issubclass(kind.cls, Transfer) else 0)
        if header.length > most:
            raise ProtocolError(f"a {kind.cls.__name__} of {header.length} bytes is too long")
        del self._buffer[:size]
        self._header = header
        return True

    def _decode(self, kind: PacketKind, payload: bytes) -> UsbredirMessage:
        message, end = reader.read(kind.cls, payload, self.agreed)
        assert isinstance(message, UsbredirMessage)
        if end != len(payload):
            raise ProtocolError(f"a {kind.cls.__name__} has {len(payload)} bytes instead of {end}")
        if fault := _fault(message, self._peer):
            raise ProtocolError(fault)
        if isinstance(message, Hello):
            self.peer_version = message.version.partition(b"\0")[0].decode(errors="replace")
            self.agreed = frozenset(cap for cap in self.caps if capability.has(message.caps, cap))
        return message

    @property
    def _peer(self) -> Role:
        return Role.HOST if self.role is Role.GUEST else Role.GUEST

    def _header_class(self, number: int, length: int, id_: int) -> Header32 | Header64:
        if UsbredirCap.IDS_64BITS in self.agreed:
            return Header64(number, length, id_)
        return Header32(number, length, id_ & 0xFFFFFFFF)


def _fault(message: UsbredirMessage, sender: Role) -> str | None:
    """What a packet's own fields say wrongly (usbredirparser.c checks the same)."""
    name = type(message).__name__
    match message:
        case InterfaceInfo() if message.interface_count > usbredir.ENDPOINTS:
            return f"{message.interface_count} interfaces"
        case usbredir.FilterFilter() if not message.filter.endswith(b"\0"):
            return "a filter without its end"
        case Transfer() if carries_data(sender, message.endpoint):
            if message.octets != len(message.data):
                return f"{name} of {message.octets} bytes brings {len(message.data)}"
        case Transfer() if message.data:
            return f"{name} brings data against its endpoint's direction"
        case usbredir.IsoPacket() | usbredir.BufferedBulkPacket():
            return f"{name} against its endpoint's direction"
        case usbredir.InterruptPacket() if sender is Role.GUEST:
            return "a request for an interrupt packet: those come by themselves"
        case (
            usbredir.StartInterruptReceiving()
            | usbredir.StopInterruptReceiving()
            | usbredir.InterruptReceivingStatus()
            | usbredir.StartBulkReceiving()
            | usbredir.StopBulkReceiving()
            | usbredir.BulkReceivingStatus()
        ) if not message.endpoint & usbredir.IN:
            return f"{name} for an endpoint out"
    return None


def endpoint_type(info: usbredir.EpInfo, endpoint: int) -> EndpointType:
    """The type of an endpoint, by its address."""
    kind = info.type[usbredir.place(endpoint)]
    return EndpointType(kind) if kind in frozenset(EndpointType) else EndpointType.INVALID
