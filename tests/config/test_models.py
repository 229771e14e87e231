"""`spicegate.toml`, and what is said about mistakes in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.config.errors import ConfigError
from gateway.config.loading import configure
from gateway.config.models import Config
from gateway.config.places import ListenAddress, Listening

MACHINE = '[[machines]]\nname = "office"\nurl = "spice://host"\n'


def read(tmp_path: Path, text: str) -> Config:
    path = tmp_path / "spicegate.toml"
    path.write_text(text)
    return configure(path, {})


def test_full_configuration_is_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("pass word\nsecond line\n")
    config = read(
        tmp_path,
        """
        [gateway]
        host = "0.0.0.0"
        port = 9000
        public_url = "https://console.example"
        trusted_proxies = ["10.0.0.0/8"]
        allowed_origins = ["https://intranet.example:443/"]

        [[machines]]
        name = "office"
        url = "spice://host:5900?tls-port=5901"
        password_file = "secret"
        ca_file = "ca.pem"
        host_subject = "CN=host"

        [[machines]]
        name = "lab.1"
        url = "spice+unix:///run/lab.sock"
        """,
    )
    office, lab = config.machines
    assert (config.gateway.host, config.gateway.port) == ("0.0.0.0", 9000)
    assert config.gateway.allowed_origins == {"https://intranet.example"}
    assert office.password() == "pass word"
    endpoint = office.endpoint()
    assert endpoint is not None
    assert endpoint.ca_file == tmp_path / "ca.pem"
    assert (lab.password(), str(lab.endpoint())) == (None, "spice+unix:///run/lab.sock")


def test_password_comes_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (machine,) = read(tmp_path, MACHINE + 'password_env = "OFFICE"\n').machines
    with pytest.raises(ConfigError, match="OFFICE is not set"):
        machine.password()
    monkeypatch.setenv("OFFICE", "secret")
    assert machine.password() == "secret"


def test_password_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (machine,) = read(tmp_path, MACHINE + 'password_file = "none"\n').machines
    with pytest.raises(ConfigError, match="none cannot be read: No such file"):
        machine.password()


def test_password_that_spice_cannot_carry_is_told(tmp_path: Path) -> None:
    (tmp_path / "long").write_text("x" * 61)
    (machine,) = read(tmp_path, MACHINE + 'password_file = "long"\n').machines
    with pytest.raises(ConfigError, match="at most 60 bytes"):
        machine.password()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[gateway", "spicegate.toml: "),
        ("[gateway]\nport = 99999", "gateway.port: "),
        ("[gateway]\nport = 'x'", "gateway.port: "),
        ("[gateway]\ncolour = 'red'", "gateway.colour: there is no such key$"),
        ("[gateway]\ntls_cert = 'a'", "gateway: tls_cert and tls_key belong together"),
        (
            "[gateway]\ntrusted_proxies = ['x']",
            r"gateway.trusted_proxies\[0\]: 'x' does not appear to be an IPv4",
        ),
        ("[gateway]\ntrusted_proxies = '10.0.0.0/8'", "gateway.trusted_proxies: must be a list"),
        ("[gateway]\nport = true", "gateway.port: must not be true or false"),
        ("[gateway]\nhosts = 'x'", r"gateway.hosts: there is no such key: is host meant\?"),
        ("[gateway]\nhost = ''", "gateway.host: must be an address or a host name"),
        ("[gateway]\nhost = 'a:80/x'", "gateway.host: must be an address or a host name"),
        ("[gatway]\nport = 1", r"gatway: there is no such key: is gateway meant\?"),
        ("gateway = 5", "gateway: must be a table"),
        ("[machines]\nname = 'a'", "machines: must be a list"),
        ("[auth]\naudit_days = true", "auth.audit_days: must not be true or false"),
        ("[auth]\nuser_header = 'X User:'\nuser_header_from = ['::1']", "auth.user_header: must be a header's name"),
        ("[gateway]\ntrusted_proxies = ['10.0.0.0/8']", "trusted_proxies and public_url belong together"),
        ("[gateway]\npublic_url = 'ftp://x'", "gateway.public_url: must be https://"),
        ("[gateway]\nallowed_origins = ['x']", "gateway.allowed_origins: 'x' is no origin"),
        ("[gateway]\nallowed_origins = ['https://x/y']", "gateway.allowed_origins: 'https://x/y' is no origin"),
        ("[[machines]]\nname = 'a'", r"machines\[0\].url: is missing"),
        ("[[machines]]\nname = 'a b'\nurl = 'spice://x'", r"machines\[0\].name: "),
        ("[[machines]]\nname = '../x'\nurl = 'spice://x'", r"machines\[0\].name: "),
        ("[[machines]]\nname = 'a'\nurl = 'http://x'", r"machines\[0\].url: 'http://x' is not a machine's address"),
        ("[[machines]]\nname = 'a'\nurl = 'spice://:hush@x'", r"machines\[0\].url: .* must not hold a password"),
        (MACHINE + "password = 'hush'", r"machines\[0\].password: there is no such key"),
        (MACHINE + "password_env = 'A'\npassword_file = 'b'", "password_file or password_env, not both"),
        (MACHINE + "host_subject = 'x'", "host_subject: 'x'"),
        (MACHINE + "listen = 'abc'", r"machines\[0\].listen: 'abc' is no address to listen on"),
        (MACHINE + "listen = '0.0.0.0:5900'", "machine office: listen on 0.0.0.0 port 5900"),
        (MACHINE + MACHINE, "the same name: office"),
    ],
)
def test_mistake_is_told_with_its_key_and_without_secrets(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as mistake:
        read(tmp_path, text)
    assert "hush" not in str(mistake.value)


def test_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        configure(tmp_path / "none.toml", {})


# where the gateway may listen

PROXY = "trusted_proxies = ['10.0.0.1']\n"


@pytest.mark.parametrize(
    "gateway",
    [
        "host = '127.0.0.1'",
        "host = '127.9.9.9'",
        "host = '::1'",
        "host = 'localhost'",
        "host = '0.0.0.0'\ntls_cert = 'a'\ntls_key = 'b'",
        "host = '0.0.0.0'\npublic_url = 'https://x.example'\n" + PROXY,
        "host = '0.0.0.0'\npublic_url = 'http://localhost:8080'\n" + PROXY,
    ],
)
def test_gateway_listens_where_browsers_are_secure(tmp_path: Path, gateway: str) -> None:
    read(tmp_path, f"[gateway]\n{gateway}\n")


@pytest.mark.parametrize(
    "gateway",
    [
        "host = '0.0.0.0'",
        "host = '::'",
        "host = '192.0.2.1'",
        "host = 'gateway.example'",
        "host = '0.0.0.0'\npublic_url = 'http://x.example'\n" + PROXY,
    ],
)
def test_gateway_refuses_to_listen_in_the_clear(tmp_path: Path, gateway: str) -> None:
    with pytest.raises(ConfigError, match=r"TLS"):
        read(tmp_path, f"[gateway]\n{gateway}\n")


def test_machine_listens_where_the_file_says(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        """
        [[machines]]
        name = "demo"
        url = "demo:"
        listen = "5900"
        tls_listen = "0.0.0.0:5901"
        shell = true
        """,
    )
    (spec,) = config.specs()
    assert (spec.spec.endpoint, spec.spec.shell) == (None, True)
    assert spec.listening == Listening(ListenAddress("127.0.0.1", 5900), ListenAddress("0.0.0.0", 5901))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('listen = "0.0.0.0:5900"', "in the clear"),
        ('listen = "spice"', "is no address to listen on"),
        ("shell = true", "shell belongs to the built-in machine"),
    ],
)
def test_mistake_about_listening_is_told(tmp_path: Path, line: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        read(tmp_path, f"{MACHINE}{line}\n")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("title = 'a\\u202eb'".replace("'", '"'), r"machines\[0\].title: A title is one line"),
        ("labels = { 'a!' = 'x' }", r"machines\[0\].labels: A label's name has"),
        ('labels = { os = "a\\nb" }', r"machines\[0\].labels: A label's value is one line"),
        ("groups = ['!']", r"machines\[0\].groups: A group's name has"),
    ],
)
def test_words_of_a_machine_are_those_that_the_store_takes_too(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        read(tmp_path, MACHINE + text)
    (machine,) = read(tmp_path, MACHINE + "labels = { 'os/kind 1' = 'x' }\ngroups = ['my lab']").machines
    assert (machine.labels, machine.groups) == ({"os/kind 1": "x"}, ("my lab",))
