"""Where a machine's SPICE server is: the `spice://` addresses, and how its certificate is judged."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, urlsplit

from gateway.spice.errors import SpiceError

DEFAULT_PORT = 5900
MAX_PORT = 0xFFFF

# RFC 4514 section 3: attribute types as people write them, and as Python's ssl names them.
_ATTRIBUTES = {
    "C": "countryName",
    "CN": "commonName",
    "DC": "domainComponent",
    "L": "localityName",
    "O": "organizationName",
    "OU": "organizationalUnitName",
    "ST": "stateOrProvinceName",
    "S": "stateOrProvinceName",
    "STREET": "streetAddress",
    "UID": "userId",
    "EMAILADDRESS": "emailAddress",
}


class EndpointError(SpiceError, ValueError):
    """The operator's address or certificate settings cannot be used; the sentence says why."""


class Scheme(StrEnum):
    TCP = "spice"
    TLS = "spice+tls"
    UNIX = "spice+unix"
    WS = "spice+ws"
    WSS = "spice+wss"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A machine's address.

    `port` is None for a Unix socket, and for `spice://host?tls-port=N` which has no plain port. `path` is the Unix
    socket's, or that of the WebSocket.
    """

    scheme: Scheme
    host: str = ""
    port: int | None = None
    tls_port: int | None = None
    path: str = ""
    ca_file: Path | None = None
    host_subject: str | None = None

    def __str__(self) -> str:
        if self.scheme is Scheme.UNIX:
            return f"{self.scheme}://{self.path}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = f":{self.port}" if self.port is not None else ""
        query = f"?tls-port={self.tls_port}" if self.tls_port is not None else ""
        return f"{self.scheme}://{host}{port}{self.path}{query}"

    @property
    def name(self) -> str:
        """A machine name for an address that was given without one."""
        if self.scheme is Scheme.UNIX:
            return Path(self.path).stem or "machine"
        return f"{self.host.replace(':', '-')}-{self.port if self.port is not None else self.tls_port}"

    def tls_context(self) -> ssl.SSLContext:
        """How the machine's certificate is checked: by the CA, and by its subject or else its host name."""
        try:
            system = ssl.get_default_verify_paths()
            authorities = self.ca_file or system.cafile or system.capath
            state = Path(authorities).stat() if authorities is not None else None
            stamp = (state.st_mtime_ns, state.st_size, state.st_ino) if state is not None else ()
            return _context(self.ca_file, stamp, self.host_subject is None)
        except (OSError, ssl.SSLError) as error:
            raise EndpointError(f"the CA file {self.ca_file} cannot be read: {error}") from error

    def check_subject(self, tls: ssl.SSLObject) -> None:
        """Compare the certificate's subject with `host_subject`, if set. Raises `ssl.SSLCertVerificationError`."""
        if self.host_subject is None:
            return
        certificate = tls.getpeercert() or {}
        found = [pair for rdn in certificate.get("subject", ()) for pair in rdn if isinstance(pair, tuple)]
        if found != parse_subject(self.host_subject):
            raise ssl.SSLCertVerificationError("the certificate's subject is another than host_subject")


@lru_cache(maxsize=256)
def _context(ca_file: Path | None, _stamp: tuple[int, ...], check_hostname: bool) -> ssl.SSLContext:
    """Made once for each state of a CA file: reading the system's authorities takes a tenth of a second of a core."""
    context = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    context.check_hostname = check_hostname
    return context


def parse_endpoint(url: str, *, ca_file: Path | None = None, host_subject: str | None = None) -> Endpoint:
    """The endpoint that `url` names. Raises `EndpointError`, whose sentence never repeats a password."""
    parts = urlsplit(url)
    if parts.password is not None or parts.username is not None or "password" in parts.query:
        raise EndpointError(
            "a machine's address must not hold a password, which others could read: "
            "use password_file, password_env, SPICEGATE_PASSWORD or the prompt"
        )
    try:
        scheme = Scheme(parts.scheme)
    except ValueError:
        known = ", ".join(f"{scheme}://" for scheme in Scheme)
        raise EndpointError(f"{url!r} is not a machine's address: it starts with one of {known}") from None
    if host_subject is not None:
        parse_subject(host_subject)
    if scheme is Scheme.UNIX:
        return _unix(url, parts)
    if not parts.hostname:
        raise EndpointError(f"{url!r} names no host: write {scheme}://host:port")
    port, tls_port = _ports(url, scheme, parts)
    path = (parts.path or "/") if scheme in (Scheme.WS, Scheme.WSS) else ""
    if not path and parts.path.strip("/"):
        raise EndpointError(f"{url!r} has a path, which {scheme}:// has no use for")
    return Endpoint(scheme, parts.hostname, port, tls_port, path, ca_file, host_subject)


def _unix(url: str, parts: SplitResult) -> Endpoint:
    if parts.netloc or not parts.path.startswith("/"):
        raise EndpointError(f"{url!r} needs an absolute path: spice+unix:///run/machine.sock")
    return Endpoint(Scheme.UNIX, path=parts.path)


def _ports(url: str, scheme: Scheme, parts: SplitResult) -> tuple[int | None, int | None]:
    """The port, and the TLS port beside it."""
    try:
        port = parts.port
        query = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
        tls_port = int(query.pop("tls-port")) if "tls-port" in query and scheme is Scheme.TCP else None
    except ValueError:
        raise EndpointError(f"{url!r} has a port that is no number from 1 to {MAX_PORT}") from None
    if query:
        raise EndpointError(f"{url!r} has a setting that is not known: {', '.join(query)}")
    for number in (port, tls_port):
        if number is not None and not 1 <= number <= MAX_PORT:
            raise EndpointError(f"{url!r} has a port that is no number from 1 to {MAX_PORT}")
    if port is None and scheme is Scheme.TLS:
        raise EndpointError(f"{url!r} needs a port: spice+tls://host:5901")
    if port is None and tls_port is None:
        port = {Scheme.WS: 80, Scheme.WSS: 443}.get(scheme, DEFAULT_PORT)
    return port, tls_port


def parse_subject(text: str) -> list[tuple[str, str]]:
    """`C=IL, O=Acme\\, Inc., CN=host` as the pairs that ssl gives. Raises `EndpointError`."""
    pairs = []
    for part in _split_unescaped(text):
        key, equals, value = part.partition("=")
        name = _ATTRIBUTES.get(key.strip().upper())
        if not equals or name is None:
            raise EndpointError(f"host_subject: {part.strip()!r} is not of the form CN=name")
        pairs.append((name, value.strip()))
    return pairs


def _split_unescaped(text: str) -> Iterator[str]:
    """The parts between commas; a backslash takes the next character as it is."""
    part, characters = "", iter(text)
    for character in characters:
        if character == ",":
            yield part
            part = ""
        else:
            part += next(characters, "") if character == "\\" else character
    yield part
