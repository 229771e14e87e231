"""The gateway as such by the API: state, audit, backup, events."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from gateway.access import Role
from gateway.spice.limits import FEED_EVENTS, MAX_FEEDS
from gateway.web.api.events import FEED
from gateway.web.api.feed import Changes, Figures, Reader, Snapshot, event
from tests.peers import FakeMachine, soon
from tests.running import RunningGateway, open_session
from tests.web.api.client import Client, somebody


class Stream:
    """A reader of `/api/v1/events`."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    async def next(self, *kinds: str) -> Any:
        """The data of the next event of these kinds."""
        kind = ""
        while True:
            line = (await soon(self._response.content.readline())).decode()
            assert line, "the stream ended"
            name, _, value = line.rstrip("\n").partition(": ")
            if name == "event":
                kind = value
            elif name == "data" and kind in kinds:
                return value if kind == "end" else json.loads(value)


@asynccontextmanager
async def listening(client: Client) -> AsyncIterator[Stream]:
    async with client.session.get("/api/v1/events", headers=client.headers) as response:
        assert (response.status, response.content_type) == (200, "text/event-stream")
        yield Stream(response)


async def test_gateway_tells_its_state(gateway: RunningGateway, admin: Client, machine: FakeMachine) -> None:
    await open_session(await gateway.browser(), machine)
    told = await admin.get("/gateway")
    assert (told["machines"], told["machines_up"], told["sessions"], told["channels"]) == (1, 1, 1, 3)
    assert told["uptime"] > 0
    assert told["store_fault"] is None


async def test_backup_is_a_store_that_can_be_read(admin: Client) -> None:
    made = await admin.post("/gateway/backup")
    assert made["users"] == 1
    with sqlite3.connect(made["file"]) as db:
        assert db.execute("SELECT name FROM users").fetchall() == [("admin",)]


async def test_reload_without_a_configuration_is_refused(admin: Client) -> None:
    answer = await admin.ask("POST", "/gateway/reload")
    assert (answer.status, "without a configuration" in answer.data["detail"]) == (400, True)


async def test_audit_is_filtered_and_exported(gateway: RunningGateway, admin: Client) -> None:
    for name in ("mia", "tom"):
        await admin.post("/users", {"name": name, "role": "user", "password": "a long enough one"})
    rows = (await admin.get("/audit", action="user.", words="mia"))["items"]
    assert [(row["action"], row["target"]) for row in rows] == [("user.create", "user:mia")]
    assert (await admin.get("/audit", action="user.", until="2020-01-01T00:00:00Z"))["items"] == []
    assert (await admin.ask("GET", "/audit", network="everywhere")).status == 422
    answer = await admin.ask("GET", "/audit.csv", action="user.")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    lines = list(csv.DictReader(io.StringIO(answer.data)))
    assert [line["target"] for line in lines] == ["user:tom", "user:mia"]


async def test_audit_pages_hold_each_entry_once(admin: Client) -> None:
    for name in ("mia", "tom", "eva"):
        await admin.post("/users", {"name": name, "role": "user", "password": "a long enough one"})
    first = await admin.get("/audit", action="user.", limit=2)
    await admin.post("/users", {"name": "max", "role": "user", "password": "a long enough one"})
    second = await admin.get("/audit", action="user.", limit=2, after=first["next"])
    targets = [row["target"] for row in (*first["items"], *second["items"])]
    assert targets == ["user:eva", "user:tom", "user:mia"]


async def test_reader_gets_everything_and_then_what_changes(
    gateway: RunningGateway, admin: Client, machine: FakeMachine
) -> None:
    async with listening(admin) as stream:
        snapshot = await stream.next("snapshot")
        Snapshot.model_validate(snapshot)
        assert ([row["name"] for row in snapshot["machines"]], snapshot["sessions"]) == (["office"], [])
        near, far = await open_session(await gateway.browser(), machine)
        changes = await stream.next("changes")
        Changes.model_validate(changes)
        (session,) = changes["sessions"]["put"]
        assert session["user"] == "admin"
        while "office/main/0" not in {row["key"] for row in changes["channels"]["put"]}:
            changes = await stream.next("changes")
        figures = await stream.next("figures")
        Figures.model_validate(figures)
        assert figures["totals"]["sessions"] == 1
        await near.close()
        gone: list[str] = []
        while session["id"] not in gone:
            gone = (await stream.next("changes"))["sessions"]["gone"]
        assert far.request.connection_id == 0


async def test_figures_of_what_rests_are_not_told_again(
    gateway: RunningGateway, admin: Client, machine: FakeMachine
) -> None:
    await open_session(await gateway.browser(), machine)
    async with listening(admin) as stream:
        await stream.next("snapshot")
        first = await stream.next("figures")
        assert first["channels"]["office/main/0"][3] == 2
        assert "office/main/0" not in (await stream.next("figures"))["channels"]


async def test_write_by_the_api_is_announced(admin: Client) -> None:
    async with listening(admin) as stream:
        await stream.next("snapshot")
        await admin.post("/users", {"name": "mia", "role": "user", "password": "a long enough one"})
        assert await stream.next("changed") == {"resource": "users"}


async def test_feed_rests_when_nobody_listens(gateway: RunningGateway, admin: Client) -> None:
    async with listening(admin) as stream:
        await stream.next("snapshot")
        assert len(gateway.app[FEED]) == 1
    async with asyncio.timeout(10):
        while len(gateway.app[FEED]):
            await asyncio.sleep(0)


async def test_feed_ends_with_the_right_to_it(gateway: RunningGateway, admin: Client) -> None:
    operator = await somebody(gateway, Role.OPERATOR)
    own = (await operator.get("/me"))["user_id"]
    async with listening(operator) as stream:
        await stream.next("snapshot")
        await admin.ask("PATCH", f"/users/{own}", {"role": "user"})
        assert "changed" in await stream.next("end")


async def test_feed_is_not_for_users(gateway: RunningGateway) -> None:
    user = await somebody(gateway, Role.USER)
    assert (await user.ask("GET", "/events")).status == 403


async def test_reader_who_takes_nothing_holds_little_and_gets_everything_anew() -> None:
    reader = Reader()
    reader.begin(event("snapshot", "1"))
    for number in range(10 * FEED_EVENTS):
        reader.push(event("figures", str(number)))
    assert reader.behind
    reader.begin(event("snapshot", "2"))
    assert await soon(reader.next()) == event("snapshot", "2")
    reader.end("over")
    assert await soon(reader.next()) is None


async def test_readers_are_bounded(gateway: RunningGateway, admin: Client) -> None:
    readers = [gateway.app[FEED].join() for _ in range(MAX_FEEDS)]
    answer = await admin.ask("GET", "/events")
    assert (answer.status, answer.headers["Retry-After"]) == (503, "30")
    for reader in readers:
        gateway.app[FEED].leave(reader)
