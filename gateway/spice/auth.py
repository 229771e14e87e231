"""The ticket of the link stage: a password under RSA-OAEP-SHA1 with the server's 1024-bit key.

Sizes and padding: spice/protocol.h (SPICE_TICKET_KEY_PAIR_LENGTH, SPICE_TICKET_PUBKEY_BYTES,
SPICE_MAX_PASSWORD_LENGTH). RSA-1024 is what every SPICE peer expects; it keeps a password from being read off the
wire in passing, no more. Whoever needs secrecy uses TLS beneath.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from . import caps
from .enums import CommonCap
from .errors import ProtocolError, UsageError
from .limits import MAX_PASSWORD_BYTES, PUBLIC_KEY_BYTES, TICKET_BYTES

KEY_BITS = TICKET_BYTES * 8
MAX_LOST_ZEROS = 2
"""More leading zeros come once in 16 million links."""

_OAEP = padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), None)  # noqa: S303 - the protocol's own choice


class TicketKey:
    """A server's ticket key pair: `public_der` goes into the link reply, `decrypt` opens what comes back."""

    def __init__(self) -> None:
        self._private = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
        self.public_der = self._private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        if len(self.public_der) != PUBLIC_KEY_BYTES:
            raise UsageError(f"the ticket key takes {len(self.public_der)} bytes on the wire, not {PUBLIC_KEY_BYTES}")

    def decrypt(self, ticket: bytes) -> str | None:
        """The password of a `TICKET_BYTES` ticket, or None when it holds none (wrong key, padding, length or text).

        spice-html5 leaves leading zero bytes out and fills up behind, which 1 of 256 links would fail for: tickets that
        end in zeros are read in that way too.
        """
        zeros = len(ticket) - len(ticket.rstrip(b"\0"))
        for lost in range(min(zeros, MAX_LOST_ZEROS) + 1):
            plain = self._open(bytes(lost) + ticket[: len(ticket) - lost])
            if plain is not None:
                return _password_in(plain)
        return None

    def _open(self, ticket: bytes) -> bytes | None:
        try:
            return self._private.decrypt(ticket, _OAEP)
        except ValueError:
            return None


def _password_in(plain: bytes) -> str | None:
    """The text before the NUL; None when it is none, or longer than SPICE allows."""
    password, _, _ = plain.partition(b"\0")
    try:
        return password.decode() if len(password) <= MAX_PASSWORD_BYTES else None
    except UnicodeDecodeError:
        return None


@cache
def process_key() -> TicketKey:
    """The one ticket key of this process: made at first use, kept in memory only."""
    return TicketKey()


def encrypt_ticket(public_key: bytes, password: str) -> bytes:
    """The ticket for `password` under the public key of a link reply (SubjectPublicKeyInfo, DER).

    Raises `UsageError` when the password is longer than SPICE allows or holds a NUL, `ProtocolError` when the key is
    not an RSA key of the one size that fits a ticket.
    """
    return _load_key(public_key).encrypt(password_bytes(password) + b"\0", _OAEP)


def password_bytes(password: str) -> bytes:
    """The password as a ticket holds it. Raises `UsageError` when it cannot be one."""
    plain = password.encode()
    if len(plain) > MAX_PASSWORD_BYTES:
        raise UsageError(f"a SPICE password has at most {MAX_PASSWORD_BYTES} bytes")
    if b"\0" in plain:
        raise UsageError("a SPICE password holds no NUL character")
    return plain


def _load_key(der: bytes) -> rsa.RSAPublicKey:
    try:
        key = load_der_public_key(_trim(der))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ProtocolError("the link reply holds no readable public key") from error
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size != KEY_BITS:
        raise ProtocolError(f"the link reply's public key is not RSA of {KEY_BITS} bits")
    return key


def _trim(der: bytes) -> bytes:
    """Drop what follows the outer SEQUENCE: the field has a fixed size, a key with a small exponent is shorter."""
    if len(der) > 3 and der[:2] == b"\x30\x81":
        return der[: 3 + der[2]]
    return der


def our_common_caps(words: Iterable[int]) -> list[int]:
    """Common capability words with the authentication bits set to what we do: the plain SPICE ticket, selectable."""
    held = set(caps.from_words(words))
    held -= {CommonCap.AUTH_SASL}
    held |= {CommonCap.AUTH_SELECTION, CommonCap.AUTH_SPICE}
    return caps.to_words(held)
