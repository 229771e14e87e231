"""The memory that all transports of a loop receive into."""

from __future__ import annotations

from gateway.server.core import HEADROOM, SHARED_SECONDS, ReceiveBuffer
from gateway.spice.limits import RECEIVE_BYTES, SHARED_RECEIVE_BYTES


def test_a_picture_alone_reads_all_that_waits() -> None:
    assert len(ReceiveBuffer().target_at(5.0)) == RECEIVE_BYTES


def test_a_picture_beside_somebody_typing_reads_little_at_a_time() -> None:
    buffer = ReceiveBuffer()
    buffer.share(5.0)
    assert len(buffer.target_at(5.0 + SHARED_SECONDS / 2)) == SHARED_RECEIVE_BYTES
    buffer.share(5.0 + SHARED_SECONDS / 2)
    assert len(buffer.target_at(5.0 + SHARED_SECONDS * 1.1)) == SHARED_RECEIVE_BYTES
    assert len(buffer.target_at(5.0 + SHARED_SECONDS * 2)) == RECEIVE_BYTES


def test_fresh_memory_is_none_of_what_was_given_away() -> None:
    buffer = ReceiveBuffer()
    buffer.target_at(0.0)[:4] = b"mine"
    given = buffer.view[: HEADROOM + 4]
    buffer.share(0.0)
    buffer.renew()
    buffer.target_at(0.0)[:5] = b"other"
    assert bytes(given[HEADROOM:]) == b"mine"
    assert len(buffer.target_at(0.0)) == SHARED_RECEIVE_BYTES
