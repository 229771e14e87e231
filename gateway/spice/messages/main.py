"""MAIN: the session itself (``spice.proto``: MainChannel)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from gateway.spice.catalog import message
from gateway.spice.enums import ChannelType, Direction, LinkErr, MouseMode
from gateway.spice.wire import U8, U16, U32, U64, Count, Counted, Exactly, Message, Pointer, Rest, Struct

MAIN = ChannelType.MAIN
SERVER, CLIENT = Direction.SERVER, Direction.CLIENT


@dataclass(slots=True)
class ChannelId(Struct):
    type: U8
    id: U8


@dataclass(slots=True)
class DstInfo(Struct):
    """Where a migration goes. Host and subject are NUL-terminated, and the NUL is counted."""

    port: U16
    sport: U16
    host_size: ClassVar[Count] = Count(U32, of="host_data")
    host_data: Annotated[bytes, Counted("host_size"), Pointer()]
    cert_subject_size: ClassVar[Count] = Count(U32, of="cert_subject_data")
    cert_subject_data: Annotated[bytes, Counted("cert_subject_size"), Pointer(nullable=True)]


@message(MAIN, SERVER, 101)
@dataclass(slots=True)
class MigrateBegin(Message):
    dst_info: DstInfo


@message(MAIN, SERVER, 102)
@dataclass(slots=True)
class MigrateCancel(Message):
    pass


@message(MAIN, SERVER, 103)
@dataclass(slots=True)
class Init(Message):
    """The session's start. ``multi_media_time`` is in milliseconds; mouse modes are wider here than elsewhere."""

    session_id: U32
    display_channels_hint: U32
    supported_mouse_modes: U32
    current_mouse_mode: U32
    agent_connected: U32
    agent_tokens: U32
    multi_media_time: U32
    ram_hint: U32


@message(MAIN, SERVER, 104)
@dataclass(slots=True)
class ChannelsList(Message):
    num_of_channels: ClassVar[Count] = Count(U32, of="channels")
    channels: Annotated[list[ChannelId], Counted("num_of_channels")]


@message(MAIN, SERVER, 105, "mouse_mode")
@dataclass(slots=True)
class MouseModes(Message):
    supported_modes: MouseMode
    current_mode: MouseMode


@message(MAIN, SERVER, 106)
@dataclass(slots=True)
class MultiMediaTime(Message):
    """Milliseconds; streams are shown by it."""

    time: U32


@message(MAIN, SERVER, 107)
@dataclass(slots=True)
class AgentConnected(Message):
    pass


@message(MAIN, SERVER, 108)
@dataclass(slots=True)
class AgentDisconnected(Message):
    error_code: LinkErr


@message(MAIN, SERVER, 109)
@message(MAIN, CLIENT, 107)
@dataclass(slots=True)
class AgentData(Message):
    """A piece of the agent's byte stream, at most `limits.AGENT_CHUNK_BYTES` (see ``gateway.spice.agent``)."""

    data: Annotated[bytes, Rest()]


@message(MAIN, SERVER, 110)
@message(MAIN, CLIENT, 108)
@dataclass(slots=True)
class AgentToken(Message):
    """Leave for the other side to send that many more `AgentData`."""

    num_tokens: U32


@message(MAIN, SERVER, 111)
@dataclass(slots=True)
class MigrateSwitchHost(Message):
    port: U16
    sport: U16
    host_size: ClassVar[Count] = Count(U32, of="host_data")
    host_data: Annotated[bytes, Counted("host_size"), Pointer(nullable=True)]
    cert_subject_size: ClassVar[Count] = Count(U32, of="cert_subject_data")
    cert_subject_data: Annotated[bytes, Counted("cert_subject_size"), Pointer(nullable=True)]


@message(MAIN, SERVER, 112)
@message(MAIN, CLIENT, 109)
@dataclass(slots=True)
class MigrateEnd(Message):
    pass


@message(MAIN, SERVER, 113)
@dataclass(slots=True)
class Name(Message):
    """The machine's name, NUL-terminated, UTF-8."""

    name_len: ClassVar[Count] = Count(U32, of="name")
    name: Annotated[bytes, Counted("name_len")]


@message(MAIN, SERVER, 114)
@dataclass(slots=True)
class Uuid(Message):
    uuid: Annotated[bytes, Exactly(16)]


@message(MAIN, SERVER, 115)
@dataclass(slots=True)
class AgentConnectedTokens(Message):
    num_tokens: U32


@message(MAIN, SERVER, 116)
@dataclass(slots=True)
class MigrateBeginSeamless(Message):
    dst_info: DstInfo
    src_mig_version: U32


@message(MAIN, SERVER, 117)
@dataclass(slots=True)
class MigrateDstSeamlessAck(Message):
    pass


@message(MAIN, SERVER, 118)
@dataclass(slots=True)
class MigrateDstSeamlessNack(Message):
    pass


@message(MAIN, CLIENT, 101)
@dataclass(slots=True)
class ClientInfo(Message):
    cache_size: U64


@message(MAIN, CLIENT, 102)
@dataclass(slots=True)
class MigrateConnected(Message):
    pass


@message(MAIN, CLIENT, 103)
@dataclass(slots=True)
class MigrateConnectError(Message):
    pass


@message(MAIN, CLIENT, 104)
@dataclass(slots=True)
class AttachChannels(Message):
    """Asks for `ChannelsList`."""


@message(MAIN, CLIENT, 105)
@dataclass(slots=True)
class MouseModeRequest(Message):
    mode: MouseMode


@message(MAIN, CLIENT, 106)
@dataclass(slots=True)
class AgentStart(Message):
    num_tokens: U32


@message(MAIN, CLIENT, 110)
@dataclass(slots=True)
class MigrateDstDoSeamless(Message):
    src_version: U32


@message(MAIN, CLIENT, 111)
@dataclass(slots=True)
class MigrateConnectedSeamless(Message):
    pass


@message(MAIN, CLIENT, 112)
@dataclass(slots=True)
class QualityIndicator(Message):
    data: Annotated[bytes, Rest()]
