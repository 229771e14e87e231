"""How much may be on its way to a client."""

from __future__ import annotations

import pytest

from gateway.server.flow import FIRST_BUDGET, LEAST_BUDGET, MARK_BYTES, QUEUE_SECONDS, FlowControl
from gateway.spice.errors import ProtocolError


def test_sender_waits_at_twice_the_ack_window() -> None:
    flow = FlowControl(counts_acks=True, window=4)
    flow.on_ack_sync(flow.next_generation())
    flow.sent(8, 80, now=0.0)
    assert not flow.has_room
    flow.on_ack()
    assert flow.has_room
    assert flow.messages_in_flight == 4


def test_acks_of_an_older_generation_count_for_nothing() -> None:
    flow = FlowControl(counts_acks=True, window=4)
    flow.on_ack_sync(flow.next_generation())
    flow.next_generation()
    flow.sent(8, 80, now=0.0)
    flow.on_ack()
    assert flow.messages_in_flight == 8


def test_generation_that_was_never_begun_is_refused() -> None:
    with pytest.raises(ProtocolError, match="generation 1"):
        FlowControl(counts_acks=True).on_ack_sync(1)


def test_channel_without_acks_is_held_by_bytes_only() -> None:
    flow = FlowControl(counts_acks=False)
    flow.sent(10_000, 100, now=0.0)
    assert flow.has_room
    flow.sent(1, FIRST_BUDGET, now=0.0)
    assert not flow.has_room


def test_ping_follows_every_few_kilobytes() -> None:
    flow = FlowControl(counts_acks=False)
    flow.sent(1, MARK_BYTES - 1, now=0.0)
    assert not flow.mark_due()
    flow.sent(1, 1, now=0.0)
    assert flow.mark_due()
    flow.mark(0.0)
    assert not flow.mark_due()


def test_pong_tells_what_arrived_and_how_fast() -> None:
    flow = FlowControl(counts_acks=False)
    flow.sent(1, 100_000, now=1.0)
    ping = flow.mark(1.0)
    flow.sent(1, 50_000, now=1.0)
    flow.on_pong(ping, 1.1)
    assert flow.in_flight == 50_000
    assert flow.round_trip == pytest.approx(0.1)
    assert flow.rate == pytest.approx(1_000_000)
    assert flow.budget == pytest.approx(1_000_000 * (0.1 + QUEUE_SECONDS), abs=2)


def test_pong_that_answers_nothing_changes_nothing() -> None:
    flow = FlowControl(counts_acks=False)
    flow.sent(1, 1000, now=0.0)
    flow.on_pong(99, 1.0)
    assert (flow.in_flight, flow.round_trip, flow.rate) == (1000, None, None)


def exchange(flow: FlowControl, now: float, octets: int, seconds: float) -> float:
    flow.sent(1, octets, now)
    ping = flow.mark(now)
    flow.on_pong(ping, now + seconds)
    return now + seconds


def test_little_to_say_does_not_make_a_link_look_slow() -> None:
    flow = FlowControl(counts_acks=False)
    now = exchange(flow, 0.0, 1_000_000, 0.1)
    fast = flow.rate
    for _ in range(50):
        now = exchange(flow, now + 10.0, 100, 0.1)
    assert flow.rate == fast


def test_link_that_became_slow_is_found_out() -> None:
    flow = FlowControl(counts_acks=False)
    now = exchange(flow, 0.0, 10_000_000, 0.1)
    for _ in range(12):
        now = exchange(flow, now, flow.budget, flow.budget / 10_000)
    assert flow.budget == LEAST_BUDGET


def test_own_queue_is_not_taken_for_a_longer_link() -> None:
    """However long the queue in front of the client grows, what is sent into it does not grow with it."""
    flow = FlowControl(counts_acks=False)
    now = exchange(flow, 0.0, 100_000, 0.1)
    first = flow.budget
    for trip in (0.5, 1.0, 2.0, 4.0):
        now = exchange(flow, now, int(1_000_000 * trip), trip)
    assert flow.budget <= first * 1.01
