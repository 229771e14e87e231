"""Sessions, registered channels and tickets by the API, with real ones."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest
from yarl import URL

from gateway.access import Role
from gateway.access.tokens import visit_id
from gateway.spice.enums import ChannelType
from gateway.spice.messages.common import Notify, SetAck
from gateway.spice.messages.main import Init
from gateway.web.keys import NATIVE
from gateway.web.native import NativeAddress
from tests.peers import FakeMachine
from tests.running import SESSION_ID, RunningGateway, open_channel, open_session
from tests.web.api.client import Client, somebody

HTML = {"Accept": "text/html"}


async def come(
    gateway: RunningGateway, session: aiohttp.ClientSession, issued: dict[str, Any]
) -> aiohttp.ClientResponse:
    """Press the button of the link's page."""
    form, headers = {"ticket": issued["secret"]}, {"Origin": gateway.site, **HTML}
    return await session.post(f"/t/{issued['ticket']['machine']}", data=form, headers=headers)


async def test_channels_are_told_with_every_field_of_the_struct(
    gateway: RunningGateway, admin: Client, machine: FakeMachine
) -> None:
    await open_session(await gateway.browser(), machine)
    rows = {row["key"]: row for row in (await admin.get("/channels"))["items"]}
    assert set(rows) == {"office/main/0", "office/display/0", "office/inputs/0"}
    main = rows["office/main/0"]
    assert (main["references"], main["client_count"], main["place"], main["handles_acks"]) == (2, 1, 0, False)
    assert (main["incoming"], main["outgoing"]) == ("ClientFlow", "MainFlow")
    (client,) = main["clients"]
    assert (client["user"], client["mini_header"], client["queue"], client["window"]) == ("admin", True, None, None)
    assert "MINI_HEADER" in client["capabilities"]["common"]
    assert main["traffic"]["messages_out"] == 2
    assert (await admin.get("/channels/office/main/0"))["key"] == "office/main/0"
    assert [row["key"] for row in (await admin.get("/channels", type="display"))["items"]] == ["office/display/0"]
    assert (await admin.ask("GET", "/channels/office/main/1")).status == 404


async def test_channels_come_in_pages(gateway: RunningGateway, admin: Client, machine: FakeMachine) -> None:
    await open_session(await gateway.browser(), machine)
    first = await admin.get("/channels", limit=2)
    second = await admin.get("/channels", limit=2, after=first["next"])
    assert [len(first["items"]), len(second["items"]), second["next"]] == [2, 1, None]


async def test_session_is_told_without_what_opens_it(
    gateway: RunningGateway, admin: Client, machine: FakeMachine
) -> None:
    browser = await gateway.browser()
    await open_session(browser, machine)
    await open_channel(browser, machine, ChannelType.INPUTS)
    (row,) = (await admin.get("/sessions"))["items"]
    assert (row["user"], row["machine"], row["method"], row["address"]) == ("admin", "office", "session", "127.0.0.1")
    assert [channel["key"] for channel in row["channels"]] == ["office/main/0", "office/inputs/0"]
    assert str(SESSION_ID) not in str(row)
    assert (await admin.get(f"/sessions/{row['id']}"))["id"] == row["id"]


async def test_session_is_ended_with_a_sentence(gateway: RunningGateway, admin: Client, machine: FakeMachine) -> None:
    near, _ = await open_session(await gateway.browser(), machine)
    (row,) = (await admin.get("/sessions"))["items"]
    assert (await admin.ask("DELETE", f"/sessions/{row['id']}")).status == 204
    assert (await near.gone()).reason == "An administrator ended this session."
    assert (await admin.ask("DELETE", f"/sessions/{row['id']}")).status == 404
    (entry,) = (await admin.get("/audit", action="console."))["items"]
    assert (entry["action"], entry["target"], entry["detail"]["user"]) == ("console.end", "machine:office", "admin")


async def test_one_channel_is_disconnected_and_the_session_stays(
    gateway: RunningGateway, admin: Client, machine: FakeMachine
) -> None:
    browser = await gateway.browser()
    await open_session(browser, machine)
    near, _ = await open_channel(browser, machine, ChannelType.INPUTS)
    (row,) = (await admin.get("/sessions"))["items"]
    assert (await admin.ask("DELETE", f"/sessions/{row['id']}/channels/inputs/0")).status == 204
    assert "disconnected this channel" in (await near.gone()).reason
    assert [channel["type"] for channel in (await admin.get("/sessions"))["items"][0]["channels"]] == ["main"]
    assert (await admin.ask("DELETE", f"/sessions/{row['id']}/channels/inputs/0")).status == 404


async def test_message_comes_between_two_of_the_machine(
    gateway: RunningGateway, admin: Client, machine: FakeMachine
) -> None:
    near, _ = await open_session(await gateway.browser(), machine)
    (row,) = (await admin.get("/sessions"))["items"]
    path = f"/sessions/{row['id']}/messages"
    assert (await admin.ask("POST", path, {"text": "Lunch is ready.", "severity": "warning"})).status == 204
    assert (await near.expect(Notify)).message == b"Lunch is ready.\0"


async def test_message_is_one_line_that_can_be_shown(
    admin: Client, gateway: RunningGateway, machine: FakeMachine
) -> None:
    await open_session(await gateway.browser(), machine)
    (row,) = (await admin.get("/sessions"))["items"]
    for text in ("a\0b", "a\nb", "\x1b[31m", " "):
        assert (await admin.ask("POST", f"/sessions/{row['id']}/messages", {"text": text})).status == 422


async def test_message_is_refused_where_the_machine_counts_messages(
    gateway: RunningGateway, admin: Client, machine: FakeMachine
) -> None:
    near, far = await open_session(await gateway.browser(), machine)
    await far.send(SetAck(1, 20))
    await near.expect(SetAck)
    (row,) = (await admin.get("/sessions"))["items"]
    answer = await admin.ask("POST", f"/sessions/{row['id']}/messages", {"text": "Lunch is ready."})
    assert answer.status == 409


async def test_ticket_link_opens_the_machine_once_and_leaves_the_address_bar(
    gateway: RunningGateway, admin: Client, machine: FakeMachine
) -> None:
    issued = await admin.post("/tickets", {"machine": "office", "rights": ["view"], "lifetime": 60})
    guest = gateway.visitor()
    visit = f"/t/office/{visit_id(issued['secret'])}"
    async with guest.get(issued["link"], headers=HTML) as response:
        assert (response.status, response.url.path_qs) == (200, visit)
        assert "Open office?" in await response.text()
    async with await come(gateway, guest, issued) as response:
        assert (response.status, response.url.path_qs) == (200, f"{visit}/screen")
        assert f'src="{visit}/ws" home=""' in await response.text()
    await open_session(gateway.guest(response.url, guest), machine)
    (row,) = (await admin.get("/sessions"))["items"]
    assert (row["method"], row["rights"]) == ("ticket", ["view"])
    async with guest.get(visit, allow_redirects=False) as response:
        assert (response.status, response.headers["Location"]) == (303, f"{visit}/screen")
    async with guest.get(issued["link"]) as response:
        assert (response.status, response.url.path_qs) == (200, f"{visit}/screen"), "whoever opened it comes back"
    async with gateway.visitor().get(issued["link"]) as response:
        assert (response.status, "not valid" in await response.text()) == (401, True)
    async with await come(gateway, gateway.visitor(), issued) as response:
        assert response.status == 401


async def test_looking_at_a_tickets_link_spends_nothing(gateway: RunningGateway, admin: Client) -> None:
    issued = await admin.post("/tickets", {"machine": "office", "lifetime": 60})
    for method in ("GET", "HEAD", "GET"):
        for follow in (False, True):
            async with gateway.visitor().request(method, issued["link"], allow_redirects=follow) as response:
                assert response.status == (200 if follow else 303)
                assert issued["secret"] not in str(response.url if follow else response.headers["Location"])
    async with await come(gateway, gateway.visitor(), issued) as response:
        assert response.status == 200


async def test_button_of_a_tickets_page_is_pressed_on_that_page_only(gateway: RunningGateway, admin: Client) -> None:
    issued = await admin.post("/tickets", {"machine": "office", "lifetime": 60})
    for origin in ({}, {"Origin": "null"}, {"Origin": "https://evil.example"}):
        form = {"ticket": issued["secret"]}
        async with gateway.visitor().post("/t/office", data=form, headers=origin) as response:
            assert response.status == 403
    async with await come(gateway, gateway.visitor(), issued) as response:
        assert response.status == 200


@pytest.mark.parametrize("link", ["?ticket=", "?ticket=%0d%0aSet-Cookie:%20a=b", f"?ticket={'x' * 129}", ""])
async def test_what_is_no_ticket_is_put_into_no_cookie(gateway: RunningGateway, link: str) -> None:
    async with gateway.visitor().get(f"/t/office{link}", allow_redirects=False) as response:
        assert (response.status, "Set-Cookie" in response.headers) == (401, False)


async def test_ticket_that_opens_nothing_is_put_into_no_cookie(gateway: RunningGateway, admin: Client) -> None:
    stranger = gateway.visitor()
    async with stranger.get("/t/office?ticket=made_up") as response:
        assert (response.status, response.history[0].status) == (401, 303)
        assert "made_up" not in str(response.url)
    issued = await admin.post("/tickets", {"machine": "office", "lifetime": 60})
    async with stranger.get(issued["link"]) as response:
        assert response.status == 200
    assert [cookie["path"] for cookie in stranger.cookie_jar] == [f"/t/office/{visit_id(issued['secret'])}"]
    await admin.ask("DELETE", f"/tickets/{issued['ticket']['id']}")
    async with stranger.get(response.url) as response:
        assert response.status == 401
    assert len(stranger.cookie_jar) == 0, "what has ended takes no room"


async def test_guest_sees_that_machine_and_nothing_else(
    gateway: RunningGateway, admin: Client, machine: FakeMachine
) -> None:
    await admin.post("/machines", {"name": "lab", "url": machine.url})
    issued = await admin.post("/tickets", {"machine": "office", "lifetime": 60})
    guest = gateway.visitor()
    async with await come(gateway, guest, issued) as response:
        screen = response.url
    for path in (
        "/",
        "/m/office",
        "/m/lab",
        "/t/lab",
        screen.parent.path.replace("office", "lab"),
        screen.path.replace("office", "lab"),
        "/admin",
        "/api",
        "/api/v1/me",
        "/api/v1/machines",
        "/api/v1/machines/office",
    ):
        async with guest.get(path, allow_redirects=False) as response:
            assert response.status in (401, 403), path
    headers = {"Origin": gateway.site}
    async with guest.post("/m/office/ticket", headers=headers) as response:
        assert response.status == 401
    assert (await admin.ask("DELETE", f"/tickets/{issued['ticket']['id']}")).status == 204
    async with guest.get(screen, allow_redirects=False) as response:
        assert (response.status, "Your visit has ended." in await response.text()) == (401, True)
    assert len(guest.cookie_jar) == 0


async def test_each_visit_has_its_own_rights_whatever_else_the_browser_opened(
    gateway: RunningGateway, admin: Client, machine: FakeMachine
) -> None:
    guest, screens = gateway.visitor(), list[URL]()
    issued = [
        await admin.post("/tickets", {"machine": "office", "rights": rights, "lifetime": 60})
        for rights in (["view"], ["view", "control"])
    ]
    for each in issued:  # both links are open before either button is pressed
        async with guest.get(each["link"], headers=HTML) as response:
            assert each["secret"] in await response.text()
    async with guest.get(f"/t/office/{visit_id(issued[0]['secret'])}", headers=HTML) as response:
        assert issued[0]["secret"] in await response.text(), "a page that is loaded anew asks for its own link"
    for each in issued:
        async with await come(gateway, guest, each) as response:
            screens.append(response.url)
    for turn in range(2):
        for screen, each in zip(screens, issued, strict=True):
            async with guest.get(screen) as response:
                assert ("view-only" in await response.text()) is (each is issued[0])
            near, _ = await open_session(gateway.guest(screen, guest), machine, session_id=turn + 1)
            (row,) = (await admin.get("/sessions"))["items"]
            assert row["rights"] == each["ticket"]["rights"]
            await near.close()
            while (await admin.get("/sessions"))["items"]:
                await asyncio.sleep(0)
    assert (await admin.ask("DELETE", f"/tickets/{issued[1]['ticket']['id']}")).status == 204
    for screen, status in zip(screens, (200, 401), strict=True):
        async with guest.get(screen) as response:
            assert response.status == status


async def test_link_gives_its_rights_to_its_own_tab_and_leaves_the_log_in_to_all_others(
    gateway: RunningGateway, admin: Client, machine: FakeMachine
) -> None:
    user = await somebody(gateway, Role.USER)
    issued = await admin.post("/tickets", {"machine": "office", "rights": ["view"], "lifetime": 60})
    async with user.session.get(issued["link"], headers=HTML) as response:
        assert 'href="/m/office"' in await response.text(), "they need no link"
    async with await come(gateway, user.session, issued) as response:
        screen = response.url
    assert (await user.get("/me"))["method"] == "session"
    async with user.session.post("/m/office/ticket", headers={"Origin": gateway.site}) as response:
        assert response.status == 200
    for opened, method in (
        (gateway.guest(screen, user.session), "ticket"),
        (await gateway.browser("office", user.session), "session"),
    ):
        near, _ = await open_session(opened, machine)
        (row,) = (await admin.get("/sessions"))["items"]
        assert (row["method"], "control" in row["rights"]) == (method, method == "session")
        await near.close()
        while (await admin.get("/sessions"))["items"]:
            await asyncio.sleep(0)


async def test_page_of_a_guest_whose_visit_ended_does_not_go_on_by_the_log_in(
    gateway: RunningGateway, admin: Client
) -> None:
    issued = await admin.post("/tickets", {"machine": "office", "rights": ["view"], "lifetime": 60})
    async with await come(gateway, admin.session, issued) as response:
        screen = response.url
    await admin.ask("DELETE", f"/tickets/{issued['ticket']['id']}")
    async with admin.session.get(screen) as response:
        assert response.status == 401
    await gateway.guest(screen, admin.session).refusal(ChannelType.MAIN)


async def test_ticket_is_a_spice_password(gateway: RunningGateway, admin: Client, machine: FakeMachine) -> None:
    issued = await admin.post("/tickets", {"machine": "office"})
    assert URL(issued["spice"]["websocket"]).path == "/ws/office"
    near = await gateway.stranger().link(ChannelType.MAIN, password=issued["spice"]["password"])
    assert near.type is ChannelType.MAIN
    assert (issued["connection_file"], issued["spice"]["port"]) == (None, None)


async def test_ticket_gives_no_right_that_its_issuer_has_not(gateway: RunningGateway) -> None:
    viewer = await somebody(gateway, Role.VIEWER)
    answer = await viewer.ask("POST", "/tickets", {"machine": "office", "rights": ["view", "control"]})
    assert answer.status == 403
    assert (await viewer.ask("POST", "/tickets", {"machine": "office", "rights": ["fly"]})).status == 422


async def test_revoked_ticket_ends_its_session(gateway: RunningGateway, admin: Client, machine: FakeMachine) -> None:
    issued = await admin.post("/tickets", {"machine": "office"})
    stranger = gateway.stranger()
    near, _ = await open_session(stranger, machine, password=issued["secret"])
    await admin.ask("DELETE", f"/tickets/{issued['ticket']['id']}")
    assert "has ended" in (await near.gone()).reason


async def test_others_tickets_are_listed_for_operators_only(gateway: RunningGateway, admin: Client) -> None:
    await admin.post("/tickets", {"machine": "office", "note": "for Max"})
    user, operator = await somebody(gateway, Role.USER), await somebody(gateway, Role.OPERATOR)
    assert (await user.get("/tickets"))["items"] == []
    assert (await user.ask("GET", "/tickets", everybody="true")).status == 403
    rows = (await operator.get("/tickets", everybody="true", open="true"))["items"]
    assert [(row["note"], row["rights"][0]) for row in rows] == [("for Max", "view")]


async def test_machine_of_our_own_tells_queue_and_window_and_takes_messages() -> None:
    async with RunningGateway({"demo": "demo:"}) as gateway:
        admin = Client(await gateway.logged_in(), gateway.site)
        near = await (await gateway.browser("demo")).link(ChannelType.MAIN)
        await near.wait_for(Init)
        main = await admin.get("/channels/demo/main/0")
        (client,) = main["clients"]
        assert (client["queue"]["messages"], client["queue"]["full"]) == (0, False)
        assert client["window"]["budget"] > 0
        assert (main["incoming"], main["migration_flags"]) == ("MainClient", [])
        (row,) = (await admin.get("/sessions"))["items"]
        await admin.post(f"/sessions/{row['id']}/messages", {"text": "Lunch is ready."})
        assert (await near.wait_for(Notify)).message == b"Lunch is ready.\0"
        found = await admin.post("/machines/demo/test")
        assert (found["ok"], found["address"]) == (True, "demo:")


async def test_file_for_native_clients_comes_with_the_ticket_and_does_not_spend_it(
    gateway: RunningGateway, admin: Client, machine: FakeMachine
) -> None:
    gateway.app[NATIVE]["office"] = NativeAddress(5900, 0)
    issued = await admin.post("/tickets", {"machine": "office", "lifetime": 60})
    async with gateway.visitor().get(issued["vv"]) as response:
        assert (response.status, response.content_type) == (200, "application/x-virt-viewer")
        assert await response.text() == issued["connection_file"]
        assert f"password={issued['secret']}" in issued["connection_file"]
    async with gateway.visitor().get("/t/office.vv?ticket=guessed") as response:
        assert response.status == 401
        assert "5900" not in await response.text()
    await gateway.stranger().link(ChannelType.MAIN, password=issued["secret"])
    async with gateway.visitor().get(issued["vv"]) as response:
        assert response.status == 401


async def test_whoever_guesses_tickets_is_barred(gateway: RunningGateway, admin: Client) -> None:
    session = gateway.visitor()
    statuses = set()
    for number in range(40):
        async with session.get(f"/t/office{'.vv' if number % 2 else ''}?ticket=guess{number}") as response:
            statuses.add(response.status)
    assert statuses == {401, 429}
