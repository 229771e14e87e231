"""MAIN: a session's start, mouse modes, the agent, migration."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest

from gateway.server.agent_link import AgentLink
from gateway.server.channel_client import RedChannelClient
from gateway.server.channels.cursor import CursorChannel
from gateway.server.channels.migration import Destination
from gateway.server.client import RedClient
from gateway.server.display.worker import QXLWorker
from gateway.server.interfaces import AgentInterface, Interface, QXLInterface
from gateway.server.server import SpiceServer
from gateway.spice import agent
from gateway.spice.agent import RawMessage
from gateway.spice.enums import (
    AgentMessageType,
    ChannelType,
    ClipboardType,
    LinkErr,
    MonitorsConfigFlags,
    MouseMode,
    NotifySeverity,
)
from gateway.spice.errors import UsageError
from gateway.spice.limits import AGENT_CHUNK_BYTES, AGENT_TOKENS, MAX_MONITORS, MAX_PIPE_BYTES
from gateway.spice.messages import main
from gateway.spice.messages.common import Disconnecting, MigrateData, Notify
from gateway.spice.messages.cursor import Init
from gateway.spice.wire import Message
from tests.peers import soon
from tests.serving_core import ClientChannel, ServingCore


class Agent(AgentInterface):
    """An agent that notes what it is told."""

    def __init__(self) -> None:
        self.link: AgentLink | None = None
        self.heard: asyncio.Queue[tuple[RedClient, RawMessage]] = asyncio.Queue()
        self.started: asyncio.Queue[RedClient] = asyncio.Queue()
        self.gone: asyncio.Queue[RedClient] = asyncio.Queue()

    def on_attached(self, agent: AgentLink) -> None:
        self.link = agent

    def on_message(self, client: RedClient, message: RawMessage) -> None:
        self.heard.put_nowait((client, message))

    def on_client_started(self, client: RedClient) -> None:
        self.started.put_nowait(client)

    def on_client_gone(self, client: RedClient) -> None:
        self.gone.put_nowait(client)

    def say(self, text: bytes, to: RedClient | None = None) -> None:
        assert self.link is not None
        self.link.send(clipboard(text), to=to)


def clipboard(text: bytes) -> agent.Clipboard:
    return agent.Clipboard(None, ClipboardType.UTF8_TEXT, text)


async def send_chunks(channel: ClientChannel, message: agent.AgentMessage) -> None:
    """Send an agent message as a client does that heeds its tokens."""
    tokens = AGENT_TOKENS
    for chunk in agent.encode(message):
        if not tokens:
            tokens += (await channel.wait_for(main.AgentToken)).num_tokens
        await channel.send(main.AgentData(chunk))
        tokens -= 1


async def read_message(channel: ClientChannel) -> RawMessage:
    """The next agent message, each chunk's token given back."""
    assembler = agent.Assembler()
    while True:
        chunk = await channel.wait_for(main.AgentData)
        await channel.send(main.AgentToken(1))
        for message in assembler.feed(chunk.data):
            return message


async def test_client_is_told_name_uuid_and_channels() -> None:
    async with ServingCore() as core, core.client() as client:
        core.server.uuid = UUID(int=7)
        channel = ClientChannel(await client.link(ChannelType.MAIN, channel_caps=[0xF]))
        init = await channel.expect(main.Init)
        assert (init.supported_mouse_modes, init.current_mouse_mode) == (MouseMode.SERVER, MouseMode.SERVER)
        assert (init.agent_connected, init.agent_tokens) == (0, AGENT_TOKENS)
        assert (await channel.expect(main.Name)).name == b"machine\0"
        assert (await channel.expect(main.Uuid)).uuid == UUID(int=7).bytes
        await channel.send(main.AttachChannels())
        listed = await channel.expect(main.ChannelsList)
        assert [entry.type for entry in listed.channels] == [ChannelType.INPUTS]


async def test_client_without_the_capability_is_not_told_the_name() -> None:
    async with ServingCore() as core, core.client() as client:
        session = await client.begin(caps=[])
        assert session.channels.channels


async def test_round_trip_is_known_from_the_first_ping() -> None:
    async with ServingCore() as core, core.client() as client:
        session = await client.begin()
        await session.link(ChannelType.INPUTS)
        (red_client,) = core.server.clients
        assert red_client.main is not None
        assert red_client.main.round_trip is not None


async def test_agent_hears_messages_of_any_size_and_answers() -> None:
    async with ServingCore() as core, core.client() as client:
        machine = Agent()
        core.server.add_interface(machine)
        session = await client.begin()
        assert session.init.agent_connected == 1
        await session.main.send(main.AgentStart(AGENT_TOKENS))
        text = bytes(range(256)) * 1000
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(send_chunks(session.main, clipboard(text)))
            _, message = await soon(machine.heard.get())
        heard = agent.decode(message)
        assert isinstance(heard, agent.Clipboard)
        assert heard.data == text
        machine.say(text)
        answer = agent.decode(await soon(read_message(session.main)))
        assert answer == clipboard(text)


class Adapter(QXLInterface):
    """A display adapter that takes the clients' monitors, or leaves them to the agent."""

    def __init__(self, takes: bool) -> None:
        self.takes = takes
        self.wanted: asyncio.Queue[agent.MonitorsConfig] = asyncio.Queue()

    def on_attached(self, worker: QXLWorker) -> None: ...

    def on_monitors_config(self, config: agent.MonitorsConfig) -> bool:
        self.wanted.put_nowait(config)
        return self.takes


@pytest.mark.parametrize("takes", [True, False])
async def test_monitors_that_no_adapter_takes_are_the_agents(takes: bool) -> None:
    async with ServingCore() as core, core.client() as client:
        machine, adapter = Agent(), Adapter(takes)
        core.server.add_interface(machine)
        core.server.add_interface(adapter)
        session = await client.begin()
        await session.main.send(main.AgentStart(AGENT_TOKENS))
        config = agent.MonitorsConfig(MonitorsConfigFlags(0), [agent.MonConfig(600, 800, 32, 0, 0)])
        await send_chunks(session.main, config)
        await send_chunks(session.main, clipboard(b"behind it"))
        assert await soon(adapter.wanted.get()) == config
        heard = [agent.decode((await soon(machine.heard.get()))[1]) for _ in range(1 if takes else 2)]
    assert heard == ([] if takes else [config]) + [clipboard(b"behind it")]


async def test_client_with_more_monitors_than_anybody_has_is_let_go() -> None:
    async with ServingCore() as core, core.client() as client:
        core.server.add_interface(Agent())
        core.server.add_interface(adapter := Adapter(takes=True))
        session = await client.begin()
        await session.main.send(main.AgentStart(AGENT_TOKENS))
        monitors = [agent.MonConfig(600, 800, 32, 0, 0)] * (MAX_MONITORS + 1)
        await send_chunks(session.main, agent.MonitorsConfig(MonitorsConfigFlags(0), monitors[1:]))
        await send_chunks(session.main, agent.MonitorsConfig(MonitorsConfigFlags(0), monitors))
        assert (await session.main.wait_for(Disconnecting)).reason is LinkErr.INVALID_DATA
        assert len((await soon(adapter.wanted.get())).monitors) == MAX_MONITORS
        assert adapter.wanted.empty()


async def test_agent_sends_no_more_chunks_than_the_client_has_tokens_for() -> None:
    async with ServingCore() as core, core.client() as client:
        machine = Agent()
        core.server.add_interface(machine)
        session = await client.begin()
        await session.main.send(main.AgentStart(2))
        await soon(machine.started.get())
        machine.say(bytes(10 * AGENT_CHUNK_BYTES))
        core.server.main.notify("after the chunks")
        for _ in range(2):
            await session.main.expect(main.AgentData)
        await session.main.expect(Notify)
        await session.main.send(main.AgentToken(1))
        await session.main.expect(main.AgentData)


async def test_clipboard_larger_than_the_pipe_reaches_a_client_whose_tokens_have_no_end() -> None:
    async with ServingCore() as core, core.client() as client:
        machine_agent = Agent()
        core.server.add_interface(machine_agent)
        session = await client.begin()
        await session.main.send(main.AgentStart(0xFFFFFFFF))  # as spice-gtk does
        await soon(machine_agent.started.get())
        text = bytes(MAX_PIPE_BYTES + 1000)
        machine_agent.say(text)
        machine_agent.say(b"and this")
        for said in (text, b"and this"):
            heard = agent.decode(await read_message(session.main))
            assert isinstance(heard, agent.Clipboard) and heard.data == said


async def test_agent_that_removes_itself_as_it_comes_is_gone() -> None:
    class Shy(Agent):
        def on_attached(self, agent: AgentLink) -> None:
            core.server.remove_interface(self)

    async with ServingCore() as core:
        core.server.add_interface(Shy())
        assert (core.server.agent, core.server.interfaces) == (None, [])


async def test_client_whose_chunk_is_too_long_is_disconnected() -> None:
    async with ServingCore() as core, core.client() as client:
        core.server.add_interface(Agent())
        session = await client.begin()
        await session.main.send(main.AgentData(bytes(AGENT_CHUNK_BYTES + 1)))
        assert (await session.main.wait_for(Disconnecting)).reason is LinkErr.INVALID_DATA


async def test_messages_of_several_clients_are_kept_apart() -> None:
    async with ServingCore() as core, core.client() as one, core.client() as other:
        machine = Agent()
        core.server.add_interface(machine)
        sessions = [await one.begin(), await other.begin()]
        for session in sessions:
            await session.main.send(main.AgentStart(AGENT_TOKENS))
        clients = [await soon(machine.started.get()) for _ in sessions]
        halves = [agent.encode(clipboard(letter * 3000)) for letter in (b"a", b"b")]
        for index in range(2):
            for session, chunks in zip(sessions, halves, strict=True):
                await session.main.send(main.AgentData(chunks[index]))
        heard = {client: agent.decode(message) for client, message in [await soon(machine.heard.get()) for _ in "ab"]}
        assert {c.data for c in heard.values() if isinstance(c, agent.Clipboard)} == {b"a" * 3000, b"b" * 3000}
        machine.say(b"to the second", to=clients[1])
        machine.say(b"to all")
        second = [agent.decode(await soon(read_message(sessions[1].main))) for _ in range(2)]
        assert second == [clipboard(b"to the second"), clipboard(b"to all")]
        assert agent.decode(await soon(read_message(sessions[0].main))) == clipboard(b"to all")


async def test_clients_are_told_when_the_agent_comes_and_goes() -> None:
    async with ServingCore() as core, core.client() as modern, core.client() as old:
        sessions = [await modern.begin(), await old.begin(caps=[])]
        machine = Agent()
        core.server.add_interface(machine)
        await sessions[0].main.wait_for(main.AgentConnectedTokens)
        await sessions[1].main.wait_for(main.AgentConnected)
        await sessions[0].main.send(main.AgentStart(1))
        client = await soon(machine.started.get())
        sessions[0].main.wire.vanish()
        assert await soon(machine.gone.get()) is client
        core.server.remove_interface(machine)
        await sessions[1].main.wait_for(main.AgentDisconnected)


async def test_half_a_message_to_the_agent_before_is_not_heard_by_the_next() -> None:
    async with ServingCore() as core, core.client() as client:
        before, machine = Agent(), Agent()
        core.server.add_interface(before)
        session = await client.begin()
        await session.main.send(main.AgentStart(AGENT_TOKENS))
        first, *rest = agent.encode(clipboard(bytes(3000)))
        await session.main.send(main.AgentData(first))
        await session.main.expect(main.AgentToken)
        core.server.remove_interface(before)
        core.server.add_interface(machine)
        for chunk in rest:  # they were on their way
            await session.main.send(main.AgentData(chunk))
        await session.main.send(main.AgentToken(5))
        await session.main.wait_for(main.AgentConnectedTokens)
        await session.main.send(main.AgentStart(AGENT_TOKENS))
        await send_chunks(session.main, clipboard(b"hello"))
        assert agent.decode((await soon(machine.heard.get()))[1]) == clipboard(b"hello")


class SmallAgent(Agent):
    """An agent that takes messages of a kilobyte."""

    max_message = 1024

    def __init__(self) -> None:
        super().__init__()
        self.refused: list[tuple[int, int]] = []

    def on_message_too_large(self, client: RedClient, type_: int, size: int) -> None:
        self.refused.append((type_, size))


async def test_message_that_the_agent_does_not_take_passes_by_and_the_next_is_heard() -> None:
    async with ServingCore() as core, core.client() as client:
        machine = SmallAgent()
        core.server.add_interface(machine)
        session = await client.begin()
        await session.main.send(main.AgentStart(AGENT_TOKENS))
        await send_chunks(session.main, clipboard(bytes(50_000)))
        await send_chunks(session.main, clipboard(bytes(1020)))
        assert agent.decode((await soon(machine.heard.get()))[1]) == clipboard(bytes(1020))
        assert machine.refused == [(AgentMessageType.CLIPBOARD, 50_004)]


async def test_channel_that_joins_before_the_client_has_the_list_is_told_once() -> None:
    async with ServingCore() as core, core.client() as client:
        wire = await client.link(ChannelType.MAIN)
        channel = ClientChannel(wire)
        await channel.expect(main.Init)
        core.server.add_interface(Adapter(takes=True))
        await channel.send(main.AttachChannels())
        told = (await channel.wait_for(main.ChannelsList)).channels
        assert sorted(one.type for one in told) == [ChannelType.DISPLAY, ChannelType.INPUTS, ChannelType.CURSOR]
        core.server.main.notify("behind the list")
        await channel.expect(Notify)


async def test_second_agent_is_a_mistake() -> None:
    async with ServingCore() as core:
        core.server.add_interface(Agent())
        with pytest.raises(UsageError):
            core.server.add_interface(Agent())


async def test_interface_is_added_once() -> None:
    async with ServingCore() as core:
        machine: Interface = Agent()
        core.server.add_interface(machine)
        with pytest.raises(UsageError, match="already"):
            core.server.add_interface(machine)
        core.server.remove_interface(machine)
        with pytest.raises(UsageError, match="was not added"):
            core.server.remove_interface(machine)


async def test_everybody_is_shown_a_notice() -> None:
    async with ServingCore() as core, core.client() as client:
        session = await client.begin()
        core.server.main.notify("The machine restarts.", NotifySeverity.WARN)
        notice = await session.main.wait_for(Notify)
        assert (notice.severity, notice.message) == (NotifySeverity.WARN, b"The machine restarts.\0")


class FollowedChannel(CursorChannel):
    """A channel that notes who follows the machine."""

    def __init__(self, server: SpiceServer) -> None:
        super().__init__(server)
        self.follow: list[RedChannelClient] = []

    def on_migrate(self, client: RedChannelClient) -> None:
        self.follow.append(client)


async def test_clients_follow_a_migration_that_they_took_part_in() -> None:
    async with ServingCore() as core, core.client() as client:
        session = await client.begin()
        migration = core.server.main.migration
        begun = core.core.spawn(migration.begin(Destination("elsewhere", 5900, 5901, "CN=elsewhere")), "migration")
        place = (await session.main.wait_for(main.MigrateBegin)).dst_info
        assert (place.port, place.sport, place.host_data) == (5900, 5901, b"elsewhere\0")
        await session.main.send(main.MigrateConnected())
        assert await soon(begun) == 1
        core.server.register_channel(channel := FollowedChannel(core.server))
        await (await session.link(ChannelType.CURSOR)).wait_for(Init)
        migration.end()
        await session.main.wait_for(main.MigrateEnd)
        assert channel.follow == channel.clients != []


async def test_client_that_could_not_link_over_there_is_not_counted() -> None:
    async with ServingCore() as core, core.client() as client:
        session = await client.begin()
        begun = core.core.spawn(core.server.main.migration.begin(Destination("elsewhere", 5900)), "migration")
        await session.main.wait_for(main.MigrateBegin)
        await session.main.send(main.MigrateConnectError())
        assert await soon(begun) == 0


async def test_client_that_answers_a_migration_too_late_stays() -> None:
    async with ServingCore() as core, core.client() as one, core.client() as other:
        migration, sessions = core.server.main.migration, [await client.begin() for client in (one, other)]
        assert await migration.begin(Destination("elsewhere", 5900), seconds=0) == 0
        assert await migration.begin(Destination("elsewhere", 5900), seconds=0) == 0  # nobody is asked twice
        await sessions[0].main.send(main.MigrateConnectError())
        await sessions[1].main.send(main.MigrateConnected())
        await sessions[1].main.wait_for(main.MigrateCancel)
        begun = core.core.spawn(migration.begin(Destination("elsewhere", 5900)), "migration")
        for session in sessions:
            if session is sessions[0]:
                await session.main.wait_for(main.MigrateBegin)  # of the first
            await session.main.wait_for(main.MigrateBegin)
            await session.main.send(main.MigrateConnected())
        assert await soon(begun) == 2


async def test_migration_does_not_wait_for_who_has_left() -> None:
    async with ServingCore() as core, core.client() as client:
        session = await client.begin()
        begun = core.core.spawn(core.server.main.migration.begin(Destination("elsewhere"), seconds=1e6), "migration")
        await session.main.wait_for(main.MigrateBegin)
        session.main.wire.vanish()
        assert await soon(begun) == 0


async def test_migration_that_is_given_up_while_clients_link_is_cancelled_at_them() -> None:
    async with ServingCore() as core, core.client() as one, core.client() as other:
        migration, sessions = core.server.main.migration, [await client.begin() for client in (one, other)]
        for give_up in (asyncio.Task.cancel, lambda _: migration.cancel()):
            begun = core.core.spawn(migration.begin(Destination("elsewhere"), seconds=1e6), "migration")
            for session in sessions:
                await session.main.wait_for(main.MigrateBegin)
            await sessions[0].main.send(main.MigrateConnected())
            while not any(answer.done() for answer in migration._waiting.values()):
                await asyncio.sleep(0)
            give_up(begun)
            await soon(asyncio.wait([begun]))
            await sessions[1].main.send(main.MigrateConnected())  # too late
            for session in sessions:
                await session.main.wait_for(main.MigrateCancel)
            assert not migration.is_running


@pytest.mark.parametrize("message", [main.MigrateConnected(), main.MigrateConnectedSeamless(), MigrateData(b"x")])
async def test_migration_messages_without_a_migration_are_refused(message: Message) -> None:
    async with ServingCore() as core, core.client() as client:
        session = await client.begin()
        await session.main.send(message)
        assert (await session.main.wait_for(Disconnecting)).reason is LinkErr.INVALID_DATA


async def test_seamless_migration_is_declined() -> None:
    async with ServingCore() as core, core.client() as client:
        session = await client.begin()
        await session.main.send(main.MigrateDstDoSeamless(1))
        await session.main.wait_for(main.MigrateDstSeamlessNack)
