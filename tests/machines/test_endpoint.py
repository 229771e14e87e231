"""Machines' addresses and certificates' subjects."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.machines.relay.dial import uses_tls
from gateway.machines.relay.endpoint import EndpointError, Scheme, parse_endpoint, parse_subject
from tests.certificates import make_certificate


@pytest.mark.parametrize(
    ("url", "scheme", "host", "port", "tls_port", "path", "name"),
    [
        ("spice://host", Scheme.TCP, "host", 5900, None, "", "host-5900"),
        ("spice://host:5930", Scheme.TCP, "host", 5930, None, "", "host-5930"),
        ("spice://[::1]:5930", Scheme.TCP, "::1", 5930, None, "", "--1-5930"),
        ("spice://host:5900?tls-port=5901", Scheme.TCP, "host", 5900, 5901, "", "host-5900"),
        ("spice://host?tls-port=5901", Scheme.TCP, "host", None, 5901, "", "host-5901"),
        ("spice+tls://host:5901", Scheme.TLS, "host", 5901, None, "", "host-5901"),
        ("spice+unix:///run/vm.sock", Scheme.UNIX, "", None, None, "/run/vm.sock", "vm"),
        ("spice+ws://host", Scheme.WS, "host", 80, None, "/", "host-80"),
        ("spice+ws://host:5900/spice", Scheme.WS, "host", 5900, None, "/spice", "host-5900"),
        ("spice+wss://host", Scheme.WSS, "host", 443, None, "/", "host-443"),
    ],
)
def test_address_is_understood(
    url: str, scheme: Scheme, host: str, port: int | None, tls_port: int | None, path: str, name: str
) -> None:
    endpoint = parse_endpoint(url)
    assert (endpoint.scheme, endpoint.host, endpoint.port) == (scheme, host, port)
    assert (endpoint.tls_port, endpoint.path, endpoint.name) == (tls_port, path, name)
    assert parse_endpoint(str(endpoint)) == endpoint


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://host", "starts with one of"),
        ("host:5900", "starts with one of"),
        ("spice://", "names no host"),
        ("spice://:5900", "names no host"),
        ("spice://host:0", "no number from 1 to 65535"),
        ("spice://host:99999", "no number from 1 to 65535"),
        ("spice://host:port", "no number from 1 to 65535"),
        ("spice://host?tls-port=x", "no number from 1 to 65535"),
        ("spice://host:5900/path", "has a path"),
        ("spice://host?colour=red", "not known: colour"),
        ("spice+tls://host:1?tls-port=2", "not known: tls-port"),
        ("spice+tls://host", "needs a port"),
        ("spice+unix://run/vm.sock", "needs an absolute path"),
        ("spice+unix://", "needs an absolute path"),
    ],
)
def test_address_that_cannot_be_used_is_told_why(url: str, words: str) -> None:
    with pytest.raises(EndpointError, match=words):
        parse_endpoint(url)


@pytest.mark.parametrize("url", ["spice://:hush@host:5900", "spice://me:hush@host", "spice://host?password=hush"])
def test_password_in_an_address_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(EndpointError, match="must not hold a password") as refused:
        parse_endpoint(url)
    assert "hush" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "secured", "tls"),
    [
        ("spice://host", False, False),
        ("spice://host", True, False),
        ("spice://host:1?tls-port=2", False, False),
        ("spice://host:1?tls-port=2", True, True),
        ("spice://host?tls-port=2", False, True),
        ("spice+tls://host:2", False, True),
        ("spice+wss://host", False, True),
        ("spice+ws://host", True, False),
    ],
)
def test_tls_is_used_where_the_address_asks_for_it(url: str, secured: bool, tls: bool) -> None:
    assert uses_tls(parse_endpoint(url), secured) is tls


def test_subject_is_read_in_order_with_escaped_commas() -> None:
    subject = parse_subject(r"C=IL, L=Ra'anana, O=Acme\, Inc., CN=host")
    assert subject == [
        ("countryName", "IL"),
        ("localityName", "Ra'anana"),
        ("organizationName", "Acme, Inc."),
        ("commonName", "host"),
    ]


@pytest.mark.parametrize("subject", ["", "host", "CN", "XX=host", "CN=a,,O=b"])
def test_subject_that_is_none_is_refused(subject: str) -> None:
    with pytest.raises(EndpointError, match="host_subject"):
        parse_endpoint("spice+tls://host:1", host_subject=subject)


def test_ca_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    for content in (None, "no certificate"):
        path = tmp_path / "ca.pem"
        if content is not None:
            path.write_text(content)
        with pytest.raises(EndpointError, match="CA file"):
            parse_endpoint("spice+tls://host:1", ca_file=path).tls_context()


def test_authorities_are_read_once_for_each_state_of_their_file(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    office = parse_endpoint("spice+tls://office:1", ca_file=certificate.cert)
    lab = parse_endpoint("spice+tls://lab:1", ca_file=certificate.cert, host_subject="CN=machine")
    first = office.tls_context()
    assert office.tls_context() is first
    assert first.check_hostname
    assert not lab.tls_context().check_hostname
    make_certificate(tmp_path, organization="Renewed")
    renewed = office.tls_context()
    assert renewed is not first
    assert "Renewed" in str(renewed.get_ca_certs())
    plain = parse_endpoint("spice+tls://office:1")
    assert plain.tls_context() is plain.tls_context() is not renewed
