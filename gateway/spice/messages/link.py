"""The link stage: what passes before the first message (``spice/protocol.h``).

Each side's header tells the size of what follows it. The capability words stand at ``caps_offset``, counted from the
start of the message behind the header, common ones first. `link_mess` and `link_reply` make whole messages,
`parse_link_mess` and `parse_link_reply` read them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from gateway.spice import codec
from gateway.spice.enums import AuthMechanism, LinkErr
from gateway.spice.errors import ProtocolError
from gateway.spice.limits import MAX_CAP_WORDS, PUBLIC_KEY_BYTES, TICKET_BYTES
from gateway.spice.wire import U8, U16, U32, U64, Exactly, Struct

MAGIC: Final = 0x51444552
"""``REDQ`` read as a little-endian number."""
VERSION_MAJOR: Final = 2
VERSION_MINOR: Final = 2


@dataclass(slots=True)
class LinkHeader(Struct):
    """Before link message and link reply; ``size`` is the bytes that follow."""

    magic: U32
    major_version: U32
    minor_version: U32
    size: U32


@dataclass(slots=True)
class LinkMess(Struct):
    """The client's fixed part; ``connection_id`` 0 asks for a new session. ``channel_type`` may be any byte."""

    connection_id: U32
    channel_type: U8
    channel_id: U8
    num_common_caps: U32
    num_channel_caps: U32
    caps_offset: U32


@dataclass(slots=True)
class LinkReply(Struct):
    """The server's fixed part; ``pub_key`` is a SubjectPublicKeyInfo in DER."""

    error: LinkErr
    pub_key: Annotated[bytes, Exactly(PUBLIC_KEY_BYTES)]
    num_common_caps: U32
    num_channel_caps: U32
    caps_offset: U32


@dataclass(slots=True)
class AuthMechanismChoice(Struct):
    """SpiceLinkAuthMechanism: only when both sides hold AUTH_SELECTION."""

    auth_mechanism: AuthMechanism


@dataclass(slots=True)
class EncryptedTicket(Struct):
    """SpiceLinkEncryptedTicket: the password, NUL-terminated, under RSA-1024 OAEP-SHA1."""

    encrypted_data: Annotated[bytes, Exactly(TICKET_BYTES)]


@dataclass(slots=True)
class LinkResult(Struct):
    """The server's last word: OK opens the channel."""

    link_err: LinkErr


@dataclass(slots=True)
class DataHeader(Struct):
    """SpiceDataHeader; ``sub_list`` is the offset of a `SubMessageList` in the payload, 0 for none."""

    serial: U64
    type: U16
    size: U32
    sub_list: U32


@dataclass(slots=True)
class MiniDataHeader(Struct):
    """SpiceMiniDataHeader, when both sides hold MINI_HEADER."""

    type: U16
    size: U32


@dataclass(slots=True)
class SubMessage(Struct):
    """SpiceSubMessage; ``size`` bytes follow."""

    type: U16
    size: U32


def link_mess(
    connection_id: int, channel_type: int, channel_id: int, common_caps: list[int], channel_caps: list[int]
) -> bytes:
    """The client's whole link message, header included; the capabilities are u32 words."""
    size = codec.size_of(LinkMess)
    fixed = LinkMess(connection_id, channel_type, channel_id, len(common_caps), len(channel_caps), size)
    return _with_header(codec.pack(fixed), common_caps, channel_caps)


def link_reply(error: LinkErr, pub_key: bytes, common_caps: list[int], channel_caps: list[int]) -> bytes:
    """The server's whole link reply, header included; ``pub_key`` may be empty when ``error`` is not OK."""
    key = pub_key.ljust(PUBLIC_KEY_BYTES, b"\0")
    fixed = LinkReply(error, key, len(common_caps), len(channel_caps), codec.size_of(LinkReply))
    return _with_header(codec.pack(fixed), common_caps, channel_caps)


def parse_link_mess(body: bytes) -> tuple[LinkMess, list[int], list[int]]:
    """The client's link message (what follows the header) with common and channel capability words.

    Raises `ProtocolError` for counts beyond the limit or words that reach out of the body.
    """
    fixed = codec.unpack(LinkMess, body)
    return fixed, *_caps(body, fixed, codec.size_of(LinkMess))


def parse_link_reply(body: bytes) -> tuple[LinkReply, list[int], list[int]]:
    """The server's link reply with common and channel capability words. Raises `ProtocolError`."""
    fixed = codec.unpack(LinkReply, body)
    return fixed, *_caps(body, fixed, codec.size_of(LinkReply))


def _with_header(fixed: bytes, common_caps: list[int], channel_caps: list[int]) -> bytes:
    words = b"".join(word.to_bytes(4, "little") for word in (*common_caps, *channel_caps))
    header = LinkHeader(MAGIC, VERSION_MAJOR, VERSION_MINOR, len(fixed) + len(words))
    return codec.pack(header) + fixed + words


def _caps(body: bytes, fixed: LinkMess | LinkReply, least: int) -> tuple[list[int], list[int]]:
    common, channel, offset = fixed.num_common_caps, fixed.num_channel_caps, fixed.caps_offset
    if common > MAX_CAP_WORDS or channel > MAX_CAP_WORDS:
        raise ProtocolError("the link message has too many capability words")
    end = offset + 4 * (common + channel)
    if (common or channel) and not least <= offset <= end <= len(body):
        raise ProtocolError("the capabilities reach out of the link message")
    words = [int.from_bytes(body[at : at + 4], "little") for at in range(offset, end, 4)]
    return words[:common], words[common:]
