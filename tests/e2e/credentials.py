"""The first administrator of every gateway that the tests start."""

from __future__ import annotations

from http.client import HTTPConnection, HTTPResponse
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from tests.e2e.program import PATIENCE

NAME = "admin"
PASSWORD = "correct horse battery"


def set_up(port: int, token: str) -> tuple[str, str]:
    """Uses the printed set-up link up, as its page does: the cookie's name and value."""
    return _post(port, "/setup", token=token, name=NAME, password=PASSWORD, again=PASSWORD)


def log_in(port: int) -> tuple[str, str]:
    """Another log-in: the cookie's name and value."""
    return _post(port, "/login", name=NAME, password=PASSWORD)


def _post(port: int, path: str, **form: str) -> tuple[str, str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://127.0.0.1:{port}"}
        connection.request("POST", path, urlencode(form), headers)
        answer: HTTPResponse = connection.getresponse()
        assert answer.status == 303, (answer.status, answer.read().decode())
        ((name, morsel),) = SimpleCookie(answer.getheader("Set-Cookie", "")).items()
        return name, morsel.value
    finally:
        connection.close()
