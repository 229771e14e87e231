"""Bytes behind the bare pointers that GObject introspection hands out, where it does not copy them itself."""

from __future__ import annotations

import ctypes

GOBJECT = ctypes.CDLL("libgobject-2.0.so.0")


def peek(place: int | list[int] | bytes | None, size: int) -> bytes:
    """A copy of `size` bytes at an address, or of what introspection has copied already; nothing at none."""
    if isinstance(place, list | bytes):
        return bytes(place)
    return ctypes.string_at(place, size) if place and size else b""


class _Array(ctypes.Structure):
    """GArray, as far as it is public."""

    _fields_ = (("data", ctypes.c_void_p), ("len", ctypes.c_uint))


def array_property(owner: object, name: str, item_bytes: int) -> bytes:
    """The items of a property that is a GArray, which introspection does not read."""
    array = ctypes.POINTER(_Array)()
    GOBJECT.g_object_get(ctypes.c_void_p(hash(owner)), name.encode(), ctypes.byref(array), None)
    return peek(array.contents.data, array.contents.len * item_bytes) if array else b""


class Held:
    """Bytes that stay at one address as long as this lives: for a call that wants a pointer."""

    def __init__(self, data: bytes) -> None:
        self._buffer = ctypes.create_string_buffer(data, len(data))
        self.size = len(data)
        self.address = ctypes.addressof(self._buffer)
