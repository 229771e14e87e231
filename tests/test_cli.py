"""The command."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import signal
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

import pytest
from typer.testing import CliRunner

from gateway import __version__, cli
from gateway.commands import serve
from gateway.commands.serve import PASSWORD_ENV
from gateway.spice.enums import ChannelType
from gateway.spice.errors import LinkRefused
from gateway.spice.messages.common import Notify
from gateway.spice.messages.main import Init
from tests.certificates import make_certificate
from tests.peers import PATIENCE, NativeClient
from tests.running import PASSWORD

ROOT = Path(__file__).parents[1]


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "gateway", *arguments]


def environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SPICEGATE")}
    return {**kept, "PYTHONPATH": str(ROOT), **more}


class Outcome(NamedTuple):
    exit_code: int
    stdout: str
    stderr: str


Run = Callable[..., Outcome]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Runs the command in an empty directory, in this process, whose log stays as it is."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(serve, "raise_file_limit", lambda: None)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))

    def run(*arguments: str, **env: str) -> Outcome:
        result = CliRunner().invoke(cli.app, arguments, env={PASSWORD_ENV: None, **env})
        return Outcome(result.exit_code, result.stdout, result.stderr)

    yield run
    root.handlers[:] = handlers
    root.setLevel(level)


@contextmanager
def serving(cwd: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A running gateway and the link it prints."""
    process = subprocess.Popen(
        command("serve", *arguments, "--port", "0", "--state", str(cwd / "state")),
        cwd=cwd,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield process, link(process)
    finally:
        process.kill()
        process.communicate(timeout=PATIENCE)


def link(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.fullmatch(r"Open (https?://\S+/setup\?token=\S+)\n", line)
    assert found, line or (process.stderr and process.stderr.read())
    return found.group(1)


def test_version_is_printed(run: Run) -> None:
    assert run("--version").stdout == f"spicegate {__version__}\n"


def test_serve_without_a_machine_opens_the_demo_machine(tmp_path: Path) -> None:
    with serving(tmp_path) as (process, address):
        with urllib.request.build_opener(urllib.request.HTTPCookieProcessor).open(address, timeout=PATIENCE) as answer:
            assert b"first administrator" in answer.read()
        site, token = address.split("/setup?token=")
        form = {"token": token, "name": "me", "password": PASSWORD, "again": PASSWORD}
        request = urllib.request.Request(f"{site}/setup", urlencode(form).encode(), {"Origin": site})
        with pytest.raises(urllib.error.HTTPError) as entered:
            urllib.request.build_opener(NoRedirect).open(request, timeout=PATIENCE)
        assert entered.value.headers["Location"] == "/m/demo"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=PATIENCE) == 0


async def test_native_client_opens_the_demo_machine_with_its_password(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("pass word")
    path = tmp_path / "demo.sock"
    with serving(tmp_path, "--listen", f"unix:{path}", "--password-file", "secret"):
        async with NativeClient(unix=path) as client:
            with pytest.raises(LinkRefused):
                await client.link(ChannelType.MAIN, password="other")
            await (await client.link(ChannelType.MAIN, password="pass word")).wait_for(Init)


async def test_native_client_is_told_that_the_gateway_stops(tmp_path: Path) -> None:
    path = tmp_path / "demo.sock"
    (tmp_path / "secret").write_text("pass word")
    with serving(tmp_path, "--listen", f"unix:{path}", "--password-file", "secret") as (process, _):
        async with NativeClient(unix=path) as client:
            main = await client.link(ChannelType.MAIN, password="pass word")
            await main.wait_for(Init)
            process.send_signal(signal.SIGTERM)
            assert b"being stopped" in bytes((await main.wait_for(Notify)).message)
            process.send_signal(signal.SIGTERM)
            assert await asyncio.to_thread(process.wait, PATIENCE) == 0
        assert process.stderr is not None
        log = process.stderr.read()
    assert re.search(r"main 0 closed .*: The gateway is being stopped", log), log


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["spice://me:hush@host"], "must not hold a password"),
        (["ftp://host"], "is not a machine's address"),
        (["spice://a", "spice://b", "--name", "x"], "--name is for one URL"),
        (["spice://a", "spice://a"], "the same name"),
        (["spice://a", "--name", "a b"], "machines[0].name"),
        (["spice://a", "--host", "0.0.0.0"], "can be reached from other computers: give tls_cert"),
        (["spice://a", "--host", "192.0.2.1", "--tls-cert", "x"], "belong together"),
        (["spice://a", "--config", "none.toml"], "No such file"),
        (["spice://a", "--password-file", "none"], "cannot be read"),
        (["spice+tls://a:1", "--ca-file", "none"], "CA file none cannot be read"),
        (["spice://a", "--tls-cert", "none", "--tls-key", "none"], "tls_cert and tls_key cannot be used"),
        (["spice://a", "--log-level", "loud"], "must be debug, info"),
        (["--listen", "somewhere"], "'somewhere' is no address to listen on"),
        (["--listen", "0.0.0.0:5900"], "in the clear: use tls_listen"),
        (["--listen", "192.0.2.1:5900"], "in the clear: use tls_listen"),
        (["--tls-listen", "192.0.2.1:5901"], "demo: cannot listen on 192.0.2.1 port 5901"),
        (["spice://a", "spice://b", "--listen", "5900"], "--listen is for one machine"),
        (["spice://a", "--name", "a.vv"], "does not end with .vv"),
        (["spice://a", "--demo-shell"], "--demo-shell belongs to the demo machine"),
    ],
)
def test_mistake_is_told_in_a_sentence(run: Run, arguments: list[str], words: str) -> None:
    result = run("serve", *arguments)
    assert result.exit_code == 2
    assert words in re.sub(r"[\s│]+", " ", result.stderr)
    assert "Traceback" not in result.stderr
    assert "hush" not in result.stderr


def test_password_in_the_environment_that_is_too_long_is_told(run: Run) -> None:
    result = run("serve", "spice://a", SPICEGATE_PASSWORD="x" * 61)
    assert "SPICEGATE_PASSWORD: a SPICE password has at most 60 bytes" in result.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_gateway_serves_until_a_signal_and_leaves_in_order(tmp_path: Path, number: signal.Signals) -> None:
    with serving(tmp_path, "spice://127.0.0.1:1", "--name", "office") as (process, address):
        with urllib.request.urlopen(address.split("/setup")[0] + "/healthz", timeout=PATIENCE) as response:
            assert response.read() == b"ok\n"
        process.send_signal(number)
        assert process.wait(timeout=PATIENCE) == 0
        assert process.stderr is not None
        errors = process.stderr.read()
    assert "Traceback" not in errors
    assert address.split("token=")[1] not in errors


def test_signal_prints_another_link(tmp_path: Path) -> None:
    with serving(tmp_path, "spice://127.0.0.1:1") as (process, first):
        process.send_signal(signal.SIGUSR1)
        assert link(process) != first


def test_signal_has_the_configuration_read_anew(tmp_path: Path) -> None:
    file = tmp_path / "spicegate.toml"
    file.write_text('[[machines]]\nname = "office"\nurl = "spice://127.0.0.1:1"\n')
    with serving(tmp_path) as (process, _):
        file.write_text('[[machines]]\nname = "lab"\nurl = "spice://127.0.0.1:1"\n')
        process.send_signal(signal.SIGHUP)
        assert process.stderr is not None
        told = next(line for line in process.stderr if "read anew" in line)
    assert "added lab; removed office" in told


def test_port_that_is_taken_is_told(tmp_path: Path, run: Run) -> None:
    with serving(tmp_path, "spice://127.0.0.1:1") as (_, address):
        port = address.split("/setup")[0].rsplit(":", 1)[1]
        result = run("serve", "spice://127.0.0.1:1", "--port", port)
    assert result.exit_code == 2
    assert f"cannot listen on 127.0.0.1 port {port} (address already in use): choose another" in result.stderr


def test_configuration_file_beside_is_used(tmp_path: Path) -> None:
    (tmp_path / "spicegate.toml").write_text('[[machines]]\nname = "office"\nurl = "spice://127.0.0.1:1"\n')
    with serving(tmp_path) as (_, address), pytest.raises(urllib.error.HTTPError) as answer:
        urllib.request.urlopen(address.split("/setup")[0] + "/ws/office", timeout=PATIENCE)
    assert answer.value.code == 400


def test_gateway_serves_over_tls(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    arguments = ("spice://127.0.0.1:1", "--tls-cert", str(certificate.cert), "--tls-key", str(certificate.key))
    context = ssl.create_default_context(cafile=str(certificate.cert))
    with serving(tmp_path, *arguments) as (_, address):
        assert address.startswith("https://")
        secure = urllib.request.HTTPSHandler(context=context)
        opener = urllib.request.build_opener(secure, urllib.request.HTTPCookieProcessor)
        with opener.open(address, timeout=PATIENCE) as answer:
            assert answer.status == 200


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None
