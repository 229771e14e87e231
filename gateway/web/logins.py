"""Log-ins: a one-time link becomes a cookie. In memory; only hashes are kept."""

from __future__ import annotations

import secrets

from gateway.server.tickets import digest
from gateway.spice.limits import LOGIN_SECONDS, MAX_LOGINS

_RANDOM_BYTES = 32


class Logins:
    """Entry tokens that wait to be used, and the open log-ins. Time is an argument, in seconds of any one clock."""

    def __init__(self) -> None:
        self._tokens: set[str] = set()
        self._open: dict[str, float] = {}

    def issue_token(self) -> str:
        """A token for a one-time link. It does not expire: it is printed where the operator reads."""
        token = secrets.token_urlsafe(_RANDOM_BYTES)
        self._tokens.add(digest(token))
        return token

    def enter(self, token: str, now: float) -> str | None:
        """Spend a token: the cookie of a new log-in, None when the token is unknown or used."""
        key = digest(token)
        if key not in self._tokens:
            return None
        self._tokens.remove(key)
        self._forget_expired(now)
        if len(self._open) >= MAX_LOGINS:
            del self._open[next(iter(self._open))]  # the oldest
        cookie = secrets.token_urlsafe(_RANDOM_BYTES)
        self._open[digest(cookie)] = now + LOGIN_SECONDS
        return cookie

    def find(self, cookie: str | None, now: float) -> str | None:
        """The log-in's id for a cookie, None when it is not open."""
        if cookie is None:
            return None
        key = digest(cookie)
        return key if self._open.get(key, 0.0) > now else None

    def _forget_expired(self, now: float) -> None:
        for key in [key for key, until in self._open.items() if until <= now]:
            del self._open[key]
