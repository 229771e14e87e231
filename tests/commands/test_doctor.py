"""`spicegate doctor`."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from typer.testing import CliRunner, Result

from gateway.cli import app
from tests.machines.test_checkup import answering
from tests.peers import FakeMachine, soon

ENV = {"COLUMNS": "200", "SPICEGATE_API_KEY": None, "SPICEGATE_PASSWORD": None}


async def doctor(machine: FakeMachine | None, *words: str, password: str | None = None) -> Result:
    """What the doctor says, of a machine that answers as it should."""
    env = {**ENV, "SPICEGATE_PASSWORD": password}
    async with answering(machine):
        return await soon(asyncio.to_thread(lambda: CliRunner().invoke(app, ["doctor", *words], env=env)))


async def test_doctor_shows_a_table_of_steps_and_channels() -> None:
    async with FakeMachine(password="secret") as machine:
        result = await doctor(machine, machine.url, password="secret")
    assert result.exit_code == 0, result.output
    for word in ("reach", "link", "ticket", "display 0", "inputs 0", "Round trip"):
        assert word in result.stdout
    assert "secret" not in result.output


async def test_doctor_finds_a_machine_of_the_configuration_by_its_name(tmp_path: Path) -> None:
    async with FakeMachine(password="secret") as machine:
        (tmp_path / "password").write_text("secret\n")
        config = tmp_path / "spicegate.toml"
        config.write_text(f'[[machines]]\nname = "lab"\nurl = "{machine.url}"\npassword_file = "password"\n')
        result = await doctor(machine, "lab", "--config", str(config), "--json")
    found = json.loads(result.stdout)
    assert found["ok"]
    assert [row["type"] for row in found["channels"]] == ["main", "display", "inputs"]


async def test_doctor_tells_of_an_authority_that_is_not_there(tmp_path: Path) -> None:
    result = await doctor(None, "spice+tls://127.0.0.1:1", "--ca-file", str(tmp_path / "none"))
    assert (result.exit_code, "cannot be read" in result.stderr) == (1, True)


async def test_doctor_ends_with_1_when_something_is_wrong() -> None:
    async with FakeMachine() as machine:
        url = machine.url
    result = await doctor(None, url)
    assert result.exit_code == 1
    assert "FAILED" in result.stdout


async def test_doctor_tells_an_address_that_is_none() -> None:
    result = await doctor(None, "http://example.org")
    assert result.exit_code == 1
    assert "not a machine's address" in result.output
