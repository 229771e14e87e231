"""The certificate on a smartcard: of a Common Access Card, which libcacard plays, or of a PIV card.

Sources: GSC-IS 2.1 (NIST IR 6887), chapters 5 and 8; SP 800-73-4, part 1, 4.3 and part 2, 3.1. Reading takes no PIN.
"""

from __future__ import annotations

import zlib
from contextlib import suppress
from typing import Final

from cryptography import x509
from cryptography.x509.oid import NameOID

from gateway.machines.devices.errors import DeviceError
from gateway.machines.devices.smartcard import SmartcardReader

CAC_PKI: Final = [bytes.fromhex(f"a00000007901{number:02x}") for number in range(3)]
"""The applets of a CAC's certificates: identity, signature, encryption."""
PIV: Final = bytes.fromhex("a000000308000010000100")
PIV_CERTIFICATE: Final = bytes.fromhex("5c035fc105")
"""The data object of the certificate for authentication, 9A."""

MOST_BYTES: Final = 16 * 1024
MOST_CERTIFICATE_BYTES: Final = 64 * 1024
PIECE_BYTES: Final = 255
MOST_PIECES: Final = 256
TOO_MUCH: Final = "The card says more than it should."

_TAGS_AND_LENGTHS, _VALUES = 1, 2
_CERTIFICATE, _CERTIFICATE_INFO = 0x70, 0x71
_SUCCESS: Final = 0x9000


class CardError(DeviceError):
    """The card refused a command with the status word `status`."""

    def __init__(self, status: int) -> None:
        super().__init__(f"The card refused with {status:04x}.")
        self.status = status


async def read_certificate(reader: SmartcardReader) -> x509.Certificate:
    """The first certificate of the card. Raises `DeviceError` when it has none that can be read here."""
    for applet in CAC_PKI:
        with suppress(CardError):
            await _select(reader, applet)
            return _load(await _read_cac(reader))
    with suppress(CardError):
        await _select(reader, PIV)
        return _load(await _read_piv(reader))
    raise DeviceError("There is no certificate on the card that can be read here (CAC and PIV can).")


def subject_of(certificate: x509.Certificate) -> str:
    """Whom a certificate names: the common name, or else the whole subject."""
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else certificate.subject.rfc4514_string()


async def command(reader: SmartcardReader, header: bytes, data: bytes = b"", expected: int | None = None) -> bytes:
    """A command's response, in as many parts as the card makes of it. Raises `CardError`, `DeviceError`.

    `header` is CLA INS P1 P2; `expected` the Le byte, 0 for as much as there is.
    """
    body = bytes([len(data)]) + data if data else b""
    whole, apdu = b"", header + body + (bytes([expected]) if expected is not None else b"")
    for _ in range(MOST_PIECES):
        response = await reader.transmit(apdu)
        whole += response[:-2]
        kind, more = response[-2], response[-1]
        if len(whole) > MOST_BYTES:
            raise DeviceError(TOO_MUCH)
        if kind == 0x61:  # more waits for GET RESPONSE
            apdu = bytes([header[0] & 0x03, 0xC0, 0, 0, more])
        elif kind == 0x6C and apdu[-1] != more:  # it wants the exact length
            apdu = apdu[:-1] + bytes([more])
        elif kind == 0x63 and header[1] == _GET_CERTIFICATE:
            apdu = header + bytes([more])
        elif kind << 8 | more == _SUCCESS:
            return whole
        else:
            raise CardError(kind << 8 | more)
    raise DeviceError(TOO_MUCH)


async def _select(reader: SmartcardReader, applet: bytes) -> None:
    await command(reader, bytes([0x00, 0xA4, 0x04, 0x00]), applet, 0)


# --- CAC --------------------------------------------------------------------------------------------------------------

_READ_BUFFER: Final = 0x52
_GET_CERTIFICATE: Final = 0x36


async def _read_cac(reader: SmartcardReader) -> bytes:
    """The selected applet's certificate in DER; cards before version 2 know one command for it."""
    try:
        tags, values = [await _read_buffer(reader, kind) for kind in (_TAGS_AND_LENGTHS, _VALUES)]
    except CardError:
        old = await command(reader, bytes([0x80, _GET_CERTIFICATE, 0, 0]), expected=PIECE_BYTES)
        return _unpack(old[1:], old[0] if old else 0)
    found = _split(tags, values)
    info = found.get(_CERTIFICATE_INFO, b"\0")
    return _unpack(found.get(_CERTIFICATE, b""), info[0] if info else 0)


async def _read_buffer(reader: SmartcardReader, kind: int) -> bytes:
    """One of an applet's two buffers; two bytes at its start say how long it is, least significant first."""
    length = int.from_bytes(await _read_piece(reader, kind, 0, 2), "little")
    if length > MOST_BYTES:
        raise DeviceError(TOO_MUCH)
    whole = b""
    while len(whole) < length:
        piece = await _read_piece(reader, kind, 2 + len(whole), min(PIECE_BYTES, length - len(whole)))
        if not piece:
            raise DeviceError("The card says less than it promised.")
        whole += piece
    return whole


async def _read_piece(reader: SmartcardReader, kind: int, offset: int, length: int) -> bytes:
    header = bytes([0x80, _READ_BUFFER, offset >> 8, offset & 0xFF])
    return await command(reader, header, bytes([kind, length]), length)


def _split(tags: bytes, values: bytes) -> dict[int, bytes]:
    """SIMPLE-TLV whose values stand apart: a length is one byte, or 0xFF and two, least significant first."""
    found: dict[int, bytes] = {}
    at = start = 0
    while at + 2 <= len(tags):
        tag, length, at = tags[at], tags[at + 1], at + 2
        if length == 0xFF:
            length, at = int.from_bytes(tags[at : at + 2], "little"), at + 2
        found[tag] = values[start : start + length]
        start += length
    return found


# --- PIV --------------------------------------------------------------------------------------------------------------


async def _read_piv(reader: SmartcardReader) -> bytes:
    """The certificate for authentication in DER."""
    data = await command(reader, bytes([0x00, 0xCB, 0x3F, 0xFF]), PIV_CERTIFICATE, 0)
    found = _parse_ber(_parse_ber(data).get(0x53, b""))
    info = found.get(_CERTIFICATE_INFO, b"\0")
    return _unpack(found.get(_CERTIFICATE, b""), info[0] if info else 0)


def _parse_ber(data: bytes) -> dict[int, bytes]:
    """BER-TLV with tags of one byte; what is cut short is left out."""
    found: dict[int, bytes] = {}
    at = 0
    while at + 2 <= len(data):
        tag, length, at = data[at], data[at + 1], at + 2
        if length & 0x80:
            width = length & 0x7F
            length, at = int.from_bytes(data[at : at + width], "big"), at + width
        if at + length > len(data):
            break
        found[tag] = data[at : at + length]
        at += length
    return found


def _unpack(data: bytes, info: int) -> bytes:
    """The certificate itself; the lowest bits of its info say whether it is compressed."""
    if info & 3 != 1:
        return data
    try:
        whole = zlib.decompressobj(wbits=47).decompress(data, MOST_CERTIFICATE_BYTES)  # zlib or gzip, by its header
    except zlib.error as error:
        raise DeviceError("The certificate on the card is damaged.") from error
    return whole


def _load(data: bytes) -> x509.Certificate:
    if not data:
        raise CardError(0x6A82)  # an empty container: no such file
    try:
        return x509.load_der_x509_certificate(data)
    except ValueError as error:
        raise DeviceError("The certificate on the card is damaged.") from error
