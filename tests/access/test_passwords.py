from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.low_level import Type

from gateway.access import Invalid, Policy
from gateway.access.passwords import LANES, MEMORY_KIB, TIME_COST, Passwords
from gateway.access.policy import MAX_PASSWORD_LENGTH
from tests.access.people import PASSWORD, WRONG


@pytest.fixture
def passwords() -> Iterator[Passwords]:
    passwords = Passwords(Policy())
    yield passwords
    passwords.close()


async def test_a_password_is_kept_as_argon2id_with_the_stated_parameters(passwords: Passwords) -> None:
    hashed = await passwords.hash(PASSWORD)
    parameters = extract_parameters(hashed)
    assert parameters.type is Type.ID
    assert (parameters.time_cost, parameters.memory_cost, parameters.parallelism) == (TIME_COST, MEMORY_KIB, LANES)
    assert PASSWORD not in hashed
    assert hashed != await passwords.hash(PASSWORD), "salted"
    assert await passwords.verify(hashed, PASSWORD)
    assert not await passwords.verify(hashed, WRONG)
    assert not passwords.is_dated(hashed)
    assert passwords.is_dated(PasswordHasher(1, 8, 1).hash(PASSWORD))


async def test_the_answer_for_nobody_is_no_and_takes_as_long(passwords: Passwords) -> None:
    hashed = await passwords.hash(PASSWORD)

    async def seconds(password_hash: str | None) -> float:
        begin = time.perf_counter()
        assert not await passwords.verify(password_hash, WRONG)
        return time.perf_counter() - begin

    pairs = [(await seconds(None), await seconds(hashed)) for _ in range(10)]
    nobody, somebody = (min(times) for times in zip(*pairs, strict=True))
    assert nobody > somebody / 2
    assert not await passwords.verify(None, "nobody's password")


async def test_a_hash_that_is_none_opens_nothing(passwords: Passwords) -> None:
    assert not await passwords.verify("plain text", "plain text")


async def test_the_loop_goes_on_while_passwords_are_hashed(passwords: Passwords) -> None:
    async with asyncio.TaskGroup() as tasks:
        work = tasks.create_task(passwords.hash(PASSWORD))
        turns = 0
        while not work.done():
            await asyncio.sleep(0)
            turns += 1
    assert turns > 10


async def test_the_same_characters_are_the_same_password_however_they_are_composed(passwords: Passwords) -> None:
    assert await passwords.verify(await passwords.hash("Grüße aus Köln"), "Gru\u0308ße aus Ko\u0308ln")


@pytest.mark.parametrize("password", ["x y z a b c", "ÄÖÜäöüßéèê", "only lower case", "p" * 9 + "q"])
def test_length_is_all_that_is_asked_of_a_password(passwords: Passwords, password: str) -> None:
    passwords.check(password, "alice")


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("", "at least 10"),
        ("ninechars", "at least 10"),
        ("x" * (MAX_PASSWORD_LENGTH + 1), "at most 256"),
        ("Alice.Example", "user's name"),
        ("PASSWORD123", "first that anybody tries"),
        ("aaaaaaaaaaaa", "first that anybody tries"),
    ],
)
def test_what_is_tried_first_is_no_password(passwords: Passwords, password: str, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence) as refused:
        passwords.check(password, "alice.example", "new")
    assert refused.value.field == "new"


async def test_a_longer_password_is_not_the_shorter_one(passwords: Passwords) -> None:
    longest = "x" * MAX_PASSWORD_LENGTH
    assert not await passwords.verify(await passwords.hash(longest), longest + "y")
