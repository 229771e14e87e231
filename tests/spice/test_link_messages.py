"""The records of the link stage, against bytes made by hand from ``spice/protocol.h``."""

from __future__ import annotations

import struct

import pytest

from gateway.spice import codec
from gateway.spice.enums import AuthMechanism, LinkErr
from gateway.spice.messages import link
from gateway.spice.wire import Struct

KEY = bytes(range(162))
RECORDS: dict[str, tuple[Struct, bytes]] = {
    "header": (link.LinkHeader(link.MAGIC, 2, 2, 26), b"REDQ" + struct.pack("<III", 2, 2, 26)),
    "request": (link.LinkMess(9, 2, 1, 1, 2, 18), struct.pack("<IBBIII", 9, 2, 1, 1, 2, 18)),
    "reply": (link.LinkReply(LinkErr.OK, KEY, 1, 0, 178), struct.pack("<I", 0) + KEY + struct.pack("<III", 1, 0, 178)),
    "mechanism": (link.AuthMechanismChoice(AuthMechanism.SPICE), struct.pack("<I", 1)),
    "ticket": (link.EncryptedTicket(bytes(128)), bytes(128)),
    "result": (link.LinkResult(LinkErr.PERMISSION_DENIED), struct.pack("<I", 7)),
    "data header": (link.DataHeader(2**40, 304, 5, 0), struct.pack("<QHII", 2**40, 304, 5, 0)),
    "mini header": (link.MiniDataHeader(304, 5), struct.pack("<HI", 304, 5)),
    "sub-message": (link.SubMessage(101, 3), struct.pack("<HI", 101, 3)),
}


@pytest.mark.parametrize(("record", "data"), RECORDS.values(), ids=RECORDS.keys())
def test_a_link_record_is_read_and_written(record: Struct, data: bytes) -> None:
    assert codec.pack(record) == data
    assert codec.unpack(type(record), data) == record
    assert codec.size_of(type(record)) == len(data)


def test_a_client_asks_with_its_capabilities() -> None:
    message = link.link_mess(9, 2, 1, [0xB], [0x55, 0xAA])
    assert message[:16] == b"REDQ" + struct.pack("<III", 2, 2, 30)
    fixed, common, channel = link.parse_link_mess(message[16:])
    assert fixed == link.LinkMess(9, 2, 1, 1, 2, 18)
    assert (common, channel) == ([0xB], [0x55, 0xAA])


def test_a_server_answers_with_its_capabilities() -> None:
    message = link.link_reply(LinkErr.OK, KEY, [0xB], [])
    fixed, common, channel = link.parse_link_reply(message[16:])
    assert fixed.pub_key == KEY
    assert (common, channel) == ([0xB], [])
    refusal = link.link_reply(LinkErr.NEED_SECURED, b"", [], [])
    assert link.parse_link_reply(refusal[16:])[0].error is LinkErr.NEED_SECURED


def test_capabilities_may_stand_behind_what_a_newer_peer_appends() -> None:
    body = struct.pack("<IBBIII", 0, 1, 0, 1, 0, 22) + b"more" + struct.pack("<I", 0xB)
    assert link.parse_link_mess(body)[1] == [0xB]
