"""What waits for a client."""

from __future__ import annotations

import pytest

from gateway.server.pipe import Pipe, PipeFull, PipeItem


def payloads(pipe: Pipe) -> list[bytes]:
    found = []
    while (item := pipe.pop()) is not None:
        found.append(item.payload)
    return found


def test_items_leave_in_their_order() -> None:
    pipe = Pipe(10, 1000)
    for payload in (b"a", b"b", b"c"):
        pipe.push(PipeItem(1, payload))
    assert payloads(pipe) == [b"a", b"b", b"c"]
    assert pipe.octets == 0


def test_newer_item_takes_the_place_of_a_waiting_one_with_its_key() -> None:
    pipe = Pipe(10, 1000)
    pipe.push(PipeItem(1, b"moved here", key="move"))
    pipe.push(PipeItem(2, b"shape"))
    pipe.push(PipeItem(1, b"moved there", key="move"))
    assert pipe.octets == len(b"shape") + len(b"moved there")
    assert payloads(pipe) == [b"shape", b"moved there"]


def test_full_pipe_drops_the_oldest_that_may_be_dropped() -> None:
    pipe = Pipe(3, 1000)
    pipe.push(PipeItem(1, b"must arrive"))
    for number in range(4):
        pipe.push(PipeItem(2, b"sound %d" % number, droppable=True))
    assert pipe.dropped == 2
    assert payloads(pipe) == [b"must arrive", b"sound 2", b"sound 3"]


def test_full_pipe_of_what_must_arrive_says_so() -> None:
    pipe = Pipe(100, 10)
    pipe.push(PipeItem(1, b"0123456789"))
    with pytest.raises(PipeFull):
        pipe.push(PipeItem(1, b"x"))
    assert payloads(pipe) == [b"0123456789"]


def test_what_leaves_together_is_taken_whole_or_not_at_all() -> None:
    pipe = Pipe(100, 10)
    pipe.extend([PipeItem(1, b"a picture of more bytes"), PipeItem(2, b"mark")])
    with pytest.raises(PipeFull):
        pipe.extend([PipeItem(1, b"another"), PipeItem(2, b"mark")])
    assert payloads(pipe) == [b"a picture of more bytes", b"mark"]
