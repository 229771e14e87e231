"""Where native clients come in, as it is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.config.places import ListenAddress, parse_listen


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("5900", ListenAddress("127.0.0.1", 5900)),
        ("0.0.0.0:5901", ListenAddress("0.0.0.0", 5901)),
        ("[::1]:5900", ListenAddress("::1", 5900)),
        ("unix:/run/demo.sock", ListenAddress("", 0, Path("/run/demo.sock"))),
    ],
)
def test_address_is_read(text: str, address: ListenAddress) -> None:
    assert parse_listen(text, "127.0.0.1") == address


@pytest.mark.parametrize("text", ["", "spice", "host:", "host:http", "70000", "-1"])
def test_what_is_no_address_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="is no address to listen on"):
        parse_listen(text, "127.0.0.1")
