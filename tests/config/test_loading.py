"""The command line before the environment before the file."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from gateway.config.environment import variables
from gateway.config.errors import ConfigError
from gateway.config.example import example
from gateway.config.loading import checked, configure, merged
from gateway.config.mistakes import Layer
from gateway.config.models import Config


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


@pytest.mark.parametrize("given", [{"SPICEGATE_GATEWAY__TLS_SELF_SIGNED": "true"}, {}])
def test_values_are_checked_when_all_of_them_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: dict[str, str]
) -> None:
    path = tmp_path / "spicegate.toml"
    path.write_text('[gateway]\nhost = "0.0.0.0"\n')
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    if given:
        assert configure(path, {}).gateway.tls_self_signed
    else:
        with pytest.raises(ConfigError, match=r"spicegate.toml: gateway: host 0.0.0.0 can be reached"):
            configure(path, {})
    assert configure(path, {"tls_cert": Path("a"), "tls_key": Path("b")}).gateway.has_tls


def test_mistake_is_told_with_where_the_value_comes_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "spicegate.toml"
    path.write_text("[gateway]\nport = 1\ndrain_seconds = -1\n[auth]\naudit_days = 0\n")
    monkeypatch.setenv("SPICEGATE_GATEWAY__PORT", "many")
    monkeypatch.setenv("SPICEGATE_AUTH__AUDIT_DAYS", "7")
    with pytest.raises(ConfigError) as mistake:
        configure(path, {"host": "a b"})
    lines = str(mistake.value).split("\n")
    assert len(lines) == 3
    assert any(line.startswith("environment: gateway.port: ") for line in lines)
    assert any(line.startswith(f"{path}: gateway.drain_seconds: ") for line in lines)
    assert any(line.startswith("command line: gateway.host: ") for line in lines)


def test_every_value_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {
        "SPICEGATE_GATEWAY__HOST": "::1",
        "SPICEGATE_GATEWAY__PORT": "9",
        "SPICEGATE_GATEWAY__TLS_CERT": "c.pem",
        "SPICEGATE_GATEWAY__TLS_KEY": "k.pem",
        "SPICEGATE_GATEWAY__TLS_SELF_SIGNED": "true",
        "SPICEGATE_GATEWAY__DRAIN_SECONDS": "1.5",
        "SPICEGATE_GATEWAY__LOG_FORMAT": "json",
        "SPICEGATE_GATEWAY__PUBLIC_URL": "https://x.example/console",
        "SPICEGATE_GATEWAY__TRUSTED_PROXIES": '["10.0.0.0/8", "::1"]',
        "SPICEGATE_GATEWAY__ALLOWED_ORIGINS": '["https://y.example"]',
        "SPICEGATE_GATEWAY__STATE_DIR": "/var/lib/x",
        "SPICEGATE_AUTH__SESSION_IDLE_HOURS": "2",
        "SPICEGATE_AUTH__SESSION_DAYS": "3",
        "SPICEGATE_AUTH__TICKET_SECONDS": "4",
        "SPICEGATE_AUTH__PASSWORD_LENGTH": "12",
        "SPICEGATE_AUTH__AUDIT_DAYS": "5",
        "SPICEGATE_AUTH__USER_HEADER": "X-User",
        "SPICEGATE_AUTH__USER_HEADER_FROM": '["127.0.0.1"]',
        "SPICEGATE_AUTH__USER_HEADER_ROLE": "viewer",
        "SPICEGATE_MACHINES": json.dumps([{"name": "a", "url": "demo:", "labels": {"os": "x"}, "groups": ["lab"]}]),
    }
    assert sorted(texts) == sorted(variables())
    for name, text in texts.items():
        monkeypatch.setenv(name, text)
    config = configure(None, {})
    defaults = Config().model_dump()
    for section in ("gateway", "auth"):
        for key, value in config.model_dump()[section].items():
            assert value != defaults[section][key], key
    assert (config.machines[0].labels, config.machines[0].groups) == ({"os": "x"}, ("lab",))


def test_a_key_stands_over_its_table_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPICEGATE_GATEWAY", '{"port": 5, "log_format": "json"}')
    monkeypatch.setenv("spicegate_gateway__port", "6")
    gateway = configure(None, {}).gateway
    assert (gateway.port, gateway.log_format) == (6, "json")


def test_machines_come_from_the_environment_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPICEGATE_MACHINES", '[{"name": "office", "url": "spice://host"}]')
    (machine,) = configure(None, {}).machines
    assert machine.name == "office"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("SPICEGATE_GATEWAY__PORT", "many", "environment: gateway.port: "),
        (
            "SPICEGATE_GATEWAY__PROT",
            "1",
            "environment: SPICEGATE_GATEWAY__PROT is no value .*: SPICEGATE_GATEWAY__PORT is one",
        ),
        ("SPICEGATE_GATWAY__PORT", "1", "SPICEGATE_GATWAY__PORT is no value of the configuration"),
        ("SPICEGATE_GATEWAY_PORT", "1", "SPICEGATE_GATEWAY_PORT is no value .*: SPICEGATE_GATEWAY__PORT is one"),
        ("SPICEGATE_GATEWAYS", "{}", "SPICEGATE_GATEWAYS is no value of the configuration"),
        ("SPICEGATE_MACHINES__0__URL", "demo:", "SPICEGATE_MACHINES__0__URL is no value of the configuration"),
        ("SPICEGATE_MACHINES", "office", "SPICEGATE_MACHINES is written as JSON"),
        ("SPICEGATE_AUTH", "[]", "SPICEGATE_AUTH is written as JSON"),
        ("SPICEGATE_GATEWAY__TRUSTED_PROXIES", "::1", "SPICEGATE_GATEWAY__TRUSTED_PROXIES is written as JSON"),
        ("SPICEGATE_AUTH__TICKET_SECONDS", "nan", "environment: auth.ticket_seconds: "),
    ],
)
def test_mistake_in_the_environment_is_told(monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str) -> None:
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
    config = checked([Layer("example", tomllib.loads(example()))])
    assert [machine.name for machine in config.machines] == ["demo", "office"]


def test_example_with_every_comment_taken_away_is_read_too() -> None:
    lines = [line.removeprefix("# ") if " = " in line else line for line in example().splitlines()]
    tomllib.loads("\n".join(lines))


def test_variables_of_commands_and_of_machines_in_the_store_are_no_values(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SPICEGATE_URL", "SPICEGATE_API_KEY", "SPICEGATE_CA", "SPICEGATE_MACHINE_LAB"):
        monkeypatch.setenv(name, "something")
    assert configure(None, {}).machines == ()
