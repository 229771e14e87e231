"""PLAYBACK: sound from the machine (``spice.proto``: PlaybackChannel). Volume and mute are RECORD's too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from gateway.spice.catalog import message
from gateway.spice.enums import AudioDataMode, AudioFmt, ChannelType, Direction
from gateway.spice.wire import U8, U16, U32, Count, Counted, Message, Rest

PLAYBACK, RECORD = ChannelType.PLAYBACK, ChannelType.RECORD
SERVER, CLIENT = Direction.SERVER, Direction.CLIENT


@message(PLAYBACK, SERVER, 101)
@message(RECORD, CLIENT, 101)
@dataclass(slots=True)
class Data(Message):
    """Samples or an Opus packet; ``time`` is multimedia time in milliseconds."""

    time: U32
    data: Annotated[bytes, Rest()]


@message(PLAYBACK, SERVER, 102)
@message(RECORD, CLIENT, 102)
@dataclass(slots=True)
class Mode(Message):
    """What the data is from now on."""

    time: U32
    mode: AudioDataMode
    data: Annotated[bytes, Rest()] = b""


@message(PLAYBACK, SERVER, 103)
@dataclass(slots=True)
class Start(Message):
    """``frequency`` in Hz."""

    channels: U32
    format: AudioFmt
    frequency: U32
    time: U32


@message(PLAYBACK, SERVER, 104)
@message(RECORD, SERVER, 102)
@dataclass(slots=True)
class Stop(Message):
    pass


@message(PLAYBACK, SERVER, 105)
@message(RECORD, SERVER, 103)
@dataclass(slots=True)
class Volume(Message):
    """One value a channel, 0 to 65535."""

    nchannels: ClassVar[Count] = Count(U8, of="volume")
    volume: Annotated[list[U16], Counted("nchannels")]


@message(PLAYBACK, SERVER, 106)
@message(RECORD, SERVER, 104)
@dataclass(slots=True)
class Mute(Message):
    mute: U8


@message(PLAYBACK, SERVER, 107)
@dataclass(slots=True)
class Latency(Message):
    latency_ms: U32
