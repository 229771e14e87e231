"""usbredir packets, between a guest and a host."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.spice import usbredir as usb
from gateway.spice.errors import ProtocolError, UsageError
from gateway.spice.limits import MAX_USBREDIR_DATA
from gateway.spice.usbredir import Role, UsbredirCap
from gateway.spice.usbredir_parser import UsbredirParser

ALL = list(UsbredirCap)
OLD: list[UsbredirCap] = []
GUESTS = [
    usb.Reset(),
    usb.SetConfiguration(1),
    usb.GetConfiguration(),
    usb.SetAltSetting(1, 2),
    usb.GetAltSetting(1),
    usb.StartIsoStream(0x81, 8, 4),
    usb.StopIsoStream(0x81),
    usb.StartInterruptReceiving(0x83),
    usb.StopInterruptReceiving(0x83),
    usb.CancelDataPacket(),
    usb.ControlPacket(0x80, 6, 0x80, 0, 0x100, 0, 18),
    usb.ControlPacket(0, 9, 0x21, 0, 0, 0, 3, b"abc"),
    usb.IsoPacket(1, 0, 4, b"iso!"),
    usb.InterruptPacket(2, 0, 2, b"hi"),
]
GUESTS_NEW = [
    usb.AllocBulkStreams(0x20002, 4),
    usb.FreeBulkStreams(0x20002),
    usb.FilterReject(),
    usb.FilterFilter(b"-1,-1,-1,-1,1\0"),
    usb.DeviceDisconnectAck(),
    usb.StartBulkReceiving(0, 512, 0x81, 4),
    usb.StopBulkReceiving(0, 0x81),
    usb.BulkPacket(2, 0, 5, 0, 0, b"write"),
    usb.BulkPacket(0x81, 0, 0, 0, 1),
]
HOSTS = [
    usb.DeviceDisconnect(),
    usb.InterfaceInfo(1, bytes(32), b"\x08" + bytes(31), b"\x06" + bytes(31), b"\x50" + bytes(31)),
    usb.ConfigurationStatus(0, 1),
    usb.AltSettingStatus(0, 1, 2),
    usb.IsoStreamStatus(4, 0x81),
    usb.InterruptReceivingStatus(0, 0x83),
    usb.ControlPacket(0x80, 6, 0x80, 0, 0x100, 0, 4, b"desc"),
    usb.ControlPacket(0, 9, 0x21, 4, 0, 0, 0),
    usb.IsoPacket(0x81, 0, 4, b"iso!"),
    usb.InterruptPacket(0x83, 0, 2, b"in"),
]
HOSTS_NEW = [
    usb.DeviceConnect(usb.UsbSpeed.HIGH, 0, 0, 0, 0x1D6B, 0x0104, 0x0100),
    usb.EpInfo(bytes(32), bytes(32), bytes(32), [64] * 32, [0] * 32),
    usb.BulkStreamsStatus(0x20002, 4, 0),
    usb.BulkReceivingStatus(0, 0x81, 0),
    usb.FilterFilter(b"\0"),
    usb.BulkPacket(0x81, 0, 4, 0, 0, b"read"),
    usb.BulkPacket(0x81, 0, 0, 0, 1, bytes(65536)),
    usb.BufferedBulkPacket(0, 3, 0x81, 0, b"uno"),
]


def pair(guest_caps: Sequence[UsbredirCap], host_caps: Sequence[UsbredirCap]) -> tuple[UsbredirParser, UsbredirParser]:
    """A guest and a host that have said hello."""
    guest = UsbredirParser(Role.GUEST, "guest", guest_caps)
    host = UsbredirParser(Role.HOST, "host", host_caps)
    guest.feed(host.hello())
    host.feed(guest.hello())
    assert isinstance(guest.read(), tuple) and isinstance(host.read(), tuple)
    return guest, host


def by_bytes(parser: UsbredirParser, data: bytes) -> list[tuple[int, usb.UsbredirMessage]]:
    """What comes of `data` when it is fed one byte at a time."""
    came = []
    for number in data:
        parser.feed(bytes([number]))
        while (packet := parser.read()) is not None:
            came.append((packet.id, packet.message))
    return came


def test_each_side_learns_the_others_name_and_what_both_can() -> None:
    guest, host = pair(ALL, [UsbredirCap.FILTER])
    assert (guest.peer_version, host.peer_version) == ("host", "guest")
    assert guest.agreed == host.agreed == {UsbredirCap.FILTER}


def test_packets_of_all_kinds_come_one_byte_at_a_time() -> None:
    guest, host = pair(ALL, ALL)
    for number, message in enumerate(GUESTS + GUESTS_NEW):
        assert by_bytes(host, guest.encode(message, number | 1 << 40)) == [(number | 1 << 40, message)]
    for number, message in enumerate(HOSTS + HOSTS_NEW):
        data = host.encode(message, number)
        if len(data) < 10_000:
            assert by_bytes(guest, data) == [(number, message)]
    kinds = {type(message) for message in GUESTS + GUESTS_NEW + HOSTS + HOSTS_NEW}
    assert kinds | {usb.Hello} == set(usb.TYPES)


def test_packets_of_a_side_of_old_have_narrow_fields() -> None:
    guest, host = pair(ALL, OLD)
    connect = usb.DeviceConnect(usb.UsbSpeed.FULL, 0, 0, 0, 1, 2)
    assert len(host.encode(connect)) == 12 + 8
    assert by_bytes(guest, host.encode(connect)) == [(0, connect)]
    info = usb.EpInfo(bytes(32), bytes(32), bytes(32))
    assert by_bytes(guest, host.encode(info)) == [(0, info)]
    bulk = usb.BulkPacket(0x81, 0, 4, 0, None, b"read")
    assert by_bytes(guest, host.encode(bulk, 7)) == [(7, bulk)]
    for message in GUESTS:
        assert by_bytes(host, guest.encode(message, 9)) == [(9, message)]
    for message in GUESTS_NEW[:-2]:
        with pytest.raises(UsageError, match="needs"):
            guest.encode(message)


@pytest.mark.parametrize(
    "message",
    [
        usb.InterfaceInfo(33, bytes(32), bytes(32), bytes(32), bytes(32)),
        usb.InterruptReceivingStatus(0, 0x03),
        usb.BulkReceivingStatus(0, 0x01, 0),
        usb.IsoPacket(0x01, 0, 0),
        usb.ControlPacket(0x80, 6, 0x80, 0, 0x100, 0, 5, b"desc"),
        usb.ControlPacket(0x00, 6, 0x00, 0, 0x100, 0, 4, b"desc"),
        usb.FilterFilter(b"no end"),
    ],
    ids=lambda message: type(message).__name__,
)
def test_contradictory_packet_is_neither_sent_nor_taken(message: usb.UsbredirMessage) -> None:
    guest, host = pair(ALL, ALL)
    with pytest.raises(UsageError):
        host.encode(message)
    from gateway.spice import codec

    payload = codec.pack(message, guest.agreed)
    guest.feed(codec.pack(usb.Header64(usb.TYPES[type(message)], len(payload), 0)) + payload)
    with pytest.raises(ProtocolError):
        guest.read()


def header(number: int, length: int) -> bytes:
    return number.to_bytes(4, "little") + length.to_bytes(4, "little") + bytes(4)


@pytest.mark.parametrize(
    "data",
    [
        header(usb.UsbredirType.DEVICE_DISCONNECT, 0),
        header(usb.UsbredirType.HELLO, 1 << 31),
        header(usb.UsbredirType.RESET, 0),
        header(99, 0),
        header(usb.UsbredirType.HELLO, 63) + bytes(63),
        header(usb.UsbredirType.HELLO, 66) + bytes(66),
    ],
    ids=["no hello", "huge", "of a guest", "unknown", "short", "odd"],
)
def test_bad_beginning_is_refused(data: bytes) -> None:
    guest = UsbredirParser(Role.GUEST, "guest", ALL)
    guest.feed(data)
    with pytest.raises(ProtocolError):
        guest.read()


@pytest.mark.parametrize(
    "data",
    [
        header(usb.UsbredirType.HELLO, 64) + bytes(64),
        header(usb.UsbredirType.BULK_PACKET, MAX_USBREDIR_DATA * 2),
        header(usb.UsbredirType.CONFIGURATION_STATUS, 3) + bytes(3),
        header(usb.UsbredirType.BULK_STREAMS_STATUS, 9) + bytes(9),
    ],
    ids=["second hello", "huge", "long", "without the capability"],
)
def test_bad_packet_is_refused_before_it_is_stored(data: bytes) -> None:
    guest, _host = pair(OLD, OLD)
    guest.feed(data)
    with pytest.raises(ProtocolError):
        guest.read()


@given(st.data())
def test_mutated_stream_raises_protocol_errors_only(data: st.DataObject) -> None:
    guest, host = pair(ALL, ALL)
    stream = bytearray(b"".join(host.encode(message) for message in [*HOSTS, *HOSTS_NEW[:5]]))
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(stream) - 1))
        stream[at] = data.draw(st.integers(0, 255))
    del stream[data.draw(st.integers(1, len(stream))) :]
    guest.feed(bytes(stream))
    try:
        while guest.read() is not None:
            pass
    except ProtocolError:
        pass


def test_nothing_is_said_before_the_other_sides_hello() -> None:
    with pytest.raises(UsageError, match="hello"):
        UsbredirParser(Role.GUEST, "guest", ALL).encode(usb.Reset())
    guest, _host = pair(ALL, ALL)
    with pytest.raises(UsageError, match="sends no"):
        guest.encode(usb.DeviceDisconnect())
