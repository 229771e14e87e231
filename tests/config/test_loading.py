"""The command line before the environment before the file."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from gateway.config import ConfigError, configure, parse
from gateway.config.example import example
from gateway.config.loading import merged


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "spicegate.toml"
    path.write_text('[gateway]\nport = 1\ntls_cert = "cert.pem"\ntls_key = "key.pem"\n')
    return path


def test_environment_stands_over_the_file_and_the_command_line_over_both(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert configure(file, {}).gateway.port == 1
    monkeypatch.setenv("SPICEGATE_GATEWAY__PORT", "2")
    assert configure(file, {}).gateway.port == 2
    assert configure(file, {"port": 3}).gateway.port == 3
    assert configure(file, {}).gateway.tls_cert == file.parent / "cert.pem"


def test_machines_come_from_the_environment_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPICEGATE_MACHINES", '[{"name": "office", "url": "spice://host"}]')
    (machine,) = configure(None, {}).machines
    assert machine.name == "office"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("SPICEGATE_GATEWAY__PORT", "many", "environment: gateway.port: "),
        ("SPICEGATE_GATEWAY__PROT", "1", "environment: gateway.prot: Extra inputs"),
        ("SPICEGATE_GATWAY__PORT", "1", "SPICEGATE_GATWAY__PORT is no value of the configuration"),
        ("SPICEGATE_MACHINES", "office", "lists are written as JSON"),
    ],
)
def test_mistake_in_the_environment_is_told(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match=words):
        configure(None, {})


def test_variables_that_mean_something_else_are_let_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPICEGATE_PASSWORD", "secret")
    configure(None, {})


def test_values_are_merged_key_by_key() -> None:
    over = {"gateway": {"port": 2}, "machines": []}
    assert merged({"gateway": {"host": "h", "port": 1}, "machines": [1]}, over) == {
        "gateway": {"host": "h", "port": 2},
        "machines": [],
    }


def test_example_is_a_valid_configuration() -> None:
    config = parse(tomllib.loads(example()), "example", base=Path())
    assert [machine.name for machine in config.machines] == ["demo", "office"]


def test_example_with_every_comment_taken_away_is_read_too() -> None:
    lines = [line.removeprefix("# ") if " = " in line else line for line in example().splitlines()]
    tomllib.loads("\n".join(lines))


def test_variables_of_commands_and_of_machines_in_the_store_are_no_values(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SPICEGATE_URL", "SPICEGATE_API_KEY", "SPICEGATE_CA", "SPICEGATE_MACHINE_LAB"):
        monkeypatch.setenv(name, "something")
    assert configure(None, {}).machines == ()
