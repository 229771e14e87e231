"""The sockets where a machine takes native clients, and what they are shown there (`listen` and `tls_listen`)."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import NameOID

from gateway.certificates import KeyPair, OwnTls, self_signed
from gateway.config.places import ListenAddress, Listening
from gateway.machines.machine import Machine
from gateway.preparing import why
from gateway.server.listener import Listener, visitor_on
from gateway.spice.errors import SpiceError
from gateway.web.native import NativeAddress

_NAMES: Final = {
    NameOID.COMMON_NAME: "CN",
    NameOID.ORGANIZATION_NAME: "O",
    NameOID.ORGANIZATIONAL_UNIT_NAME: "OU",
    NameOID.COUNTRY_NAME: "C",
    NameOID.STATE_OR_PROVINCE_NAME: "ST",
    NameOID.LOCALITY_NAME: "L",
}


class ListenError(SpiceError):
    """A machine's address cannot be listened on; the text says why."""


class NativeTls:
    """The certificate that native clients are shown, and how they know it. Raises `ListenError`.

    Without files it is made on the spot.
    """

    def __init__(self, wanted: Listening) -> None:
        self._wanted = wanted
        with _as_listen_error(), TemporaryDirectory() as directory:
            pair = _files(wanted) or _made_on_the_spot(Path(directory))
            self._own = OwnTls(pair)
            self._chain = x509.load_pem_x509_certificates(pair.cert.read_bytes())

    @property
    def context(self) -> ssl.SSLContext:
        return self._own.context

    def reload(self) -> None:
        """Read the files anew. Raises `ListenError`: that of before stays then."""
        if (pair := _files(self._wanted)) is not None:
            with _as_listen_error():
                chain = x509.load_pem_x509_certificates(pair.cert.read_bytes())
                self._own.reload()
                self._chain = chain

    @property
    def authorities(self) -> str:
        """Those of the chain that vouch for themselves (PEM); without any, clients ask their system's authorities."""
        own = (certificate for certificate in self._chain if certificate.issuer == certificate.subject)
        return "".join(certificate.public_bytes(serialization.Encoding.PEM).decode() for certificate in own)

    @property
    def subject(self) -> str:
        """As SPICE clients compare it: `O=Acme,CN=host`, in the certificate's order."""
        parts = self._chain[0].subject
        return ",".join(f"{_NAMES[part.oid]}={part.value!s}" for part in parts if part.oid in _NAMES)


def native_tls(wanted: Listening) -> NativeTls | None:
    """What clients are shown where they come in by TLS. Raises `ListenError`."""
    return NativeTls(wanted) if wanted.tls is not None else None


async def listen(machine: Machine, wanted: Listening, tls: NativeTls | None = None) -> tuple[Listener, NativeAddress]:
    """Open the sockets of a machine; `tls` is made of what is `wanted` unless given. Raises `ListenError`."""
    tls = tls or native_tls(wanted)
    listener = Listener(machine.core, lambda transport: machine.serve(transport, visitor_on(transport)), machine.name)
    try:
        ports = [0, 0]
        if wanted.plain is not None:
            ports[0] = await _open(listener, wanted.plain, None)
        if wanted.tls is not None and tls is not None:
            ports[1] = await _open(listener, wanted.tls, tls.context)
    except BaseException:
        listener.close()
        raise
    known = (tls.authorities, tls.subject) if tls is not None else ("", "")
    return listener, NativeAddress(ports[0], ports[1], *known)


async def _open(listener: Listener, address: ListenAddress, tls: ssl.SSLContext | None) -> int:
    """The port that is open now; 0 for a Unix socket. Raises `ListenError`."""
    try:
        if address.path is None:
            return await listener.listen(address.host, address.port, tls=tls)
        await listener.listen_unix(address.path)
    except OSError as error:
        raise ListenError(f"cannot listen on {address}: {why(error)}") from error
    return 0


def _files(wanted: Listening) -> KeyPair | None:
    return KeyPair(wanted.cert, wanted.key) if wanted.cert is not None and wanted.key is not None else None


def _made_on_the_spot(directory: Path) -> KeyPair:
    """A certificate of nobody's. Raises `OSError`."""
    pair = KeyPair(directory / "cert.pem", directory / "key.pem")
    pem, secret = self_signed("spicegate")
    pair.cert.write_bytes(pem)
    pair.key.touch(mode=0o600)
    pair.key.write_bytes(secret)
    return pair


@contextmanager
def _as_listen_error() -> Iterator[None]:
    try:
        yield
    except (OSError, ssl.SSLError, ValueError) as error:
        raise ListenError(f"tls_cert and tls_key cannot be used: {error}") from error
