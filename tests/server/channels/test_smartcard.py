"""SMARTCARD: whose reader it is, and what the machine hears of it."""

from __future__ import annotations

import asyncio

import pytest

from gateway.server.channels.smartcard import SmartcardDevice
from gateway.server.client import RedClient
from gateway.server.interfaces import SmartcardInterface
from gateway.spice import vsc
from gateway.spice.enums import ChannelType, LinkErr, VscErrorCode, VscMessageType
from gateway.spice.messages.common import Disconnecting
from gateway.spice.messages.smartcard import Data
from tests.peers import soon
from tests.serving_core import ServingCore
from tests.smartcards import ATR, Card, CardClient

SUCCESS = vsc.Error(VscErrorCode.SUCCESS)


class NotedReader(SmartcardInterface):
    """Notes what comes and answers as a reader does."""

    def __init__(self) -> None:
        self.notes: asyncio.Queue[object] = asyncio.Queue()
        self.device: SmartcardDevice

    def on_attached(self, device: SmartcardDevice) -> None:
        self.device = device

    def on_connected(self, client: RedClient) -> None:
        self.notes.put_nowait("connected")

    def on_disconnected(self) -> None:
        self.notes.put_nowait("disconnected")

    def on_message(self, message: vsc.VscMessage) -> None:
        self.notes.put_nowait(message)
        if not isinstance(message, vsc.Apdu):
            self.device.send(SUCCESS)

    async def note(self) -> object:
        return await soon(self.notes.get())


async def test_messages_reach_the_reader_and_its_answers_the_client() -> None:
    async with ServingCore() as core, core.client() as client:
        reader = NotedReader()
        core.server.add_interface(reader)
        mine = CardClient(await (await client.begin()).link(ChannelType.SMARTCARD), Card(b""))
        assert await reader.note() == "connected"
        await mine.send(vsc.Init(vsc.MAGIC, 0, []))
        await mine.add()
        assert mine.reader_id == 0
        await mine.insert()
        assert [await reader.note() for _ in range(2)] == [vsc.ReaderAdd(b"A reader\0"), vsc.Atr(ATR)]
        assert reader.device.send(vsc.Apdu(b"question"))
        assert await mine.receive() == vsc.Apdu(b"question")
        await mine.send(vsc.Apdu(b"answer"))
        assert await reader.note() == vsc.Apdu(b"answer")
        await mine.tell(vsc.CardRemove())
        await mine.tell(vsc.ReaderRemove())
        assert [await reader.note() for _ in range(2)] == [vsc.CardRemove(), vsc.ReaderRemove()]


async def test_second_client_has_the_reader_once_the_first_left() -> None:
    async with ServingCore() as core, core.client() as one, core.client() as other:
        reader = NotedReader()
        core.server.add_interface(reader)
        first = CardClient(await (await one.begin()).link(ChannelType.SMARTCARD), Card(b""))
        await first.add()
        second = CardClient(await (await other.begin()).link(ChannelType.SMARTCARD), Card(b""))
        await second.tell(vsc.ReaderAdd(b"other"), code=VscErrorCode.CANNOT_ADD_MORE_READERS)
        assert second.reader_id == vsc.UNDEFINED_READER
        first.channel.wire.vanish()
        expected = ["connected", vsc.ReaderAdd(b"A reader\0"), vsc.ReaderRemove(), "disconnected"]
        assert [await reader.note() for _ in range(4)] == expected
        await second.add()
        assert [await reader.note() for _ in range(2)] == ["connected", vsc.ReaderAdd(b"A reader\0")]


async def test_reader_that_was_not_added_cannot_be_removed() -> None:
    async with ServingCore() as core, core.client() as client:
        core.server.add_interface(NotedReader())
        mine = CardClient(await (await client.begin()).link(ChannelType.SMARTCARD), Card(b""))
        await mine.send(vsc.ReaderRemove(), 0)
        assert await mine.receive() == vsc.Error(VscErrorCode.GENERAL_ERROR)
        await mine.send(vsc.ReaderRemove(), 77)
        assert await mine.receive() == vsc.Error(VscErrorCode.GENERAL_ERROR)
        assert mine.reader_id == 77


@pytest.mark.parametrize(
    "message",
    [vsc.encode(5, vsc.Apdu(b"x")), Data(VscMessageType.ERROR, 0, b"abc"), vsc.encode(1, vsc.Atr(ATR))],
    ids=["other reader", "short error", "no such reader"],
)
async def test_server_closes_on_a_message_that_makes_no_sense(message: Data) -> None:
    async with ServingCore() as core, core.client() as client:
        core.server.add_interface(NotedReader())
        channel = await (await client.begin()).link(ChannelType.SMARTCARD)
        await channel.send(message)
        assert (await channel.expect(Disconnecting)).reason is LinkErr.INVALID_DATA


async def test_each_reader_has_a_channel_of_its_own() -> None:
    async with ServingCore() as core, core.client() as client:
        readers = [NotedReader(), NotedReader()]
        for reader in readers:
            core.server.add_interface(reader)
        session = await client.begin()
        for number, reader in enumerate(readers):
            mine = CardClient(await session.link(ChannelType.SMARTCARD, number), Card(b""))
            await mine.add()
            assert mine.reader_id == number
            assert [await reader.note() for _ in range(2)] == ["connected", vsc.ReaderAdd(b"A reader\0")]
