"""CURSOR: the pointer's picture and place (``spice.proto``: CursorChannel)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from gateway.spice.catalog import message
from gateway.spice.enums import ChannelType, CursorFlags, CursorType, Direction
from gateway.spice.wire import U8, U16, U64, Message, Rest, Struct, Unless

from .shapes import Point16

CURSOR, SERVER = ChannelType.CURSOR, Direction.SERVER


@dataclass(slots=True)
class CursorHeader(Struct):
    """``unique`` names the picture in the client's cache; sizes and hot spot are in pixels."""

    unique: U64
    type: CursorType
    width: U16
    height: U16
    hot_spot_x: U16
    hot_spot_y: U16


@dataclass(slots=True)
class Cursor(Struct):
    """A picture as ``header.type`` says; neither header with NONE, no data with NONE or FROM_CACHE."""

    flags: CursorFlags
    header: Annotated[CursorHeader | None, Unless("flags", CursorFlags.NONE)] = None
    data: Annotated[bytes, Rest()] = b""


@message(CURSOR, SERVER, 101)
@dataclass(slots=True)
class Init(Message):
    position: Point16
    trail_length: U16
    trail_frequency: U16
    visible: U8
    cursor: Cursor


@message(CURSOR, SERVER, 102)
@dataclass(slots=True)
class Reset(Message):
    pass


@message(CURSOR, SERVER, 103)
@dataclass(slots=True)
class Set(Message):
    position: Point16
    visible: U8
    cursor: Cursor


@message(CURSOR, SERVER, 104)
@dataclass(slots=True)
class Move(Message):
    position: Point16


@message(CURSOR, SERVER, 105)
@dataclass(slots=True)
class Hide(Message):
    pass


@message(CURSOR, SERVER, 106)
@dataclass(slots=True)
class Trail(Message):
    length: U16
    frequency: U16


@message(CURSOR, SERVER, 107)
@dataclass(slots=True)
class InvalOne(Message):
    id: U64


@message(CURSOR, SERVER, 108)
@dataclass(slots=True)
class InvalAll(Message):
    pass
