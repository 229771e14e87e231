"""Who and what tests of access are about."""

from __future__ import annotations

from gateway.access import Access, Clock, Entry, Role, local_admin
from gateway.server.rights import Right
from gateway.store.records import AuditEntry, AuditFilter

HERE = "192.0.2.1"
ELSEWHERE = "198.51.100.7"
PASSWORD = "correct horse battery"
WRONG = "wrong horse battery"

GROUPS: dict[str, tuple[str, ...]] = {"demo": (), "lab1": ("lab",), "prod1": ("prod",), "both": ("lab", "prod")}

ROOT = local_admin("root")


class SetClock(Clock):
    """Time goes on when it is told to. `ahead` is what somebody set the wall's clock by."""

    def __init__(self) -> None:
        self.time = 1_800_000_000.0
        self.ahead = 0.0

    def wall(self) -> float:
        return self.time + self.ahead

    def steady(self) -> float:
        return self.time - 1_799_990_000.0


async def a_person(access: Access, name: str = "alice", role: Role = Role.USER) -> Entry:
    """A user, logged in from HERE."""
    await access.people.create(ROOT, name, role, PASSWORD)
    return await log_in(access, name)


async def log_in(access: Access, name: str = "alice", password: str = PASSWORD, address: str = HERE) -> Entry:
    return await access.logins.with_password(name, password, address=address, agent="Firefox")


async def allow(access: Access, role: Role, rights: Right = Right.ALL, group: str = "*") -> None:
    await access.authority.grant(ROOT, group, rights, role=role)


async def audited(access: Access, **wanted: str) -> list[AuditEntry]:
    return list((await access.store.audit.page(AuditFilter(**wanted), limit=500)).items)  # type: ignore[arg-type]
