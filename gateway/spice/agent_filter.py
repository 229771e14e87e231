"""Lets some of the agent's messages pass and leaves others out, chunk by chunk. Sans-IO."""

from __future__ import annotations

from collections.abc import Callable

from . import codec
from .agent import HEADER_BYTES, PROTOCOL, AgentHeader
from .errors import ProtocolError
from .limits import MAX_AGENT_MESSAGE


class AgentFilter:
    """One direction of one client's agent stream. `allows` is asked for the type of each message.

    Messages begin anywhere in a chunk, but no peer cuts a header: one that does is refused (`ProtocolError`), since
    half a header cannot be judged.
    """

    def __init__(self, allows: Callable[[int], bool]) -> None:
        self._allows = allows
        self._left = 0  # of the current message
        self._passes = True

    def feed(self, chunk: bytes) -> bytes:
        """What of a chunk may pass; perhaps nothing."""
        kept = []
        at = 0
        while at < len(chunk):
            start = at
            if not self._left:
                at += self._begin(chunk[at : at + HEADER_BYTES])
            taken = min(self._left, len(chunk) - at)
            self._left -= taken
            at += taken
            if self._passes:
                kept.append(chunk[start:at])
        return b"".join(kept)

    @property
    def between_messages(self) -> bool:
        """Whether the stream stands at the start of a message."""
        return not self._left

    def reset(self) -> None:
        """The agent came or went: a message that was begun is over."""
        self._left = 0

    def _begin(self, header: bytes) -> int:
        """The size of a header, whose message is judged."""
        if len(header) < HEADER_BYTES:
            raise ProtocolError("an agent message's header is cut in two")
        fields = codec.unpack(AgentHeader, header)
        if fields.protocol != PROTOCOL or fields.size > MAX_AGENT_MESSAGE:
            raise ProtocolError(f"an agent message of protocol {fields.protocol} and {fields.size} bytes")
        self._left = fields.size
        self._passes = self._allows(int(fields.type))
        return HEADER_BYTES
