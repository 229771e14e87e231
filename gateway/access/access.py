"""`Access`: all of this package, put together over one store."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from pathlib import Path
from typing import Final, Self

from gateway.access.authority import Authority, GroupsOf, rights_of
from gateway.access.bars import Bars
from gateway.access.clock import Clock
from gateway.access.guests import Guests
from gateway.access.keys import Keys
from gateway.access.leases import Leases
from gateway.access.lockout import Lockout
from gateway.access.logins import LogIns
from gateway.access.machines import Machines
from gateway.access.passwords import Passwords
from gateway.access.people import People
from gateway.access.policy import DAY, HOUR, PROBE_SECONDS, TEND_SECONDS, TOUCH_SECONDS, Policy
from gateway.access.principal import Principal
from gateway.access.roles import Permission
from gateway.access.sessions import Sessions
from gateway.access.tickets import Tickets
from gateway.access.trail import Trail
from gateway.server.rights import Right
from gateway.store import SqliteStore, Store, StoreError
from gateway.store.backup import BackupReport
from gateway.store.records import Grant

_TICKETS_KEPT: Final = DAY


class Access:
    """People and rights. `groups_of` gives a machine's groups as they are now. Made by `open`, ended by `close`."""

    def __init__(
        self,
        store: Store,
        groups_of: GroupsOf,
        *,
        policy: Policy | None = None,
        clock: Clock | None = None,
        passwords: Passwords | None = None,
    ) -> None:
        self.store = store
        self.policy = policy or Policy()
        self.clock = clock or Clock()
        self._groups_of = groups_of
        self._purged = self._touched = self._probed = self.clock.steady()
        self._dated = (self.clock.wall(), self.clock.steady())
        self.fault: StoreError | None = None
        """Why the store cannot be used at the moment, for the readiness probe."""
        self.trail = Trail(store, self.clock)
        self.passwords = passwords or Passwords(self.policy)
        self.lockout = Lockout(self.policy, self.clock)
        self.bars = Bars(store, self.lockout, self.clock)
        self.leases = Leases(store, self.clock, self.policy, self._judge)
        self.authority = Authority(store, self.trail, self.leases, groups_of)
        self.sessions = Sessions(store, self.trail, self.leases, self.clock, self.policy)
        self.logins = LogIns(store, self.trail, self.sessions, self.passwords, self.lockout)
        self.people = People(store, self.trail, self.leases, self.logins, self.passwords)
        self.keys = Keys(store, self.trail, self.leases, self.clock)
        self.tickets = Tickets(store, self.trail, self.leases, self.authority, self.clock, self.policy)
        self.guests = Guests(store, self.tickets, self.leases, self.clock, self.policy)
        self.machines = Machines(store, self.trail, self.leases)

    @classmethod
    async def open(
        cls,
        path: Path,
        groups_of: GroupsOf,
        *,
        policy: Policy | None = None,
        clock: Clock | None = None,
        holds: bool = True,
    ) -> Self:
        """Over the SQLite store in the file `path`. `holds`: this program runs on, and so what a full disk does not
        take of revocations counts meanwhile. Raises `StoreError`."""
        return cls(await SqliteStore.open(path, holds=holds), groups_of, policy=policy, clock=clock)

    async def close(self) -> None:
        self.passwords.close()
        await self.store.close()

    async def run(self) -> None:
        """Tend for ever. While the store fails, `fault` says so, and what runs goes on."""
        while True:
            try:
                await self.tend()
                self.fault = None
            except StoreError as error:
                self.fault = error
            await asyncio.sleep(TEND_SECONDS)

    async def tend(self) -> None:
        """Notice what ended by time or by other programs; hourly, forget what is long over. Raises `StoreError`."""
        await self.leases.recheck()
        if self.store.held:
            await self.store.settle()
        await self.bars.keep()
        now = self.clock.steady()
        if now - self._touched >= TOUCH_SECONDS:
            self._touched = now
            await self.leases.keep_seen()
        if now - self._probed >= PROBE_SECONDS:
            await self.store.ping()
            self._probed = now
        if now - self._purged >= HOUR:
            self._purged = now
            await self._purge(self._sure_time())

    async def back_up(self, by: Principal, target: Path) -> BackupReport:
        """Copy the store to a file while work goes on. Raises `Forbidden` and `StoreError`."""
        await self.trail.require(by, Permission.GATEWAY_CHANGE, "backup", f"file:{target.name}")
        report = await self.store.back_up(target)
        await self.trail.write(by, "backup", f"file:{target.name}")
        return report

    def _sure_time(self) -> float:
        """The time for what is deleted for ever: a clock that somebody set forward counts after a day of it."""
        wall, steady = self.clock.wall(), self.clock.steady()
        then, since = self._dated
        if steady - since >= DAY:
            self._dated = (wall, steady)
        return min(wall, then + steady - since)

    async def _purge(self, now: float) -> None:
        await self.store.sessions.purge(now=now, idle=self.policy.session_idle)
        await self.store.tickets.purge(before=now - _TICKETS_KEPT, keep=self.leases.used_tickets())
        await self.store.audit.purge(now - self.policy.audit_days * DAY)

    def _judge(self, principal: Principal, grants: Collection[Grant], machine: str) -> Right:
        return rights_of(principal, grants, machine, self._groups_of(machine))
