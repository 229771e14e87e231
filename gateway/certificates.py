"""The gateway's own certificate: the operator's, or one made on the spot that stays the same over restarts."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from socket import gethostname
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

LIFETIME = timedelta(days=397)  # what browsers accept at most
RENEW_BEFORE = timedelta(days=30)
WARN_BEFORE = timedelta(days=7)


class KeyPair(NamedTuple):
    """Files of a certificate and its key (PEM)."""

    cert: Path
    key: Path


class OwnTls:
    """What the gateway shows in handshakes. `reload` reads the files anew: connections that stand are not touched.

    Both raise `OSError` and `ssl.SSLError`; the certificate of before stays then.
    """

    def __init__(self, pair: KeyPair) -> None:
        self.pair = pair
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.validity = Validity()
        """When the certificate is good."""
        self.reload()

    def reload(self) -> None:
        _load(ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), self.pair)  # half a change is none
        _load(self.context, self.pair)
        self.validity = validity_of(self.pair.cert)


def _load(context: ssl.SSLContext, pair: KeyPair) -> None:
    """Raises `OSError` and `ssl.SSLError`."""

    def ask() -> bytes:  # OpenSSL would ask on the terminal, and everything would wait for it
        raise OSError(f"the key {pair.key} is encrypted: nobody is there to give its password")

    context.load_cert_chain(*pair, password=ask)


class Validity(NamedTuple):
    """From when until when a certificate is good (Unix time); None: it does not say."""

    begins: float | None = None
    ends: float | None = None

    def complaint(self, now: float) -> str:
        """What whoever looks after it must know; empty: all is well."""
        if self.begins is not None and now < self.begins:
            return f"The gateway's certificate is good from {_day(self.begins)} on: is the clock right?"
        if self.ends is not None and now >= self.ends:
            return f"The gateway's certificate has expired, on {_day(self.ends)}: browsers refuse it."
        if self.ends is not None and now >= self.ends - WARN_BEFORE.total_seconds():
            return f"The gateway's certificate is good until {_day(self.ends)} only."
        return ""


def validity_of(cert: Path) -> Validity:
    """Of the first certificate in a file, which is the one that is shown. Raises `OSError`."""
    try:
        certificate = x509.load_pem_x509_certificate(cert.read_bytes())
    except ValueError:  # OpenSSL takes some that are not quite what they should be
        return Validity()
    return Validity(certificate.not_valid_before_utc.timestamp(), certificate.not_valid_after_utc.timestamp())


def _day(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M} UTC"


def own_key_pair(directory: Path, host: str) -> KeyPair:
    """The self-signed one in `directory`, made if there is none that is good for a while. Raises `OSError`."""
    found = KeyPair(directory / "self-signed.pem", directory / "self-signed.key")
    if not _is_good(found):
        cert, key = self_signed(host)
        found.key.touch(mode=0o600)
        found.key.write_bytes(key)
        found.cert.write_bytes(cert)
    return found


def known_as(host: str) -> str:
    """What people type to reach whatever listens on `host`: this computer's name when it is all its addresses."""
    try:
        return gethostname() if ip_address(host).is_unspecified else host
    except ValueError:
        return host


def self_signed(host: str) -> tuple[bytes, bytes]:
    """A certificate for a host that is its own CA, and its key (PEM)."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, known_as(host)[:64])])
    now = datetime.now(UTC)
    names: list[x509.GeneralName] = [x509.DNSName("localhost")]
    try:
        names.append(x509.IPAddress(ip_address(known_as(host))))
    except ValueError:
        names.append(x509.DNSName(known_as(host)))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + LIFETIME)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return certificate.public_bytes(serialization.Encoding.PEM), secret


def _is_good(pair: KeyPair) -> bool:
    try:
        certificate = x509.load_pem_x509_certificate(pair.cert.read_bytes())
        return pair.key.exists() and certificate.not_valid_after_utc - datetime.now(UTC) > RENEW_BEFORE
    except (OSError, ValueError):
        return False
