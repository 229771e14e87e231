"""The agent protocol: what `main.AgentData` carries between client and guest (``spice/vd_agent.h``).

A message is a header and a payload, cut into chunks of at most 2048 bytes; each chunk is one `AgentData` and costs its
sender a token. `encode` makes chunks, `Assembler` puts them together again, `decode` reads a payload. Some fields are
there only when both sides announced a capability: pass the common ones as ``caps``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar, Final, NamedTuple

from . import codec
from .enums import (
    AgentCap,
    AgentMessageType,
    AgentMouseButtonMask,
    AgentPort,
    AgentReplyCode,
    ClipboardSelection,
    ClipboardType,
    DisplayConfigFlags,
    FileXferErrorType,
    FileXferStatus,
    MonitorsConfigFlags,
)
from .errors import ProtocolError, UsageError
from .limits import AGENT_CHUNK_BYTES, MAX_AGENT_MESSAGE
from .wire import I32, U8, U16, U32, U64, Count, Counted, Exactly, Rest, Struct, When, WithCap

PROTOCOL: Final = 1
SELECTION: Final = WithCap(AgentCap.CLIPBOARD_SELECTION)


class AgentMessage(Struct):
    """Base of what an agent message may hold."""

    __slots__ = ()


@dataclass(slots=True)
class ChunkHeader(Struct):
    """VDIChunkHeader: before each chunk on the agent's own port (not inside MAIN)."""

    port: AgentPort
    size: U32


@dataclass(slots=True)
class AgentHeader(Struct):
    """VDAgentMessage; ``size`` bytes of payload follow."""

    protocol: U32
    type: AgentMessageType
    opaque: U64
    size: U32


@dataclass(slots=True)
class MouseState(AgentMessage):
    x: U32
    y: U32
    buttons: AgentMouseButtonMask
    display_id: U8


@dataclass(slots=True)
class MonConfig(Struct):
    """Pixels; width and height 0: switched off (needs SPARSE_MONITORS_CONFIG)."""

    height: U32
    width: U32
    depth: U32
    x: I32
    y: I32


@dataclass(slots=True)
class MonitorMM(Struct):
    """Millimetres; 0: not known."""

    height: U16
    width: U16


@dataclass(slots=True)
class MonitorsConfig(AgentMessage):
    num_of_monitors: ClassVar[Count] = Count(U32, of="monitors")
    flags: MonitorsConfigFlags
    monitors: Annotated[list[MonConfig], Counted("num_of_monitors")]
    physical_sizes: Annotated[
        list[MonitorMM] | None, Counted("num_of_monitors"), When("flags", MonitorsConfigFlags.PHYSICAL_SIZE)
    ] = None


@dataclass(slots=True)
class Reply(AgentMessage):
    type: AgentMessageType
    error: AgentReplyCode


@dataclass(slots=True)
class DisplayConfig(AgentMessage):
    flags: DisplayConfigFlags
    depth: U32


@dataclass(slots=True)
class AnnounceCapabilities(AgentMessage):
    """``caps`` are capability words (``gateway.spice.caps``); ``request`` 1 asks for the other side's."""

    request: U32
    caps: Annotated[list[U32], Rest()]


@dataclass(slots=True)
class Selection(Struct):
    """Which clipboard is meant, and three bytes of padding."""

    selection: ClipboardSelection = ClipboardSelection.CLIPBOARD
    reserved: Annotated[bytes, Exactly(3)] = b"\0\0\0"


@dataclass(slots=True)
class Clipboard(AgentMessage):
    """The contents that a `ClipboardRequest` asked for; type NONE: there are none."""

    selection: Annotated[Selection | None, SELECTION]
    type: ClipboardType
    data: Annotated[bytes, Rest()]


@dataclass(slots=True)
class ClipboardGrab(AgentMessage):
    """This side's clipboard has new contents, to be had in these types; ``serial`` settles grabs that crossed."""

    selection: Annotated[Selection | None, SELECTION]
    serial: Annotated[U32 | None, WithCap(AgentCap.CLIPBOARD_GRAB_SERIAL)]
    types: Annotated[list[ClipboardType], Rest()]


@dataclass(slots=True)
class ClipboardRequest(AgentMessage):
    selection: Annotated[Selection | None, SELECTION]
    type: ClipboardType


@dataclass(slots=True)
class ClipboardRelease(AgentMessage):
    selection: Annotated[Selection | None, SELECTION]


@dataclass(slots=True)
class FileXferStart(AgentMessage):
    """``data`` is a key file of group ``[vdagent-file-xfer]`` with ``name`` and ``size``, NUL-terminated."""

    id: U32
    data: Annotated[bytes, Rest()]


@dataclass(slots=True)
class FileXferStatusMessage(AgentMessage):
    """``data``: with FILE_XFER_DETAILED_ERRORS a `FileXferNotEnoughSpace` or `FileXferError`, by ``result``."""

    id: U32
    result: FileXferStatus
    data: Annotated[bytes, Rest()] = b""


@dataclass(slots=True)
class FileXferNotEnoughSpace(Struct):
    disk_free_space: U64


@dataclass(slots=True)
class FileXferError(Struct):
    """``error_code`` is a GIOErrorEnum."""

    error_type: FileXferErrorType
    error_code: U32


@dataclass(slots=True)
class FileXferData(AgentMessage):
    id: U32
    size: ClassVar[Count] = Count(U64, of="data")
    data: Annotated[bytes, Counted("size")]


@dataclass(slots=True)
class ClientDisconnected(AgentMessage):
    pass


@dataclass(slots=True)
class MaxClipboard(AgentMessage):
    """Bytes of clipboard that are taken; -1: any."""

    max: I32


@dataclass(slots=True)
class AudioVolumeSync(AgentMessage):
    """One value a channel, 0 to 65535."""

    is_playback: U8
    mute: U8
    nchannels: ClassVar[Count] = Count(U8, of="volume")
    volume: Annotated[list[U16], Counted("nchannels")]


@dataclass(slots=True)
class DeviceDisplayInfo(Struct):
    """``device_address`` is NUL-terminated and the NUL is counted."""

    channel_id: U32
    monitor_id: U32
    device_display_id: U32
    device_address_len: ClassVar[Count] = Count(U32, of="device_address")
    device_address: Annotated[bytes, Counted("device_address_len")]


@dataclass(slots=True)
class GraphicsDeviceInfo(AgentMessage):
    count: ClassVar[Count] = Count(U32, of="display_info")
    display_info: Annotated[list[DeviceDisplayInfo], Counted("count")]


LAYOUTS: Final[dict[AgentMessageType, type[AgentMessage]]] = {
    AgentMessageType.MOUSE_STATE: MouseState,
    AgentMessageType.MONITORS_CONFIG: MonitorsConfig,
    AgentMessageType.REPLY: Reply,
    AgentMessageType.CLIPBOARD: Clipboard,
    AgentMessageType.DISPLAY_CONFIG: DisplayConfig,
    AgentMessageType.ANNOUNCE_CAPABILITIES: AnnounceCapabilities,
    AgentMessageType.CLIPBOARD_GRAB: ClipboardGrab,
    AgentMessageType.CLIPBOARD_REQUEST: ClipboardRequest,
    AgentMessageType.CLIPBOARD_RELEASE: ClipboardRelease,
    AgentMessageType.FILE_XFER_START: FileXferStart,
    AgentMessageType.FILE_XFER_STATUS: FileXferStatusMessage,
    AgentMessageType.FILE_XFER_DATA: FileXferData,
    AgentMessageType.CLIENT_DISCONNECTED: ClientDisconnected,
    AgentMessageType.MAX_CLIPBOARD: MaxClipboard,
    AgentMessageType.AUDIO_VOLUME_SYNC: AudioVolumeSync,
    AgentMessageType.GRAPHICS_DEVICE_INFO: GraphicsDeviceInfo,
}
NUMBERS: Final = {cls: kind for kind, cls in LAYOUTS.items()}
HEADER_BYTES: Final = codec.size_of(AgentHeader)


class RawMessage(NamedTuple):
    """One reassembled message; ``type`` may be none that we know."""

    type: int
    opaque: int
    payload: bytes


def decode(message: RawMessage, caps: frozenset[int] = frozenset()) -> AgentMessage | None:
    """What the message holds, None for a type we do not know. Raises `ProtocolError` when it is malformed."""
    cls = LAYOUTS.get(message.type)  # type: ignore[call-overload]
    return None if cls is None else codec.unpack(cls, message.payload, caps)


def encode(message: AgentMessage, caps: frozenset[int] = frozenset(), opaque: int = 0) -> list[bytes]:
    """The message as chunks, each to be sent as one `AgentData` for one token. Raises `UsageError`."""
    payload = codec.pack(message, caps)
    if len(payload) > MAX_AGENT_MESSAGE:
        raise UsageError(f"an agent message of {len(payload)} bytes is too long")
    whole = codec.pack(AgentHeader(PROTOCOL, NUMBERS[type(message)], opaque, len(payload))) + payload
    return [whole[at : at + AGENT_CHUNK_BYTES] for at in range(0, len(whole), AGENT_CHUNK_BYTES)]


def _let_pass(type_: int, size: int) -> None:
    """Nobody wants to know of a message that is too large."""


class Assembler:
    """Puts chunks together: ``feed`` one, iterate over the messages it completed.

    Chunks may be cut anywhere, even inside a header. What is held never exceeds one message of at most ``keeps`` bytes
    and one chunk; nothing is allocated before it arrived. A larger one passes by unkept: ``on_large`` is told its type
    and size as soon as it begins. Raises `ProtocolError` on a wrong protocol number, or a size above ``limit``.
    """

    def __init__(
        self,
        limit: int = MAX_AGENT_MESSAGE,
        *,
        keeps: int = MAX_AGENT_MESSAGE,
        on_large: Callable[[int, int], None] = _let_pass,
    ) -> None:
        self._limit, self._keeps, self._on_large = limit, keeps, on_large
        self._held = bytearray()
        self._header: AgentHeader | None = None
        self._passing = 0  # bytes still to come of a message that is not kept

    def feed(self, chunk: bytes | memoryview) -> Iterator[RawMessage]:
        """Takes a chunk at once; yields the messages that are complete now."""
        self._held += chunk
        return self._complete()

    def reset(self) -> None:
        """Forgets a message half received: the agent came or went."""
        self._held.clear()
        self._header = None
        self._passing = 0

    def _complete(self) -> Iterator[RawMessage]:
        while True:
            self._let_pass()
            header = self._header or self._read_header()
            if header is None:
                return
            if header.size > self._keeps:
                self._header, self._passing = None, header.size
                self._on_large(int(header.type), header.size)
                continue
            if len(self._held) < header.size:
                return
            payload = bytes(memoryview(self._held)[: header.size])
            del self._held[: header.size]
            self._header = None
            yield RawMessage(int(header.type), header.opaque, payload)

    def _let_pass(self) -> None:
        """Forget what came of a message that is not kept."""
        passed = min(self._passing, len(self._held))
        del self._held[:passed]
        self._passing -= passed

    def _read_header(self) -> AgentHeader | None:
        if len(self._held) < HEADER_BYTES:
            return None
        header = codec.unpack(AgentHeader, self._held[:HEADER_BYTES])
        if header.protocol != PROTOCOL:
            raise ProtocolError(f"the agent speaks protocol {header.protocol}, not {PROTOCOL}")
        if header.size > self._limit:
            raise ProtocolError(f"an agent message of {header.size} bytes is too long")
        del self._held[:HEADER_BYTES]
        self._header = header
        return header
