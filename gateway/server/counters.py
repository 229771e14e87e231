"""What went through a channel."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Counters:
    """Bytes and messages, seen from the machine: `in` comes from the client, `out` goes to it."""

    bytes_in: int = 0
    messages_in: int = 0
    bytes_out: int = 0
    messages_out: int = 0

    def __add__(self, other: Counters) -> Counters:
        return Counters(
            self.bytes_in + other.bytes_in,
            self.messages_in + other.messages_in,
            self.bytes_out + other.bytes_out,
            self.messages_out + other.messages_out,
        )
