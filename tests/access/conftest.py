"""Access over a store of its own, a clock that a test sets, and hashes that take no time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from gateway.access import Access, Policy
from gateway.access.passwords import Passwords
from gateway.store import SqliteStore
from tests.access.people import GROUPS, SetClock


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "spicegate.db"


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
async def access(path: Path, clock: SetClock) -> AsyncIterator[Access]:
    policy = Policy()
    passwords = Passwords(policy, PasswordHasher(1, 8, 1))
    access = Access(await SqliteStore.open(path), GROUPS.get, policy=policy, clock=clock, passwords=passwords)
    yield access
    await access.close()
