"""Where a machine takes native clients: `listen` and `tls_listen` of the configuration."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple


class ListenAddress(NamedTuple):
    """A TCP address, or a Unix socket's path."""

    host: str
    port: int
    path: Path | None = None

    def __str__(self) -> str:
        return f"unix:{self.path}" if self.path is not None else f"{self.host} port {self.port}"


def parse_listen(text: str, host: str) -> ListenAddress:
    """`5900`, `address:5900`, `[v6]:5900` or `unix:/path`; a bare port is `host`'s. Raises `ValueError`."""
    if text.startswith("unix:"):
        return ListenAddress("", 0, Path(text.removeprefix("unix:")))
    given, _, port = text.rpartition(":")
    if not port.isdecimal() or int(port) > 0xFFFF:
        raise ValueError(f"{text!r} is no address to listen on: give a port, address:port or unix:/path")
    return ListenAddress(given.strip("[]") or host, int(port))


@dataclass(frozen=True, slots=True)
class Listening:
    """What a machine is to listen on, and with which certificate (PEM files); a self-signed one is made without."""

    plain: ListenAddress | None = None
    tls: ListenAddress | None = None
    cert: Path | None = None
    key: Path | None = None
