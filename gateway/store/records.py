"""What the store keeps. Times are seconds since 1970 (UTC); of secrets there are hashes only, which `repr` hides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, Literal, NamedTuple, TypeVar

T = TypeVar("T")

Outcome = Literal["ok", "refused", "failed"]
ProofKind = Literal["session", "key", "ticket", "user"]


@dataclass(frozen=True, slots=True)
class User:
    """A person or a program that may log in. `origin` is `local` or `proxy`; the latter have no password."""

    id: int
    name: str
    role: str
    origin: str
    password_hash: str | None = field(repr=False)
    disabled: bool
    created_at: float
    password_at: float | None
    last_login_at: float | None


@dataclass(frozen=True, slots=True)
class LoginSession:
    """One log-in of a browser. It ends at `expires_at`, or when it was not seen for too long."""

    id: int
    user_id: int
    token_hash: str = field(repr=False)
    method: str
    address: str
    agent: str
    created_at: float
    seen_at: float
    expires_at: float


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A program's key. `prefix` is its beginning, by which people tell keys apart."""

    id: int
    user_id: int
    name: str
    prefix: str
    key_hash: str = field(repr=False)
    scopes: tuple[str, ...]
    created_at: float
    expires_at: float | None
    last_used_at: float | None
    last_used_from: str | None


@dataclass(frozen=True, slots=True)
class ConsoleTicket:
    """A single-use way to one machine. It ends with the log-in or the key that issued it."""

    id: int
    user_id: int
    session_id: int | None
    key_id: int | None
    secret_hash: str = field(repr=False)
    machine: str
    rights: int
    note: str
    created_at: float
    expires_at: float
    used_at: float | None
    used_from: str | None
    revoked_at: float | None


@dataclass(frozen=True, slots=True)
class MachineRecord:
    """A machine that was added in the dashboard. `options` name where its secrets are, never the secrets.

    `version` counts changes: an edit says which one it has seen.
    """

    name: str
    url: str
    labels: Mapping[str, str]
    groups: tuple[str, ...]
    options: Mapping[str, str]
    version: int
    created_at: float
    changed_at: float


@dataclass(frozen=True, slots=True)
class Grant:
    """Rights (bits) on the machines of a group, for everybody of a role or for one user: one of both is set."""

    id: int
    role: str | None
    user_id: int | None
    machine_group: str
    rights: int


@dataclass(frozen=True, slots=True)
class Note:
    """One event for the audit. `target` names what was acted on as `kind:name`."""

    at: float
    actor: str
    actor_id: int | None
    address: str
    action: str
    target: str = ""
    outcome: Outcome = "ok"
    detail: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AuditEntry(Note):
    """A note as it was kept."""

    id: int = 0


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries are wanted: all that is given must hold.

    `words` are looked for in every column, without regard to case; `action` is a beginning (`user.`); `network` is an
    address or a CIDR.
    """

    words: tuple[str, ...] = ()
    actor: str | None = None
    action: str | None = None
    target: str | None = None
    outcome: str | None = None
    network: str | None = None
    since: float | None = None
    until: float | None = None


class Proof(NamedTuple):
    """The row by which somebody was let in: while it stands, so does what it opened."""

    kind: ProofKind
    id: int


class Visit(NamedTuple):
    """A ticket that a link was opened with, its user as they are now, and when the guest was last seen."""

    ticket: ConsoleTicket
    user: User
    seen_at: float


class Redemption(NamedTuple):
    """What became of a ticket: `refusal` is empty when it opened, else `unknown`, `used`, `expired`, `revoked`,
    `machine` (it is for another one) or `user` (its issuer may no longer come in)."""

    refusal: str
    ticket: ConsoleTicket | None
    user: User | None


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows, and the cursor to ask for those after them; None at the end."""

    items: tuple[T, ...]
    next: str | None
