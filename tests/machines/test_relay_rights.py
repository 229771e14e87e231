"""What a client without a right sends through the relay, and what of it arrives."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from gateway.machines.relay.channel_client import RelayChannelClient
from gateway.server.rights import RIGHTS_NOTICE, Right
from gateway.spice import agent, catalog, codec
from gateway.spice.catalog import Direction
from gateway.spice.enums import ChannelType, ClipboardType, LinkErr, MouseButtonMask, MouseMode
from gateway.spice.errors import LinkRefused
from gateway.spice.framing import frame
from gateway.spice.messages import inputs, main
from gateway.spice.messages.common import Ack, Notify, Ping, Pong, SetAck
from tests.doors import OneDoor
from tests.peers import Browser, FakeMachine
from tests.running import SESSION_ID, RunningGateway, open_session

PASSWORD = "for the gateway only"
TEXT = ClipboardType.UTF8_TEXT


@pytest.fixture
async def machine() -> AsyncIterator[FakeMachine]:
    async with FakeMachine() as machine:
        yield machine


@pytest.fixture
async def gateway(machine: FakeMachine) -> AsyncIterator[RunningGateway]:
    async with RunningGateway({"office": machine.url}) as gateway:
        yield gateway


def client_with(gateway: RunningGateway, rights: Right) -> Browser:
    """Somebody whose ticket gives these rights."""

    gateway.machine().server.doorkeeper = OneDoor(PASSWORD, rights)
    return gateway.stranger()


async def test_viewers_keys_are_left_out_and_acks_are_not(gateway: RunningGateway, machine: FakeMachine) -> None:
    browser = client_with(gateway, Right.VIEW)
    await open_session(browser, machine, password=PASSWORD)
    near = await browser.link(ChannelType.INPUTS, connection_id=SESSION_ID, password=PASSWORD)
    far = await machine.linked(ChannelType.INPUTS)
    await near.send(inputs.KeyDown(0x1E))
    await near.send(inputs.MousePosition(1, 2, MouseButtonMask(0), 0))
    await near.send(Ack())
    await far.expect(Ack)
    await far.send(SetAck(1, 2))
    await near.expect(SetAck)
    await near.send(Pong(1, 2))
    await far.expect(Pong)


async def test_viewer_cannot_change_the_mouse_mode(gateway: RunningGateway, machine: FakeMachine) -> None:
    browser = client_with(gateway, Right.VIEW)
    near, far = await open_session(browser, machine, password=PASSWORD)
    await near.send(main.MouseModeRequest(MouseMode.CLIENT))
    await near.send(main.AttachChannels())
    await far.expect(main.AttachChannels)


@pytest.mark.parametrize("rights", [Right.VIEW, Right.VIEW | Right.CONTROL | Right.FILES])
async def test_device_takes_the_right_to_devices(gateway: RunningGateway, machine: FakeMachine, rights: Right) -> None:
    browser = client_with(gateway, rights)
    await open_session(browser, machine, password=PASSWORD)
    with pytest.raises(LinkRefused) as refused:
        await browser.link(ChannelType.USBREDIR, connection_id=SESSION_ID, password=PASSWORD)
    assert refused.value.code is LinkErr.PERMISSION_DENIED


async def test_channels_that_cannot_be_linked_are_not_listed(gateway: RunningGateway, machine: FakeMachine) -> None:
    browser = client_with(gateway, Right.VIEW)
    near, far = await open_session(browser, machine, password=PASSWORD)
    every = [main.ChannelId(type_, 0) for type_ in ChannelType]
    await far.send(main.ChannelsList(every))
    listed = await near.expect(main.ChannelsList)
    assert {entry.type for entry in listed.channels} == {1, 2, 3, 4, 5}


async def test_paste_is_left_out_and_its_tokens_come_back(gateway: RunningGateway, machine: FakeMachine) -> None:
    browser = client_with(gateway, Right.ALL & ~Right.CLIPBOARD_IN)
    near, far = await open_session(browser, machine, password=PASSWORD)
    chunks = agent.encode(agent.Clipboard(None, TEXT, bytes(5000)))
    for chunk in chunks:
        await near.send(main.AgentData(chunk))
    for _ in chunks:
        assert await near.expect(main.AgentToken) == main.AgentToken(1)
    (request,) = agent.encode(agent.ClipboardRequest(None, TEXT))
    await near.send(main.AgentData(request))
    assert (await far.expect(main.AgentData)).data == request


async def test_copy_is_left_out_and_the_machine_gets_its_tokens_back(
    gateway: RunningGateway, machine: FakeMachine
) -> None:
    browser = client_with(gateway, Right.ALL & ~Right.CLIPBOARD_OUT)
    near, far = await open_session(browser, machine, password=PASSWORD)
    for chunk in agent.encode(agent.Clipboard(None, TEXT, bytes(3000))):
        await far.send(main.AgentData(chunk))
        assert await far.expect(main.AgentToken) == main.AgentToken(1)
    await far.send(Ping(1, 2))
    await near.expect(Ping)


async def test_agent_that_came_anew_is_judged_anew(gateway: RunningGateway, machine: FakeMachine) -> None:
    browser = client_with(gateway, Right.ALL & ~Right.CLIPBOARD_OUT)
    near, far = await open_session(browser, machine, password=PASSWORD)
    first, *_ = agent.encode(agent.Clipboard(None, TEXT, bytes(5000)))
    await far.send(main.AgentData(first))
    await far.send(main.AgentConnectedTokens(10))
    (request,) = agent.encode(agent.ClipboardRequest(None, TEXT))
    await far.send(main.AgentData(request))
    await near.expect(main.AgentConnectedTokens)
    assert (await near.expect(main.AgentData)).data == request


async def test_session_that_is_granted_more_goes_on_with_it(gateway: RunningGateway, machine: FakeMachine) -> None:
    browser = client_with(gateway, Right.VIEW)
    near, far = await open_session(browser, machine, password=PASSWORD)
    every = [main.ChannelId(type_, 0) for type_ in ChannelType]
    await far.send(main.ChannelsList(every))
    await near.expect(main.ChannelsList)
    typing = await browser.link(ChannelType.INPUTS, connection_id=SESSION_ID, password=PASSWORD)
    keys = await machine.linked(ChannelType.INPUTS)
    await typing.send(inputs.KeyDown(0x1E))
    await typing.send(Ack())
    await keys.expect(Ack)
    (client,) = gateway.machine().server.clients
    client.grant(Right.VIEW | Right.CONTROL)
    listed = await near.expect(main.ChannelsList)
    assert {entry.type for entry in listed.channels} == {ChannelType.RECORD, ChannelType.PORT}, "only what is new"
    notice = await near.expect(Notify)
    assert notice.what == RIGHTS_NOTICE | Right.VIEW | Right.CONTROL
    assert notice.message == b"You may do more at this machine now: control.\0"
    await typing.send(inputs.KeyDown(0x30))
    assert await keys.expect(inputs.KeyDown) == inputs.KeyDown(0x30), "what was left out before stays so"
    await near.send(main.MouseModeRequest(MouseMode.CLIENT))
    await far.expect(main.MouseModeRequest)
    await far.send(Ping(1, 2))
    await near.expect(Ping)


async def test_gained_rights_are_told_between_two_messages_of_the_machine(
    gateway: RunningGateway, machine: FakeMachine
) -> None:
    browser = client_with(gateway, Right.VIEW)
    near, far = await open_session(browser, machine, password=PASSWORD)
    name = main.Name(b"a name that comes in two parts\0")
    number = next(e.number for e in catalog.messages(ChannelType.MAIN, Direction.SERVER) if e.cls is main.Name)
    whole = frame(number, codec.marshal(name), far.mini, 0)
    await far.pipe.write(whole[:9])
    (client,) = gateway.machine().server.clients
    (link,) = client.channel_clients
    assert isinstance(link, RelayChannelClient)
    while link.outgoing.scanner.between_messages:
        await asyncio.sleep(0)
    client.grant(Right.ALL)
    assert (await near.wait_for(Notify)).what == RIGHTS_NOTICE | Right.ALL
    await far.pipe.write(whole[9:])
    assert await near.expect(main.Name) == name


async def test_clipboard_passes_once_it_is_granted(gateway: RunningGateway, machine: FakeMachine) -> None:
    browser = client_with(gateway, Right.VIEW)
    near, far = await open_session(browser, machine, password=PASSWORD)
    for text in (b"before", b"after"):
        for chunk in agent.encode(agent.Clipboard(None, TEXT, text)):
            await near.send(main.AgentData(chunk))
        await near.send(main.AttachChannels())
        if text == b"before":
            await far.expect(main.AttachChannels)
            gateway.machine().server.clients[0].grant(Right.VIEW | Right.CLIPBOARD_IN)
    assert b"after" in (await far.expect(main.AgentData)).data


async def test_no_start_of_the_agent_hides_a_message_in_another(gateway: RunningGateway, machine: FakeMachine) -> None:
    browser = client_with(gateway, Right.ALL & ~Right.FILES)
    near, far = await open_session(browser, machine, password=PASSWORD)
    first, *_ = agent.encode(agent.Clipboard(None, TEXT, bytes(5000)))
    (hidden,) = agent.encode(agent.FileXferStart(1, b"[vdagent-file-xfer]"))
    await near.send(main.AgentStart(10))
    await near.send(main.AgentData(first))
    assert await far.expect(main.AgentStart) == main.AgentStart(10)
    assert (await far.expect(main.AgentData)).data == first
    await near.send(main.AgentStart(10))
    await near.send(main.AgentData(hidden))
    assert "malformed" in (await near.gone()).reason
    await far.gone()
