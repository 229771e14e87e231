"""A machine's card reader, and the certificates on cards of clients."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from gateway.machines.devices.errors import DeviceError, DeviceGone
from gateway.machines.devices.smartcard import SmartcardReader
from gateway.machines.devices.smartcard_certificates import CardError, read_certificate, subject_of
from gateway.spice import vsc
from gateway.spice.enums import ChannelType, VscErrorCode
from tests.peers import soon
from tests.serving_core import ServingCore
from tests.smartcards import ATR, CacCard, Card, CardClient, OldCacCard, PivCard, certificate


class Reader(SmartcardReader):
    """A reader whose changes can be waited for."""

    def __init__(self) -> None:
        self.changes: asyncio.Queue[tuple[str | None, bytes | None]] = asyncio.Queue()
        super().__init__(lambda: self.changes.put_nowait((self.name, self.atr)))


@asynccontextmanager
async def inserted(card: Card, *, serves: bool = True) -> AsyncIterator[tuple[Reader, CardClient]]:
    """A machine's reader with a client's card in it, which answers."""
    async with ServingCore() as core, core.client() as client:
        reader = Reader()
        core.server.add_interface(reader)
        mine = CardClient(await (await client.begin()).link(ChannelType.SMARTCARD), card)
        await mine.add()
        await mine.insert()
        assert [await soon(reader.changes.get()) for _ in range(2)] == [("A reader", None), ("A reader", ATR)]
        if serves:
            core.core.spawn(mine.serve(), "card")
        yield reader, mine


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "packed"])
@pytest.mark.parametrize("kind", [CacCard, OldCacCard, PivCard])
async def test_machine_reads_whom_a_certificate_names(kind: type[Card], packed: bool) -> None:
    async with inserted(kind(certificate(), packed=packed)) as (reader, _):
        assert subject_of(await read_certificate(reader)) == "Jane Card"


async def test_certificate_without_a_common_name_is_named_by_its_whole_subject() -> None:
    async with inserted(CacCard(certificate(None))) as (reader, _):
        assert subject_of(await read_certificate(reader)) == "O=" + "Example" * 8


@pytest.mark.parametrize("card", [Card(b""), CacCard(b""), PivCard(b"")], ids=lambda card: type(card).__name__)
async def test_card_without_a_certificate_says_so(card: Card) -> None:
    async with inserted(card) as (reader, _):
        with pytest.raises(DeviceError, match="no certificate"):
            await read_certificate(reader)


@pytest.mark.parametrize("kind", [CacCard, OldCacCard, PivCard])
async def test_damaged_card_raises_device_errors_only(kind: type[Card]) -> None:
    class Damaged(kind):  # type: ignore[misc, valid-type]
        chance = random.Random(7)

        def answer(self, apdu: bytes) -> bytes:
            answer = bytearray(super().answer(apdu))
            if self.chance.random() < 0.3:
                answer[self.chance.randrange(len(answer))] = self.chance.randrange(256)
            return bytes(answer[: self.chance.choice([len(answer)] * 20 + [0, 1, 2])])

    async with inserted(Damaged(certificate(), packed=True)) as (reader, _):
        for _ in range(40):
            try:
                await soon(read_certificate(reader))
            except DeviceError:
                continue


async def test_command_ends_when_the_card_is_removed() -> None:
    async with inserted(Card(b""), serves=False) as (reader, mine):
        waiting = asyncio.gather(reader.transmit(b"\0\xa4\4\0"), return_exceptions=True)
        assert await mine.receive() == vsc.Apdu(b"\0\xa4\4\0")
        await mine.tell(vsc.CardRemove())
        assert isinstance((await soon(waiting))[0], DeviceGone)
        assert (await soon(reader.changes.get())) == ("A reader", None)
        with pytest.raises(DeviceGone):
            await reader.transmit(b"\0\xa4\4\0")


async def test_late_answer_is_not_taken_for_the_next_ones() -> None:
    async with inserted(Card(b""), serves=False) as (reader, mine):
        first = asyncio.gather(reader.transmit(b"first"))
        await mine.receive()
        first.cancel()
        second = asyncio.gather(reader.transmit(b"second"))
        await mine.receive()
        await mine.send(vsc.Apdu(b"1\x90\x00"))
        await mine.send(vsc.Apdu(b"2\x90\x00"))
        assert list(await soon(second)) == [b"2\x90\x00"]


async def test_card_that_is_told_of_twice_still_answers() -> None:
    async with inserted(Card(b""), serves=False) as (reader, mine):
        waiting = asyncio.gather(reader.transmit(b"first"))
        await mine.receive()
        await mine.insert()
        await mine.send(vsc.Apdu(b"\x90\x00"))
        assert list(await soon(waiting)) == [b"\x90\x00"]
        again = asyncio.gather(reader.transmit(b"second"), return_exceptions=True)
        await mine.receive()
        await mine.tell(vsc.Atr(b"another"))
        assert isinstance((await soon(again))[0], DeviceGone)


async def test_readers_failure_is_told() -> None:
    async with inserted(Card(b""), serves=False) as (reader, mine):
        waiting = asyncio.gather(reader.transmit(b"first"), return_exceptions=True)
        await mine.receive()
        await mine.send(vsc.Error(VscErrorCode.GENERAL_ERROR))
        (error,) = await soon(waiting)
        assert isinstance(error, DeviceError) and not isinstance(error, CardError)


async def test_reader_is_gone_with_its_client() -> None:
    async with inserted(Card(b"")) as (reader, mine):
        mine.channel.wire.vanish()
        assert await soon(reader.changes.get()) == (None, None)
