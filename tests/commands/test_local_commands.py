"""The commands on the gateway's own computer, without a key: over the store."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from gateway.cli import app
from gateway.store import SqliteStore


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The state of a gateway that has run once; no configuration lies around."""
    for name in ("SPICEGATE_API_KEY", "SPICEGATE_URL", "SPICEGATE_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)

    async def make() -> None:
        await (await SqliteStore.open(tmp_path / "spicegate.db")).close()

    asyncio.run(make())
    return tmp_path


def run(state: Path, *words: str, stdin: str = "") -> Result:
    return CliRunner().invoke(app, [*words, "--state", str(state)], input=stdin)


def say(state: Path, *words: str, stdin: str = "") -> Any:
    result = run(state, *words, "--json", stdin=stdin)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def add(state: Path, name: str, role: str) -> Any:
    return say(state, "user", "add", name, "--role", role, "--password-stdin", stdin="a long enough one\n")


def test_user_is_made_without_a_running_gateway(state: Path) -> None:
    assert add(state, "mia", "admin")["role"] == "admin"
    assert [user["name"] for user in say(state, "user", "list")] == ["mia"]


def test_passwords_are_as_long_as_the_gateway_wants_them(state: Path) -> None:
    (state / "spicegate.toml").write_text("[auth]\npassword_length = 20\n")
    result = run(state, "user", "add", "mia", "--password-stdin", stdin="a long enough one\n")
    assert (result.exit_code, "at least 20 characters" in result.output) == (1, True)


def test_rights_are_granted_and_withdrawn(state: Path) -> None:
    add(state, "mia", "user")
    given = say(state, "grant", "set", "lab", "--user", "mia", "--right", "view", "--right", "control")
    assert (given["group"], given["rights"]) == ("lab", ["view", "control"])
    say(state, "grant", "set", "*", "--role", "viewer", "--right", "view")
    assert [(row["group"], row["role"], row["user"]) for row in say(state, "grant", "list")] == [
        ("*", "viewer", None),
        ("lab", None, "mia"),
    ]
    say(state, "grant", "remove", str(given["id"]))
    assert len(say(state, "grant", "list")) == 1
    for words in ((), ("--user", "mia", "--role", "user"), ("--user", "tom")):
        assert run(state, "grant", "set", "lab", "--right", "view", *words).exit_code == 1
    result = run(state, "grant", "set", "lab", "--right", "fly", "--role", "user")
    assert (result.exit_code, "'fly' is not a right: use view, control" in result.stderr) == (1, True)


def test_what_was_done_locally_is_in_the_audit(state: Path) -> None:
    add(state, "mia", "viewer")
    (entry,) = say(state, "audit", "--action", "user.")
    assert (entry["action"], entry["target"], entry["detail"]["by"]) == ("user.create", "user:mia", "local")


def test_last_administrator_stays(state: Path) -> None:
    add(state, "mia", "admin")
    result = run(state, "user", "role", "mia", "viewer")
    assert result.exit_code == 1
    assert "administer" in result.output


def test_backup_is_restored(state: Path) -> None:
    add(state, "mia", "admin")
    assert say(state, "backup", str(state / "copy.db"))["users"] == 1
    add(state, "tom", "viewer")
    assert say(state, "restore", str(state / "copy.db"))["users"] == 1
    assert [user["name"] for user in say(state, "user", "list")] == ["mia"]


def test_machines_need_a_running_gateway_and_the_text_says_how(state: Path) -> None:
    result = run(state, "machine", "list")
    assert result.exit_code == 1
    assert "SPICEGATE_API_KEY" in result.output


def test_state_that_is_not_there_is_told(state: Path) -> None:
    result = run(state / "elsewhere", "user", "list")
    assert result.exit_code == 1
    assert "there is no store" in result.output
    assert not (state / "elsewhere").exists()


def test_value_that_is_not_taken_is_told(state: Path) -> None:
    result = run(state, "user", "add", "mia", "--password-stdin", stdin="short\n")
    assert (result.exit_code, "at least 10 characters" in result.output) == (1, True)


def test_gateway_without_a_key_is_not_taken_for_the_store_on_this_computer(state: Path) -> None:
    result = run(state, "user", "list", "--url", "https://gateway.example")
    assert result.exit_code == 1
    assert "give --api-key (SPICEGATE_API_KEY), or leave out --url" in result.stderr
