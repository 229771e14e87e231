"""RECORD: sound to the machine (``spice.proto``: RecordChannel); what it shares with PLAYBACK is declared there."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.spice.catalog import message
from gateway.spice.enums import AudioFmt, ChannelType, Direction
from gateway.spice.wire import U32, Message

from .playback import Data, Mode, Mute, Stop, Volume

__all__ = ["Data", "Mode", "Mute", "Start", "StartMark", "Stop", "Volume"]


@message(ChannelType.RECORD, Direction.SERVER, 101)
@dataclass(slots=True)
class Start(Message):
    """``frequency`` in Hz."""

    channels: U32
    format: AudioFmt
    frequency: U32


@message(ChannelType.RECORD, Direction.CLIENT, 103)
@dataclass(slots=True)
class StartMark(Message):
    time: U32
