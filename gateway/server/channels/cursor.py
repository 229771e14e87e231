"""CURSOR: the pointer's picture and place (spice server/cursor-channel.cpp).

A client is told the difference between what it was told last and how things stand, whenever it takes something. So
moves and pictures of which it is too slow for replace each other.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import ClassVar

from gateway.server.display.cursor import Cursor
from gateway.server.pipe_channel import PipeChannel
from gateway.server.pipe_client import PipeClient
from gateway.spice.enums import ChannelType, CursorFlags, MouseMode
from gateway.spice.limits import CURSOR_CACHE_PIXELS, MAX_CACHED_CURSORS
from gateway.spice.messages import cursor as messages
from gateway.spice.messages.shapes import Point16


@dataclass(frozen=True, slots=True)
class Pointer:
    """How a pointer stands. `resets` counts how often everything was forgotten."""

    cursor: Cursor | None = None
    x: int = 0
    y: int = 0
    visible: bool = True
    trail: tuple[int, int] = (0, 0)
    resets: int = 0

    @property
    def position(self) -> Point16:
        return Point16(_int16(self.x), _int16(self.y))


class CursorCache:
    """The pictures that a client keeps, by their unique numbers; the one not used for longest goes first."""

    def __init__(self, most_pictures: int = MAX_CACHED_CURSORS, most_pixels: int = CURSOR_CACHE_PIXELS) -> None:
        self._most_pictures, self._most_pixels = most_pictures, most_pixels
        self._sizes: OrderedDict[int, int] = OrderedDict()
        self._pixels = 0

    def clear(self) -> None:
        self._sizes.clear()
        self._pixels = 0

    def take(self, cursor: Cursor) -> CursorFlags:
        """How a picture is sent."""
        size = cursor.width * cursor.height
        if not cursor.unique or size > self._most_pixels:
            return CursorFlags(0)
        if cursor.unique in self._sizes:
            self._sizes.move_to_end(cursor.unique)
            return CursorFlags.FROM_CACHE
        self._sizes[cursor.unique] = size
        self._pixels += size
        return CursorFlags.CACHE_ME

    def evict(self) -> list[int]:
        """Pictures that are too many now."""
        out = []
        while len(self._sizes) > self._most_pictures or self._pixels > self._most_pixels:
            unique, size = self._sizes.popitem(last=False)
            self._pixels -= size
            out.append(unique)
        return out


class CursorClient(PipeClient):
    """One client's pointer."""

    channel: CursorChannel
    type: ClassVar[ChannelType] = ChannelType.CURSOR

    _told: Pointer | None = None

    def on_started(self) -> None:
        self._cache = CursorCache()
        self._told = now = self.channel.pointer
        self.send(messages.Init(now.position, *now.trail, now.visible, self._wire(now.cursor)))
        self._evict()

    def on_room(self) -> None:
        while self.can_send and self._told is not None and self._told != self.channel.pointer:
            self._tell(self._told, self.channel.pointer)

    def _tell(self, old: Pointer, new: Pointer) -> None:
        """Send the first difference."""
        if new.resets != old.resets:
            self._cache.clear()
            self._told = Pointer(resets=new.resets)
            self.send(messages.InvalAll())
            self.send(messages.Reset())
        elif new.trail != old.trail:
            self._told = replace(old, trail=new.trail)
            self.send(messages.Trail(*new.trail))
        elif new.cursor != old.cursor or (new.visible and not old.visible):
            self._told = new
            self.send(messages.Set(new.position, new.visible, self._wire(new.cursor)))
            self._evict()
        elif not new.visible and old.visible:
            self._told = replace(old, visible=False)
            self.send(messages.Hide())
        else:
            self._told = new
            if new.visible and self.channel.moves_are_told:
                self.send(messages.Move(new.position))

    def _wire(self, cursor: Cursor | None) -> messages.Cursor:
        """A picture, in full or by its number."""
        if cursor is None:
            return messages.Cursor(CursorFlags.NONE)
        flags = self._cache.take(cursor)
        header = messages.CursorHeader(
            cursor.unique, cursor.type, cursor.width, cursor.height, cursor.hot_x, cursor.hot_y
        )
        return messages.Cursor(flags, header, b"" if flags & CursorFlags.FROM_CACHE else cursor.data)

    def _evict(self) -> None:
        for unique in self._cache.evict():
            self.send(messages.InvalOne(unique))


class CursorChannel(PipeChannel[CursorClient]):
    """The pointer of one display adapter."""

    channel_type = ChannelType.CURSOR
    client_class = CursorClient
    handles_acks = True

    pointer = Pointer()

    @property
    def moves_are_told(self) -> bool:
        """Where the client leads the pointer, telling it where the pointer is would only shake it."""
        return self.home.main.mouse_mode is MouseMode.SERVER

    def change(self, pointer: Pointer) -> None:
        """The pointer stands so from now on."""
        self.pointer = pointer
        for connection in self.connections:
            connection.pump()

    def reset(self) -> None:
        """Everything about the pointer is forgotten."""
        self.change(Pointer(resets=self.pointer.resets + 1))


def _int16(value: int) -> int:
    """A coordinate, as near as the wire can say it."""
    return min(max(value, -0x8000), 0x7FFF)
