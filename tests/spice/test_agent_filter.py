"""Messages of the agent that may not pass."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.spice import agent
from gateway.spice.agent_filter import AgentFilter
from gateway.spice.enums import AgentMessageType, ClipboardType
from gateway.spice.errors import ProtocolError

GRAB = agent.encode(agent.ClipboardGrab(None, None, [ClipboardType.UTF8_TEXT]))
TEXTS = st.binary(max_size=5000).map(lambda data: agent.Clipboard(None, ClipboardType.UTF8_TEXT, data))
FILES = st.binary(max_size=5000).map(lambda data: agent.FileXferData(1, data))


def all_but(*types: AgentMessageType) -> AgentFilter:
    return AgentFilter(lambda type_: type_ not in types)


@given(st.lists(TEXTS | FILES, max_size=8))
def test_filter_lets_exactly_the_allowed_messages_pass(sent: list[agent.AgentMessage]) -> None:
    sieve, assembler = all_but(AgentMessageType.CLIPBOARD), agent.Assembler()
    heard = []
    for message in sent:
        for chunk in agent.encode(message):
            if kept := sieve.feed(chunk):
                assert len(kept) <= len(chunk)
                heard += [agent.decode(raw) for raw in assembler.feed(kept)]
    assert heard == [message for message in sent if not isinstance(message, agent.Clipboard)]


def test_filter_judges_every_message_of_a_chunk() -> None:
    text = agent.encode(agent.Clipboard(None, ClipboardType.UTF8_TEXT, b"secret"))[0]
    (release,) = agent.encode(agent.ClipboardRelease(None))
    assert all_but(AgentMessageType.CLIPBOARD).feed(release + text + release) == release + release


def test_filter_forgets_a_message_that_the_agent_never_finished() -> None:
    first, *_ = agent.encode(agent.Clipboard(None, ClipboardType.UTF8_TEXT, bytes(5000)))
    (release,) = agent.encode(agent.ClipboardRelease(None))
    sieve = all_but(AgentMessageType.CLIPBOARD)
    assert sieve.feed(first) == b""
    sieve.reset()
    assert sieve.feed(release) == release


@pytest.mark.parametrize("chunk", [GRAB[0][:10], b"\2" + GRAB[0][1:], GRAB[0][:16] + b"\xff\xff\xff\xff"])
def test_filter_refuses_what_it_cannot_judge(chunk: bytes) -> None:
    with pytest.raises(ProtocolError):
        all_but().feed(chunk)
