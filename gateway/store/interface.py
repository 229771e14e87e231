"""What the gateway asks of a store, whatever keeps it.

A change and its `Note` for the audit are kept together or not at all. Each method raises `StoreError` leaves only.
Lists come in pages: give a page's `next` as `after`. Times are seconds since 1970, and arguments.

What takes something away from somebody (`revoke…`, `remove`, and what is said to be `less`) counts also when the disk
is full: see `Store.held`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from gateway.store.backup import BackupReport
from gateway.store.paging import PAGE_ROWS
from gateway.store.records import (
    ApiKey,
    AuditEntry,
    AuditFilter,
    ConsoleTicket,
    Grant,
    LoginSession,
    MachineRecord,
    Note,
    Page,
    Proof,
    Redemption,
    User,
    Visit,
)


class Users(ABC):
    """People and programs that may log in. Names are compared as they are written: callers give lower case."""

    @abstractmethod
    async def add(self, name: str, role: str, origin: str, password_hash: str | None, *, note: Note) -> User:
        """Raises `Taken`."""

    @abstractmethod
    async def add_first_admin(
        self, token_hash: str, name: str, password_hash: str, grants: Sequence[Grant], *, note: Note
    ) -> User | None:
        """Spend the set-up token, once and while there is no admin; `grants` come with it. None: it is not valid."""

    @abstractmethod
    async def get(self, user_id: int) -> User | None: ...

    @abstractmethod
    async def find(self, name: str) -> User | None: ...

    @abstractmethod
    async def count(self) -> int: ...

    @abstractmethod
    async def has_admin(self) -> bool: ...

    @abstractmethod
    async def page(self, after: str | None = None, limit: int = PAGE_ROWS, *, words: Sequence[str] = ()) -> Page[User]:
        """By name."""

    @abstractmethod
    async def change(
        self, user_id: int, *, role: str | None = None, disabled: bool | None = None, less: bool = False, note: Note
    ) -> User | None:
        """Who is disabled loses all log-ins. Raises `LastAdmin`."""

    @abstractmethod
    async def set_password(
        self, user_id: int, password_hash: str, *, keep_session: int | None = None, note: Note | None
    ) -> tuple[int, ...]:
        """End the user's other log-ins, whose ids are returned. Without a note it is the same password, hashed anew:
        no log-in ends."""

    @abstractmethod
    async def remove(self, user_id: int, *, note: Note) -> bool:
        """With all that is the user's. Raises `LastAdmin`."""


class LoginSessions(ABC):
    """Log-ins of browsers."""

    @abstractmethod
    async def add(
        self,
        user_id: int,
        token_hash: str,
        *,
        method: str,
        agent: str,
        expires_at: float,
        most: int,
        note: Note,
    ) -> LoginSession:
        """Of more than `most` log-ins of a user the oldest end. Time and address are the note's. Raises `Missing`."""

    @abstractmethod
    async def find(self, token_hash: str, *, now: float, idle: float) -> tuple[LoginSession, User] | None:
        """The log-in, unless it has ended or its user is disabled."""

    @abstractmethod
    async def touch(self, session_ids: Collection[int], now: float) -> None:
        """They were seen."""

    @abstractmethod
    async def page(
        self, after: str | None = None, limit: int = PAGE_ROWS, *, user_id: int | None = None, now: float, idle: float
    ) -> Page[LoginSession]:
        """The open ones, newest first."""

    @abstractmethod
    async def revoke(self, session_id: int, *, user_id: int | None = None, note: Note) -> LoginSession | None:
        """With `user_id`: only when it is that user's."""

    @abstractmethod
    async def revoke_all(self, user_id: int, *, keep: int | None = None, note: Note) -> tuple[int, ...]: ...

    @abstractmethod
    async def knows_address(self, user_id: int, address: str) -> bool:
        """Whether the user has a log-in from there."""

    @abstractmethod
    async def purge(self, *, now: float, idle: float) -> int:
        """Forget those that have ended by time."""


class ApiKeys(ABC):
    """Keys of programs."""

    @abstractmethod
    async def add(
        self,
        user_id: int,
        name: str,
        *,
        prefix: str,
        key_hash: str,
        scopes: Sequence[str],
        expires_at: float | None,
        most: int,
        note: Note,
    ) -> ApiKey:
        """Raises `Taken`, `TooMany` when the user has `most`, and `Missing`."""

    @abstractmethod
    async def find(self, key_hash: str, *, now: float) -> tuple[ApiKey, User] | None:
        """The key, unless it has expired or its user is disabled."""

    @abstractmethod
    async def touch(self, key_id: int, *, now: float, address: str) -> None: ...

    @abstractmethod
    async def page(
        self, after: str | None = None, limit: int = PAGE_ROWS, *, user_id: int | None = None
    ) -> Page[ApiKey]:
        """Newest first, the expired ones too."""

    @abstractmethod
    async def revoke(self, key_id: int, *, user_id: int | None = None, note: Note) -> ApiKey | None: ...


class Tickets(ABC):
    """Single-use ways to machines."""

    @abstractmethod
    async def add(
        self,
        user_id: int,
        secret_hash: str,
        *,
        issued_by: Proof,
        machine: str,
        rights: int,
        text: str,
        expires_at: float,
        most: int,
        note: Note,
    ) -> ConsoleTicket:
        """Raises `TooMany` when `most` of the user's are open, and `Missing` when what issues it has ended."""

    @abstractmethod
    async def redeem(
        self, secret_hash: str, *, machine: str, visit_hash: str | None = None, note: Note
    ) -> Redemption:
        """Spend a ticket: of many who try at once, one is let in. Time and address are the note's, which is kept for
        tickets that exist; actor, target and outcome are filled in. With `visit_hash` a visit begins."""

    @abstractmethod
    async def find_visit(self, visit_hash: str, *, now: float, idle: float) -> Visit | None:
        """The visit, unless its ticket was revoked or what issued it has ended."""

    @abstractmethod
    async def touch(self, ticket_ids: Collection[int], now: float) -> None:
        """Their guests were seen."""

    @abstractmethod
    async def get(self, ticket_id: int) -> ConsoleTicket | None: ...

    @abstractmethod
    async def page(
        self,
        after: str | None = None,
        limit: int = PAGE_ROWS,
        *,
        user_id: int | None = None,
        machine: str | None = None,
        open_at: float | None = None,
    ) -> Page[ConsoleTicket]:
        """Newest first; with `open_at` only those that can be used at that time."""

    @abstractmethod
    async def revoke(self, ticket_id: int, *, user_id: int | None = None, note: Note) -> ConsoleTicket | None:
        """None: there is none, it is somebody else's, or it was revoked before."""

    @abstractmethod
    async def purge(self, *, before: float, keep: Collection[int]) -> int:
        """Forget those that expired before then, but for those whose guest was seen since, and for `keep`, whose
        sessions go on."""


class Machines(ABC):
    """Machines added in the dashboard."""

    @abstractmethod
    async def add(
        self,
        name: str,
        url: str,
        *,
        labels: Mapping[str, str],
        groups: Sequence[str],
        options: Mapping[str, str],
        note: Note,
    ) -> MachineRecord:
        """Raises `Taken`."""

    @abstractmethod
    async def change(
        self,
        name: str,
        url: str,
        *,
        labels: Mapping[str, str],
        groups: Sequence[str],
        options: Mapping[str, str],
        version: int,
        note: Note,
    ) -> MachineRecord | None:
        """Raises `Taken` when the record is not at `version` any more."""

    @abstractmethod
    async def get(self, name: str) -> MachineRecord | None: ...

    @abstractmethod
    async def page(self, after: str | None = None, limit: int = PAGE_ROWS) -> Page[MachineRecord]:
        """By name."""

    @abstractmethod
    async def remove(self, name: str, *, note: Note) -> bool:
        """Its tickets go too."""


class Grants(ABC):
    """Who may do what on the machines of a group."""

    @abstractmethod
    async def set(
        self, *, role: str | None, user_id: int | None, group: str, rights: int, less: bool = False, note: Note
    ) -> Grant:
        """Give a role or a user these rights, in place of those before. Raises `Missing`."""

    @abstractmethod
    async def all(self) -> tuple[Grant, ...]: ...

    @abstractmethod
    async def of_user(self, user_id: int | None, role: str) -> tuple[Grant, ...]:
        """The user's own and the role's."""

    @abstractmethod
    async def remove(self, grant_id: int, *, note: Note) -> Grant | None: ...


class Audit(ABC):
    """What happened. Entries are added, never changed."""

    @abstractmethod
    async def add(self, note: Note) -> None: ...

    @abstractmethod
    async def page(self, wanted: AuditFilter, after: str | None = None, limit: int = PAGE_ROWS) -> Page[AuditEntry]:
        """Newest first."""

    @abstractmethod
    async def purge(self, before: float) -> int: ...


SETUP_TOKEN = "setup_token_hash"  # noqa: S105 - the name of a setting
"""The setting with the hash of the token that makes the first admin."""


class Settings(ABC):
    """Small things that have a name."""

    @abstractmethod
    async def get(self, name: str) -> str | None: ...

    @abstractmethod
    async def set(self, name: str, value: str, *, now: float) -> None: ...

    @abstractmethod
    async def remove(self, name: str) -> bool: ...


class Store(ABC):
    """A store. `close` it."""

    users: Users
    sessions: LoginSessions
    keys: ApiKeys
    tickets: Tickets
    machines: Machines
    grants: Grants
    audit: Audit
    settings: Settings

    @property
    @abstractmethod
    def held(self) -> tuple[Note, ...]:
        """The notes of revocations that count already, but that a full disk has not taken yet."""

    @abstractmethod
    async def settle(self) -> None:
        """Try to write them. Raises `StoreFull`: they are held on."""

    @abstractmethod
    async def standing(self, proofs: Collection[Proof], *, now: float, idle: float) -> dict[Proof, User]:
        """Those of `proofs` that still stand, with their users as they are now."""

    @abstractmethod
    async def issuers(self, proofs: Collection[Proof]) -> frozenset[int]:
        """The log-ins that `proofs` are, or that issued them."""

    @abstractmethod
    async def back_up(self, target: Path) -> BackupReport:
        """Copy everything, while work goes on, to a file that is complete or not there."""

    @abstractmethod
    async def faults(self) -> list[str]:
        """What is wrong with the stored data; empty: nothing."""

    @abstractmethod
    async def ping(self) -> None:
        """Raises unless the store can be read and written."""

    @abstractmethod
    async def close(self) -> None: ...
