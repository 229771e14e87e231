"""A relayed channel and the connections to it: two transports and a `Flow` in each direction."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from gateway.machines.relay.flow import ClientFlow, DisplayClientFlow, Flow, MachineFlow, MainFlow
from gateway.machines.relay.leaving import Leaving, has_begun
from gateway.machines.relay.restricted import RestrictedClientFlow, RestrictedMainFlow
from gateway.server.channel import Capabilities, Handlers, RedChannel
from gateway.server.channel_client import RedChannelClient
from gateway.server.client import RedClient
from gateway.server.closing import NORMAL, CloseCode, Closing
from gateway.server.core import Core
from gateway.server.counters import Counters
from gateway.server.rights import RIGHTS_NOTICE, Right, notice_of
from gateway.server.transport import IDLE, Transport
from gateway.spice import catalog, codec
from gateway.spice.catalog import Direction
from gateway.spice.enums import ChannelType, NotifySeverity, NotifyVisibility
from gateway.spice.errors import ProtocolError
from gateway.spice.framing import frame
from gateway.spice.messages.common import Notify
from gateway.spice.messages.main import ChannelsList

if TYPE_CHECKING:
    from gateway.machines.relay.machine import RelayMachine

log = logging.getLogger("spicegate.relay")


class RelayChannel(RedChannel):
    """A channel of a machine elsewhere. Acks are between the machine and the client; we forward them.

    `past` is what went through it before it was forgotten: totals never go down.
    """

    handles_acks = False

    def __init__(self, type_: ChannelType, id_: int, core: Core, past: Counters) -> None:
        outgoing = MainFlow if type_ is ChannelType.MAIN else MachineFlow
        super().__init__(type_, id_, core, Handlers(ClientFlow, outgoing))
        self._past = past


def flows(type_: ChannelType, rights: Right) -> tuple[type[ClientFlow], type[MachineFlow]]:
    """What carries a channel: bytes as they came, unless something of it may not pass."""
    if type_ is ChannelType.DISPLAY:
        return DisplayClientFlow, MachineFlow
    if rights == Right.ALL or type_ not in (ChannelType.MAIN, ChannelType.INPUTS):
        return ClientFlow, MainFlow if type_ is ChannelType.MAIN else MachineFlow
    return RestrictedClientFlow, RestrictedMainFlow if type_ is ChannelType.MAIN else MachineFlow


class RelayChannelClient(RedChannelClient):
    """One client's connection to a relayed channel."""

    def __init__(
        self,
        relay: RelayMachine,
        channel: RedChannel,
        client: RedClient,
        browser: Transport,
        machine: Transport,
        caps: Capabilities,
        *,
        mini_header: bool,
    ) -> None:
        super().__init__(channel, client, browser, caps, mini_header=mini_header)
        self._relay = relay
        self._machine = machine
        self._machine_is_sound = True
        incoming, outgoing = flows(channel.type, client.admission.rights)
        self.incoming: Flow = incoming(self, browser, machine)
        self.outgoing: Flow = outgoing(self, machine, browser)

    @property
    def counters(self) -> Counters:
        incoming, outgoing = self.incoming.scanner, self.outgoing.scanner
        return Counters(incoming.octets, incoming.messages, outgoing.octets, outgoing.messages)

    @property
    def round_trip(self) -> float | None:
        """Between gateway and client; the machine's own pings go between it and the client."""
        return self.transport.round_trip

    def start(self, from_browser: bytes, from_machine: bytes) -> None:
        """Forward, beginning with what came behind the links."""
        self.connect()
        browser, machine = self.transport, self._machine
        browser.receiver, machine.receiver = self.incoming, self.outgoing
        for flow, trailing in ((self.outgoing, from_machine), (self.incoming, from_browser)):
            if trailing and self.connected:
                flow.on_data(trailing, 0)
        if self.connected:  # a side that has bytes waiting keeps the other one paused
            for transport, other in ((browser, machine), (machine, browser)):
                if not other.unsent:
                    transport.resume_reading()
            browser.measure()

    def on_malformed(self, direction: Direction, error: ProtocolError) -> None:
        """One side sent what the allow-list does not hold."""
        self._machine_is_sound &= direction is Direction.CLIENT
        who = "The machine" if direction is Direction.SERVER else "The client"
        self.disconnect(Closing(CloseCode.PROTOCOL, f"{who} sent malformed data ({error})."))

    def on_side_closed(self, direction: Direction) -> None:
        """A connection ended without our doing."""
        self.disconnect(self._relay.closing_of(self.client) if direction is Direction.SERVER else NORMAL)

    def on_session_id(self, session_id: int) -> None:
        """INIT passed: from now on the session is found by its connection id."""
        self.client.connection_id = session_id

    def on_channels_list(self, channels: list[tuple[int, int]]) -> None:
        """CHANNELS_LIST passed."""
        self._relay.on_channels_list(channels)

    def notify(self, text: str, severity: NotifySeverity) -> bool:
        """Show the person a sentence, put between two messages of the machine's MAIN; whether it could be.

        It can not be where messages bear serials or are acknowledged: both count what only the machine sends.
        """
        return self._insert(self._notice(text, severity))

    def on_granted(self, before: Right) -> None:
        if not isinstance(self.outgoing, RestrictedMainFlow):
            return
        if channels := self.outgoing.granted_channels(before):
            self._insert(ChannelsList(channels))
        rights = self.client.admission.rights
        self._insert(self._notice(notice_of(rights, before), NotifySeverity.INFO, RIGHTS_NOTICE | rights))

    def _notice(self, text: str, severity: NotifySeverity, code: int = 0) -> Notify:
        now = int(self.channel.core.now() * 1e9)
        return Notify(now, severity, NotifyVisibility.HIGH, code, text.encode() + b"\0")

    def _insert(self, message: Notify | ChannelsList) -> bool:
        if not isinstance(self.outgoing, MainFlow) or not self.mini_header or not self.outgoing.has_gap:
            return False
        kind = type(message)
        number = next(e.number for e in catalog.messages(ChannelType.MAIN, Direction.SERVER) if e.cls is kind)
        self.transport.write_messages([frame(number, codec.marshal(message), True, 0)])
        return True

    def on_closing(self, closing: Closing) -> None:
        count, seconds = self.counters, self.channel.core.now() - self.since
        log.info(
            "%s: %s: %s closed after %.0f s, %d bytes in, %d bytes out: %s",
            *(self._relay.name, self.client.peer, self.channel.name, seconds, count.bytes_in, count.bytes_out),
            closing.sentence or "the client left",
            extra={**self.client.context, "channel": self.channel.name},
        )
        self.transport.receiver = self._machine.receiver = IDLE
        self.transport.close(closing)
        self._leave_machine()

    def _leave_machine(self) -> None:
        channel, heard = self.channel, self.outgoing.scanner
        if self._machine.closed or not self._machine_is_sound or has_begun(channel.type, heard.messages):
            self._machine.close(NORMAL)
            return
        greeted = isinstance(self.incoming, DisplayClientFlow) and self.incoming.greeted
        leaving = Leaving(self._machine, channel.type, heard, mini=self.mini_header, greeted=greeted)
        channel.core.spawn(leaving.end(), f"leave {self._relay.name}")
