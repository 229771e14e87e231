"""People: users with their log-ins and keys."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from gateway.access import Permission, Role
from gateway.store.records import User
from gateway.web.api.me import KeyView, LoginView, key_view, login_view
from gateway.web.api.operation import Ask, Resource
from gateway.web.api.shapes import Ended, Id, Page, PageQuery, Password, Shape, maybe_when, when

users = Resource("users", "People and programs that may log in.")


class UserQuery(PageQuery):
    """Which users."""

    words: str = Field("", max_length=200, description="Words that must stand in the name, role or origin.")


class UserView(Shape):
    """Somebody who may log in."""

    id: int
    name: str
    role: Role
    origin: str
    """`local`: with a password here; `proxy`: named by a proxy."""
    disabled: bool
    created_at: datetime
    password_at: datetime | None
    last_login_at: datetime | None


class UserDraft(Shape):
    """A user who is to be made."""

    name: Annotated[str, Field(max_length=200)]
    role: Role
    password: Password


class UserChange(Shape):
    """What is to be another; null: it stays."""

    role: Role | None = None
    disabled: bool | None = None


class NewPassword(Shape):
    """The password that is to be."""

    new: Password


def user_view(user: User) -> UserView:
    return UserView(
        id=user.id,
        name=user.name,
        role=Role(user.role),
        origin=user.origin,
        disabled=user.disabled,
        created_at=when(user.created_at),
        password_at=maybe_when(user.password_at),
        last_login_at=maybe_when(user.last_login_at),
    )


@users.get("/users", Permission.PEOPLE_SEE)
async def list_users(ask: Ask, query: UserQuery) -> Page[UserView]:
    """Users by name."""
    page = await ask.access.people.page(ask.by, query.after, query.limit, words=query.words.split())
    return Page(items=[user_view(user) for user in page.items], next=page.next)


@users.post("/users", Permission.PEOPLE_CHANGE, status=201, problems=(409,))
async def make_user(ask: Ask, body: UserDraft) -> UserView:
    """Make a user, who logs in with this password."""
    return user_view(await ask.access.people.create(ask.by, body.name, body.role, body.password))


@users.get("/users/{id}", Permission.PEOPLE_SEE)
async def show_user(ask: Ask, id: Id) -> UserView:
    """One user."""
    return user_view(await ask.access.people.get(ask.by, id))


@users.patch("/users/{id}", Permission.PEOPLE_CHANGE, problems=(409,), revokes=True)
async def change_user(ask: Ask, id: Id, body: UserChange) -> UserView:
    """Give another role, bar, or let in again. Sessions end with the right to them."""
    return user_view(await ask.access.people.change(ask.by, id, role=body.role, disabled=body.disabled))


@users.delete("/users/{id}", Permission.PEOPLE_CHANGE, problems=(409,), revokes=True)
async def remove_user(ask: Ask, id: Id) -> None:
    """Remove a user with all that is theirs."""
    await ask.access.people.remove(ask.by, id)


@users.post("/users/{id}/password", Permission.PEOPLE_CHANGE)
async def reset_password(ask: Ask, id: Id, body: NewPassword) -> Ended:
    """Set somebody's password; all their log-ins end. Your own is changed at `/me/password`."""
    return Ended(ended=await ask.access.people.reset_password(ask.by, id, body.new))


@users.get("/users/{id}/sessions", Permission.PEOPLE_CHANGE)
async def list_logins(ask: Ask, id: Id, query: PageQuery) -> Page[LoginView]:
    """Somebody's open log-ins, newest first."""
    await ask.access.people.get(ask.by, id)
    page = await ask.access.sessions.page(ask.by, query.after, query.limit, user_id=id)
    return Page(items=[login_view(session, ask.by.session_id) for session in page.items], next=page.next)


@users.delete("/users/{id}/sessions", Permission.PEOPLE_CHANGE, revokes=True)
async def end_logins(ask: Ask, id: Id) -> Ended:
    """End all log-ins of somebody, but for the one that asks."""
    await ask.access.people.get(ask.by, id)
    return Ended(ended=await ask.access.sessions.revoke_all(ask.by, id))


@users.delete("/users/{id}/sessions/{login}", Permission.PEOPLE_CHANGE, revokes=True)
async def end_login(ask: Ask, id: Id, login: Id) -> None:
    """End one log-in of somebody, and what it opened."""
    await ask.access.sessions.revoke(ask.by, login, user_id=id)


@users.get("/users/{id}/keys", Permission.PEOPLE_CHANGE)
async def list_keys(ask: Ask, id: Id, query: PageQuery) -> Page[KeyView]:
    """Somebody's API keys, newest first."""
    await ask.access.people.get(ask.by, id)
    page = await ask.access.keys.page(ask.by, query.after, query.limit, user_id=id)
    return Page(items=[key_view(key) for key in page.items], next=page.next)


@users.delete("/users/{id}/keys/{key}", Permission.PEOPLE_CHANGE, revokes=True)
async def revoke_key(ask: Ask, id: Id, key: Id) -> None:
    """End one API key of somebody, and what it opened."""
    await ask.access.keys.revoke(ask.by, key, user_id=id)
