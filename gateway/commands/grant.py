"""`spicegate grant`: which rights a role or a user has on the machines of a group."""

from __future__ import annotations

from typing import Annotated

import typer

from gateway.access import Role
from gateway.commands.asking import CommandFailed
from gateway.commands.common import Session, command, group, known_rights

app = group("Which rights a role or a user has on the machines of a group.")


@command(app, "list")
def list_grants(session: Session) -> None:
    """All grants."""
    names = {user["id"]: user["name"] for user in session.pages("/users")}
    rows = [{**grant, "user": names.get(grant["user_id"])} for grant in session.pages("/grants")]
    session.show(rows, ("id", "group", "role", "user", "rights"))


@command(app, "set")
def set_grant(
    session: Session,
    group: Annotated[str, typer.Argument(help="Group of machines; * is all of them.")],
    right: Annotated[list[str], typer.Option(help="view, control, …, all; may be repeated.")],
    role: Annotated[Role | None, typer.Option(help="Give it to a role.")] = None,
    user: Annotated[str | None, typer.Option(help="Give it to a user.")] = None,
) -> None:
    """Give rights in a group, in place of those before."""
    if (role is None) is (user is None):
        raise CommandFailed("give --role or --user, one of both")
    rights = known_rights(right)
    whom = {"role": role.value} if role is not None else {"user_id": session.user_id(user or "")}
    session.done(
        f"{role or user} may do so.", session.ask("PUT", "/grants", {"group": group, "rights": rights, **whom})
    )


@command(app, "remove")
def remove_grant(session: Session, grant: Annotated[int, typer.Argument(help="The grant's id.")]) -> None:
    """Take a grant away; sessions that it had opened end."""
    session.ask("DELETE", f"/grants/{grant}")
    session.done(f"Grant {grant} is withdrawn.")
