"""Bytes behind the bare pointers that GObject introspection hands out, where it does not copy them itself."""

from __future__ import annotations

import ctypes


def peek(place: int | list[int] | bytes | None, size: int) -> bytes:
    """A copy of `size` bytes at an address, or of what introspection has copied already; nothing at none."""
    if isinstance(place, list | bytes):
        return bytes(place)
    return ctypes.string_at(place, size) if place and size else b""


class Held:
    """Bytes that stay at one address as long as this lives: for a call that wants a pointer."""

    def __init__(self, data: bytes) -> None:
        self._buffer = ctypes.create_string_buffer(data, len(data))
        self.size = len(data)
        self.address = ctypes.addressof(self._buffer)
