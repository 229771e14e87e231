"""Whatever a hostile or broken peer does during the link: an error, never a hang, never memory it did not send.

CVE classes of the link stage: message length and capability counts (2016-9578), ticket length (2013-4282).
"""

from __future__ import annotations

import math
import tracemalloc
from struct import pack, unpack_from

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.spice.auth import encrypt_ticket, process_key
from gateway.spice.enums import LinkErr
from gateway.spice.errors import LinkRefused, ProtocolError
from gateway.spice.limits import MAX_CAP_WORDS, MAX_LINK_BACKLOG, MAX_LINK_MESSAGE
from gateway.spice.link import LinkSide
from gateway.spice.link_client import LinkClient
from gateway.spice.link_server import LinkServer
from tests.spice.link_scene import AUTH_SPICE, MINI_HEADER, OK, feed, header, reply, request


def server(deadline: float = 10.0) -> LinkServer:
    return LinkServer(deadline)


def client() -> LinkClient:
    ours = LinkClient(0, 1, 0, [MINI_HEADER], [], None, deadline=10.0)
    ours.data_to_send()
    return ours


def fails_with(side: LinkSide, data: bytes, piece: int = 1) -> ProtocolError:
    """Feed what cannot be right; the error, after which the side takes nothing more."""
    with pytest.raises(ProtocolError) as caught:
        feed(side, data, piece)
    assert side.is_over
    side.receive_data(data)
    side.receive_eof()
    return caught.value


def code_sent(side: LinkSide) -> LinkErr:
    """The error code of a link reply that the server queued."""
    data = side.data_to_send()
    assert data[:4] == b"REDQ"
    assert len(data) == 16 + 178
    return LinkErr(unpack_from("<I", data, 16)[0])


HOSTILE_REQUESTS = {
    "an HTTP request": (b"GET / HTTP/1.1\r\n\r\n", LinkErr.INVALID_MAGIC),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc", LinkErr.INVALID_MAGIC),
    "the magic backwards": (header(18, magic=b"QDER"), LinkErr.INVALID_MAGIC),
    "version 1": (header(18, major=1), LinkErr.VERSION_MISMATCH),
    "version 3": (header(18, major=3), LinkErr.VERSION_MISMATCH),
    "version 0": (header(18, major=0), LinkErr.VERSION_MISMATCH),
    "an empty message": (header(0), LinkErr.INVALID_DATA),
    "a message one byte short": (header(17), LinkErr.INVALID_DATA),
    "a message beyond the limit": (header(MAX_LINK_MESSAGE + 1), LinkErr.INVALID_DATA),
    "a message of 4 GiB": (header(0xFFFFFFFF), LinkErr.INVALID_DATA),
    "2^32-1 common caps": (header(18) + pack("<IBBIII", 0, 1, 0, 0xFFFFFFFF, 0, 18), LinkErr.INVALID_DATA),
    "2^32-1 channel caps": (header(18) + pack("<IBBIII", 0, 1, 0, 0, 0xFFFFFFFF, 18), LinkErr.INVALID_DATA),
    "counts that wrap": (header(18) + pack("<IBBIII", 0, 1, 0, 1 << 30, 3 << 30, 18), LinkErr.INVALID_DATA),
    "more caps than the limit": (request(common=(0,) * (MAX_CAP_WORDS + 1)), LinkErr.INVALID_DATA),
    "caps over the fixed part": (request(offset=0), LinkErr.INVALID_DATA),
    "caps past the end": (request(offset=19), LinkErr.INVALID_DATA),
    "caps at 4 GiB": (request(offset=0xFFFFFFFC), LinkErr.INVALID_DATA),
}


@pytest.mark.parametrize(("data", "code"), HOSTILE_REQUESTS.values(), ids=HOSTILE_REQUESTS.keys())
@pytest.mark.parametrize("piece", [1, 4096])
def test_server_refuses_a_hostile_request_with_its_code(data: bytes, code: LinkErr, piece: int) -> None:
    side = server()
    fails_with(side, data, piece)
    assert code_sent(side) is code


def test_server_tells_a_foreign_protocol_at_its_fourth_byte() -> None:
    side = server()
    feed(side, b"GET")
    fails_with(side, b" ")


def test_server_takes_capabilities_that_stand_further_back() -> None:
    body = pack("<IBBIII", 0, 1, 0, 1, 0, 22) + b"????" + pack("<I", MINI_HEADER)
    side = server()
    feed(side, header(len(body)) + body)
    assert len(side.events_received()) == 1


@pytest.mark.parametrize("mechanism", [0, 2, 3, 0xFFFFFFFF])
def test_server_refuses_mechanisms_it_does_not_do(mechanism: int) -> None:
    side = server()
    feed(side, request())
    side.accept([MINI_HEADER], [])
    side.data_to_send()
    fails_with(side, pack("<I", mechanism))
    assert side.data_to_send() == pack("<I", LinkErr.INVALID_DATA)


def test_server_reads_no_more_of_a_ticket_than_the_key_is_long() -> None:
    side = server()
    feed(side, request(common=(AUTH_SPICE,)))
    side.accept([], [])
    side.events_received()
    feed(side, bytes(127))
    assert side.events_received() == []
    feed(side, bytes(100))
    assert len(side.events_received()) == 1


@pytest.mark.parametrize("cut", [0, 1, 4, 15, 16, 17, 33])
def test_server_reports_a_client_that_goes_away_during_its_request(cut: int) -> None:
    side = server()
    feed(side, request()[:cut])
    with pytest.raises(ProtocolError, match="closed"):
        side.receive_eof()
    assert side.is_over


@pytest.mark.parametrize("cut", [0, 3, 4, 5, 131])
def test_server_reports_a_client_that_truncates_its_ticket(cut: int) -> None:
    side = server()
    feed(side, request())
    side.accept([], [])
    feed(side, (pack("<I", 1) + bytes(128))[:cut])
    with pytest.raises(ProtocolError, match="closed"):
        side.receive_eof()


def test_server_ends_a_slow_loris_at_the_deadline() -> None:
    side = server(deadline=10.0)
    for second, byte in enumerate(request()[:9]):
        side.receive_data(bytes([byte]))
        side.check(float(second))
    with pytest.raises(ProtocolError, match="in time"):
        side.check(10.0)
    assert code_sent(side) is LinkErr.ERROR
    side.check(math.inf)


def test_server_ends_a_client_that_never_sends_its_ticket() -> None:
    side = server(deadline=10.0)
    feed(side, request())
    side.accept([], [])
    with pytest.raises(ProtocolError, match="in time"):
        side.check(10.5)


def test_deadline_means_nothing_once_the_link_stands() -> None:
    side = server(deadline=10.0)
    feed(side, request(common=(AUTH_SPICE,)))
    side.accept([], [])
    feed(side, bytes(128))
    side.grant()
    side.check(11.0)


def test_server_does_not_store_what_a_client_pours_in_before_it_is_linked() -> None:
    side = server()
    feed(side, request())
    with pytest.raises(ProtocolError, match="without waiting"):
        for _ in range(MAX_LINK_BACKLOG // 4096 + 1):
            side.receive_data(bytes(4096))


def test_announced_sizes_cost_no_memory() -> None:
    tracemalloc.start()
    try:
        for data, _ in HOSTILE_REQUESTS.values():
            fails_with(server(), data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1 << 20


HOSTILE_REPLIES = {
    "an SSH banner": b"SSH-2.0-OpenSSH_9.2\r\n",
    "version 1": header(178, major=1),
    "a reply one byte short": header(177),
    "a reply of 4 GiB": header(0xFFFFFFFF),
    "2^32-1 caps": header(178) + pack("<I162sIII", 0, bytes(162), 0xFFFFFFFF, 0, 178),
    "counts that wrap": header(178) + pack("<I162sIII", 0, bytes(162), 1 << 31, 1 << 31, 178),
    "caps over the key": reply(offset=8),
    "caps past the end": reply(offset=179),
    "a key of zeros": reply(),
    "a key of noise": reply(key=bytes(range(162))),
    "a key cut short": reply(key=process_key().public_der[:90].ljust(162, b"\0")),
}


@pytest.mark.parametrize("data", HOSTILE_REPLIES.values(), ids=HOSTILE_REPLIES.keys())
@pytest.mark.parametrize("piece", [1, 4096])
def test_client_ends_on_a_hostile_reply(data: bytes, piece: int) -> None:
    fails_with(client(), data, piece)


def der(key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def test_client_takes_no_other_key_than_rsa_of_1024_bits() -> None:
    for key in (
        ec.generate_private_key(ec.SECP256R1()).public_key(),
        rsa.generate_private_key(65537, 2048).public_key(),
    ):
        with pytest.raises(ProtocolError):
            encrypt_ticket(der(key), "secret")


def test_client_ends_when_the_server_is_silent() -> None:
    side = client()
    side.check(9.9)
    with pytest.raises(ProtocolError, match="in time"):
        side.check(10.0)
    assert side.data_to_send() == b""


@pytest.mark.parametrize("cut", [0, 1, 20, 193, 198, 201])
def test_client_reports_a_server_that_goes_away(cut: int) -> None:
    side = client()
    feed(side, (reply(key=process_key().public_der) + OK)[:cut])
    with pytest.raises(ProtocolError, match="closed"):
        side.receive_eof()


@settings(deadline=None)
@given(st.binary(max_size=400), st.integers(1, 64))
def test_noise_raises_protocol_errors_and_nothing_else(noise: bytes, piece: int) -> None:
    for side in (server(), client()):
        for start in (b"", b"REDQ", header(60), request()[:30], reply()[:60]):
            try:
                feed(side, start + noise, piece)
            except (ProtocolError, LinkRefused):
                assert side.is_over


@settings(deadline=None)
@given(st.data())
def test_mutated_links_raise_protocol_errors_and_nothing_else(data: st.DataObject) -> None:
    exchange = request() + pack("<I", 1) + bytes(128)
    mutated = bytearray(exchange)
    for _ in range(data.draw(st.integers(1, 4))):
        mutated[data.draw(st.integers(0, len(mutated) - 1))] = data.draw(st.integers(0, 255))
    side = server()
    try:
        side.receive_data(bytes(mutated))
        if side.events_received():
            side.accept([MINI_HEADER], [])
    except ProtocolError:
        assert side.is_over
