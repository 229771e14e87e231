"""A gateway that runs somewhere, asked by HTTP with an API key."""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping
from contextlib import closing
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Any, Final
from urllib.parse import SplitResult, urlencode, urlsplit

from gateway.commands.asking import Asker, CommandFailed
from gateway.web.api.base import BASE

TIMEOUT: Final = 120.0
"""Seconds of silence: backups and doctors take their time."""


class Remote(Asker):
    """The gateway at `url`; `ca_file` is the certificate of its authority (PEM). Raises `CommandFailed`."""

    def __init__(self, url: str, key: str, ca_file: Path | None) -> None:
        self._url = url.rstrip("/")
        self._base = _base_of(self._url)
        if not (key.isascii() and key.isprintable() and key.strip()):
            raise CommandFailed("this is no API key: it has letters, digits and underscores only")
        self._headers = {"Authorization": f"Bearer {key.strip()}"}
        self._tls = _trusting(ca_file) if self._base.scheme == "https" else None

    def ask(self, method: str, path: str, body: object = None, query: Mapping[str, str] | None = None) -> Any:
        target = self._base.path + BASE + path + (f"?{urlencode(query)}" if query else "")
        headers = self._headers | ({"Content-Type": "application/json"} if body is not None else {})
        content = json.dumps(body).encode() if body is not None else None
        try:
            with closing(self._connection()) as connection:
                connection.request(method, target, content, headers)
                response = connection.getresponse()
                text = response.read().decode("utf-8", "replace")
        except (OSError, HTTPException) as error:
            raise CommandFailed(f"{self._url} cannot be reached: {_reason(error)}") from error
        if response.status >= 300 or response.status == HTTPStatus.ACCEPTED:  # done, but not kept: see `Unwritten`
            raise CommandFailed(_problem(text) or self._strange(response.status))
        if not text:
            return None
        try:
            answer = json.loads(text)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise CommandFailed(self._strange(response.status))
        return answer

    def _connection(self) -> HTTPConnection:
        host, port = self._base.hostname or "", self._base.port
        if self._tls is not None:
            return HTTPSConnection(host, port, timeout=TIMEOUT, context=self._tls)
        return HTTPConnection(host, port, timeout=TIMEOUT)

    def _strange(self, status: int) -> str:
        return f"{self._url} answered with status {status}, not as a gateway does: is the address right?"


def _problem(text: str) -> str | None:
    """What a problem says; None for what is none."""
    try:
        problem = json.loads(text)
        fields = [f"{error['field']}: {error['message']}" for error in problem.get("errors", ())]
        is_told = len(fields) == 1 and fields[0].endswith(problem["detail"])
        return "\n  ".join(fields if is_told else (problem["detail"], *fields))
    except (ValueError, LookupError, TypeError, AttributeError):
        return None


def _base_of(url: str) -> SplitResult:
    """The parts of a gateway's address. Raises `CommandFailed`."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 and url.isascii()
    except ValueError:  # a port that is none
        usable = False
    if not usable or parts.query or parts.fragment or parts.username is not None:
        raise CommandFailed(f"{url!r} is no gateway's address: write https://host[:port], with its path if it has one")
    return parts


def _trusting(ca_file: Path | None) -> ssl.SSLContext:
    """Raises `CommandFailed`."""
    try:
        return ssl.create_default_context(cafile=str(ca_file) if ca_file is not None else None)
    except OSError as error:  # ssl's own too
        reason = error.strerror if not isinstance(error, ssl.SSLError) else "it holds no certificate (PEM)"
        raise CommandFailed(f"the certificate {ca_file} cannot be read: {reason}") from error


def _reason(error: Exception) -> str:
    """Why there was no answer, for people."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted ({error.verify_message}): name its authority by --gateway-ca"
    if isinstance(error, ssl.SSLError) and error.reason == "WRONG_VERSION_NUMBER":
        return "it does not speak TLS there: write http://"
    if isinstance(error, HTTPException | ConnectionResetError):
        return "what answers there is no gateway, or one that speaks TLS: write https://"
    if isinstance(error, TimeoutError):
        return "it does not answer in time"
    reason = error.strerror if isinstance(error, OSError) else None
    return (reason or str(error) or type(error).__name__).lower()
