"""The gateway as such by the API: state, audit, backup, events."""

from __future__ import annotations

import asyncio
import csv
import io
import sqlite3
from pathlib import Path
from typing import Any

from gateway.access import Role
from gateway.spice.limits import FEED_EVENTS, MAX_FEEDS
from gateway.spice.messages.common import Ping
from gateway.web.api.channels import ChannelView
from gateway.web.api.events import FEED
from gateway.web.api.feed import Changes, Figures, Reader, Snapshot, event
from tests.peers import FakeMachine, soon
from tests.running import RunningGateway, open_session
from tests.web.api.client import Client, somebody
from tests.web.api.stream import listening


async def test_gateway_tells_its_state(gateway: RunningGateway, admin: Client, machine: FakeMachine) -> None:
    await open_session(await gateway.browser(), machine)
    told = await admin.get("/gateway")
    assert (told["machines"], told["machines_up"], told["sessions"], told["channels"]) == (1, 1, 1, 3)
    assert told["uptime"] > 0
    assert told["store_fault"] is None
    assert told["unwritten"] == []


async def test_backup_that_cannot_be_written_is_told(admin: Client, state: Path) -> None:
    (state / "backups").write_text("in the way")
    answer = await admin.ask("POST", "/gateway/backup")
    assert (answer.status, answer.headers["Retry-After"]) == (503, "2")
    assert str(state / "backups") in answer.data["detail"]


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


async def test_reader_is_told_everything_of_the_channel_that_it_names(
    gateway: RunningGateway, admin: Client, machine: FakeMachine
) -> None:
    _, far = await open_session(await gateway.browser(), machine)
    async with listening(admin) as stream, listening(admin) as other:
        path = f"/events/{(await stream.next('hello'))['reader']}"
        assert (await admin.ask("PUT", path, {"channel": "office/main/0"})).status == 204
        told = await stream.next("channel")
        ChannelView.model_validate(told)
        assert (told["key"], told["clients"][0]["user"]) == ("office/main/0", "admin")
        before = told["clients"][0]["traffic"]["messages_out"]
        await far.send(Ping(1, 2))
        while told["clients"][0]["traffic"]["messages_out"] == before:
            told = await stream.next("channel")
        assert (await admin.ask("PUT", path, {"channel": None})).status == 204
        kinds = ["key" in await stream.next("figures", "channel") for _ in range(6)]
        assert kinds[3:] == [False] * 3, "only one may have been on its way"
        assert not any(["key" in await other.next("figures", "channel") for _ in range(3)])


async def test_nobody_says_what_anothers_stream_tells(gateway: RunningGateway, admin: Client) -> None:
    operator = await somebody(gateway, Role.OPERATOR)
    async with listening(admin) as stream:
        path = f"/events/{(await stream.next('hello'))['reader']}"
        for path_of in (path, "/events/guessed"):
            assert (await operator.ask("PUT", path_of, {"channel": "office/main/0"})).status == 404
        assert (await (await somebody(gateway, Role.USER)).ask("PUT", path, {"channel": None})).status == 403


async def test_machine_is_asked_whether_it_is_there_while_somebody_listens(
    gateway: RunningGateway, admin: Client, machine: FakeMachine
) -> None:
    gateway.machine().health.away("not yet")
    for path in ("/events", "/me/events"):
        async with listening(admin, path) as stream:
            row: dict[str, Any] = (await stream.next("snapshot"))["machines"][0]
            while row["state"] != "up":
                changes = await stream.next("changes")
                (row,) = changes["put"] if path == "/me/events" else changes["machines"]["put"]


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
