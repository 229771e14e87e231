"""`spicegate config`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.cli import app

GOOD = '[[machines]]\nname = "office"\nurl = "spice://host"\npassword_file = "secret"\ngroups = ["lab"]\n'


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "secret").write_text("hush")


def test_check_tells_what_is_meant_and_no_secret(tmp_path: Path) -> None:
    (tmp_path / "spicegate.toml").write_text(GOOD)
    result = CliRunner().invoke(app, ["config", "check"])
    assert result.exit_code == 0
    for words in ("spicegate.toml: fine", "http://127.0.0.1:8080", "office", "lab", "file"):
        assert words in result.stdout
    assert "hush" not in result.stdout


def test_check_gives_json(tmp_path: Path) -> None:
    (tmp_path / "spicegate.toml").write_text(GOOD)
    found = json.loads(CliRunner().invoke(app, ["config", "check", "--json"]).stdout)
    assert found["ok"] is True
    assert found["config"]["machines"][0]["groups"] == ["lab"]
    assert "hush" not in json.dumps(found)


def test_check_tells_every_mistake_and_fails(tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text('[gateway]\nport = 70000\nhots = "x"\n')
    result = CliRunner().invoke(app, ["config", "check", "--config", "other.toml"])
    assert result.exit_code == 2
    assert "other.toml: gateway.port" in result.stderr
    assert "other.toml: gateway.hots" in result.stderr


def test_check_reads_the_secrets_too(tmp_path: Path) -> None:
    (tmp_path / "spicegate.toml").write_text(GOOD.replace("secret", "missing"))
    found = CliRunner().invoke(app, ["config", "check", "--json"])
    assert found.exit_code == 2
    assert "cannot be read" in json.loads(found.stdout)["errors"][0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[gateway]\ntls_cert = "none"\ntls_key = "none"\n', "tls_cert and tls_key cannot be used"),
        ('[[machines]]\nname = "a"\nurl = "spice+tls://h:1"\nca_file = "none"\n', "CA file none cannot be read"),
        ('[[machines]]\nname = "a"\nurl = "spice+tls://h:1"\nca_file = "secret"\n', "secret"),
    ],
)
def test_check_reads_certificates_too(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "spicegate.toml").write_text(text)
    result = CliRunner().invoke(app, ["config", "check"])
    assert (result.exit_code, words in result.stderr) == (2, True), result.output


def test_example_checks_fine(tmp_path: Path) -> None:
    written = CliRunner().invoke(app, ["config", "example"])
    (tmp_path / "spicegate.toml").write_text(written.stdout)
    assert CliRunner().invoke(app, ["config", "check"]).exit_code == 0
