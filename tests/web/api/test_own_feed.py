"""The machines page's events: what somebody may see, and nothing else."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp.test_utils import make_mocked_request

from gateway.access import Role, TooBusy
from gateway.web.api.events import OWN_FEEDS
from gateway.web.api.feed import MachineChanges
from gateway.web.api.operation import Ask
from gateway.web.api.own_feed import OwnFeeds
from tests.peers import FakeMachine
from tests.running import RunningGateway, open_session
from tests.web.api.client import Client, somebody
from tests.web.api.stream import listening


async def test_own_machines_come_and_go_with_the_right_to_them(
    gateway: RunningGateway, admin: Client, machine: FakeMachine
) -> None:
    user = await somebody(gateway, Role.USER)
    for grant in (await admin.get("/grants"))["items"]:
        await admin.ask("DELETE", f"/grants/{grant['id']}")
    async with listening(user, "/me/events") as stream:
        assert (await stream.next("snapshot")) == {"machines": []}
        await admin.post("/machines", {"name": "secret", "url": machine.url, "groups": ["vault"]})
        await admin.post("/machines", {"name": "lab", "url": machine.url, "groups": ["lab"]})
        own = (await user.get("/me"))["user_id"]
        await admin.ask("PUT", "/grants", {"group": "lab", "rights": ["view"], "user_id": own})
        told = await stream.next("changes")
        MachineChanges.model_validate(told)
        ((row,), gone) = told["put"], told["gone"]
        assert (row["name"], row["rights"], row["address"], gone) == ("lab", ["view"], None, [])
        await open_session(await gateway.browser("lab", user.session), machine)
        (row,) = (await stream.next("changes"))["put"]
        while row["sessions"] != 1:
            (row,) = (await stream.next("changes"))["put"]
        await admin.ask("PUT", "/grants", {"group": "lab", "rights": [], "user_id": own})
        while not (told := await stream.next("changes"))["gone"]:
            assert {row["name"] for row in told["put"]} == {"lab"}
        assert told == {"put": [], "gone": ["lab"]}


async def test_own_feed_follows_the_role_of_today_and_ends_with_the_log_in(
    gateway: RunningGateway, admin: Client
) -> None:
    user = await somebody(gateway, Role.USER)
    own = (await user.get("/me"))["user_id"]
    async with listening(user, "/me/events") as stream:
        (row,) = (await stream.next("snapshot"))["machines"]
        assert "control" in row["rights"]
        await admin.ask("PATCH", f"/users/{own}", {"role": "viewer"})
        while row["rights"] != ["view"]:
            (row,) = (await stream.next("changes"))["put"]
        await admin.ask("DELETE", f"/users/{own}/sessions")
        assert "has ended" in await stream.next("end")


async def test_reader_who_left_is_noticed(gateway: RunningGateway, admin: Client) -> None:
    async with listening(admin, "/me/events") as stream:
        await stream.next("snapshot")
        assert len(gateway.app[OWN_FEEDS]) == 1
    async with asyncio.timeout(20):
        while len(gateway.app[OWN_FEEDS]):
            await asyncio.sleep(0.05)


async def test_own_feeds_are_bounded() -> None:
    ask, feeds = Ask(make_mocked_request("GET", "/api/v1/me/events")), OwnFeeds(most=1)
    feed = feeds.join(ask)
    with pytest.raises(TooBusy, match="listen already"):
        feeds.join(ask)
    feeds.leave(feed)
    feeds.join(ask)
