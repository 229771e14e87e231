"""Grants: which rights a role or a user has on the machines of a group."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from gateway.access import Permission, Role
from gateway.server.rights import Right, right_names
from gateway.store.records import Grant
from gateway.web.api.operation import Ask, Resource
from gateway.web.api.shapes import Id, Page, Rights, Shape, rights_from

grants = Resource("grants", "Which rights a role or a user has on the machines of a group. Admins need none.")


class GrantDraft(Shape):
    """For a role or for a user: one of both is given."""

    group: Annotated[str, Field(min_length=1, max_length=64)]
    """`*`: all machines."""
    rights: Rights
    role: Role | None = None
    user_id: Id | None = None


class GrantView(Shape):
    """A grant."""

    id: int
    role: Role | None
    user_id: int | None
    group: str
    rights: list[str]


def grant_view(grant: Grant) -> GrantView:
    return GrantView(
        id=grant.id,
        role=Role(grant.role) if grant.role is not None else None,
        user_id=grant.user_id,
        group=grant.machine_group,
        rights=list(right_names(Right(grant.rights))),
    )


@grants.get("/grants", Permission.PEOPLE_SEE)
async def list_grants(ask: Ask) -> Page[GrantView]:
    """All grants, on one page."""
    return Page(items=[grant_view(grant) for grant in await ask.access.authority.grants(ask.by)], next=None)


@grants.put("/grants", Permission.PEOPLE_CHANGE, problems=(404,), revokes=True)
async def set_grant(ask: Ask, body: GrantDraft) -> GrantView:
    """Give a role or a user these rights in a group, in place of those before."""
    rights = rights_from(body.rights)
    return grant_view(
        await ask.access.authority.grant(ask.by, body.group, rights, role=body.role, user_id=body.user_id)
    )


@grants.delete("/grants/{id}", Permission.PEOPLE_CHANGE, revokes=True)
async def withdraw_grant(ask: Ask, id: Id) -> None:
    """Take a grant away; sessions that it had opened end."""
    await ask.access.authority.withdraw(ask.by, id)
