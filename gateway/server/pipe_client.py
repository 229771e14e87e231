"""`PipeClient`: a channel client that our own server core serves, message by message.

What comes is read, checked against the catalogue and handed to the method that bears its name: `on_key_down` takes
KEY_DOWN; DATA alone goes to `on_data_message`, as `on_data` is the transport's. What goes waits in a bounded pipe until
the transport is dry and the flow control has room. A subclass names its channel type and writes the methods; it
overrides `on_room` when it makes what it sends only when it can be sent.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable, Iterable
from functools import cache
from typing import Any, ClassVar

from gateway.server.channel import Capabilities, RedChannel
from gateway.server.channel_client import RedChannelClient
from gateway.server.client import RedClient
from gateway.server.closing import NORMAL, CloseCode, Closing
from gateway.server.counters import Counters
from gateway.server.flow import FlowControl
from gateway.server.pipe import Pipe, PipeFull, PipeItem
from gateway.server.policy import barred
from gateway.server.rights import Right
from gateway.server.transport import IDLE, Data, Transport
from gateway.spice import caps as capability
from gateway.spice import catalog, codec
from gateway.spice.enums import ChannelType, Direction, LinkErr
from gateway.spice.errors import ProtocolError, UsageError
from gateway.spice.framing import Frame, MessageReader, frame
from gateway.spice.limits import MAX_PIPE_BYTES, MAX_PIPE_ITEMS
from gateway.spice.messages import common
from gateway.spice.wire import Message

log = logging.getLogger("spicegate.server")

BATCH_BYTES = 128 * 1024
"""Small messages leave together, up to so many bytes in a write."""

MOST_A_TURN = 16
"""Messages of one connection that are handled before others have their turn: a flood of keys costs nobody else."""

TOO_SLOW = Closing(CloseCode.TOO_SLOW, "The client does not take what the machine sends: its connection is too slow.")
FAULT = Closing(CloseCode.INTERNAL, "The gateway made a mistake; its log has the details.")


@cache
def numbers(channel: ChannelType) -> dict[type[Message], int]:
    """The number of each message that a server sends on a channel."""
    return {entry.cls: entry.number for entry in catalog.messages(channel, Direction.SERVER)}


@cache
def handler_names(channel: ChannelType) -> dict[int, tuple[str, type[Message]]]:
    """The method that takes each message of a client, by its number, and what it takes."""
    entries = catalog.messages(channel, Direction.CLIENT)
    return {entry.number: (_RENAMED.get(entry.name, f"on_{entry.name}"), entry.cls) for entry in entries}


_RENAMED = {"data": "on_data_message"}


class PipeClient(RedChannelClient):
    """One client's connection to one channel of ours."""

    type: ClassVar[ChannelType]
    most_items: ClassVar[int] = MAX_PIPE_ITEMS
    most_bytes: ClassVar[int] = MAX_PIPE_BYTES

    def __init__(
        self, channel: RedChannel, client: RedClient, transport: Transport, caps: Capabilities, *, mini_header: bool
    ) -> None:
        super().__init__(channel, client, transport, caps, mini_header=mini_header)
        self.pipe = Pipe(self.most_items, self.most_bytes)
        self.flow = FlowControl(counts_acks=channel.handles_acks)
        self.serial = 0
        """Of the last message that was written."""
        self._counters = Counters()
        self._reader = MessageReader(channel.type, Direction.CLIENT, mini_header)
        self._numbers = numbers(channel.type)
        self._barred = barred(client.admission.rights, channel.type)
        self._handlers: dict[int, tuple[Callable[[Any], None] | None, type[Message]]] = {
            number: (getattr(self, name, None), cls) for number, (name, cls) in handler_names(channel.type).items()
        }
        self._held = self._resting = False

    @property
    def counters(self) -> Counters:
        return self._counters

    @property
    def round_trip(self) -> float | None:
        """As the connection knows it; else by SPICE's pings, which go where much is sent and wait for the client."""
        trip = self.transport.round_trip
        return trip if trip is not None else self.flow.round_trip

    def has_cap(self, cap: int) -> bool:
        """Whether the client holds a capability of this channel."""
        return capability.has(list(self.caps.channel), cap)

    # life

    def start(self, trailing: bytes) -> None:
        """Take part, beginning with what came behind the link."""
        self.transport.receiver = self
        self.connect()
        if self.channel.handles_acks:
            self.send(common.SetAck(self.flow.next_generation(), self.flow.window))
        self.guard(self.on_started)
        if trailing:
            self.on_data(trailing, 0)
        self._resume_reading()
        self.transport.measure()

    def on_granted(self, before: Right) -> None:
        self._barred = barred(self.client.admission.rights, self.channel.type)

    def on_started(self) -> None:
        """The connection stands: say what the channel says first."""

    def on_ended(self) -> None:
        """The connection is over: let go of what it holds."""

    def on_closing(self, closing: Closing) -> None:
        count, seconds = self.counters, self.channel.core.now() - self.since
        log.info(
            "%s: %s: %s closed after %.0f s, %d bytes in, %d bytes out: %s",
            *(self.client.server.name, self.client.peer, self.channel.name, seconds, count.bytes_in, count.bytes_out),
            closing.sentence or "the client left",
            extra={**self.client.context, "channel": self.channel.name},
        )
        self.transport.receiver = IDLE
        if closing is not NORMAL and not self.transport.unsent:
            reason = _REASONS.get(closing.code, LinkErr.ERROR)
            farewell = common.Disconnecting(int(self.channel.core.now() * 1e9), reason)
            self._write(self._numbers[common.Disconnecting], codec.marshal(farewell))
        self.pipe.clear()
        self.transport.close(closing)
        self.guard(self.on_ended)

    # what goes out

    def send(self, message: Message, *, key: Hashable = None, droppable: bool = False) -> None:
        """Queue a message. `key`: it takes the place of a waiting one with the same; `droppable`: it may be given up.

        A client for which too much waits is disconnected.
        """
        number = self._numbers.get(type(message))
        if number is None:
            raise UsageError(f"{self.channel.name} has no {type(message).__name__} to send")
        self.send_payload(number, codec.marshal(message), key=key, droppable=droppable)

    def send_payload(self, number: int, payload: bytes, *, key: Hashable = None, droppable: bool = False) -> None:
        """Queue a message that is marshalled already: several clients may get the same bytes."""
        if not self.connected:
            return
        try:
            self.pipe.push(PipeItem(number, payload, key, droppable))
        except PipeFull:
            self.disconnect(TOO_SLOW)
            return
        self.pump()

    def send_payloads(self, payloads: Iterable[tuple[int, bytes]]) -> None:
        """Queue messages that leave together: a picture may be larger than the pipe."""
        if not self.connected:
            return
        if self.pipe.is_full:
            self.pump()  # the connection may be dry already, and not have said so
        try:
            self.pipe.extend(PipeItem(number, payload) for number, payload in payloads)
        except PipeFull:
            self.disconnect(TOO_SLOW)
            return
        self.pump()

    @property
    def can_send(self) -> bool:
        """Whether a message that is written now leaves at once."""
        return self.connected and not self.transport.unsent and self.flow.has_room

    def pump(self) -> None:
        """Write what may be written."""
        while self.can_send and self.pipe:
            self._write_batch()
        if self.can_send:
            self.on_room()

    def on_room(self) -> None:
        """The pipe is empty and the client takes more."""

    def _write_batch(self) -> None:
        """As many waiting messages as go together."""
        frames: list[bytes] = []
        size = 0
        while size < BATCH_BYTES and self.flow.has_room_for(len(frames), size):
            if (item := self.pipe.pop()) is None:
                break
            self.serial += 1
            frames.append(frame(item.number, item.payload, self.mini_header, self.serial))
            size += len(frames[-1])
        self._emit(frames)

    def _write(self, number: int, payload: bytes) -> None:
        self.serial += 1
        self._emit([frame(number, payload, self.mini_header, self.serial)])

    def _emit(self, frames: list[bytes]) -> None:
        octets = sum(map(len, frames))
        self._counters.bytes_out += octets
        self._counters.messages_out += len(frames)
        self.flow.sent(len(frames), octets, self.channel.core.now())
        self.transport.write_messages(frames)
        if self.flow.mark_due():
            self.ping()

    def ping(self) -> None:
        """Have the client tell when everything up to now has arrived."""
        self._write(self._numbers[common.Ping], codec.marshal(self._next_ping()))

    def send_barrier(self) -> int:
        """Queue a ping, and give its id: its pong follows what the client said before it took all that waits."""
        ping = self._next_ping()
        self.send(ping)
        return ping.id

    def _next_ping(self) -> common.Ping:
        now = self.channel.core.now()
        return common.Ping(self.flow.mark(now), int(now * 1e6))

    # what comes in

    def on_data(self, data: Data, room: int) -> bool:
        self._counters.bytes_in += len(data) - room
        self._reader.feed(data[room:])
        if not self._resting:
            self.guard(self._read_messages)
        return False

    def on_writable(self, writable: bool) -> None:
        if writable:
            self.guard(self.pump)

    def on_closed(self, error: Exception | None) -> None:
        self.disconnect(NORMAL)

    def hold(self, held: bool) -> None:
        """Leave what the client sends in the kernel, or read again: back-pressure for who takes it slowly.

        No message is handled while the client is held; those that had come already are as soon as it is let go.
        """
        if held == self._held:
            return
        self._held = held
        if held:
            self.transport.pause_reading()
        elif self.connected:
            self.channel.core.loop.call_soon(self._read_on)

    def _read_on(self) -> None:
        """Handle what has come already, then let more come."""
        self._resting = False
        if self.connected:
            self.guard(self._read_messages)
        self._resume_reading()

    def _resume_reading(self) -> None:
        if self.connected and not self._held and not self._resting:
            self.transport.resume_reading()

    def guard(self, work: Callable[[], None]) -> None:
        """The one place that turns an error into the end of this connection, and of nothing else."""
        try:
            work()
        except ProtocolError as error:
            self.disconnect(Closing(CloseCode.PROTOCOL, f"The client sent malformed data ({error})."))
        except Exception:
            context = {**self.client.context, "channel": self.channel.name}
            log.exception("%s: %s failed", self.client.server.name, self.channel.name, extra=context)
            self.disconnect(FAULT)

    def _read_messages(self) -> None:
        for _ in range(MOST_A_TURN):
            if not self.connected or self._held or (message := self._reader.read()) is None:
                return
            self._handle(message)
        if self.connected and not self._held:
            self._resting = True
            self.transport.pause_reading()
            self.channel.core.loop.call_soon(self._read_on)

    def _handle(self, message: Frame) -> None:
        """Raises `ProtocolError`."""
        self._counters.messages_in += 1
        if message.number in self._barred:
            return
        handler, cls = self._handlers[message.number]
        if handler is None:
            raise ProtocolError(f"message {message.number} has no place on {self.channel.name}")
        handler(codec.unpack(cls, message.payload))

    # messages that every channel has

    def on_ack_sync(self, message: common.AckSync) -> None:
        self.flow.on_ack_sync(message.generation)
        self.pump()

    def on_ack(self, message: common.Ack) -> None:
        self.flow.on_ack()
        self.pump()

    def on_pong(self, message: common.Pong) -> None:
        self.flow.on_pong(message.id, self.channel.core.now())
        self.pump()

    def on_migrate_flush_mark(self, message: common.MigrateFlushMark) -> None:
        raise ProtocolError("a flush mark came, and nothing migrates")

    def on_migrate_data(self, message: common.MigrateData) -> None:
        raise ProtocolError("migration data came, and nothing migrates")

    def on_disconnecting(self, message: common.Disconnecting) -> None:
        pass


_REASONS = {
    CloseCode.NOT_ALLOWED: LinkErr.PERMISSION_DENIED,
    CloseCode.PROTOCOL: LinkErr.INVALID_DATA,
    CloseCode.GOING_AWAY: LinkErr.OK,
}
