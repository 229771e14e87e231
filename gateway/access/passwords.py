"""Passwords: which are taken, and their hashes.

argon2id with 19 MiB, two passes and one lane: the first choice of OWASP's Password Storage Cheat Sheet, about 25 ms of
one core. Hashing runs in two threads of its own, which give way to all others: 5,000 log-ins take their time, and the
sessions that run lose none of theirs.
"""

from __future__ import annotations

import asyncio
import os
import threading
import unicodedata
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION

from gateway.access.errors import Invalid, TooBusy
from gateway.access.policy import MAX_PASSWORD_LENGTH, MAX_WAITING, Policy

TIME_COST: Final = 2
MEMORY_KIB: Final = 19 * 1024
LANES: Final = 1
THREADS: Final = 2
NICENESS: Final = 10

_T = TypeVar("_T")

# Long enough, and still among the first that anybody tries.
_COMMON_TEXT: Final = """
1234567890 0123456789 0987654321 9876543210 12345678910 123456789a 1q2w3e4r5t 1qaz2wsx3edc qwertyuiop qwerty1234
qwerty12345 qwerty123456 password12 password123 password1234 passw0rd123 adminadmin admin12345 admin123456
administrator letmein123 letmein1234 welcome123 welcome1234 iloveyou123 changeme123 changemenow spicegate1
spicegate12 spicegate123 abcdefghij abc1234567
"""
_COMMON: Final = frozenset(_COMMON_TEXT.split())


class Passwords:
    """Hashes and verifies. `close` it."""

    def __init__(self, policy: Policy, hasher: PasswordHasher | None = None) -> None:
        self._policy = policy
        self._hasher = hasher or PasswordHasher(TIME_COST, MEMORY_KIB, LANES)
        self._threads = ThreadPoolExecutor(THREADS, "spicegate-password", _give_way)
        self._waiting = 0
        self._nobodys = _hash_of_nothing(self._hasher)

    def check(self, password: str, user_name: str, field: str = "password") -> None:
        """Whether this may be a password: long enough, and not what is tried first. Raises `Invalid`."""
        least = self._policy.password_length
        if len(password) < least:
            raise Invalid(field, f"A password has at least {least} characters.")
        if len(password) > MAX_PASSWORD_LENGTH:
            raise Invalid(field, f"A password has at most {MAX_PASSWORD_LENGTH} characters.")
        plain = password.casefold()
        if plain == user_name.casefold():
            raise Invalid(field, "The password must not be the user's name.")
        if plain in _COMMON or len(set(plain)) == 1:
            raise Invalid(field, "This password is among the first that anybody tries: choose another.")

    async def hash(self, password: str) -> str:
        """Raises `TooBusy`."""
        return await self._run(self._hash, password)

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether it is the password. Without a hash the answer is no, and takes as long. Raises `TooBusy`."""
        right = await self._run(self._verify, password_hash or self._nobodys, password)
        return right and password_hash is not None

    def is_dated(self, password_hash: str) -> bool:
        """Whether the hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(password_hash)

    def close(self) -> None:
        self._threads.shutdown(cancel_futures=True)

    def _hash(self, password: str) -> str:
        return self._hasher.hash(_bytes(password))

    def _verify(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, _bytes(password[: MAX_PASSWORD_LENGTH + 1]))
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, work: Callable[..., _T], *args: str) -> _T:
        if self._waiting >= MAX_WAITING:
            raise TooBusy("Too many people log in at this moment: try again soon.", 10)
        self._waiting += 1
        future = asyncio.get_running_loop().run_in_executor(self._threads, work, *args)
        future.add_done_callback(self._on_done)
        return await future

    def _on_done(self, future: asyncio.Future[_T]) -> None:
        self._waiting -= 1


def _hash_of_nothing(hasher: PasswordHasher) -> str:
    """What no password hashes to, and takes as long to compare (a PHC string, as argon2 writes it)."""
    salt, value = (b64encode(os.urandom(size)).decode().rstrip("=") for size in (hasher.salt_len, hasher.hash_len))
    costs = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v={ARGON2_VERSION}${costs}${salt}${value}"


def _give_way() -> None:
    """On Linux priorities are threads', not only processes' (setpriority(2), "C library/kernel differences")."""
    thread = threading.get_native_id()
    os.setpriority(os.PRIO_PROCESS, thread, max(NICENESS, os.getpriority(os.PRIO_PROCESS, thread)))


def _bytes(password: str) -> bytes:
    """The same bytes for the same characters, however a keyboard composed them."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
