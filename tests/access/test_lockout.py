from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from gateway.access import Access, LockedOut, Policy, Refused
from gateway.access.bars import BARS
from gateway.access.lockout import Lockout, network_of
from gateway.access.policy import MAX_BARS_KEPT
from gateway.access.rate import RateLimit
from tests.access.people import GROUPS, HERE, WRONG, SetClock, a_person, log_in


@pytest.fixture
def lockout(clock: SetClock) -> Lockout:
    return Lockout(Policy(), clock)


async def fail(lockout: Lockout, address: str = HERE, account: str = "alice") -> bool:
    async with lockout.attempt(address, account) as attempt:
        pass
    return attempt.barred


async def succeed(lockout: Lockout, address: str = HERE, account: str = "alice") -> None:
    async with lockout.attempt(address, account) as attempt:
        attempt.succeeded = True


async def test_five_failures_bar_an_address_for_five_minutes(lockout: Lockout, clock: SetClock) -> None:
    assert [await fail(lockout) for _ in range(5)] == [False, False, False, False, True]
    with pytest.raises(LockedOut, match="in 5 minutes") as refused:
        await succeed(lockout)
    assert refused.value.retry_after == 300
    assert lockout.barred() == 1
    clock.time += 299
    with pytest.raises(LockedOut, match="in 1 minute\\."):
        await succeed(lockout)
    clock.time += 1
    await succeed(lockout)
    assert lockout.barred() == 0


async def test_another_address_is_not_barred(lockout: Lockout) -> None:
    for _ in range(5):
        await fail(lockout)
    await succeed(lockout, "192.0.2.2")


async def test_failures_are_forgotten_after_five_minutes(lockout: Lockout, clock: SetClock) -> None:
    for _ in range(4):
        await fail(lockout)
    clock.time += 300
    assert [await fail(lockout) for _ in range(5)] == [False] * 4 + [True]


async def test_a_success_forgives_failures_with_the_same_name_only(lockout: Lockout) -> None:
    for _ in range(3):
        await fail(lockout)
    await succeed(lockout)
    assert not any([await fail(lockout) for _ in range(4)])
    await succeed(lockout, account="mallory")
    assert await fail(lockout), "whoever has an account cannot guess others' between own log-ins"


async def test_who_guesses_in_parallel_gets_five_guesses(lockout: Lockout) -> None:
    guesses = 0

    async def guess() -> None:
        nonlocal guesses
        async with lockout.attempt(HERE, "alice"):
            guesses += 1
            await asyncio.sleep(0)

    results = await asyncio.gather(*(guess() for _ in range(500)), return_exceptions=True)
    assert guesses == 5
    assert sum(isinstance(result, LockedOut) for result in results) == 495


async def test_many_who_share_an_address_all_get_in_five_at_a_time(lockout: Lockout) -> None:
    inside = most = 0

    async def enter(number: int) -> None:
        nonlocal inside, most
        async with lockout.attempt(HERE, f"u{number}") as attempt:
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1
            attempt.succeeded = True

    await asyncio.gather(*(enter(number) for number in range(5000)))
    assert most == 5


async def test_who_stops_waiting_gives_the_turn_to_the_next(lockout: Lockout) -> None:
    hold = asyncio.Event()

    async def enter() -> None:
        async with lockout.attempt(HERE, "alice") as attempt:
            await hold.wait()
            attempt.succeeded = True

    async with asyncio.TaskGroup() as tasks:
        inside = [tasks.create_task(enter()) for _ in range(5)]
        waiting = [tasks.create_task(enter()) for _ in range(3)]
        await asyncio.sleep(0)
        hold.set()
        await asyncio.sleep(0)
        for task in waiting[:2]:
            task.cancel()
    assert all(task.done() for task in inside)
    assert not waiting[2].cancelled()


async def test_a_mistake_of_ours_is_no_failure(lockout: Lockout) -> None:
    for _ in range(10):
        with pytest.raises(RuntimeError):
            async with lockout.attempt(HERE, "alice"):
                raise RuntimeError("the store is full")
    await succeed(lockout)


async def test_guesses_from_everywhere_bar_an_account_for_a_while(lockout: Lockout, clock: SetClock) -> None:
    for number in range(50):
        assert lockout.account_bar("alice") == 0
        await fail(lockout, f"198.51.100.{number}")
    assert lockout.account_bar("alice") == 300
    assert lockout.account_bar("bob") == 0
    clock.time += 300
    assert lockout.account_bar("alice") == 0


async def fail_often(access: Access, times: int, address: str = HERE) -> None:
    for _ in range(times):
        with pytest.raises(Refused):
            await log_in(access, password=WRONG, address=address)


async def test_a_restart_forgets_no_bar(path: Path, access: Access, clock: SetClock) -> None:
    await a_person(access)
    await fail_often(access, 5)
    for number in range(45):
        await fail_often(access, 1, f"198.51.100.{number}")
    await access.tend()
    await access.close()
    clock.time += 100
    for left in (200, 100):
        again = await Access.open(path, GROUPS.get, clock=clock)
        await again.bars.recall()
        with pytest.raises(LockedOut) as barred:
            await log_in(again)
        assert barred.value.retry_after == left
        with pytest.raises(LockedOut):
            await log_in(again, address="203.0.113.9")
        await again.close()
        clock.time += 100
    again = await Access.open(path, GROUPS.get, clock=clock)
    await again.bars.recall()
    await log_in(again)
    await again.close()


async def test_bars_are_written_down_once_and_few_of_very_many(access: Access, clock: SetClock) -> None:
    for number in range(2 * MAX_BARS_KEPT):
        for _ in range(5):
            await fail(access.lockout, f"10.0.{number // 250}.{number % 250}", f"name{number}")
    await access.tend()
    text = await access.store.settings.get(BARS)
    assert text is not None
    kept = json.loads(text)["addresses"]
    assert len(kept) == MAX_BARS_KEPT
    assert "10.0.7.249" in kept
    clock.time += 1
    await access.tend()
    assert await access.store.settings.get(BARS) == text


async def test_memory_is_bounded_whoever_comes(clock: SetClock) -> None:
    lockout = Lockout(Policy(), clock, most=100)
    for number in range(1000):
        await fail(lockout, f"10.0.{number // 250}.{number % 250}", f"name{number}")
    assert len(lockout) == 200


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("local", "local"),
        ("x" * 100, "x" * 64),
    ],
)
def test_an_ipv6_address_stands_for_its_network(address: str, network: str) -> None:
    assert network_of(address) == network


def test_a_rate_limit_lets_a_burst_through_and_then_the_rate() -> None:
    limit = RateLimit(2, 3)
    assert [limit.take("a", 0) for _ in range(4)] == [0, 0, 0, 0.5]
    assert limit.missing("a", 0.25) == 0.25
    assert limit.take("b", 0) == 0
    assert limit.take("a", 0.5) == 0
    assert limit.take("a", 0.5) > 0
    assert [limit.take("a", 100) > 0 for _ in range(4)] == [False, False, False, True]


def test_a_rate_limit_remembers_so_many() -> None:
    limit = RateLimit(1, 1, most_keys=10)
    for number in range(100):
        limit.take(str(number), 0)
    assert len(limit) == 10
