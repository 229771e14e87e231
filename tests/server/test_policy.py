"""Which right what takes."""

from __future__ import annotations

import pytest

from gateway.server import policy
from gateway.server.rights import Right
from gateway.spice.catalog import messages
from gateway.spice.enums import AgentMessageType, ChannelType, Direction

VIEWER = Right.VIEW


@pytest.mark.parametrize("channel", list(ChannelType))
def test_every_channel_takes_a_right(channel: ChannelType) -> None:
    assert policy.may_link(Right.ALL, channel)
    assert not policy.may_link(Right.NONE, channel)


def test_viewer_links_what_is_seen_and_heard_and_nothing_else() -> None:
    linked = {channel for channel in ChannelType if policy.may_link(VIEWER, channel)}
    assert linked == {
        ChannelType.MAIN,
        ChannelType.DISPLAY,
        ChannelType.CURSOR,
        ChannelType.INPUTS,
        ChannelType.PLAYBACK,
    }


def test_viewer_sends_only_common_messages_on_inputs() -> None:
    for entry in messages(ChannelType.INPUTS, Direction.CLIENT):
        assert policy.may_send(VIEWER, ChannelType.INPUTS, entry.number) is (entry.number < 100), entry.name
        assert policy.may_send(VIEWER | Right.CONTROL, ChannelType.INPUTS, entry.number)


@pytest.mark.parametrize(
    ("right", "told", "heard"),
    [
        (Right.CLIPBOARD_IN, AgentMessageType.CLIPBOARD, AgentMessageType.CLIPBOARD_REQUEST),
        (Right.CLIPBOARD_OUT, AgentMessageType.CLIPBOARD_REQUEST, AgentMessageType.CLIPBOARD),
        (Right.FILES, AgentMessageType.FILE_XFER_START, AgentMessageType.FILE_XFER_STATUS),
    ],
)
def test_agent_message_takes_its_own_right(right: Right, told: AgentMessageType, heard: AgentMessageType) -> None:
    assert policy.may_tell_agent(VIEWER | right, told)
    assert policy.may_hear_agent(VIEWER | right, heard)
    without = Right.ALL & ~right
    assert not policy.may_tell_agent(without, told)
    assert not policy.may_hear_agent(without, heard)


def test_viewer_tells_the_agent_only_what_it_can_and_answers() -> None:
    told = {type_ for type_ in AgentMessageType if policy.may_tell_agent(VIEWER, type_)}
    assert told == {AgentMessageType.ANNOUNCE_CAPABILITIES, AgentMessageType.REPLY}


def test_agent_message_that_nobody_knows_may_act_on_the_machine() -> None:
    assert policy.may_tell_agent(VIEWER | Right.CONTROL, 4711)
    assert not policy.may_tell_agent(Right.ALL & ~Right.CONTROL, 4711)
    assert policy.may_hear_agent(VIEWER, 4711)
    assert not policy.may_hear_agent(Right.NONE, 4711)
