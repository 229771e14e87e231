"""A cpio archive in the `newc` format, as the kernel unpacks it (Documentation/driver-api/early-userspace)."""

from __future__ import annotations

import stat

_TRAILER = "TRAILER!!!"


class Archive:
    """Entries are kept in the order in which they were added; a directory comes before what it holds."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._inode = 0

    def directory(self, name: str) -> None:
        self._add(name, stat.S_IFDIR | 0o755, b"")

    def file(self, name: str, data: bytes, *, executable: bool = False) -> None:
        self._add(name, stat.S_IFREG | (0o755 if executable else 0o644), data)

    def link(self, name: str, target: str) -> None:
        self._add(name, stat.S_IFLNK | 0o777, target.encode())

    def device(self, name: str, major: int, minor: int) -> None:
        """A character device."""
        self._add(name, stat.S_IFCHR | 0o600, b"", (major, minor))

    def tobytes(self) -> bytes:
        return b"".join([*self._parts, _entry(_TRAILER, 0, 0, b"", (0, 0))])

    def _add(self, name: str, mode: int, data: bytes, device: tuple[int, int] = (0, 0)) -> None:
        self._inode += 1
        self._parts.append(_entry(name, self._inode, mode, data, device))


def _entry(name: str, inode: int, mode: int, data: bytes, device: tuple[int, int]) -> bytes:
    fields = (inode, mode, 0, 0, 1, 0, len(data), 0, 0, *device, len(name) + 1, 0)
    header = b"070701" + b"".join(b"%08X" % field for field in fields)
    return _padded(header + name.encode() + b"\0") + _padded(data)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)
