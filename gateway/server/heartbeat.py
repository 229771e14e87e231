"""Pings for every channel: a proxy's idle timeout must not kill a keyboard that nobody types on, and a peer that
vanished without a word must not hold its machine.

One clock serves all connections. They are spread over the period, so that thousands of them never cost one long turn.
"""

from __future__ import annotations

import asyncio
from itertools import cycle

from gateway.server.websocket import WebSocketTransport

BEATS_PER_SECOND = 4


class Heartbeat:
    """Calls `beat` of each registered connection once a period."""

    def __init__(self, period: float) -> None:
        self._slots: list[set[WebSocketTransport]] = [set() for _ in range(max(1, int(period * BEATS_PER_SECOND)))]
        self._pause = period / len(self._slots)
        self._next = cycle(self._slots)

    def add(self, connection: WebSocketTransport) -> None:
        """Ping `connection` until `remove`."""
        min(self._slots, key=len).add(connection)

    def remove(self, connection: WebSocketTransport) -> None:
        for slot in self._slots:
            slot.discard(connection)

    async def run(self) -> None:
        """Beat until cancelled."""
        while True:
            await asyncio.sleep(self._pause)
            for connection in tuple(next(self._next)):
                connection.beat()
