"""Oneself: profile, password, log-ins, API keys."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from gateway.access import Method, Permission, Role, Scope
from gateway.access.policy import MAX_KEY_SECONDS, MAX_TEXT_LENGTH
from gateway.store.records import ApiKey, LoginSession
from gateway.web.api.operation import Ask, Resource
from gateway.web.api.shapes import Ended, Id, Page, PageQuery, Password, Shape, maybe_when, when

me = Resource("me", "Yourself: profile, password, log-ins, API keys.")


class Profile(Shape):
    """Who asks."""

    user_id: int | None
    name: str
    role: Role
    method: Method
    """How you were recognised."""
    permissions: list[Permission]
    """What you may do in the gateway; what you may do at a machine stands with the machine."""
    scopes: list[Scope] | None
    """Of the API key that asks; null: it is no key."""
    login: int | None
    """The id of the log-in that asks, when it is one."""


class LoginView(Shape):
    """An open log-in of a browser."""

    id: int
    method: str
    address: str
    agent: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    current: bool
    """Whether it is the one that asks."""


class PasswordChange(Shape):
    """The password that is, and the one that is to be."""

    old: Password
    new: Password


class KeyDraft(Shape):
    """A key that is to be made."""

    name: Annotated[str, Field(min_length=1, max_length=MAX_TEXT_LENGTH)]
    scopes: Annotated[tuple[Scope, ...], Field(min_length=1, max_length=len(Scope))]
    expires_in: Annotated[float | None, Field(gt=0, le=MAX_KEY_SECONDS)] = None
    """Seconds until it ends; null: never."""


class KeyView(Shape):
    """An API key, by its beginning."""

    id: int
    name: str
    prefix: str
    scopes: list[Scope]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    last_used_from: str | None


class NewKeyView(Shape):
    """A new key: `secret` is shown once."""

    secret: str
    key: KeyView


def login_view(session: LoginSession, current: int | None) -> LoginView:
    return LoginView(
        id=session.id,
        method=session.method,
        address=session.address,
        agent=session.agent,
        created_at=when(session.created_at),
        seen_at=when(session.seen_at),
        expires_at=when(session.expires_at),
        current=session.id == current,
    )


def key_view(key: ApiKey) -> KeyView:
    return KeyView(
        id=key.id,
        name=key.name,
        prefix=key.prefix,
        scopes=[Scope(scope) for scope in key.scopes],
        created_at=when(key.created_at),
        expires_at=maybe_when(key.expires_at),
        last_used_at=maybe_when(key.last_used_at),
        last_used_from=key.last_used_from,
    )


@me.get("/me", Permission.CONSOLE)
async def show_profile(ask: Ask) -> Profile:
    """Who you are, and what you may do."""
    by = ask.by
    return Profile(
        user_id=by.user_id,
        name=by.name,
        role=by.role,
        method=by.method,
        permissions=[permission for permission in Permission if by.may(permission)],
        scopes=[scope for scope in Scope if scope in by.scopes] if by.scopes is not None else None,
        login=by.session_id,
    )


@me.post("/me/password", Permission.ACCOUNT)
async def change_password(ask: Ask, body: PasswordChange) -> Ended:
    """Change your password; your other log-ins end.

    A key cannot do it.
    """
    return Ended(ended=await ask.access.people.change_password(ask.by, body.old, body.new))


@me.get("/me/sessions", Permission.ACCOUNT)
async def list_own_logins(ask: Ask, query: PageQuery) -> Page[LoginView]:
    """Your open log-ins, newest first."""
    page = await ask.access.sessions.page(ask.by, query.after, query.limit)
    return Page(items=[login_view(session, ask.by.session_id) for session in page.items], next=page.next)


@me.delete("/me/sessions", Permission.ACCOUNT, revokes=True)
async def end_other_logins(ask: Ask) -> Ended:
    """End all your log-ins but the one that asks."""
    return Ended(ended=await ask.access.sessions.revoke_all(ask.by))


@me.delete("/me/sessions/{id}", Permission.ACCOUNT, revokes=True)
async def end_own_login(ask: Ask, id: Id) -> None:
    """End one of your log-ins, and what it opened."""
    await ask.access.sessions.revoke(ask.by, id)


@me.get("/me/keys", Permission.KEYS)
async def list_own_keys(ask: Ask, query: PageQuery) -> Page[KeyView]:
    """Your API keys, newest first."""
    page = await ask.access.keys.page(ask.by, query.after, query.limit)
    return Page(items=[key_view(key) for key in page.items], next=page.next)


@me.post("/me/keys", Permission.KEYS, status=201, problems=(404, 409))
async def make_key(ask: Ask, body: KeyDraft) -> NewKeyView:
    """Make an API key. Its secret is shown in this answer and never again. A key makes keys that may do no more."""
    secret, key = await ask.access.keys.issue(ask.by, body.name, body.scopes, expires_in=body.expires_in)
    return NewKeyView(secret=secret, key=key_view(key))


@me.delete("/me/keys/{id}", Permission.KEYS, revokes=True)
async def revoke_own_key(ask: Ask, id: Id) -> None:
    """End one of your API keys, and what it opened."""
    await ask.access.keys.revoke(ask.by, id)
