"""Smart card messages on the SMARTCARD channel."""

from __future__ import annotations

import pytest

from gateway.spice import codec, vsc
from gateway.spice.enums import ChannelType, Direction, VscErrorCode, VscMessageType
from gateway.spice.errors import UsageError
from gateway.spice.messages import smartcard

MESSAGES: list[vsc.VscMessage] = [
    vsc.Init(vsc.MAGIC, 2, [0]),
    vsc.Error(VscErrorCode.CARD_ALREADY_INSERTED),
    vsc.ReaderAdd(b"reader\0"),
    vsc.ReaderRemove(),
    vsc.Atr(bytes.fromhex("3bff1400ff81")),
    vsc.CardRemove(),
    vsc.Apdu(bytes([0, 0xA4, 4, 0])),
    vsc.Flush(),
    vsc.FlushComplete(),
]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_a_smart_card_message_comes_back_from_its_channel(message: vsc.VscMessage) -> None:
    data = vsc.encode(3, message)
    again = codec.demarshal(ChannelType.SMARTCARD, Direction.CLIENT, 101, codec.marshal(data))
    assert isinstance(again, smartcard.Data)
    assert again.reader_id == 3
    assert vsc.decode(again) == message


def test_every_smart_card_message_has_a_layout() -> None:
    assert set(vsc.LAYOUTS) == set(VscMessageType)
    assert {type(message) for message in MESSAGES} == set(vsc.LAYOUTS.values())


def test_an_answer_to_reset_that_is_too_long_is_not_sent() -> None:
    with pytest.raises(UsageError, match="too long"):
        vsc.encode(0, vsc.Atr(bytes(41)))
