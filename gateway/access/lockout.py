"""Failed log-ins: five bar an address for five minutes.

Who guesses in parallel gains nothing: no more attempts of an address are under way than it may fail. The others wait,
so that many people behind one address log in one after the other and are not refused.

An account as such is never locked, for then anybody could lock anybody out. After many failures from everywhere (a
guess distributed over addresses) it is barred for addresses that it was not used from before.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address, ip_network

from gateway.access.clock import Clock
from gateway.access.errors import LockedOut, TooBusy
from gateway.access.policy import MAX_ADDRESSES, MAX_WAITING, Policy


@dataclass(slots=True)
class Attempt:
    """One log-in under way. It has failed unless `succeeded` is set before it ends; `barred`: it was one too many."""

    account: str
    succeeded: bool = False
    barred: bool = False


@dataclass(slots=True)
class _Address:
    failures: deque[tuple[float, str]] = field(default_factory=deque)
    barred_until: float = 0.0
    under_way: int = 0
    waiting: deque[asyncio.Future[None]] = field(default_factory=deque)


@dataclass(slots=True)
class _Account:
    failures: deque[float] = field(default_factory=deque)
    barred_until: float = 0.0


class Lockout:
    """What is remembered of failures, in bounded memory."""

    def __init__(self, policy: Policy, clock: Clock, most: int = MAX_ADDRESSES) -> None:
        self._policy = policy
        self._clock = clock
        self._most = most
        self._addresses: OrderedDict[str, _Address] = OrderedDict()
        self._accounts: OrderedDict[str, _Account] = OrderedDict()
        self._waiting = 0
        self.begun = 0
        """How many bars have begun, for whoever writes them down."""

    @asynccontextmanager
    async def attempt(self, address: str, account: str) -> AsyncIterator[Attempt]:
        """Wait for a turn, and tell how it went. Raises `LockedOut` and `TooBusy`; an exception inside counts not."""
        place = self._place(network_of(address))
        await self._turn(place)
        attempt = Attempt(account)
        place.under_way += 1
        try:
            yield attempt
        except BaseException:
            place.under_way -= 1
            self._wake(place)
            raise
        place.under_way -= 1
        self._settle(place, attempt)
        self._wake(place)

    def account_bar(self, account: str) -> float:
        """Seconds for which the account is barred for addresses that it was not used from; 0: it is not."""
        known = self._accounts.get(account)
        return max(0.0, known.barred_until - self._clock.steady()) if known else 0.0

    def bars(self) -> tuple[dict[str, float], dict[str, float]]:
        """Addresses and accounts that are barred now, with the seconds left, the latest heard of last."""
        now = self._clock.steady()
        places, accounts = self._addresses.items(), self._accounts.items()
        return (
            {name: place.barred_until - now for name, place in places if place.barred_until > now},
            {name: account.barred_until - now for name, account in accounts if account.barred_until > now},
        )

    def bar(self, addresses: Mapping[str, float], accounts: Mapping[str, float]) -> None:
        """Bar these for so many seconds, none for longer than a bar lasts: the clock may have been set meanwhile."""
        now, longest = self._clock.steady(), self._policy.bar
        for name, seconds in addresses.items():
            self._place(name).barred_until = now + min(seconds, longest)
        for name, seconds in accounts.items():
            self._accounts[name] = _Account(barred_until=now + min(seconds, longest))

    def barred(self) -> int:
        """Addresses that are barred now."""
        now = self._clock.steady()
        return sum(place.barred_until > now for place in self._addresses.values())

    def __len__(self) -> int:
        return len(self._addresses) + len(self._accounts)

    async def _turn(self, place: _Address) -> None:
        while True:
            now = self._clock.steady()
            if place.barred_until > now:
                raise LockedOut(place.barred_until - now)
            self._forget(place.failures, now)
            if place.under_way + len(place.failures) < self._policy.failures:
                return
            if self._waiting >= MAX_WAITING:
                raise TooBusy("Too many people log in at this moment: try again soon.", 10)
            await self._wait(place)

    async def _wait(self, place: _Address) -> None:
        turn = asyncio.get_running_loop().create_future()
        place.waiting.append(turn)
        self._waiting += 1
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._wake(place)  # the turn goes to the next
            raise
        finally:
            self._waiting -= 1

    def _settle(self, place: _Address, attempt: Attempt) -> None:
        now = self._clock.steady()
        if attempt.succeeded:
            place.failures = deque(failure for failure in place.failures if failure[1] != attempt.account)
            return
        self._count_for_account(attempt.account, now)
        self._forget(place.failures, now)
        place.failures.append((now, attempt.account))
        if len(place.failures) >= self._policy.failures:
            attempt.barred = True
            self.begun += 1
            place.barred_until = now + self._policy.bar
            place.failures.clear()

    def _count_for_account(self, name: str, now: float) -> None:
        account = self._accounts.pop(name, None) or _Account()
        self._accounts[name] = account
        while account.failures and account.failures[0] <= now - self._policy.bar:
            account.failures.popleft()
        account.failures.append(now)
        if len(account.failures) >= self._policy.account_failures:
            account.barred_until = now + self._policy.bar
            self.begun += 1
            account.failures.clear()
        if len(self._accounts) > self._most:
            self._accounts.popitem(last=False)

    def _wake(self, place: _Address) -> None:
        """Let as many try as may; all, to be told, when the address is barred."""
        free = self._policy.failures - place.under_way - len(place.failures)
        if place.barred_until > self._clock.steady():
            free = len(place.waiting)
        while place.waiting and free > 0:
            turn = place.waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                free -= 1

    def _place(self, address: str) -> _Address:
        place = self._addresses.pop(address, None) or _Address()
        self._addresses[address] = place
        if len(self._addresses) > self._most:
            oldest, forgotten = next(iter(self._addresses.items()))
            if not (forgotten.under_way or forgotten.waiting):
                del self._addresses[oldest]
            else:
                self._addresses.move_to_end(oldest)
        return place

    def _forget(self, failures: deque[tuple[float, str]], now: float) -> None:
        while failures and failures[0][0] <= now - self._policy.bar:
            failures.popleft()


def network_of(address: str) -> str:
    """Whom an address stands for: in IPv6 one customer has at least a /64."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ip_network((int(parsed), 64), strict=False))
    return str(parsed)
