"""`spicegate user`: people and programs that may log in."""

from __future__ import annotations

from typing import Annotated

import typer

from gateway.access import Role
from gateway.commands.common import Session, command, group, new_password

app = group("People and programs that may log in.")

Name = Annotated[str, typer.Argument(help="The user's name.")]
Stdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]


@command(app, "list")
def list_users(session: Session, words: Annotated[str, typer.Option(help="Only with these words.")] = "") -> None:
    """All users, by name."""
    session.list(
        "/users", ("name", "role", "origin", "disabled", "last_login_at"), **({"words": words} if words else {})
    )


@command(app, "add")
def add_user(session: Session, name: Name, role: Role = Role.USER, password_stdin: Stdin = False) -> None:
    """Make a user."""
    body = {"name": name, "role": role.value, "password": new_password(password_stdin)}
    session.done(f"{name} may log in.", session.ask("POST", "/users", body))


@command(app, "role")
def change_role(session: Session, name: Name, role: Role) -> None:
    """Give a user another role."""
    user = session.ask("PATCH", f"/users/{session.user_id(name)}", {"role": role.value})
    session.done(f"{name} is {role.value}.", user)


@command(app, "disable")
def disable(session: Session, name: Name) -> None:
    """Bar a user; what they have open ends."""
    user = session.ask("PATCH", f"/users/{session.user_id(name)}", {"disabled": True})
    session.done(f"{name} is barred.", user)


@command(app, "enable")
def enable(session: Session, name: Name) -> None:
    """Let a user in again."""
    user = session.ask("PATCH", f"/users/{session.user_id(name)}", {"disabled": False})
    session.done(f"{name} may log in again.", user)


@command(app, "remove")
def remove_user(session: Session, name: Name) -> None:
    """Remove a user with all that is theirs."""
    session.ask("DELETE", f"/users/{session.user_id(name)}")
    session.done(f"{name} is removed.")


@command(app, "password")
def set_password(session: Session, name: Name, password_stdin: Stdin = False) -> None:
    """Set a user's password; their log-ins end."""
    body = {"new": new_password(password_stdin)}
    ended = session.ask("POST", f"/users/{session.user_id(name)}/password", body)
    session.done(f"The password of {name} was changed.", ended)


@command(app, "sessions")
def list_logins(
    session: Session, name: Name, end: Annotated[bool, typer.Option("--end", help="End them all.")] = False
) -> None:
    """A user's open log-ins."""
    path = f"/users/{session.user_id(name)}/sessions"
    if end:
        ended = session.ask("DELETE", path)
        session.done(f"{ended['ended']} log-ins of {name} were ended.", ended)
        return
    session.list(path, ("id", "method", "address", "agent", "created_at", "seen_at", "expires_at"))
