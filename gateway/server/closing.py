"""Why a channel ends: a code and a sentence, written where the cause is known and carried to the client as they are."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from gateway.spice.errors import SpiceError


class CloseCode(IntEnum):
    """WebSocket close codes (RFC 6455 section 7.4); from 4000 on they are this gateway's own.

    A client may try again by itself after MACHINE_AWAY, MACHINE_CLOSED and TOO_SLOW; the others need a person.
    """

    NORMAL = 1000
    GOING_AWAY = 1001
    BAD_FRAME = 1002
    BAD_DATA = 1003
    INTERNAL = 1011
    MACHINE_AWAY = 4001
    MACHINE_REFUSED = 4002
    NOT_ALLOWED = 4003
    PROTOCOL = 4004
    MACHINE_CLOSED = 4005
    TAKEN_OVER = 4006
    TOO_SLOW = 4007


@dataclass(frozen=True, slots=True)
class Closing:
    """The end of a channel, in a sentence for people."""

    code: CloseCode
    sentence: str


NORMAL = Closing(CloseCode.NORMAL, "")


class ChannelClosed(SpiceError):
    """Raised where a channel cannot go on; `closing` says why."""

    def __init__(self, code: CloseCode, sentence: str) -> None:
        super().__init__(sentence)
        self.closing = Closing(code, sentence)
