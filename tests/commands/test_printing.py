"""What commands print, wherever they print it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from gateway.commands.tables import cell, print_rows
from tests.certificates import make_certificate

ROOT = Path(__file__).parents[2]
OFFICE = '[[machines]]\nname = "office"\nurl = "spice://vm1.example.net:5900"\ntitle = "Ünïcödé 漢字"\n'
ROWS: list[list[Any]] = [["office", "Ünïcödé 漢字 🎉", "2026-11-26T13:13:30.988205Z"], ["lab", None, True]]


def spicegate(
    home: Path,
    *arguments: str,
    stdout: int = subprocess.PIPE,
    stdin: bytes = b"",
    env: Mapping[str, str] = MappingProxyType({}),
) -> Any:
    """A command in a process of its own, which prints into a pipe unless told."""
    kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LC_ALL", "LANG")}
    environment = {**kept, "PYTHONPATH": str(ROOT), "XDG_STATE_HOME": str(home), **env}
    command = [sys.executable, "-m", "gateway", *arguments]
    return subprocess.run(command, cwd=home, env=environment, input=stdin, stdout=stdout, stderr=subprocess.PIPE)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "spicegate.toml").write_text(OFFICE, "utf-8")
    return tmp_path


ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


def test_terminal_that_lacks_letters_shows_all_the_others(home: Path) -> None:
    done = spicegate(home, "config", "check", env=ASCII)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"office" in done.stdout
    assert b"?" in done.stdout


def test_json_loses_no_letter_where_the_terminal_lacks_it(home: Path) -> None:
    done = spicegate(home, "config", "check", "--json", env=ASCII)
    assert json.loads(done.stdout)["config"]["machines"][0]["title"] == "Ünïcödé 漢字"


def test_who_reads_a_pipe_gets_a_row_on_one_line(home: Path) -> None:
    with (home / "spicegate.toml").open("a") as file:
        file.write('[[machines]]\nname = "' + "n" * 60 + '"\nurl = "spice://' + "h" * 60 + '"\n')
    done = spicegate(home, "config", "check", env={"PYTHONUTF8": "1"})
    assert any("n" * 60 in line and "h" * 60 in line for line in done.stdout.decode().splitlines())


def test_reader_that_hears_enough_is_no_mistake(home: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = spicegate(home, "config", "check", stdout=writing)
    os.close(writing)
    assert b"Traceback" not in done.stderr


def test_full_disk_is_told_in_a_sentence(home: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = spicegate(home, "config", "check", stdout=full.fileno())
    assert (done.returncode, done.stderr) == (1, b"spicegate: there is no room for what was to be printed\n")


def test_password_that_is_no_text_is_told(home: Path) -> None:
    done = spicegate(home, "user", "add", "mia", "--password-stdin", stdin=b"\xff\xfe\n")
    assert (done.returncode, done.stderr) == (1, b"spicegate: the password is not UTF-8\n")


def test_configuration_that_is_no_text_is_told(home: Path) -> None:
    (home / "spicegate.toml").write_bytes(b"\xff\xfe")
    done = spicegate(home, "serve")
    assert (done.returncode, done.stderr) == (2, b"spicegate: spicegate.toml: it is not UTF-8\n")


def test_certificates_that_are_none_are_told(home: Path) -> None:
    pair, other = make_certificate(home), make_certificate(home / "other")
    for cert, key, words in (
        (home / "spicegate.toml", pair.key, "they hold no certificate and no key (PEM)"),
        (pair.cert, other.key, "the key is another certificate's"),
    ):
        done = spicegate(home, "serve", "--tls-cert", str(cert), "--tls-key", str(key), "--port", "0")
        assert (done.returncode, words in done.stderr.decode()) == (2, True), done.stderr


def test_narrow_terminal_shows_each_row_as_a_table_of_its_own(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "28")
    print_rows(("name", "title", "since"), ROWS)
    shown = capsys.readouterr().out
    for words in ("office", "2026-11-26", "title", "yes"):
        assert words in shown
    assert max(len(line) for line in shown.splitlines()) <= 28
    assert shown.count("name") == len(ROWS)
    monkeypatch.setenv("COLUMNS", "80")
    print_rows(("name", "title", "since"), ROWS)
    assert capsys.readouterr().out.count("name") == 1


def test_moment_is_told_as_exactly_as_people_want_to_know() -> None:
    assert cell("2026-11-26T13:13:30.988205Z") == "2026-11-26 13:13:30Z"
    assert cell("since 2026-11-26T13:13:30Z") == "since 2026-11-26T13:13:30Z"
