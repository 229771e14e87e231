"""What a client without a right sends to a machine of our own, and what comes of it."""

from __future__ import annotations

import asyncio
import re

import pytest

from gateway.server.rights import RIGHTS_NOTICE, Right
from gateway.spice import agent
from gateway.spice.enums import ChannelType, ClipboardType, LinkErr
from gateway.spice.errors import LinkRefused
from gateway.spice.limits import AGENT_TOKENS
from gateway.spice.messages import inputs, main
from gateway.spice.messages.common import Notify, Pong
from gateway.web.rendering import assets
from tests.doors import OneDoor
from tests.peers import soon
from tests.server.channels.test_inputs import Desk, Note
from tests.server.channels.test_main import Agent, read_message
from tests.server.channels.test_record import microphone_of
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


async def test_session_that_is_granted_more_goes_on_with_it() -> None:
    notes: asyncio.Queue[Note] = asyncio.Queue()
    async with ServingCore() as core, core.client() as viewer:
        core.server.add_interface(Desk(notes))
        microphone_of(core)
        open_to(core, Right.VIEW)
        session = await viewer.begin(password=PASSWORD)
        channel = await session.link(ChannelType.INPUTS)
        await channel.expect(inputs.Init)
        with pytest.raises(LinkRefused):
            await session.link(ChannelType.RECORD)
        await channel.send(inputs.KeyDown(0x1E))
        await channel.send(Pong(1, 1))
        (client,) = core.server.clients
        while client.channel_clients[-1].counters.messages_in < 2:
            await asyncio.sleep(0)
        client.grant(Right.VIEW | Right.CONTROL)
        listed = await session.main.wait_for(main.ChannelsList)
        assert listed.channels == [main.ChannelId(ChannelType.RECORD, 0)], "only what is new"
        notice = await session.main.expect(Notify)
        assert notice.what == RIGHTS_NOTICE | Right.VIEW | Right.CONTROL
        assert notice.message == b"You may do more at this machine now: control.\0"
        await channel.send(inputs.KeyDown(0x30))
        assert await soon(notes.get()) == ("code", 0x30), "what was left out before stays so"
        await session.link(ChannelType.RECORD)


async def test_clipboard_passes_once_it_is_granted() -> None:
    async with ServingCore() as core, core.client() as client:
        machine = Agent()
        core.server.add_interface(machine)
        open_to(core, Right.VIEW)
        session = await client.begin(password=PASSWORD)
        await session.main.send(main.AgentStart(AGENT_TOKENS))
        for text in (b"before", b"after"):
            for chunk in agent.encode(agent.Clipboard(None, ClipboardType.UTF8_TEXT, text)):
                await session.main.send(main.AgentData(chunk))
            await session.main.wait_for(main.AgentToken)
            core.server.clients[0].grant(Right.VIEW | Right.CLIPBOARD_IN)
        _, heard = await soon(machine.heard.get())
        assert agent.decode(heard) == agent.Clipboard(None, ClipboardType.UTF8_TEXT, b"after")


def test_browser_knows_the_same_rights_by_the_same_numbers() -> None:
    text = assets().joinpath("static/js/spice/rights.js").read_text()
    told = re.search(r"Right = Object\.freeze\(\{(.*?)\}\)", text)
    assert told is not None
    assert dict(re.findall(r"(\w+): (\d+)", told[1])) == {str(right.name): str(right.value) for right in Right}
    code = re.search(r"RIGHTS_NOTICE = (\w+)", text)
    assert code is not None
    assert int(code[1], 16) << 16 == RIGHTS_NOTICE
