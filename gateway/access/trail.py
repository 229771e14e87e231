"""The audit: one note for each write and each log-in, with who, from where, to what and how it went; never a secret."""

from __future__ import annotations

import csv
import io
import json
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Final

from gateway.access.clock import Clock
from gateway.access.errors import Invalid, NotKept
from gateway.access.policy import KEPT_FAILURES, KEPT_REFUSALS
from gateway.access.principal import Principal
from gateway.access.rate import RateLimit
from gateway.access.roles import Permission
from gateway.access.texts import tamed_text
from gateway.store.errors import StoreError
from gateway.store.interface import Store
from gateway.store.paging import MAX_PAGE_ROWS, PAGE_ROWS
from gateway.store.records import AuditEntry, AuditFilter, Note, Outcome, Page

log = logging.getLogger("spicegate.access")

CSV_COLUMNS: Final = ("id", "at", "actor", "address", "action", "target", "outcome", "detail")
_MAX_TARGET: Final = 200
_MAX_ADDRESS: Final = 64
_MAX_DETAIL: Final = 500


class Trail:
    """Makes notes, and reads them."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._refusals = RateLimit(*KEPT_REFUSALS)
        self._failures = RateLimit(*KEPT_FAILURES)
        self._unkept = 0

    def now(self) -> float:
        """The time of a note."""
        return self._clock.wall()

    def note(self, by: Principal, action: str, target: str = "", outcome: Outcome = "ok", **detail: str) -> Note:
        """A note to keep with the change that it tells of."""
        how = detail | ({"by": by.method.value} if by.method.value != "session" else {})
        return self._note(by.name, by.user_id, by.address, action, target, outcome, how)

    def stranger(
        self, address: str, action: str, target: str = "", outcome: Outcome = "ok", *, name: str = "", **detail: str
    ) -> Note:
        """A note on somebody who is not, or not yet, logged in."""
        return self._note(name, None, address, action, target, outcome, detail)

    def _note(
        self,
        name: str,
        user_id: int | None,
        address: str,
        action: str,
        target: str,
        outcome: Outcome,
        detail: Mapping[str, str],
    ) -> Note:
        return Note(
            self._clock.wall(),
            name,
            user_id,
            tamed_text(address, _MAX_ADDRESS),
            action,
            tamed_text(target, _MAX_TARGET),
            outcome,
            {word: tamed_text(text, _MAX_DETAIL) for word, text in detail.items()},
        )

    async def write(self, by: Principal, action: str, target: str = "", outcome: Outcome = "ok", **detail: str) -> None:
        """Keep what changed nothing in the store: a session ended, a message sent, a configuration read anew."""
        await self._store.audit.add(self.note(by, action, target, outcome, **detail))

    async def write_after(self, by: Principal, action: str, target: str = "", **detail: str) -> None:
        """The same for what must be possible while the disk is full, and has been done: what the store does not take
        stands in the log."""
        note = self.note(by, action, target, "ok", **detail)
        try:
            await self._store.audit.add(note)
        except StoreError as error:
            told = " ".join(f"{word}={text!r}" for word, text in note.detail.items())
            who = f"{by.name} from {note.address} ({told})"
            log.error("%s %s by %s is not in the audit: %s", action, note.target, who, error)

    def is_kept(self, note: Note) -> bool:
        """Whether a change is on the disk. One that is held in memory only stands in the log."""
        if note not in self._store.held:
            return True
        what = f"{note.action} {note.target} by {note.actor} from {note.address}"
        log.warning("%s counts, but the disk is full: it is written when there is space, and undone by a restart", what)
        return False

    def require_kept(self, note: Note) -> None:
        """At the end of what takes something away. Raises `NotKept`."""
        if not self.is_kept(note):
            raise NotKept

    async def require(self, by: Principal, permission: Permission, action: str, target: str = "") -> None:
        """For writes. Raises `Forbidden`, which is kept."""
        if not by.may(permission):
            await self.refuse(by, action, target, needs=permission.value)
        by.require(permission)

    async def refuse(self, by: Principal, action: str, target: str, **detail: str) -> None:
        """Keep that somebody tried what they may not; of the same again and again, only some."""
        if not self._refusals.take(f"{by.user_id} {by.name} {action}", self._clock.steady()):
            await self._store.audit.add(self.note(by, action, target, "refused", **detail))

    async def fail(self, address: str, target: str, **detail: str) -> None:
        """Keep a failed log-in; of very many, some, and how many were left out before."""
        if self._failures.take("", self._clock.steady()):
            self._unkept += 1
            return
        if self._unkept:
            detail["unkept"] = str(self._unkept)
            self._unkept = 0
        await self._store.audit.add(self.stranger(address, "login", target, "failed", **detail))

    async def page(
        self, by: Principal, wanted: AuditFilter, after: str | None = None, limit: int = PAGE_ROWS
    ) -> Page[AuditEntry]:
        """Newest first. Raises `Forbidden` and `Invalid`."""
        by.require(Permission.AUDIT_SEE)
        _check(wanted)
        return await self._store.audit.page(wanted, after, limit)

    async def csv(self, by: Principal, wanted: AuditFilter) -> AsyncIterator[str]:
        """All entries that match, as lines of CSV, a page at a time. Raises as `page`, before the first line."""
        page = await self.page(by, wanted, limit=MAX_PAGE_ROWS)
        return self._lines(wanted, page)

    async def _lines(self, wanted: AuditFilter, page: Page[AuditEntry]) -> AsyncIterator[str]:
        yield _csv_lines([CSV_COLUMNS])
        yield _csv_lines([_csv_row(entry) for entry in page.items])
        while page.next is not None:
            page = await self._store.audit.page(wanted, page.next, MAX_PAGE_ROWS)
            yield _csv_lines([_csv_row(entry) for entry in page.items])


def _check(wanted: AuditFilter) -> None:
    if wanted.network is not None:
        try:
            ip_network(wanted.network, strict=False)
        except ValueError:
            raise Invalid(
                "network", f"{wanted.network[:64]!r} is no address and no network such as 10.0.0.0/8."
            ) from None


def _csv_row(entry: AuditEntry) -> tuple[str, ...]:
    at = datetime.fromtimestamp(entry.at, UTC).isoformat(timespec="milliseconds")
    detail = json.dumps(dict(entry.detail), ensure_ascii=False) if entry.detail else ""
    texts = (entry.actor, entry.address, entry.action, entry.target, entry.outcome, detail)
    return (str(entry.id), at, *(_tame(text) for text in texts))


def _tame(text: str) -> str:
    """Spreadsheets would run what begins like a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _csv_lines(rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()
