"""What a client without a right sends to a machine of our own, and what comes of it."""

from __future__ import annotations

import asyncio

import pytest

from gateway.server.rights import Right
from gateway.spice import agent
from gateway.spice.enums import ChannelType, ClipboardType, LinkErr
from gateway.spice.errors import LinkRefused
from gateway.spice.limits import AGENT_TOKENS
from gateway.spice.messages import inputs, main
from gateway.spice.messages.common import Notify
from tests.doors import OneDoor
from tests.peers import soon
from tests.server.channels.test_inputs import Desk, Note
from tests.server.channels.test_main import Agent, read_message
from tests.serving_core import ServingCore

PASSWORD = "for the gateway only"


def open_to(core: ServingCore, rights: Right) -> None:
    """Whoever shows the password has these rights."""

    core.server.ticketing = True
    core.server.doorkeeper = OneDoor(PASSWORD, rights)


async def test_viewers_keys_do_not_reach_the_machine() -> None:
    notes: asyncio.Queue[Note] = asyncio.Queue()
    async with ServingCore() as core, core.client() as viewer, core.client() as user:
        core.server.add_interface(Desk(notes))
        open_to(core, Right.VIEW)
        session = await viewer.begin(password=PASSWORD)
        channel = await session.link(ChannelType.INPUTS)
        await channel.expect(inputs.Init)
        await channel.send(inputs.KeyDown(0x1E))
        open_to(core, Right.VIEW | Right.CONTROL)
        other = await (await user.begin(password=PASSWORD)).link(ChannelType.INPUTS)
        await other.send(inputs.KeyDown(0x30))
        assert await soon(notes.get()) == ("code", 0x30)
        assert notes.empty()


async def test_channel_that_takes_another_right_is_neither_told_nor_linked() -> None:
    async with ServingCore() as core, core.client() as client:
        open_to(core, Right.CONTROL)
        with pytest.raises(LinkRefused) as refused:
            await client.begin(password=PASSWORD)
        assert refused.value.code is LinkErr.PERMISSION_DENIED


async def test_clipboard_passes_in_the_allowed_direction_only() -> None:
    async with ServingCore() as core, core.client() as client:
        machine = Agent()
        core.server.add_interface(machine)
        open_to(core, Right.VIEW | Right.CLIPBOARD_OUT)
        session = await client.begin(password=PASSWORD)
        await session.main.send(main.AgentStart(AGENT_TOKENS))
        for message in (
            agent.ClipboardGrab(None, None, [ClipboardType.UTF8_TEXT]),
            agent.Clipboard(None, ClipboardType.UTF8_TEXT, b"in"),
            agent.ClipboardRequest(None, ClipboardType.UTF8_TEXT),
        ):
            for chunk in agent.encode(message):
                await session.main.send(main.AgentData(chunk))
        _, heard = await soon(machine.heard.get())
        assert isinstance(agent.decode(heard), agent.ClipboardRequest)
        machine.say(b"out")
        answer = agent.decode(await soon(read_message(session.main)))
        assert answer == agent.Clipboard(None, ClipboardType.UTF8_TEXT, b"out")
        assert machine.link is not None
        machine.link.send(agent.ClipboardRequest(None, ClipboardType.UTF8_TEXT))
        core.server.main.notify("after the request")
        await session.main.expect(Notify)
