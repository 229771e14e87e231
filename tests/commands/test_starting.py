"""What a command loads before it does its work: nobody waits for what another command needs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.cli import COMMANDS, app

ROOT = Path(__file__).parents[2]
RUN = """
import json, sys
from gateway.cli import app
try:
    app(sys.argv[1:])
except SystemExit:
    pass
print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""
SERVER = ("aiohttp", "numpy", "av", "PIL", "pyte", "gateway.server.server", "gateway.web.app")
CONFIGURATION = ("gateway.config.models", "gateway.access")
"""What reads `spicegate.toml`."""


def loaded(directory: Path, *arguments: str) -> set[str]:
    """The modules that are there when a command has ended, in a process of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SPICEGATE")}
    environment = {**kept, "PYTHONPATH": str(ROOT), "XDG_STATE_HOME": str(directory)}
    command = [sys.executable, "-c", RUN, *arguments]
    done = subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True, check=True)
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.mark.parametrize(
    ("arguments", "unneeded"),
    [
        (["--help"], (*SERVER, *CONFIGURATION, "gateway.commands.common")),
        (["--version"], (*SERVER, *CONFIGURATION, "rich", "gateway.commands.common")),
        (["no-such-command"], (*SERVER, *CONFIGURATION, "gateway.commands.common")),
        (["machine", "list"], (*SERVER, *CONFIGURATION)),
        (["machine", "list", "--url", "http://127.0.0.1:1", "--api-key", "sg_x"], (*SERVER, *CONFIGURATION)),
        (["ticket", "create", "office", "--url", "http://127.0.0.1:1", "--api-key", "sg_x"], (*SERVER, *CONFIGURATION)),
        (["key", "list", "--url", "http://127.0.0.1:1", "--api-key", "sg_x"], SERVER),
        (["config", "check"], SERVER),
        (["config", "example"], SERVER),
        (["serve", "--help"], SERVER),
        (["serve", "ftp://host"], SERVER),
        (["restore", "none"], SERVER),
        (["doctor", "--help"], ("aiohttp", "numpy", "av", "PIL", "gateway.server.server")),
    ],
)
def test_command_loads_nothing_that_it_does_not_need(
    tmp_path: Path, arguments: list[str], unneeded: tuple[str, ...]
) -> None:
    found = loaded(tmp_path, *arguments)
    assert found.isdisjoint(unneeded)
    assert "gateway.cli" in found


def test_gateway_that_only_relays_loads_no_encoders_and_no_built_in_machine(tmp_path: Path) -> None:
    code = RUN.replace("from gateway.cli import app", "import gateway.cli, gateway.serving; app = print")
    done = subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": str(ROOT)}, capture_output=True, check=True)
    found = set(json.loads(done.stderr.splitlines()[-1]))
    assert "gateway.web.app" in found
    unneeded = ("numpy", "av", "PIL", "pyte", "gateway.machines.demo", "gateway.server.registration")
    assert found.isdisjoint(unneeded)


@pytest.mark.parametrize("name", COMMANDS)
def test_list_of_commands_says_what_the_command_says_itself(name: str) -> None:
    shown = CliRunner().invoke(app, [name, "--help"], env={"COLUMNS": "200"})
    assert shown.exit_code == 0
    assert COMMANDS[name] in shown.stdout


def test_every_command_is_on_the_list() -> None:
    shown = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "200"}).stdout
    for name, text in COMMANDS.items():
        assert name in shown
        assert text in shown
    modules = {path.stem for path in (ROOT / "gateway" / "commands").glob("*.py") if "\napp = " in path.read_text()}
    assert modules == set(COMMANDS)


def test_command_that_is_mistyped_is_told_with_what_was_meant() -> None:
    result = CliRunner().invoke(app, ["machin"], env={"COLUMNS": "200"})
    assert (result.exit_code, "Did you mean 'machine'?" in result.stderr) == (2, True)


def test_command_knows_its_full_name() -> None:
    shown = CliRunner().invoke(app, ["machine", "add", "--help"], env={"COLUMNS": "200"}, prog_name="spicegate")
    assert "Usage: spicegate machine add [OPTIONS]" in shown.stdout
