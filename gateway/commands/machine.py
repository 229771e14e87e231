"""`spicegate machine`: the machines of a running gateway."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from gateway.commands.asking import CommandFailed, at
from gateway.commands.checkups import show_checkup
from gateway.commands.common import Session, command, group

app = group("Machines: those of the configuration, and those added here.")

Name = Annotated[str, typer.Argument(help="The machine's name.")]
Title = Annotated[str | None, typer.Option(help="What people call it.")]
Label = Annotated[list[str] | None, typer.Option(help="name=value; may be repeated.")]
Group = Annotated[list[str] | None, typer.Option(help="Group that rights are given for; may be repeated.")]
PasswordFile = Annotated[str | None, typer.Option(help="File in the directory secrets of the gateway's state.")]
PasswordEnv = Annotated[str | None, typer.Option(help="Variable of the gateway, SPICEGATE_MACHINE_….")]
CaFile = Annotated[str | None, typer.Option(help="CA of the machine, a file in the directory secrets.")]
HostSubject = Annotated[str | None, typer.Option(help="Subject of the machine's certificate.")]


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
    title: Title = None,
    label: Label = None,
    group: Group = None,
    password_file: PasswordFile = None,
    password_env: PasswordEnv = None,
    ca_file: CaFile = None,
    host_subject: HostSubject = None,
) -> None:
    """Add a machine to the store; it is there at once."""
    options = _options(title, password_file, password_env, ca_file, host_subject)
    body = {"name": name, "url": machine_url, "labels": _labels(label), "groups": group or [], "options": options}
    session.done(f"{name} is there.", session.ask("POST", "/machines", body))


@command(app, "edit")
def edit_machine(
    session: Session,
    name: Name,
    machine_url: Annotated[str | None, typer.Option("--machine-url", help="Where it is from now on.")] = None,
    title: Title = None,
    label: Label = None,
    group: Group = None,
    password_file: PasswordFile = None,
    password_env: PasswordEnv = None,
    ca_file: CaFile = None,
    host_subject: HostSubject = None,
) -> None:
    """Change what is given of a machine of the store; the rest stays."""
    known = session.ask("GET", at("machines", name))
    if known["stored"] is None:
        raise CommandFailed(f"{name} stands in the configuration, or is not yours to change")
    options = known["stored"]["options"] | _options(title, password_file, password_env, ca_file, host_subject)
    if password_file is not None or password_env is not None:
        options |= {"password_file": password_file, "password_env": password_env}
    body = {
        "url": machine_url or known["address"],
        "labels": _labels(label) if label is not None else known["labels"],
        "groups": group if group is not None else known["groups"],
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


def _options(
    title: str | None,
    password_file: str | None,
    password_env: str | None,
    ca_file: str | None,
    host_subject: str | None,
) -> dict[str, Any]:
    given = {
        "title": title,
        "password_file": password_file,
        "password_env": password_env,
        "ca_file": ca_file,
        "host_subject": host_subject,
    }
    return {name: value for name, value in given.items() if value is not None}


def _labels(given: list[str] | None) -> dict[str, str]:
    labels = {}
    for text in given or ():
        name, equals, value = text.partition("=")
        if not equals:
            raise CommandFailed(f"{text!r} is no label: write name=value")
        labels[name] = value
    return labels
