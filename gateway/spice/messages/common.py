"""Messages that every channel has, numbers below 100 (``spice.proto``: BaseChannel)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Final

from gateway.spice.catalog import message
from gateway.spice.enums import ChannelType, Direction, LinkErr, MigrateFlags, NotifySeverity, NotifyVisibility
from gateway.spice.wire import U8, U16, U32, U64, Count, Counted, Message, Prefixed, Rest, Struct

EVERY: Final = tuple(ChannelType)


@message(EVERY, Direction.SERVER, 1)
@dataclass(slots=True)
class Migrate(Message):
    flags: MigrateFlags


@message(EVERY, Direction.SERVER, 2)
@message(EVERY, Direction.CLIENT, 5)
@dataclass(slots=True)
class MigrateData(Message):
    """State of the channel, opaque to whoever carries it."""

    data: Annotated[bytes, Rest()]


@message(EVERY, Direction.SERVER, 3)
@dataclass(slots=True)
class SetAck(Message):
    """Asks for an `Ack` after each ``window`` messages."""

    generation: U32
    window: U32


@message(EVERY, Direction.SERVER, 4)
@dataclass(slots=True)
class Ping(Message):
    """``timestamp`` is the sender's, in its own units; ``data`` is there to be long."""

    id: U32
    timestamp: U64
    data: Annotated[bytes, Rest()] = b""


@dataclass(slots=True)
class ChannelWait(Struct):
    """Wait until ``message_serial`` was handled on that channel."""

    channel_type: U8
    channel_id: U8
    message_serial: U64


@message(EVERY, Direction.SERVER, 5)
@dataclass(slots=True)
class WaitForChannels(Message):
    wait_count: ClassVar[Count] = Count(U8, of="wait_list")
    wait_list: Annotated[list[ChannelWait], Counted("wait_count")]


@message(EVERY, Direction.SERVER, 6)
@message(EVERY, Direction.CLIENT, 6)
@dataclass(slots=True)
class Disconnecting(Message):
    time_stamp: U64
    reason: LinkErr


@message(EVERY, Direction.SERVER, 7)
@dataclass(slots=True)
class Notify(Message):
    """``what`` is a code of the kind that ``severity`` says; ``visibilty`` is the protocol's spelling."""

    time_stamp: U64
    severity: NotifySeverity
    visibilty: NotifyVisibility
    what: U32
    message_len: ClassVar[Count] = Count(U32, of="message")
    message: Annotated[bytes, Counted("message_len")]


@message(EVERY, Direction.SERVER, 8)
@dataclass(slots=True)
class List(Message):
    """Nothing but a sub-message list, see `SubMessageList`; ``framing`` takes it apart."""

    data: Annotated[bytes, Rest()]


@dataclass(slots=True)
class SubMessageList(Struct):
    """SpiceSubMessageList: offsets of sub-messages in the payload that holds the list."""

    sub_messages: Annotated[list[U32], Prefixed(U16)]


@message(EVERY, Direction.SERVER, 100)
@dataclass(slots=True)
class BaseLast(Message):
    """Marks the end of the common numbers; never sent."""


@message(EVERY, Direction.CLIENT, 1)
@dataclass(slots=True)
class AckSync(Message):
    generation: U32


@message(EVERY, Direction.CLIENT, 2)
@dataclass(slots=True)
class Ack(Message):
    pass


@message(EVERY, Direction.CLIENT, 3)
@dataclass(slots=True)
class Pong(Message):
    """Answers a `Ping` with its id and timestamp."""

    id: U32
    timestamp: U64


@message(EVERY, Direction.CLIENT, 4)
@dataclass(slots=True)
class MigrateFlushMark(Message):
    pass
