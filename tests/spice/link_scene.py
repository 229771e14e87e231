"""Two sides of a link in one process, and bytes as a foreign peer would write them."""

from __future__ import annotations

from struct import pack

from gateway.spice.link import Event, LinkSide
from gateway.spice.link_client import LinkClient
from gateway.spice.link_server import LinkServer

AUTH_SELECTION, AUTH_SPICE, AUTH_SASL, MINI_HEADER = 1, 2, 4, 8
"""Bits of the first common capability word."""
ALL_WE_DO = AUTH_SELECTION | AUTH_SPICE | MINI_HEADER
DISPLAY = 2
OK = pack("<I", 0)


class Scene:
    """A client and a server of ours, with the wire between them under the test's hand."""

    def __init__(self, password: str | None = "secret", piece: int = 1 << 20) -> None:
        self.server = LinkServer(deadline=10.0)
        self.client = LinkClient(7, DISPLAY, 3, [MINI_HEADER], [0x55, 0xAA], password, deadline=10.0)
        self.piece = piece

    def to_server(self) -> list[Event]:
        """Carry what the client has to say; the server's events."""
        return carry(self.client, self.server, self.piece)

    def to_client(self) -> list[Event]:
        """Carry what the server has to say; the client's events."""
        return carry(self.server, self.client, self.piece)


def carry(sender: LinkSide, receiver: LinkSide, piece: int) -> list[Event]:
    """All that `sender` has to say, to `receiver` in pieces of so many bytes; the receiver's events."""
    feed(receiver, sender.data_to_send(), piece)
    return receiver.events_received()


def feed(receiver: LinkSide, data: bytes, piece: int = 1) -> None:
    """`data` in pieces of so many bytes."""
    for at in range(0, len(data), piece):
        receiver.receive_data(data[at : at + piece])


def header(size: int, magic: bytes = b"REDQ", major: int = 2, minor: int = 2) -> bytes:
    return pack("<4sIII", magic, major, minor, size)


def request(common: tuple[int, ...] = (ALL_WE_DO,), channel: tuple[int, ...] = (), offset: int = 18) -> bytes:
    """A whole link message of a client that asks for MAIN."""
    body = pack("<IBBIII", 0, 1, 0, len(common), len(channel), offset)
    body += b"".join(pack("<I", word) for word in (*common, *channel))
    return header(len(body)) + body


def reply(error: int = 0, key: bytes = bytes(162), common: tuple[int, ...] = (ALL_WE_DO,), offset: int = 178) -> bytes:
    """A whole link reply of a server."""
    body = pack("<I162sIII", error, key, len(common), 0, offset)
    body += b"".join(pack("<I", word) for word in common)
    return header(len(body)) + body
