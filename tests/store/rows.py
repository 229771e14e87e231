"""Rows that tests put into a store."""

from __future__ import annotations

from gateway.store import Store
from gateway.store.records import (
    ApiKey,
    AuditEntry,
    AuditFilter,
    ConsoleTicket,
    LoginSession,
    MachineRecord,
    Note,
    Proof,
    User,
)

NOW = 1_800_000_000.0
DAY = 86400.0


def note(action: str = "test", at: float = NOW, address: str = "192.0.2.1", actor: str = "root") -> Note:
    return Note(at, actor, None, address, action)


async def a_user(store: Store, name: str = "alice", role: str = "user") -> User:
    return await store.users.add(name, role, "local", f"hash of {name}", note=note("user.create"))


async def a_session(
    store: Store, user: User, token: str = "token hash", at: float = NOW, most: int = 9
) -> LoginSession:
    return await store.sessions.add(
        user.id, token, method="password", agent="Firefox", expires_at=at + DAY, most=most, note=note("login", at)
    )


async def a_key(store: Store, user: User, name: str = "ci", expires_at: float | None = None) -> ApiKey:
    return await store.keys.add(
        user.id,
        name,
        prefix=f"sg_{name}",
        key_hash=f"hash of {name}",
        scopes=("read", "operate"),
        expires_at=expires_at,
        most=3,
        note=note("key.create"),
    )


async def a_ticket(
    store: Store, user: User, secret: str = "secret hash", issued_by: Proof | None = None, seconds: float = 30
) -> ConsoleTicket:
    return await store.tickets.add(
        user.id,
        secret,
        issued_by=issued_by or Proof("user", user.id),
        machine="demo",
        rights=3,
        text="",
        expires_at=NOW + seconds,
        most=5,
        note=note("ticket.create"),
    )


async def a_machine(store: Store, name: str = "web") -> MachineRecord:
    return await store.machines.add(
        name,
        "spice://10.0.0.1:5900",
        labels={"os": "Débian"},
        groups=("lab", "prod"),
        options={"password_file": "web.pw"},
        note=note("machine.add"),
    )


async def audited(store: Store, **wanted: str) -> list[AuditEntry]:
    return list((await store.audit.page(AuditFilter(**wanted), limit=500)).items)  # type: ignore[arg-type]
