"""Where a machine takes native clients: `listen` and `tls_listen` of the configuration, and the sockets behind them."""

from __future__ import annotations

import ssl
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import NameOID

from gateway.certificates import self_signed
from gateway.machines.machine import Machine
from gateway.server.listener import Listener, visitor_on
from gateway.spice.errors import SpiceError
from gateway.web.native import NativeAddress


class ListenError(SpiceError):
    """A machine's address cannot be listened on; the text says why."""


class ListenAddress(NamedTuple):
    """A TCP address, or a Unix socket's path."""

    host: str
    port: int
    path: Path | None = None

    def __str__(self) -> str:
        return f"unix:{self.path}" if self.path is not None else f"{self.host} port {self.port}"


def parse_listen(text: str, host: str) -> ListenAddress:
    """`5900`, `address:5900`, `[v6]:5900` or `unix:/path`; a bare port is `host`'s. Raises `ValueError`."""
    if text.startswith("unix:"):
        return ListenAddress("", 0, Path(text.removeprefix("unix:")))
    given, _, port = text.rpartition(":")
    if not port.isdecimal() or int(port) > 0xFFFF:
        raise ValueError(f"{text!r} is no address to listen on: give a port, address:port or unix:/path")
    return ListenAddress(given.strip("[]") or host, int(port))


@dataclass(frozen=True, slots=True)
class Listening:
    """What a machine is to listen on, and with which certificate (PEM files); a self-signed one is made without."""

    plain: ListenAddress | None = None
    tls: ListenAddress | None = None
    cert: Path | None = None
    key: Path | None = None


async def listen(machine: Machine, wanted: Listening) -> tuple[Listener, NativeAddress]:
    """Open the sockets of a machine. Raises `ListenError`."""
    listener = Listener(machine.core, lambda transport: machine.serve(transport, visitor_on(transport)), machine.name)
    chain: list[x509.Certificate] = []
    try:
        ports = [0, 0]
        if wanted.plain is not None:
            ports[0] = await _open(listener, wanted.plain, None)
        if wanted.tls is not None:
            context, chain = _tls(wanted)
            ports[1] = await _open(listener, wanted.tls, context)
    except BaseException:
        listener.close()
        raise
    return listener, NativeAddress(ports[0], ports[1], _authorities(chain), _subject(chain[0]) if chain else "")


async def _open(listener: Listener, address: ListenAddress, tls: ssl.SSLContext | None) -> int:
    """The port that is open now; 0 for a Unix socket. Raises `ListenError`."""
    try:
        if address.path is None:
            return await listener.listen(address.host, address.port, tls=tls)
        await listener.listen_unix(address.path)
    except OSError as error:
        raise ListenError(f"cannot listen on {address}: {(error.strerror or str(error)).lower()}") from error
    return 0


def _tls(wanted: Listening) -> tuple[ssl.SSLContext, list[x509.Certificate]]:
    """A server's context, and its certificate with those behind it. Raises `ListenError`."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    if wanted.cert is not None:
        try:
            context.load_cert_chain(wanted.cert, wanted.key)
            return context, x509.load_pem_x509_certificates(wanted.cert.read_bytes())
        except (OSError, ssl.SSLError, ValueError) as error:
            raise ListenError(f"tls_cert and tls_key cannot be used: {error}") from error
    with tempfile.TemporaryDirectory() as directory:
        cert, key = Path(directory) / "cert.pem", Path(directory) / "key.pem"
        pem, secret = self_signed("spicegate")
        cert.write_bytes(pem)
        key.touch(mode=0o600)
        key.write_bytes(secret)
        context.load_cert_chain(cert, key)
    return context, x509.load_pem_x509_certificates(pem)


def _authorities(chain: list[x509.Certificate]) -> str:
    """Those of a chain that vouch for themselves (PEM); without any, clients ask their system's authorities."""
    own = (certificate for certificate in chain if certificate.issuer == certificate.subject)
    return "".join(certificate.public_bytes(serialization.Encoding.PEM).decode() for certificate in own)


def _subject(certificate: x509.Certificate) -> str:
    """A certificate's subject as SPICE clients compare it: `O=Acme,CN=host`, in the certificate's order."""
    names = {NameOID.COMMON_NAME: "CN", NameOID.ORGANIZATION_NAME: "O", NameOID.ORGANIZATIONAL_UNIT_NAME: "OU",
             NameOID.COUNTRY_NAME: "C", NameOID.STATE_OR_PROVINCE_NAME: "ST", NameOID.LOCALITY_NAME: "L"}  # fmt: skip
    return ",".join(f"{names[part.oid]}={part.value!s}" for part in certificate.subject if part.oid in names)
