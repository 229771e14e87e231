"""The commands that ask a running gateway."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.spice.enums import ChannelType
from gateway.web.settings import WebSettings
from tests.commands.shell import Shell
from tests.peers import FakeMachine
from tests.running import RunningGateway, open_session
from tests.web.api.client import program


@pytest.fixture
async def machine() -> AsyncIterator[FakeMachine]:
    async with FakeMachine() as machine:
        yield machine


@pytest.fixture
async def gateway(machine: FakeMachine, tmp_path: Path) -> AsyncIterator[RunningGateway]:
    (tmp_path / "secrets").mkdir()
    settings = WebSettings(secrets_dir=tmp_path / "secrets", backups_dir=tmp_path / "backups")
    async with RunningGateway({"office": machine.url}, settings=settings) as gateway:
        yield gateway


@pytest.fixture
async def shell(gateway: RunningGateway) -> Shell:
    key = (await program(gateway, "admin")).headers["Authorization"].removeprefix("Bearer ")
    return Shell(gateway.site, key)


async def test_machines_are_listed_added_changed_tested_and_removed(shell: Shell, machine: FakeMachine) -> None:
    assert "office" in await shell.say("machine", "list")
    added = await shell.json("machine", "add", "lab", machine.url, "--group", "lab", "--label", "os=linux")
    assert (added["origin"], added["groups"], added["labels"]) == ("store", ["lab"], {"os": "linux"})
    changed = await shell.json("machine", "edit", "lab", "--title", "The lab")
    assert (changed["title"], changed["groups"], changed["stored"]["version"]) == ("The lab", ["lab"], 2)
    assert (await shell.json("machine", "show", "lab"))["title"] == "The lab"
    checked = await shell.json("machine", "test", "lab", "--no-whole")
    assert checked["ok"]
    await shell.say("machine", "remove", "lab")
    result = await shell.run("machine", "show", "lab")
    assert (result.exit_code, "There is no such machine." in result.output) == (1, True)


async def test_names_and_notes_of_others_are_shown_as_they_are(shell: Shell, machine: FakeMachine) -> None:
    await shell.say("machine", "add", "odd", machine.url, "--title", "[/red] [bold]x[/bold] :smile:")
    assert "[/red] [bold]x[/bold] :smile:" in await shell.say("machine", "list")
    assert "[/red] [bold]x[/bold] :smile:" in await shell.say("machine", "show", "odd")
    await shell.say("ticket", "create", "office", "--note", "for [link=http://evil]you[/]")
    assert "for [link=http://evil]you[/]" in await shell.say("ticket", "list")


async def test_a_narrow_terminal_cuts_nothing_off(shell: Shell) -> None:
    await shell.say("ticket", "create", "office", "--note", "Q" * 190)
    assert (await shell.say("ticket", "list")).count("Q") == 190


async def test_mistake_is_told_once(shell: Shell) -> None:
    result = await shell.run("audit", "--network", "10.0.0.0/99")
    assert (result.exit_code, result.output.count("is no address and no network")) == (1, 1)
    result = await shell.run("audit", "--since", "yesterday")
    assert (result.exit_code, "since: " in result.output) == (1, True)


async def test_a_machines_name_is_no_path(shell: Shell) -> None:
    for name in ("../users", "..", "office/../../me", "office?x=1", "office#x", "%2e%2e"):
        result = await shell.run("machine", "show", name)
        assert (result.exit_code, "There is no" in result.output) == (1, True), result.output


async def test_users_are_made_changed_and_removed(shell: Shell) -> None:
    made = await shell.json("user", "add", "mia", "--role", "viewer", "--password-stdin", stdin="a long enough one\n")
    assert (made["name"], made["role"]) == ("mia", "viewer")
    assert (await shell.json("user", "role", "mia", "operator"))["role"] == "operator"
    assert (await shell.json("user", "disable", "mia"))["disabled"]
    assert not (await shell.json("user", "enable", "mia"))["disabled"]
    await shell.say("user", "password", "mia", "--password-stdin", stdin="another long one\n")
    assert await shell.json("user", "sessions", "mia") == []
    await shell.say("user", "remove", "mia")
    assert "mia" not in await shell.say("user", "list")


async def test_password_that_is_too_short_is_told_with_its_field(shell: Shell) -> None:
    result = await shell.run("user", "add", "mia", "--password-stdin", stdin="short\n")
    assert result.exit_code == 1
    assert "password: A password has at least 10 characters." in result.output


async def test_ticket_is_issued_listed_and_revoked(shell: Shell) -> None:
    issued = await shell.json("ticket", "create", "office", "--right", "view", "--seconds", "60", "--note", "for Max")
    assert issued["ticket"]["rights"] == ["view"]
    assert issued["secret"] in issued["link"]
    assert [ticket["note"] for ticket in await shell.json("ticket", "list", "--open")] == ["for Max"]
    await shell.say("ticket", "revoke", str(issued["ticket"]["id"]))
    assert await shell.json("ticket", "list", "--open") == []


async def test_session_is_listed_and_killed(shell: Shell, gateway: RunningGateway, machine: FakeMachine) -> None:
    near, _ = await open_session(await gateway.browser(), machine)
    (row,) = await shell.json("session", "list")
    assert (row["machine"], row["user"]) == ("office", "admin")
    assert "It was shown." in await shell.say("session", "message", row["id"], "Lunch is ready.")
    assert near.type is ChannelType.MAIN
    await shell.say("session", "kill", row["id"])
    assert (await near.gone()).reason == "An administrator ended this session."
    assert await shell.json("session", "list") == []


async def test_keys_are_made_and_revoked(shell: Shell) -> None:
    made = await shell.json("key", "create", "backup", "--scope", "admin", "--days", "1")
    assert made["secret"].startswith("sg_")
    await shell.say("key", "revoke", str(made["key"]["id"]))
    assert "backup" not in await shell.say("key", "list")


async def test_backup_and_audit(shell: Shell) -> None:
    made = await shell.json("backup")
    assert Path(made["file"]).is_file()
    actions = [row["action"] for row in await shell.json("audit", "--limit", "5")]
    assert "backup" in actions
