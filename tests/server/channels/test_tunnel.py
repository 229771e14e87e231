"""TUNNEL: the machine's sockets to a client's services, message by message."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from ipaddress import IPv4Address

import pytest

from gateway.server.interfaces import NetWireInterface
from gateway.server.tunnel import Service, Tunnel
from gateway.server.tunnel_socket import TunnelSocket
from gateway.spice.enums import ChannelType, LinkErr, TunnelIpType, TunnelServiceType
from gateway.spice.limits import MAX_TUNNEL_DATA, MAX_TUNNEL_SERVICES, MAX_TUNNEL_SOCKETS, TUNNEL_WINDOW
from gateway.spice.messages.common import Disconnecting
from gateway.spice.messages.tunnel import (
    Init,
    ServiceAdd,
    ServiceIpMap,
    ServiceRemove,
    SocketClose,
    SocketClosed,
    SocketClosedAck,
    SocketData,
    SocketFin,
    SocketOpen,
    SocketOpenAck,
    SocketOpenNack,
    SocketToken,
    TunnelIpInfo,
)
from gateway.spice.wire import Message
from tests.faults import Faults
from tests.peers import Gone, soon
from tests.serving_core import ClientChannel, ServingCore
from tests.tunnel_client import LOOPBACK, service


class Wire(NetWireInterface):
    def __init__(self) -> None:
        self.notes: asyncio.Queue[tuple[str, Service]] = asyncio.Queue()
        self.tunnel: Tunnel

    def on_attached(self, tunnel: Tunnel) -> None:
        self.tunnel = tunnel

    def on_service_added(self, service: Service) -> None:
        self.notes.put_nowait(("added", service))

    def on_service_removed(self, service: Service) -> None:
        self.notes.put_nowait(("removed", service))

    async def note(self) -> tuple[str, Service]:
        return await soon(self.notes.get())


class Program:
    """The machine's program at a socket; `notes` say what it was told."""

    def __init__(self, tunnel: Tunnel, service: Service) -> None:
        self.notes: asyncio.Queue[bytes | str] = asyncio.Queue()
        self.socket: TunnelSocket = tunnel.connect(service, self)

    def on_opened(self) -> None:
        self.notes.put_nowait("opened")

    def on_data(self, data: bytes) -> None:
        self.notes.put_nowait(data)

    def on_fin(self) -> None:
        self.notes.put_nowait("fin")

    def on_closed(self) -> None:
        self.notes.put_nowait("closed")

    def on_writable(self) -> None:
        self.notes.put_nowait("writable")

    async def note(self) -> bytes | str:
        return await soon(self.notes.get())


@asynccontextmanager
async def offered() -> AsyncIterator[tuple[Wire, Service, ClientChannel]]:
    """A machine's tunnel and a client that offers one service."""
    async with ServingCore() as core, core.client() as client:
        wire = Wire()
        core.server.add_interface(wire)
        channel = await (await client.begin()).link(ChannelType.TUNNEL)
        assert await channel.expect(Init) == Init(MAX_TUNNEL_SOCKETS, MAX_TUNNEL_DATA)
        await channel.send(service(3, 631, "printer", kind=TunnelServiceType.IPP))
        _, offer = await wire.note()
        assert await channel.expect(ServiceIpMap) == ServiceIpMap(3, TunnelIpInfo(TunnelIpType.IPV4, b"\n\0\2d"))
        yield wire, offer, channel


@asynccontextmanager
async def opened(tokens: int = 80) -> AsyncIterator[tuple[Program, ClientChannel, Wire]]:
    """A socket that the client has opened."""
    async with offered() as (wire, offer, channel):
        program = Program(wire.tunnel, offer)
        assert await channel.expect(SocketOpen) == SocketOpen(0, 3, TUNNEL_WINDOW)
        await channel.send(SocketOpenAck(0, tokens))
        assert await program.note() == "opened"
        yield program, channel, wire


async def test_machine_learns_what_a_client_offers() -> None:
    async with offered() as (wire, offer, channel):
        assert (offer.name, offer.description, offer.port) == ("printer", "for a test", 631)
        assert (offer.address, offer.virtual) == (IPv4Address("127.0.0.1"), IPv4Address("10.0.2.100"))
        await channel.send(service(4, 80, "printer"))
        _, beside = await wire.note()
        await channel.send(service(5, 80, "other", group=9))
        _, other = await wire.note()
        assert (beside.virtual, other.virtual) == (offer.virtual, IPv4Address("10.0.2.101"))
        assert beside.address is None and wire.tunnel.services == [offer, beside, other]
        await channel.send(ServiceRemove(4))
        assert await wire.note() == ("removed", beside)
        channel.wire.vanish()
        assert [await wire.note() for _ in range(2)] == [("removed", offer), ("removed", other)]


@pytest.mark.parametrize(
    "bad",
    [
        [service(3, 80)],
        [service(4, 80, "another name")],
        [ServiceAdd(TunnelServiceType.INVALID, 5, 5, 80, b"x", b"")],
        [ServiceAdd(TunnelServiceType.GENERIC, 5, 5, 0, b"x", b"")],
        [ServiceAdd(TunnelServiceType.GENERIC, 5, 5, 65536, b"x", b"")],
        [ServiceAdd(TunnelServiceType.IPP, 5, 5, 80, b"x" * 257, b"", LOOPBACK)],
        [ServiceRemove(77)],
        [service(100 + number, 80, str(number), group=number + 1) for number in range(MAX_TUNNEL_SERVICES)],
        [SocketOpenAck(0, 1)],
        [SocketData(5, b"x")],
    ],
    ids=["twice", "renamed", "invalid", "port 0", "port", "long", "unknown", "many", "no socket", "no such socket"],
)
async def test_server_closes_on_an_offer_that_makes_no_sense(bad: Sequence[Message]) -> None:
    async with offered() as (_wire, _offer, channel):
        for message in bad:
            await channel.send(message)
        assert (await channel.wait_for(Disconnecting)).reason is LinkErr.INVALID_DATA


async def test_data_goes_both_ways_and_each_end_is_told() -> None:
    async with opened() as (program, channel, _):
        assert program.socket.write(b"question")
        assert await channel.expect(SocketData) == SocketData(0, b"question")
        await channel.send(SocketData(0, b"answer"))
        assert await program.note() == b"answer"
        program.socket.send_fin()
        assert await channel.expect(SocketFin) == SocketFin(0)
        await channel.send(SocketData(0, b"more"))
        await channel.send(SocketFin(0))
        assert [await program.note() for _ in range(3)] == [b"more", "fin", "closed"]
        assert await channel.expect(SocketClose) == SocketClose(0)
        await channel.send(SocketClosedAck(0))


async def test_service_ends_first_and_the_machine_still_speaks() -> None:
    async with opened() as (program, channel, _):
        await channel.send(SocketFin(0))
        assert await program.note() == "fin"
        program.socket.write(b"last words")
        program.socket.send_fin()
        assert await channel.expect(SocketData) == SocketData(0, b"last words")
        await channel.expect(SocketFin)
        await channel.expect(SocketClose)
        assert await program.note() == "closed"


async def test_number_of_a_socket_is_free_after_the_acknowledgement() -> None:
    async with opened() as (program, channel, wire):
        program.socket.close()
        program.socket.close()
        assert await program.note() == "closed"
        await channel.expect(SocketClose)
        second = Program(wire.tunnel, program.socket.service)
        assert (await channel.expect(SocketOpen)).connection_id == 1
        await channel.send(SocketClosedAck(0))
        await channel.send(SocketOpenAck(1, 80))
        assert await second.note() == "opened"
        Program(wire.tunnel, program.socket.service)
        assert (await channel.expect(SocketOpen)).connection_id == 0


async def test_client_closes_and_is_acknowledged_after_its_data() -> None:
    async with opened() as (program, channel, wire):
        program.socket.hold(True)
        await channel.send(SocketData(0, b"one"))
        await channel.send(SocketData(0, b"two"))
        await channel.send(SocketClosed(0))
        assert await channel.expect(SocketClosedAck) == SocketClosedAck(0)
        assert program.socket.write(b"nobody hears this")
        assert program.notes.empty()
        program.socket.hold(False)
        assert [await program.note() for _ in range(3)] == [b"one", b"two", "closed"]
        program.socket.send_fin()
        Program(wire.tunnel, program.socket.service)
        assert (await channel.expect(SocketOpen)).connection_id == 0


async def test_both_close_at_the_same_time() -> None:
    async with opened() as (program, channel, wire):
        program.socket.close()
        await channel.send(SocketData(0, b"on its way"))
        await channel.send(SocketFin(0))
        await channel.send(SocketClosed(0))
        await channel.expect(SocketClose)
        await channel.send(SocketClosedAck(0))
        assert await program.note() == "closed" and program.notes.empty()
        while wire.tunnel._sockets:
            await asyncio.sleep(0)


async def test_service_that_cannot_be_reached_is_told() -> None:
    async with offered() as (wire, offer, channel):
        program = Program(wire.tunnel, offer)
        await channel.expect(SocketOpen)
        await channel.send(SocketOpenNack(0))
        assert await program.note() == "closed"
        Program(wire.tunnel, offer)
        assert (await channel.expect(SocketOpen)).connection_id == 0


@pytest.mark.parametrize("answer", [SocketOpenAck(0, 5), SocketOpenNack(0)], ids=["ack", "nack"])
async def test_answer_that_comes_too_late_is_understood(answer: Message) -> None:
    async with offered() as (wire, offer, channel):
        program = Program(wire.tunnel, offer)
        await channel.expect(SocketOpen)
        program.socket.close()
        assert await program.note() == "closed"
        await channel.send(answer)
        if isinstance(answer, SocketOpenAck):
            assert await channel.expect(SocketClose) == SocketClose(0)
            await channel.send(SocketClosedAck(0))
        while wire.tunnel._sockets:
            await asyncio.sleep(0)


async def test_machine_sends_no_more_than_it_has_tokens_for() -> None:
    async with opened(tokens=2) as (program, channel, _):
        data = bytes(range(256)) * (5 * MAX_TUNNEL_DATA // 256)
        assert program.socket.write(data)
        assert not program.socket.write(b"more")
        program.socket.send_fin()
        came = b"".join([(await channel.expect(SocketData)).data for _ in range(2)])
        await channel.send(SocketToken(0, 3))
        came += b"".join([(await channel.expect(SocketData)).data for _ in range(3)])
        assert came == data
        await channel.expect(SocketFin)


async def test_refused_write_is_asked_for_again() -> None:
    async with opened(tokens=0) as (program, channel, _):
        assert program.socket.write(b"one") and not program.socket.write(b"two")
        await channel.send(SocketToken(0, 2))
        assert await program.note() == "writable"
        assert program.socket.write(b"two")
        assert [(await channel.expect(SocketData)).data for _ in range(2)] == [b"one", b"two"]


async def test_client_gets_its_tokens_back_as_the_machine_takes_data() -> None:
    async with opened() as (program, channel, _):
        program.socket.hold(True)
        for number in range(TUNNEL_WINDOW):
            await channel.send(SocketData(0, bytes([number])))
        await channel.send(SocketToken(0, 1))
        program.socket.hold(False)
        given = 0
        while given < TUNNEL_WINDOW:
            given += (await channel.expect(SocketToken)).num_tokens
        assert [await program.note() for _ in range(TUNNEL_WINDOW)] == [bytes([n]) for n in range(TUNNEL_WINDOW)]


@pytest.mark.parametrize(
    "bad",
    [
        [SocketData(0, b"x")] * (TUNNEL_WINDOW + 1),
        [SocketData(0, bytes(MAX_TUNNEL_DATA + 1))],
        [SocketFin(0), SocketData(0, b"x")],
        [SocketFin(0), SocketFin(0)],
        [SocketOpenAck(0, 1)],
        [SocketOpenNack(0)],
        [SocketClosedAck(0)],
        [SocketClosed(0), SocketClosed(0)],
    ],
    ids=["tokens", "size", "behind fin", "fin", "ack", "nack", "closed ack", "closed"],
)
async def test_server_closes_on_a_socket_that_is_used_wrongly(bad: Sequence[Message]) -> None:
    async with opened() as (program, channel, _):
        program.socket.hold(True)
        for message in bad:
            await channel.send(message)
        assert (await channel.wait_for(Disconnecting)).reason is LinkErr.INVALID_DATA
        program.socket.hold(False)
        assert await program.note() == "closed"


async def test_sockets_end_with_their_service_and_with_the_client() -> None:
    async with opened() as (program, channel, wire):
        await channel.send(service(4, 80, "other", group=1))
        _, other = await wire.note()
        second = Program(wire.tunnel, other)
        await channel.send(ServiceRemove(3))
        assert await program.note() == "closed"
        await channel.wait_for(SocketClose)
        with pytest.raises(ConnectionRefusedError, match="not offered"):
            wire.tunnel.connect(program.socket.service, program)
        channel.wire.vanish()
        assert await second.note() == "closed"
        with pytest.raises(ConnectionRefusedError, match="not offered"):
            wire.tunnel.connect(other, second)


async def test_program_that_tries_again_when_its_socket_closes_is_refused_once_the_client_has_left() -> None:
    class Stubborn(Program):
        def on_closed(self) -> None:
            with pytest.raises(ConnectionRefusedError, match="not offered"):
                wire.tunnel.connect(self.socket.service, self)
            super().on_closed()

    async with offered() as (wire, offer, channel):
        program = Stubborn(wire.tunnel, offer)
        channel.wire.vanish()
        assert await program.note() == "closed"


async def test_no_more_sockets_are_opened_than_the_client_was_told() -> None:
    async with offered() as (wire, offer, _):
        programs = [Program(wire.tunnel, offer) for _ in range(MAX_TUNNEL_SOCKETS)]
        with pytest.raises(ConnectionRefusedError, match="already"):
            Program(wire.tunnel, offer)
        assert len({program.socket.id for program in programs}) == MAX_TUNNEL_SOCKETS


async def test_second_client_is_turned_away() -> None:
    async with ServingCore() as core, core.client() as one, core.client() as other:
        core.server.add_interface(Wire())
        await (await (await one.begin()).link(ChannelType.TUNNEL)).expect(Init)
        refused = await (await other.begin()).link(ChannelType.TUNNEL)
        assert (await refused.expect(Disconnecting)).reason is LinkErr.PERMISSION_DENIED
        with pytest.raises(Gone):
            await refused.receive()


def any_message(chance: random.Random) -> Message:
    """Something that a client may say, of sockets and services that there may or may not be."""
    socket, id_ = chance.choice([0, 0, 0, 1, 2, 200]), chance.choice([3, 4, 5])
    return chance.choice(
        [
            service(id_, chance.choice([80, 80, 0]), chance.choice(["a", "a", "b"]), group=chance.randrange(3)),
            ServiceRemove(id_),
            SocketOpenAck(socket, chance.choice([0, 1, 80, 0xFFFFFFFF])),
            SocketOpenNack(socket),
            SocketData(socket, bytes(chance.choice([0, 1, 100, MAX_TUNNEL_DATA]))),
            SocketData(socket, b"again"),
            SocketToken(socket, chance.choice([0, 1, 50, 0xFFFFFFFF])),
            SocketFin(socket),
            SocketClosed(socket),
            SocketClosedAck(socket),
        ]
    )


class Restless(Wire):
    """Connects to whatever is offered, and does this and that with its sockets."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__()
        self.chance = chance
        self.programs: list[Program] = []

    def on_service_added(self, service: Service) -> None:
        self.programs += [Program(self.tunnel, service) for _ in range(2)]

    def act(self) -> None:
        for program in self.programs:
            socket = program.socket
            match self.chance.randrange(3):
                case 0:
                    socket.close()
                case 1:
                    socket.send_fin()
            socket.write(bytes(self.chance.choice([1, 3 * MAX_TUNNEL_DATA])))
            socket.hold(self.chance.random() < 0.3)


async def test_messages_in_any_order_leave_nothing_behind() -> None:
    faults = Faults()
    faults.watch(asyncio.get_running_loop())
    async with ServingCore() as core, core.client() as client:
        session = await client.begin()
        for seed in range(150):
            chance = random.Random(seed)
            wire = Restless(chance)
            core.server.add_interface(wire)
            channel = await session.link(ChannelType.TUNNEL)
            await channel.send(service(3, 80))
            try:
                for _ in range(30):
                    await channel.send(any_message(chance))
                    await asyncio.sleep(0)
                    wire.act()
            except OSError:  # the server closed, as it should for most of this
                pass
            channel.wire.vanish()
            while wire.tunnel.client is not None:
                await asyncio.sleep(0)
            for program in wire.programs:
                program.socket.hold(False)
                assert program.socket.closed
            assert not wire.tunnel._sockets and not wire.tunnel.services
            core.server.remove_interface(wire)
    faults.leave()
    faults.raise_any()
