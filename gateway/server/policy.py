"""Which right each channel, message and agent message takes: one table for machines of our own and for the relay.

What a client may not do is left out, not punished: a viewer's page may well send a key by habit.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from gateway.server.rights import Right
from gateway.spice import catalog
from gateway.spice.enums import AgentMessageType, ChannelType, Direction

CHANNEL_RIGHTS: Final[dict[ChannelType, Right]] = {
    ChannelType.MAIN: Right.VIEW,
    ChannelType.DISPLAY: Right.VIEW,
    ChannelType.CURSOR: Right.VIEW,
    ChannelType.INPUTS: Right.VIEW,
    ChannelType.PLAYBACK: Right.VIEW,
    ChannelType.RECORD: Right.CONTROL,
    ChannelType.PORT: Right.CONTROL,
    ChannelType.WEBDAV: Right.FILES,
    ChannelType.USBREDIR: Right.DEVICES,
    ChannelType.SMARTCARD: Right.DEVICES,
    ChannelType.TUNNEL: Right.DEVICES,
}
"""To link it at all."""

_FIRST_OWN = 101
"""Lower numbers are common to all channels: acks and pongs are everybody's."""

_CONTROL: Final[dict[ChannelType, tuple[str, ...] | None]] = {
    ChannelType.INPUTS: None,
    ChannelType.MAIN: ("mouse_mode_request",),
}
"""Messages of a client that act on the machine; None: all of the channel's own."""

_AGENT: Final[dict[AgentMessageType, tuple[Right, Right]]] = {
    AgentMessageType.CLIPBOARD: (Right.CLIPBOARD_IN, Right.CLIPBOARD_OUT),
    AgentMessageType.CLIPBOARD_GRAB: (Right.CLIPBOARD_IN, Right.CLIPBOARD_OUT),
    AgentMessageType.CLIPBOARD_RELEASE: (Right.CLIPBOARD_IN, Right.CLIPBOARD_OUT),
    AgentMessageType.CLIPBOARD_REQUEST: (Right.CLIPBOARD_OUT, Right.CLIPBOARD_IN),
    AgentMessageType.FILE_XFER_START: (Right.FILES, Right.FILES),
    AgentMessageType.FILE_XFER_DATA: (Right.FILES, Right.FILES),
    AgentMessageType.FILE_XFER_STATUS: (Right.FILES, Right.FILES),
    AgentMessageType.MONITORS_CONFIG: (Right.CONTROL, Right.VIEW),
    AgentMessageType.DISPLAY_CONFIG: (Right.CONTROL, Right.VIEW),
    AgentMessageType.MOUSE_STATE: (Right.CONTROL, Right.VIEW),
    AgentMessageType.AUDIO_VOLUME_SYNC: (Right.CONTROL, Right.VIEW),
    AgentMessageType.CLIENT_DISCONNECTED: (Right.CONTROL, Right.VIEW),
    AgentMessageType.MAX_CLIPBOARD: (Right.CLIPBOARD_OUT, Right.VIEW),
    AgentMessageType.ANNOUNCE_CAPABILITIES: (Right.VIEW, Right.VIEW),
    AgentMessageType.REPLY: (Right.VIEW, Right.VIEW),
}
"""From the client and from the machine."""

_OTHERS: Final = (Right.CONTROL, Right.VIEW)
"""What nobody knows may act on the machine."""

_AGENT_BY_NUMBER = {int(type_): rights for type_, rights in _AGENT.items()}


@cache
def controlling(channel: ChannelType) -> frozenset[int]:
    """The numbers of a client's messages on a channel that take CONTROL."""
    if channel not in _CONTROL:
        return frozenset()
    names = _CONTROL[channel]
    own = (entry for entry in catalog.messages(channel, Direction.CLIENT) if entry.number >= _FIRST_OWN)
    return frozenset(entry.number for entry in own if names is None or entry.name in names)


def barred(rights: Right, channel: ChannelType) -> frozenset[int]:
    """The numbers of messages that a client with these rights may not send."""
    return frozenset() if Right.CONTROL in rights else controlling(channel)


def may_send(rights: Right, channel: ChannelType, number: int) -> bool:
    """Whether a client with these rights may send a message."""
    return number not in barred(rights, channel)


def may_link(rights: Right, channel: ChannelType) -> bool:
    """Whether a client with these rights may link a channel."""
    return CHANNEL_RIGHTS[channel] in rights


def may_tell_agent(rights: Right, type_: int) -> bool:
    """Whether a client with these rights may send the agent a message of a type."""
    return _AGENT_BY_NUMBER.get(type_, _OTHERS)[0] in rights


def may_hear_agent(rights: Right, type_: int) -> bool:
    """Whether the agent's message of a type is for a client with these rights."""
    return _AGENT_BY_NUMBER.get(type_, _OTHERS)[1] in rights
