"""How much may be on its way to a client: ACK windows counted in messages, and bytes counted by pings. Sans-IO.

libspice stops above twice the ACK window, whatever the messages' sizes: over a slow link that is seconds of pictures
between a key and its answer. Here a ping follows every few tens of kilobytes; its pong says that everything before it
has arrived, and from the two the round trip and the rate are known. No more is sent than that rate carries in a round
trip and a moment. Time is an argument, in seconds of any one clock.
"""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from gateway.spice.errors import ProtocolError

ACK_WINDOW = 20
"""Messages after which a client sends an ACK; libspice's for a fast link."""

MARK_BYTES = 32 * 1024
"""Bytes after which a ping is sent along."""

LEAST_BUDGET = 64 * 1024
MOST_BUDGET = 8 * 1024 * 1024
FIRST_BUDGET = 1024 * 1024
"""Bytes that may be on their way, when the rate is very low, very high, or not known yet."""

QUEUE_SECONDS = 0.05
"""How much more than a round trip may be on its way, so that the link never runs dry."""

_RATE_MEMORY = 10
_RTT_GAIN = 0.125  # as TCP smooths it (RFC 6298)


class _Mark(NamedTuple):
    """A ping on its way, and how things stood when it was sent."""

    ping: int
    octets: int
    sent: float
    arrived: int
    arrived_at: float
    limited: bool  # as much was on its way as may be: the rate is the link's, not the sender's


class FlowControl:
    """One connection's account of what is on its way."""

    def __init__(self, *, counts_acks: bool, window: int = ACK_WINDOW) -> None:
        self.window = window if counts_acks else 0
        self.generation = 0
        self.round_trip: float | None = None
        """Smoothed, in seconds; None until a pong came."""
        self._synced = True
        self._messages = 0  # on their way by the ACKs
        self._octets = 0  # sent, in all
        self._arrived = 0  # of them known to have arrived
        self._arrived_at = 0.0
        self._marked = 0
        self._ping = 0
        self._marks: deque[_Mark] = deque()
        self._rates: deque[float] = deque(maxlen=_RATE_MEMORY)
        self._limits: deque[bool] = deque(maxlen=_RATE_MEMORY)  # of each of them: whether the link was
        self._shortest: float | None = None
        self.rate: float | None = None
        """The best rate of late in bytes a second; None until it is known."""
        self.is_limited = False
        """Whether the link was the limit lately: else it carries more than `rate`."""
        self.budget = FIRST_BUDGET
        """Bytes that may be on their way. The shortest round trip counts: a longer one is our own queue."""

    # what leaves

    def next_generation(self) -> int:
        """Begin a new ACK generation, for a SET_ACK that is about to be sent."""
        self.generation += 1
        self._synced = False
        self._messages = 0
        return self.generation

    def sent(self, messages: int, octets: int, now: float) -> None:
        """So much was written."""
        if not self.in_flight:
            self._arrived_at = now  # the link was idle: nothing can arrive sooner
        self._messages += messages
        self._octets += octets

    def mark_due(self) -> bool:
        """Whether a ping should follow what was sent."""
        return self._octets - self._marked >= MARK_BYTES

    def mark(self, now: float) -> int:
        """The id of a ping that is sent now, behind everything that was sent before."""
        self._ping += 1
        self._marked = self._octets
        limited = self.in_flight * 2 >= self.budget
        self._marks.append(_Mark(self._ping, self._octets, now, self._arrived, self._arrived_at, limited))
        return self._ping

    # what comes back

    def on_ack_sync(self, generation: int) -> None:
        """The client has taken the ACK window of a generation. Raises `ProtocolError`."""
        if generation > self.generation:
            raise ProtocolError(f"the client acknowledges generation {generation}, {self.generation} is the newest")
        self._synced = generation == self.generation

    def on_ack(self) -> None:
        """The client has handled a window of messages."""
        if self._synced:
            self._messages = max(0, self._messages - self.window)

    def on_pong(self, ping: int, now: float) -> None:
        """Everything before a ping has arrived; pongs that answer nothing of ours are let pass."""
        if not any(mark.ping == ping for mark in self._marks):
            return
        while self._marks[0].ping != ping:
            self._marks.popleft()
        mark = self._marks.popleft()
        trip = max(now - mark.sent, 1e-6)
        self._shortest = min(trip, self._shortest or trip)
        self.round_trip = trip if self.round_trip is None else self.round_trip + _RTT_GAIN * (trip - self.round_trip)
        self._learn_rate(mark, now)
        if self.rate is not None:
            self.budget = int(min(MOST_BUDGET, max(LEAST_BUDGET, self.rate * (self._shortest + QUEUE_SECONDS))))
        self._arrived, self._arrived_at = mark.octets, now

    def _learn_rate(self, mark: _Mark, now: float) -> None:
        """A low rate counts only when the link, and not a lack of things to say, was its cause."""
        elapsed = now - mark.arrived_at
        if mark.octets <= mark.arrived or elapsed <= 0:
            return
        rate = (mark.octets - mark.arrived) / elapsed
        if mark.limited or rate > (self.rate or 0.0):
            self._rates.append(rate)
            self._limits.append(mark.limited)
            self.rate, self.is_limited = max(self._rates), any(self._limits)

    # what follows

    @property
    def in_flight(self) -> int:
        """Bytes that are on their way, as far as is known."""
        return self._octets - self._arrived

    @property
    def messages_in_flight(self) -> int:
        """Messages that no ACK has covered; 0 where ACKs are not counted."""
        return self._messages if self.window else 0

    @property
    def has_room(self) -> bool:
        """Whether another message may be sent."""
        return self.has_room_for(0, 0)

    def has_room_for(self, messages: int, octets: int) -> bool:
        """Whether another message may be sent behind so many that are about to be."""
        if self.window and self._messages + messages >= 2 * self.window:
            return False
        return self._octets - self._arrived + octets < self.budget
