"""A certificate authority and a server certificate for one test, in the files that libspice looks for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

SUBJECT = "CN=a SPICE machine"


def write_certificates(home: Path) -> Path:
    """Fills the folder with `ca-cert.pem`, `server-cert.pem` and `server-key.pem` (127.0.0.1); returns the first.

    `chain.pem` is both certificates, the server's first.
    """
    home.mkdir()
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = _name("a test's authority")
    ca = _certificate(authority, authority, ca_key, ca_key, x509.BasicConstraints(ca=True, path_length=None))
    server = _certificate(
        _name(SUBJECT.removeprefix("CN=")), authority, key, ca_key,
        x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]),
    )  # fmt: skip
    (home / "ca-cert.pem").write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    (home / "server-cert.pem").write_bytes(server.public_bytes(serialization.Encoding.PEM))
    (home / "chain.pem").write_bytes(b"".join(one.public_bytes(serialization.Encoding.PEM) for one in (server, ca)))
    private = serialization.PrivateFormat.PKCS8
    pem = key.private_bytes(serialization.Encoding.PEM, private, serialization.NoEncryption())
    (home / "server-key.pem").write_bytes(pem)
    return home / "ca-cert.pem"


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, signer: ec.EllipticCurvePrivateKey,
    extension: x509.ExtensionType,
) -> x509.Certificate:  # fmt: skip
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(extension, critical=True)
        .sign(signer, hashes.SHA256())
    )
