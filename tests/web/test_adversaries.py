"""Many at once, and those who never finish what they begin. All of it on the loopback, bounded, and soon over."""

from __future__ import annotations

import asyncio
import resource
import sqlite3
from collections import Counter
from contextlib import AsyncExitStack

import aiohttp
import pytest

from gateway.access import Role
from gateway.server.rights import Right
from gateway.spice.enums import ChannelType
from gateway.spice.messages.common import Ping, Pong
from gateway.store import SqliteStore
from tests.full_disk import Disk
from tests.peers import FakeMachine, soon
from tests.running import ADMIN, PASSWORD, RunningGateway, open_channel, open_session

HALF_OPEN = 10_000
LOG_INS = 5_000
AT_ONCE = 100
NEW_USER = {"name": "bob", "role": "user", "password": PASSWORD}


async def test_gateway_serves_on_while_thousands_of_connections_say_nothing() -> None:
    """Each takes two of this process's files: as many are opened as it may have, up to 10,000."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    count = min(HALF_OPEN, (hard - 1000) // 2)
    assert count >= 1000, f"only {hard} files are allowed here"
    async with FakeMachine() as machine, RunningGateway({"office": machine.url}) as gateway, AsyncExitStack() as stack:
        browser = await gateway.browser()
        await open_session(browser, machine)
        for _ in range(count // AT_ONCE):
            opened = await asyncio.gather(*(asyncio.open_connection("127.0.0.1", gateway.port) for _ in range(AT_ONCE)))
            for _, writer in opened:
                stack.callback(writer.transport.abort)
                writer.write(b"GET / HTTP/1.1\r\nHost:")
        near, far = await open_channel(browser, machine, ChannelType.DISPLAY)
        await far.send(Ping(1, 2, bytes(100_000)))
        await near.expect(Ping)
        await near.send(Pong(1, 2))
        await far.expect(Pong)
        async with gateway.visitor().get("/healthz") as response:
            assert response.status == 200


async def test_thousands_of_log_ins_are_answered_and_sessions_go_on() -> None:
    async with FakeMachine() as machine, RunningGateway({"office": machine.url}) as gateway:
        browser = await gateway.browser()
        near, far = await open_session(browser, machine)
        outcomes: Counter[int] = Counter()

        async def guess(session: aiohttp.ClientSession, number: int) -> None:
            form = {"name": ADMIN, "password": f"guess number {number}"}
            async with session.post("/login", data=form, headers={"Origin": gateway.site}) as response:
                outcomes[response.status] += 1

        session = gateway.visitor()
        for first in range(0, LOG_INS, AT_ONCE):
            await asyncio.gather(*(guess(session, first + number) for number in range(AT_ONCE)))
        assert outcomes == {401: 5, 429: LOG_INS - 5}
        await far.send(Ping(1, 2))
        await near.expect(Ping)
        async with session.post(
            "/login", data={"name": ADMIN, "password": PASSWORD}, headers={"Origin": gateway.site}
        ) as response:
            assert response.status == 429, "the address is barred, whoever comes from it"


async def test_guessed_tickets_bar_the_guesser_and_not_the_owner() -> None:
    async with FakeMachine() as machine, RunningGateway({"office": machine.url}) as gateway:
        issued = await gateway.access.tickets.issue(await gateway.admin(), "office", lifetime=60)
        stranger = gateway.stranger()
        for number in range(40):
            await stranger.refusal(ChannelType.MAIN, password=f"guess {number}")
        browser = await gateway.browser()
        await open_session(browser, machine)
        await soon(open_channel(browser, machine, ChannelType.DISPLAY))
        assert (await gateway.access.store.tickets.get(issued.ticket.id)) is not None


async def test_full_disk_is_told_and_sessions_go_on_until_an_admin_ends_them(caplog: pytest.LogCaptureFixture) -> None:
    async with FakeMachine() as machine, RunningGateway({"office": machine.url}) as gateway:
        browser = await gateway.browser()
        near, far = await open_session(browser, machine)
        session = await gateway.logged_in()
        store = gateway.access.store
        assert isinstance(store, SqliteStore)
        await store._database.write(_let_grow_no_more)
        statuses = []
        while 507 not in statuses:
            async with session.post("/m/office/ticket", headers={"Origin": gateway.site}) as response:
                statuses.append(response.status)
                text = await response.text()
            assert len(statuses) < 1000
        assert set(statuses) <= {200, 507}
        assert "disk" in text
        async with session.get("/") as response:
            assert response.status == 200, "reading goes on"
        await far.send(Ping(1, 2))
        await near.expect(Ping)
        await open_channel(browser, machine, ChannelType.DISPLAY)
        assert await store.faults() == []
        await _end_the_session(session, gateway.site)
        assert (await near.gone()).reason == "An administrator ended this session."
        assert "console.end machine:office by admin from 127.0.0.1 (user='admin') is not in the audit" in caplog.text


async def test_full_disk_keeps_nobody_in_whom_an_admin_throws_out() -> None:
    async with FakeMachine() as machine, RunningGateway({"office": machine.url}) as gateway:
        user, admin = await gateway.logged_in(Role.USER), await gateway.logged_in()
        await gateway.access.authority.grant(await gateway.admin(), "*", Right.ALL, role=Role.USER)
        near, _ = await open_session(await gateway.browser("office", user), machine)
        disk, headers = Disk.of(gateway.access.store), {"Origin": gateway.site}
        await disk.fill()
        async with admin.get("/api/v1/users") as response:
            (uma,) = [row["id"] for row in (await response.json())["items"] if row["role"] == "user"]
        async with admin.delete(f"/api/v1/users/{uma}/sessions", headers=headers) as response:
            assert (response.status, list(await response.json())) == (202, ["detail"])
            assert "disk is full" in await response.text()
        assert "has ended" in (await near.gone()).reason
        async with user.get("/api/v1/me") as response:
            assert response.status == 401
        async with admin.patch(f"/api/v1/users/{uma}", json={"disabled": True}, headers=headers) as response:
            assert response.status == 202
        async with admin.get(f"/api/v1/users/{uma}") as response:
            assert (await response.json())["disabled"] is True
        async with admin.get("/api/v1/gateway") as response:
            unwritten = (await response.json())["unwritten"]
            assert [line.partition(" ")[0] for line in unwritten] == ["session.revoke-all", "user.change"]
        async with admin.post("/api/v1/users", json=NEW_USER, headers=headers) as response:
            assert response.status == 507
        async with admin.post("/logout", headers=headers, allow_redirects=False) as response:
            assert (response.status, response.headers["Location"]) == (303, "/login")
        async with admin.get("/api/v1/me") as response:
            assert response.status == 401
        await disk.free()
        await gateway.access.tend()
        assert gateway.access.store.held == ()


async def _end_the_session(session: aiohttp.ClientSession, site: str) -> None:
    async with session.get("/api/v1/sessions") as response:
        (row,) = (await response.json())["items"]
    async with session.delete(f"/api/v1/sessions/{row['id']}", headers={"Origin": site}) as response:
        assert response.status == 204


def _let_grow_no_more(db: sqlite3.Connection) -> None:
    (pages,) = db.execute("PRAGMA page_count").fetchone()
    db.execute(f"PRAGMA max_page_count = {pages + 1}")
