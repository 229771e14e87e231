"""The audit: who did what."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from aiohttp import web
from pydantic import Field, field_validator

from gateway.access import Permission
from gateway.store.records import AuditEntry, AuditFilter
from gateway.web.api.operation import Ask, Resource
from gateway.web.api.shapes import Page, PageQuery, Shape, when

audit = Resource("audit", "Who did what, when, from where, and how it went.")

CSV = "text/csv"


class Wanted(Shape):
    """Which entries: all that is given must hold."""

    words: str = Field("", max_length=200, description="Words that must stand in some column.")
    actor: str | None = Field(None, max_length=64, description="A user's name.")
    action: str | None = Field(None, max_length=64, description="An action or its beginning: `user.`.")
    target: str | None = Field(None, max_length=200, description="`kind:name`: `machine:office`.")
    outcome: Literal["ok", "refused", "failed"] | None = None
    network: str | None = Field(None, max_length=64, description="An address or a network: `10.0.0.0/8`.")
    since: datetime | None = Field(None, description="Not before then.")
    until: datetime | None = Field(None, description="Before then.")

    @field_validator("since", "until")
    @classmethod
    def _in_utc(cls, at: datetime | None) -> datetime | None:
        """A time that names no zone is meant as all others are."""
        return at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at

    def filter(self) -> AuditFilter:
        """As the store takes it."""
        return AuditFilter(
            tuple(self.words.split()),
            self.actor,
            self.action,
            self.target,
            self.outcome,
            self.network,
            self.since.timestamp() if self.since is not None else None,
            self.until.timestamp() if self.until is not None else None,
        )


class AuditQuery(PageQuery, Wanted):
    """Which entries, and which part of them."""


class AuditView(Shape):
    """One event."""

    id: int
    at: datetime
    actor: str
    actor_id: int | None
    address: str
    action: str
    target: str
    outcome: str
    detail: dict[str, str]


def audit_view(entry: AuditEntry) -> AuditView:
    return AuditView(
        id=entry.id,
        at=when(entry.at),
        actor=entry.actor,
        actor_id=entry.actor_id,
        address=entry.address,
        action=entry.action,
        target=entry.target,
        outcome=entry.outcome,
        detail=dict(entry.detail),
    )


@audit.get("/audit", Permission.AUDIT_SEE)
async def list_audit(ask: Ask, query: AuditQuery) -> Page[AuditView]:
    """Entries, newest first."""
    page = await ask.access.trail.page(ask.by, query.filter(), query.after, query.limit)
    return Page(items=[audit_view(entry) for entry in page.items], next=page.next)


@audit.get("/audit.csv", Permission.AUDIT_SEE, media=CSV)
async def export_audit(ask: Ask, query: Wanted) -> web.StreamResponse:
    """All entries that match, as CSV."""
    lines = await ask.access.trail.csv(ask.by, query.filter())
    response = web.StreamResponse(headers={"Content-Disposition": 'attachment; filename="audit.csv"'})
    response.content_type, response.charset = CSV, "utf-8"
    await response.prepare(ask.request)
    async for line in lines:
        await response.write(line.encode("utf-8", "replace"))
    await response.write_eof()
    return response
