"""Agent messages in chunks."""

from __future__ import annotations

import struct

import pytest

from gateway.spice import agent, caps
from gateway.spice.enums import (
    AgentCap,
    AgentMessageType,
    ClipboardSelection,
    ClipboardType,
    FileXferStatus,
    MonitorsConfigFlags,
)
from gateway.spice.errors import UsageError
from gateway.spice.limits import AGENT_CHUNK_BYTES

SELECTION = frozenset({int(AgentCap.CLIPBOARD_SELECTION)})


def received(chunks: list[bytes], common: frozenset[int] = frozenset()) -> list[agent.AgentMessage | None]:
    """What the other side makes of the chunks."""
    assembler = agent.Assembler()
    return [agent.decode(message, common) for chunk in chunks for message in assembler.feed(chunk)]


def test_a_long_clipboard_travels_in_chunks_of_2048_bytes() -> None:
    message = agent.Clipboard(None, ClipboardType.UTF8_TEXT, bytes(range(256)) * 40)
    chunks = agent.encode(message)
    assert [len(chunk) for chunk in chunks[:-1]] == [AGENT_CHUNK_BYTES] * 5
    assert received(chunks) == [message]


def test_a_message_cut_anywhere_is_put_together() -> None:
    message = agent.MonitorsConfig(MonitorsConfigFlags.USE_POS, [agent.MonConfig(1080, 1920, 32, 0, 0)])
    whole = b"".join(agent.encode(message))
    assert received([bytes([byte]) for byte in whole]) == [message]
    assert received([whole * 3]) == [message] * 3


def test_the_selection_is_there_only_when_both_sides_know_of_it() -> None:
    grab = agent.ClipboardGrab(agent.Selection(ClipboardSelection.PRIMARY), None, [ClipboardType.UTF8_TEXT])
    with_selection, without = agent.encode(grab, SELECTION), agent.encode(grab)
    assert len(with_selection[0]) == len(without[0]) + 4
    assert received(with_selection, SELECTION) == [grab]
    assert received(without) == [agent.ClipboardGrab(None, None, [ClipboardType.UTF8_TEXT])]


def test_a_message_of_unknown_type_is_passed_over() -> None:
    unknown = struct.pack("<IIQI", 1, 4711, 0, 3) + b"???"
    known = agent.encode(agent.ClientDisconnected())
    assert received([unknown + known[0]]) == [None, agent.ClientDisconnected()]


def test_a_message_half_received_is_forgotten_with_its_agent() -> None:
    assembler = agent.Assembler()
    first, *_rest = agent.encode(agent.Clipboard(None, ClipboardType.UTF8_TEXT, bytes(5000)))
    assert list(assembler.feed(first)) == []
    assembler.reset()
    (message,) = assembler.feed(agent.encode(agent.MaxClipboard(-1))[0])
    assert agent.decode(message) == agent.MaxClipboard(-1)


@pytest.mark.parametrize("piece", [1, 7, 100_000])
def test_a_message_larger_than_is_kept_passes_by_and_the_next_is_heard(piece: int) -> None:
    large = b"".join(agent.encode(agent.Clipboard(None, ClipboardType.UTF8_TEXT, bytes(5000))))
    whole = large + b"".join(agent.encode(agent.MaxClipboard(-1)))
    told: list[tuple[int, int]] = []
    assembler = agent.Assembler(keeps=5003, on_large=lambda type_, size: told.append((type_, size)))
    heard = [message for at in range(0, len(whole), piece) for message in assembler.feed(whole[at : at + piece])]
    assert [agent.decode(message) for message in heard] == [agent.MaxClipboard(-1)]
    assert told == [(AgentMessageType.CLIPBOARD, 5004)]


def test_capabilities_are_announced_as_words() -> None:
    words = caps.to_words({AgentCap.CLIPBOARD_BY_DEMAND, AgentCap.CLIPBOARD_SELECTION})
    (chunk,) = agent.encode(agent.AnnounceCapabilities(1, words))
    assert received([chunk]) == [agent.AnnounceCapabilities(1, [0x60])]


def test_a_message_that_does_not_fit_raises_usage_error() -> None:
    with pytest.raises(UsageError):
        agent.encode(agent.FileXferStatusMessage(2**32, FileXferStatus.SUCCESS))
