"""`spicegate reload`: the configuration, read anew."""

from __future__ import annotations

from gateway.commands.common import Session, command, single

app = single()


@command(app, "reload")
def reload_configuration(session: Session) -> None:
    """Have the running gateway read its configuration anew."""
    session.show_one(session.ask("POST", "/gateway/reload"))
