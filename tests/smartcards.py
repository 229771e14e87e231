"""Cards that a client has, and its reader on a SPICE channel.

::

    reader = CardClient(channel, CacCard(certificate))
    await reader.add()
    await reader.insert()
    await reader.serve()            # answers commands until it is cancelled
"""

from __future__ import annotations

import datetime
import gzip
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from gateway.spice import vsc
from gateway.spice.enums import VscErrorCode
from gateway.spice.messages.smartcard import Data
from tests.serving_core import ClientChannel

ATR = bytes.fromhex("3b7a180000736674652063643134")
NOT_FOUND, BAD_COMMAND, BAD_PLACE, OK = b"\x6a\x82", b"\x6d\x00", b"\x6a\x86", b"\x90\x00"


@cache
def certificate(name: str | None = "Jane Card") -> bytes:
    """A self-signed certificate in DER."""
    key = ec.generate_private_key(ec.SECP256R1())
    attributes = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example" * 8)]
    if name is not None:
        attributes.append(x509.NameAttribute(NameOID.COMMON_NAME, name))
    subject, now = x509.Name(attributes), datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number(), now, now)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


class Card:
    """A card without applets."""

    applets: tuple[bytes, ...] = ()

    def __init__(self, content: bytes, *, packed: bool = False) -> None:
        self.info = bytes([packed])
        self.content = gzip.compress(content) if packed else content
        self.rest = b""
        self.selected = False

    def answer(self, apdu: bytes) -> bytes:
        if apdu[:4] == b"\x00\xa4\x04\x00":
            self.selected = apdu[5 : 5 + apdu[4]] in self.applets
            return OK if self.selected else NOT_FOUND
        return self.run(apdu) if self.selected else BAD_COMMAND

    def run(self, apdu: bytes) -> bytes:
        """A command for the selected applet."""
        return BAD_COMMAND

    def _part(self, length: int, more: int) -> bytes:
        """Some of what waits; `more` is the first status byte while there is still more."""
        part, self.rest = self.rest[:length], self.rest[length:]
        return part + (bytes([more, min(len(self.rest), 255)]) if self.rest else OK)


class CacCard(Card):
    """GSC-IS 2.1: two buffers that READ BUFFER reads."""

    applets = (bytes.fromhex("a0000000790100"),)

    def run(self, apdu: bytes) -> bytes:
        if apdu[:2] != b"\x80\x52":
            return BAD_COMMAND
        tags = b"\x71\x01\x70\xff" + len(self.content).to_bytes(2, "little") + b"\x72\x00"
        buffer = tags if apdu[5] == 1 else self.info + self.content
        buffer = len(buffer).to_bytes(2, "little") + buffer
        offset = apdu[2] << 8 | apdu[3]
        return buffer[offset : offset + apdu[6]] + OK if offset <= len(buffer) else BAD_PLACE


class OldCacCard(Card):
    """Before version 2: GET CERTIFICATE, piece by piece."""

    applets = (bytes.fromhex("a0000000790102"),)

    def run(self, apdu: bytes) -> bytes:
        if apdu[:2] != b"\x80\x36":
            return BAD_COMMAND
        self.rest = self.rest or self.info + self.content
        return self._part(apdu[4] or 256, 0x63)


class PivCard(Card):
    """SP 800-73: GET DATA, with GET RESPONSE for more."""

    applets = (bytes.fromhex("a000000308000010000100"),)

    def run(self, apdu: bytes) -> bytes:
        if apdu[:4] == b"\x00\xcb\x3f\xff" and apdu[5:10] == bytes.fromhex("5c035fc105"):
            inner = self._tlv(0x70, self.content) + self._tlv(0x71, self.info) + self._tlv(0xFE, b"")
            self.rest = self._tlv(0x53, inner)
            return self._part(0, 0x61)
        if apdu[:2] == b"\x00\xc0":
            return self._part(apdu[4] or 256, 0x61)
        return NOT_FOUND

    @staticmethod
    def _tlv(tag: int, value: bytes) -> bytes:
        length = bytes([len(value)]) if len(value) < 0x80 else b"\x82" + len(value).to_bytes(2, "big")
        return bytes([tag]) + length + value


class CardClient:
    """A client's reader, as spice-gtk behaves: it waits for an answer to whatever it tells."""

    def __init__(self, channel: ClientChannel, card: Card) -> None:
        self.channel, self.card = channel, card
        self.reader_id = vsc.UNDEFINED_READER

    async def send(self, message: vsc.VscMessage, reader_id: int | None = None) -> None:
        await self.channel.send(vsc.encode(self.reader_id if reader_id is None else reader_id, message))

    async def receive(self) -> vsc.VscMessage:
        data = await self.channel.expect(Data)
        self.reader_id = data.reader_id
        return vsc.decode(data)

    async def tell(self, message: vsc.VscMessage, *, code: VscErrorCode = VscErrorCode.SUCCESS) -> None:
        """Say what happened, and take the answer."""
        await self.send(message)
        assert await self.receive() == vsc.Error(code)

    async def add(self) -> None:
        await self.tell(vsc.ReaderAdd(b"A reader\0"))

    async def insert(self) -> None:
        await self.tell(vsc.Atr(ATR))

    async def serve(self) -> None:
        """Answer commands."""
        while True:
            message = await self.receive()
            assert isinstance(message, vsc.Apdu)
            await self.send(vsc.Apdu(self.card.answer(message.data)))
