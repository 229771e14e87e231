"""Directions of a relayed channel for a client that may not do everything: message by message instead of as they came.

What is left out of the agent's stream has cost its sender a token, which is given back from here: the other side never
saw it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.machines.relay.flow import ClientFlow, MainFlow
from gateway.server import policy
from gateway.server.rights import Right
from gateway.server.transport import Data, Transport
from gateway.spice import codec
from gateway.spice.agent_filter import AgentFilter
from gateway.spice.enums import ChannelType, Direction
from gateway.spice.errors import ProtocolError
from gateway.spice.framing import Frame, MessageReader, frame
from gateway.spice.messages import main

if TYPE_CHECKING:
    from gateway.machines.relay.channel_client import RelayChannelClient

_AGENT_DATA = {Direction.CLIENT: 107, Direction.SERVER: 109}
_AGENT_TOKEN = {Direction.CLIENT: 108, Direction.SERVER: 110}
_AGENT_START = 106
_AGENT_BORDERS = (107, 108, 115)  # AGENT_CONNECTED, AGENT_DISCONNECTED, AGENT_CONNECTED_TOKENS of the machine
_CHANNELS_LIST = 104


class _Frames:
    """Takes a stream apart, and puts together what of it may pass."""

    def __init__(self, link: RelayChannelClient, direction: Direction) -> None:
        self._link = link
        self._mini = link.mini_header
        self._reader = MessageReader(link.channel.type, direction, link.mini_header)

    def feed(self, payload: Data) -> list[Frame]:
        self._reader.feed(payload)
        return [message for message in self._reader if not message.part]

    def written(self, message: Frame, payload: bytes) -> bytes:
        return frame(message.number, payload, self._mini, message.serial)


class RestrictedClientFlow(ClientFlow):
    """From a client to the machine."""

    __slots__ = ("_agent", "_frames")

    def __init__(self, link: RelayChannelClient, source: Transport, sink: Transport) -> None:
        super().__init__(link, source, sink)
        self._frames = _Frames(link, Direction.CLIENT)
        self._agent = AgentFilter(lambda type_: policy.may_tell_agent(link.client.admission.rights, type_))

    def on_data(self, data: Data, room: int) -> bool:
        try:
            self.look(data[room:])
            kept = b"".join(self._judged(message) for message in self._frames.feed(data[room:]))
        except ProtocolError as error:
            self._link.on_malformed(self.direction, error)
            return False
        if kept:
            self.sink.write(kept)
        return False

    def _judged(self, message: Frame) -> bytes:
        """The message as it goes on, nothing when it does not."""
        type_ = self._link.channel.type
        if not policy.may_send(self._link.client.admission.rights, type_, message.number):
            return b""
        if type_ is ChannelType.MAIN and message.number == _AGENT_START and not self._agent.between_messages:
            # Some machines go on with the message then, others begin anew: no rest of it could be judged for both.
            raise ProtocolError("the agent is started in the middle of a message")
        if type_ is ChannelType.MAIN and message.number == _AGENT_DATA[Direction.CLIENT]:
            payload = self._agent.feed(message.payload)
            if not payload:
                token = codec.marshal(main.AgentToken(1))
                self.source.write(frame(_AGENT_TOKEN[Direction.SERVER], token, self._link.mini_header, message.serial))
                return b""
            return self._frames.written(message, payload)
        return self._frames.written(message, message.payload)


class RestrictedMainFlow(MainFlow):
    """From the machine to the client on MAIN."""

    __slots__ = ("_agent", "_frames", "_listed")

    def __init__(self, link: RelayChannelClient, source: Transport, sink: Transport) -> None:
        super().__init__(link, source, sink)
        self._frames = _Frames(link, Direction.SERVER)
        self._agent = AgentFilter(lambda type_: policy.may_hear_agent(link.client.admission.rights, type_))
        self._listed: list[main.ChannelId] = []

    @property
    def has_gap(self) -> bool:
        """Only whole messages are written here."""
        return not self._acked

    def on_data(self, data: Data, room: int) -> bool:
        try:
            self.look(data[room:])
            kept = [whole for message in self._frames.feed(data[room:]) if (whole := self._judged(message))]
        except ProtocolError as error:
            self._link.on_malformed(self.direction, error)
            return False
        if kept:
            self.sink.write_messages(kept)
        return False

    def _judged(self, message: Frame) -> bytes:
        payload = message.payload
        if message.number in _AGENT_BORDERS:
            self._agent.reset()
        elif message.number == _AGENT_DATA[Direction.SERVER]:
            payload = self._agent.feed(payload)
            if not payload:
                token = codec.marshal(main.AgentToken(1))
                self.source.write(frame(_AGENT_TOKEN[Direction.CLIENT], token, self._link.mini_header, message.serial))
                return b""
        elif message.number == _CHANNELS_LIST:
            payload = self._allowed_channels(payload)
        return self._frames.written(message, payload)

    def _allowed_channels(self, payload: bytes) -> bytes:
        """The channels list without those that this client may not link."""
        known = frozenset(ChannelType)
        self._listed = [e for e in codec.unpack(main.ChannelsList, payload).channels if e.type in known]
        return codec.marshal(main.ChannelsList(self._linkable(self._link.client.admission.rights)))

    def granted_channels(self, before: Right) -> list[main.ChannelId]:
        """Those that the machine listed and that this client may link now, but might not before."""
        kept = self._linkable(before)
        return [e for e in self._linkable(self._link.client.admission.rights) if e not in kept]

    def _linkable(self, rights: Right) -> list[main.ChannelId]:
        return [e for e in self._listed if policy.may_link(rights, ChannelType(e.type))]
