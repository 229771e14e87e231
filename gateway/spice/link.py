"""The link stage: what both roles share. `LinkServer` and `LinkClient` are the two sides of it.

The client sends a header and its request, the server a header and its reply with a public key; then the client names an
authentication mechanism (when both hold AUTH_SELECTION), sends its ticket, and the server answers with one u32. All
numbers are little-endian (spice/protocol.h: SpiceLinkHeader, SpiceLinkMess, SpiceLinkReply).

Sans-IO, with the verbs of h11: `receive_data` and `receive_eof` take what came, `events_received` and `data_to_send`
give what follows from it, `check(now)` ends a link that takes too long. Whatever raises `ProtocolError` or
`LinkRefused` leaves the farewell, if the protocol has one, in `data_to_send`; the owner writes that and closes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from . import caps, codec
from .enums import CommonCap, LinkErr
from .errors import ProtocolError
from .limits import MAX_LINK_BACKLOG, MAX_LINK_MESSAGE
from .messages.link import MAGIC, VERSION_MAJOR, LinkHeader

MAGIC_BYTES = MAGIC.to_bytes(4, "little")
HEADER_BYTES = codec.size_of(LinkHeader)


@dataclass(frozen=True, slots=True)
class LinkRequest:
    """What a client asks for. `channel_type` is as sent: it may be none that we know. Caps are u32 words."""

    connection_id: int
    channel_type: int
    channel_id: int
    common_caps: tuple[int, ...]
    channel_caps: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LinkReplied:
    """The server took the request; these are its capabilities, as u32 words."""

    common_caps: tuple[int, ...]
    channel_caps: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TicketReceived:
    """The client's password, or None when the ticket could not be deciphered."""

    password: str | None
    mechanism: int


@dataclass(frozen=True, slots=True)
class Linked:
    """The link stands. `trailing` is what the peer sent behind it: the start of the channel's messages."""

    mini_header: bool
    trailing: bytes


Event = LinkRequest | LinkReplied | TicketReceived | Linked


def body_size(header: bytes, least: int) -> int:
    """How many bytes follow a link header. Raises `ProtocolError` for a wrong version or size."""
    fields = codec.unpack(LinkHeader, header)
    if fields.major_version != VERSION_MAJOR:
        spoken = f"{fields.major_version}.{fields.minor_version}"
        raise ProtocolError(f"the peer speaks SPICE {spoken}, not {VERSION_MAJOR}.x", LinkErr.VERSION_MISMATCH)
    if not least <= fields.size <= MAX_LINK_MESSAGE:
        raise ProtocolError(f"a link message cannot have {fields.size} bytes")
    return fields.size


def uses_mini_header(ours: Sequence[int], theirs: Sequence[int]) -> bool:
    """Whether both sides hold MINI_HEADER in their common capability words."""
    return caps.has(list(ours), CommonCap.MINI_HEADER) and caps.has(list(theirs), CommonCap.MINI_HEADER)


class LinkSide:
    """Buffers, steps and the deadline, for either role. A step waits for so many bytes, then takes them."""

    def __init__(self, deadline: float) -> None:
        self._deadline = deadline
        self._inbox = bytearray()
        self._outbox = bytearray()
        self._events: list[Event] = []
        self._awaited = 0
        self._step: Callable[[bytes], None] | None = None
        self._over = False

    @property
    def is_over(self) -> bool:
        """Whether this side is done: linked, refused or failed."""
        return self._over

    def receive_data(self, data: bytes | bytearray | memoryview) -> None:
        """Take bytes of the peer. Raises `ProtocolError` or (client) `LinkRefused`."""
        if self._over:
            return
        self._inbox += data
        self._run()
        if len(self._inbox) > MAX_LINK_BACKLOG:
            self._fail(ProtocolError("the peer sends on without waiting for the link"))

    def receive_eof(self) -> None:
        """The peer closed its side. Raises `ProtocolError` unless the link was over by then."""
        if not self._over:
            self._fail(ProtocolError("the peer closed the connection during the link"))

    def events_received(self) -> list[Event]:
        """The events since the last call."""
        events, self._events = self._events, []
        return events

    def data_to_send(self) -> bytes:
        """The bytes to write since the last call."""
        data = bytes(self._outbox)
        self._outbox.clear()
        return data

    def check(self, now: float) -> None:
        """Raise `ProtocolError` when the deadline (clock of `now`, seconds) has passed with the link unfinished."""
        if not self._over and now >= self._deadline:
            self._fail(ProtocolError("the link was not completed in time", LinkErr.ERROR))

    def _await(self, size: int, step: Callable[[bytes], None]) -> None:
        self._awaited = size
        self._step = step

    def _await_header(self, least: int, step: Callable[[bytes], None]) -> None:
        """Wait for a link header, then for the body it announces (at least `least` bytes) which `step` takes.

        The magic is looked at by itself, so that somebody who is no SPICE peer is told at the fourth byte.
        """

        def magic(data: bytes) -> None:
            if data != MAGIC_BYTES:
                raise ProtocolError("the peer does not speak SPICE", LinkErr.INVALID_MAGIC)
            self._await(HEADER_BYTES - len(MAGIC_BYTES), rest)

        def rest(data: bytes) -> None:
            self._await(body_size(MAGIC_BYTES + data, least), step)

        self._await(len(MAGIC_BYTES), magic)

    def _run(self) -> None:
        """Take as many steps as the bytes allow."""
        try:
            while self._step is not None and len(self._inbox) >= self._awaited:
                data = bytes(self._inbox[: self._awaited])
                del self._inbox[: self._awaited]
                step, self._step = self._step, None
                step(data)
        except ProtocolError as error:
            self._fail(error)

    def _finish(self, mini_header: bool) -> None:
        self._over = True
        self._events.append(Linked(mini_header, bytes(self._inbox)))
        self._inbox.clear()

    def _end(self) -> None:
        self._over = True
        self._step = None
        self._inbox.clear()

    def _fail(self, error: ProtocolError) -> None:
        """End this side, say why to the peer where the protocol can, and raise."""
        self._end()
        self._farewell(error.link_error)
        raise error

    def _farewell(self, code: LinkErr) -> None:
        """Queue the error reply of this role, if it has one."""
