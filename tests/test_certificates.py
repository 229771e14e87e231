"""The gateway's own certificate."""

from __future__ import annotations

import asyncio
import ssl
import stat
import time
from datetime import timedelta
from pathlib import Path
from socket import gethostname

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from gateway.certificates import KeyPair, OwnTls, own_key_pair
from tests.certificates import make_certificate


def test_self_signed_certificate_stays_the_same_over_restarts(tmp_path: Path) -> None:
    first = own_key_pair(tmp_path, "192.0.2.1").cert.read_bytes()
    assert own_key_pair(tmp_path, "192.0.2.1").cert.read_bytes() == first
    names = x509.load_pem_x509_certificate(first).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(name) for name in names.get_values_for_type(x509.IPAddress)] == ["192.0.2.1"]
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_certificate_for_all_addresses_is_for_this_computers_name(tmp_path: Path, host: str) -> None:
    made = x509.load_pem_x509_certificate(own_key_pair(tmp_path, host).cert.read_bytes())
    names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost", gethostname()]


def test_key_is_its_owners_only(tmp_path: Path) -> None:
    assert stat.S_IMODE(own_key_pair(tmp_path, "gateway").key.stat().st_mode) == 0o600


def test_damaged_certificate_is_made_anew(tmp_path: Path) -> None:
    pair = own_key_pair(tmp_path, "gateway")
    pair.cert.write_text("rubbish")
    OwnTls(own_key_pair(tmp_path, "gateway"))


async def shown(port: int) -> bytes:
    """The certificate that a server shows now."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    found: bytes = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    return found


async def test_new_certificate_is_shown_after_a_reload_and_a_broken_one_is_not(tmp_path: Path) -> None:
    old = make_certificate(tmp_path, organization="Old")
    tls = OwnTls(KeyPair(old.cert, old.key))
    server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0, ssl=tls.context)
    port = server.sockets[0].getsockname()[1]
    first = await shown(port)
    make_certificate(tmp_path, organization="New")
    assert await shown(port) == first
    tls.reload()
    second = await shown(port)
    assert second != first
    old.key.write_text("rubbish")
    with pytest.raises(ssl.SSLError):
        tls.reload()
    assert await shown(port) == second
    server.close()


@pytest.mark.parametrize(
    ("begins", "ends", "words"),
    [
        (timedelta(days=-2), timedelta(days=30), ""),
        (timedelta(days=-2), timedelta(days=3), "good until"),
        (timedelta(days=-2), timedelta(days=-1), "has expired"),
        (timedelta(hours=1), timedelta(days=30), "is the clock right?"),
    ],
)
def test_operator_is_told_of_a_certificate_that_browsers_refuse(
    tmp_path: Path, begins: timedelta, ends: timedelta, words: str
) -> None:
    tls = OwnTls(KeyPair(*make_certificate(tmp_path, begins=begins, ends=ends)))
    complaint = tls.validity.complaint(time.time())
    assert words in complaint
    assert bool(words) is bool(complaint)


def test_key_with_a_password_is_an_error_and_nobody_is_asked(tmp_path: Path) -> None:
    made = make_certificate(tmp_path)
    key = load_pem_private_key(made.key.read_bytes(), None)
    made.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")))
    with pytest.raises(OSError, match="encrypted"):
        OwnTls(KeyPair(*made))
