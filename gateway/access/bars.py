"""Bars that outlive a restart: whoever is locked out stays so, however the gateway ends and starts.

They are one row of the settings, written by `tend` when there is a new one: guessing from many addresses costs one
small write in five seconds, and the room of `MAX_BARS_KEPT` of each kind. Failures that have not led to a bar are not
kept: at worst a restart gives four guesses more.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Final

from gateway.access.clock import Clock
from gateway.access.lockout import Lockout
from gateway.access.policy import MAX_BARS_KEPT
from gateway.store.errors import StoreFull
from gateway.store.interface import Store

BARS: Final = "bars"
"""The setting: `{"addresses": {address: Unix time until when}, "accounts": {…}}`."""


class Bars:
    """Takes the lock-out's bars to the store and back."""

    def __init__(self, store: Store, lockout: Lockout, clock: Clock) -> None:
        self._store = store
        self._lockout = lockout
        self._clock = clock
        self._kept = lockout.begun

    async def recall(self) -> None:
        """Bar again whoever was barred when the gateway ended. Raises `StoreError`."""
        text, now = await self._store.settings.get(BARS), self._clock.wall()
        if text is not None:
            left = {
                kind: {name: until - now for name, until in bars.items()} for kind, bars in json.loads(text).items()
            }
            self._lockout.bar(left["addresses"], left["accounts"])
            self._kept = self._lockout.begun

    async def keep(self) -> None:
        """Write them down if there are new ones; a full disk keeps none. Raises `StoreError`."""
        begun, now = self._lockout.begun, self._clock.wall()
        if begun == self._kept:
            return
        kinds = zip(("addresses", "accounts"), self._lockout.bars(), strict=True)
        kept = {kind: {name: now + left for name, left in list(bars.items())[-MAX_BARS_KEPT:]} for kind, bars in kinds}
        with suppress(StoreFull):
            await self._store.settings.set(BARS, json.dumps(kept), now=now)
            self._kept = begun
