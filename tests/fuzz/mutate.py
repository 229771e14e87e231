"""Spoils what a client said, in the way that a seed tells: whole messages, their payloads, their framing."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from struct import pack

from tests.fuzz.recordings import Said

NUMBERS = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
"""Where counts and sizes go wrong."""

MOST_MESSAGES = 60
"""Of one stream: long ones find no more, and take longer."""

MOST_GROWTH = 4096


def stream(chance: random.Random, said: Sequence[Said], others: Sequence[Said]) -> bytes:
    """A mutated connection, framed with mini headers; `others` are messages of any channel."""
    messages = _window(chance, said)
    for _ in range(chance.choice((0, 1, 1, 2, 4))):
        messages = chance.choice(_ORDERS)(chance, messages, others)
    for _ in range(chance.choice((0, 1, 1, 2, 3, 8))):
        if messages:
            at = chance.randrange(len(messages))
            number, payload = messages[at]
            messages[at] = Said(number, spoil(chance, payload))
    data = b"".join(frame(chance, message) for message in messages)
    return spoil(chance, data) if chance.random() < 0.15 else data


def spoil(chance: random.Random, data: bytes) -> bytes:
    """One change to bytes."""
    return chance.choice(_CHANGES)(chance, bytearray(data))


def frame(chance: random.Random, message: Said) -> bytes:
    """The message as it is on the wire; now and then the header lies about its size."""
    size = len(message.payload)
    if chance.random() < 0.03:
        size = chance.choice((size + 1, max(size - 1, 0), chance.choice(NUMBERS), chance.randrange(1 << 16)))
    return pack("<HI", message.number & 0xFFFF, size & 0xFFFFFFFF) + message.payload


def pieces(chance: random.Random, data: bytes) -> list[bytes]:
    """The stream as it may be cut on its way."""
    if chance.random() < 0.5:
        return [data]
    cuts = sorted(chance.randrange(len(data) + 1) for _ in range(chance.randrange(1, 6)))
    return [data[start:stop] for start, stop in zip([0, *cuts], [*cuts, len(data)], strict=True) if start < stop]


def _window(chance: random.Random, said: Sequence[Said]) -> list[Said]:
    """The first message and a run of the others."""
    start = chance.randrange(len(said))
    return [*said[:1], *said[max(start, 1) : start + MOST_MESSAGES]] if chance.random() < 0.7 else list(said[:80])


# messages


def _drop(chance: random.Random, messages: list[Said], _others: Sequence[Said]) -> list[Said]:
    at = chance.randrange(len(messages)) if messages else 0
    return messages[:at] + messages[at + 1 :]


def _repeat(chance: random.Random, messages: list[Said], _others: Sequence[Said]) -> list[Said]:
    at = chance.randrange(len(messages)) if messages else 0
    return messages[:at] + messages[at : at + 1] * chance.choice((2, 3, 30)) + messages[at + 1 :]


def _shuffle(chance: random.Random, messages: list[Said], _others: Sequence[Said]) -> list[Said]:
    return chance.sample(messages, len(messages))


def _foreign(chance: random.Random, messages: list[Said], others: Sequence[Said]) -> list[Said]:
    at = chance.randrange(len(messages) + 1)
    return [*messages[:at], chance.choice(others), *messages[at:]]


def _renumber(chance: random.Random, messages: list[Said], _others: Sequence[Said]) -> list[Said]:
    """Another message's number before the same payload."""
    if not messages:
        return messages
    at = chance.randrange(len(messages))
    number = chance.choice([one.number for one in messages] + [chance.randrange(1, 130)])
    return [*messages[:at], Said(number, messages[at].payload), *messages[at + 1 :]]


_ORDERS: tuple[Callable[[random.Random, list[Said], Sequence[Said]], list[Said]], ...] = (
    _drop, _repeat, _shuffle, _foreign, _renumber
)  # fmt: skip


# bytes


def _flip(chance: random.Random, data: bytearray) -> bytes:
    for _ in range(chance.choice((1, 1, 2, 5))):
        if data:
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(data)


def _number(chance: random.Random, data: bytearray) -> bytes:
    """A number where a count or a size may stand."""
    octets = chance.choice((1, 2, 4, 8))
    if len(data) >= octets:
        at = chance.randrange(len(data) - octets + 1)
        near = int.from_bytes(data[at : at + octets], "little") + chance.choice((-1, 1))
        value = chance.choice((*NUMBERS, near))
        data[at : at + octets] = (value & ((1 << 8 * octets) - 1)).to_bytes(octets, "little")
    return bytes(data)


def _cut(chance: random.Random, data: bytearray) -> bytes:
    return bytes(data[: chance.randrange(len(data) + 1)])


def _grow(chance: random.Random, data: bytearray) -> bytes:
    at = chance.randrange(len(data) + 1)
    data[at:at] = chance.randbytes(chance.choice((1, 4, 64, MOST_GROWTH)))
    return bytes(data)


def _remove(chance: random.Random, data: bytearray) -> bytes:
    at = chance.randrange(len(data) + 1)
    del data[at : at + chance.choice((1, 2, 4, 16))]
    return bytes(data)


def _noise(chance: random.Random, data: bytearray) -> bytes:
    at = chance.randrange(len(data) + 1)
    stop = min(len(data), at + chance.choice((4, 16, 64)))
    data[at:stop] = chance.randbytes(stop - at)
    return bytes(data)


def _overlay(chance: random.Random, data: bytearray) -> bytes:
    """A part of it in another place."""
    if data:
        start, at = chance.randrange(len(data)), chance.randrange(len(data))
        part = data[start : start + chance.choice((2, 4, 8, 32))]
        data[at : at + len(part)] = part
    return bytes(data)


_CHANGES: tuple[Callable[[random.Random, bytearray], bytes], ...] = (
    _flip, _number, _number, _cut, _grow, _remove, _noise, _overlay
)  # fmt: skip
