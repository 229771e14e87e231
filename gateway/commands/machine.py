"""`spicegate machine`: the machines of a running gateway."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer

from gateway.commands.asking import CommandFailed, at
from gateway.commands.checkups import show_checkup
from gateway.commands.common import Session, command, group

app = group("Machines: those of the configuration, and those added here.")

Name = Annotated[str, typer.Argument(help="The machine's name.")]


@dataclass
class Details:
    """What may be told of a machine beside its name and its address; None: nothing is told."""

    title: Annotated[str | None, typer.Option(help="What people call it.")] = None
    label: Annotated[list[str] | None, typer.Option(help="name=value; may be repeated.")] = None
    group: Annotated[list[str] | None, typer.Option(help="Group that rights are given for; may be repeated.")] = None
    password_file: Annotated[str | None, typer.Option(help="File in the directory secrets of the gateway's state.")] = (
        None
    )
    password_env: Annotated[str | None, typer.Option(help="Variable of the gateway, SPICEGATE_MACHINE_….")] = None
    ca_file: Annotated[str | None, typer.Option(help="CA of the machine, a file in the directory secrets.")] = None
    host_subject: Annotated[str | None, typer.Option(help="Subject of the machine's certificate.")] = None

    def options(self) -> dict[str, str]:
        """What is told, by its name in the API."""
        names = ("title", "password_file", "password_env", "ca_file", "host_subject")
        return {name: value for name in names if (value := getattr(self, name)) is not None}

    def labels(self) -> dict[str, str]:
        """Raises `CommandFailed`."""
        labels = {}
        for text in self.label or ():
            name, equals, value = text.partition("=")
            if not equals:
                raise CommandFailed(f"{text!r} is no label: write name=value")
            labels[name] = value
        return labels


@command(app, "list")
def list_machines(session: Session) -> None:
    """All machines, by name."""
    session.list("/machines", ("name", "title", "origin", "address", "state", "since", "sessions", "groups"))


@command(app, "show")
def show_machine(session: Session, name: Name) -> None:
    """One machine."""
    session.show_one(session.ask("GET", at("machines", name)))


@command(app, "add")
def add_machine(
    session: Session,
    name: Name,
    machine_url: Annotated[str, typer.Argument(metavar="URL", help="spice://host:5900, for example.")],
    details: Details,
) -> None:
    """Add a machine to the store; it is there at once."""
    body = {
        "name": name,
        "url": machine_url,
        "labels": details.labels(),
        "groups": details.group or [],
        "options": details.options(),
    }
    session.done(f"{name} is there.", session.ask("POST", "/machines", body))


@command(app, "edit")
def edit_machine(
    session: Session,
    name: Name,
    details: Details,
    machine_url: Annotated[str | None, typer.Option("--machine-url", help="Where it is from now on.")] = None,
) -> None:
    """Change what is given of a machine of the store; the rest stays."""
    known = session.ask("GET", at("machines", name))
    if known["stored"] is None:
        raise CommandFailed(f"{name} stands in the configuration, or is not yours to change")
    options = known["stored"]["options"] | details.options()
    if details.password_file is not None or details.password_env is not None:
        options |= {"password_file": details.password_file, "password_env": details.password_env}
    body = {
        "url": machine_url or known["address"],
        "labels": details.labels() if details.label is not None else known["labels"],
        "groups": details.group if details.group is not None else known["groups"],
        "options": options,
        "version": known["stored"]["version"],
    }
    session.done(f"{name} is changed.", session.ask("PUT", at("machines", name), body))


@command(app, "remove")
def remove_machine(session: Session, name: Name) -> None:
    """Remove a machine of the store; its sessions end."""
    session.ask("DELETE", at("machines", name))
    session.done(f"{name} is removed.")


@command(app, "test")
def test_machine(
    session: Session,
    name: Name,
    whole: Annotated[bool | None, typer.Option(help="Link every channel, even while somebody is there.")] = None,
) -> None:
    """Have the gateway ask a machine step by step; exit code 1 when something is wrong."""
    query = {"whole": str(whole).lower()} if whole is not None else {}
    show_checkup(session, session.ask("POST", at("machines", name, "test"), **query))
