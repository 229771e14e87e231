"""`/ws/{machine}`: who may open it, and what the handshake asks for."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from gateway.access import Scope
from gateway.spice.enums import ChannelType
from gateway.spice.messages.main import Init
from gateway.web.forms import FORM
from gateway.web.patience import PATIENCE
from gateway.web.settings import WebSettings
from tests.peers import Browser, FakeMachine, Gone, soon
from tests.running import SESSION_ID, RunningGateway, open_channel, open_session

NOT_ALLOWED = 4003
UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
}


async def refused(browser: Browser) -> int:
    """The HTTP status of a handshake that is refused."""
    with pytest.raises(aiohttp.WSServerHandshakeError) as error:
        await browser.open()
    return error.value.status


async def issue(gateway: RunningGateway, *, lifetime: float = 60) -> str:
    issued = await gateway.access.tickets.issue(await gateway.admin(), "office", lifetime=lifetime)
    return issued.secret


# log-in and Origin


async def test_page_with_a_log_in_opens_channels_without_a_ticket(
    gateway: RunningGateway, machine: FakeMachine
) -> None:
    browser = await gateway.browser()
    await open_session(browser, machine)
    await open_channel(browser, machine, ChannelType.DISPLAY)


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1", "file://"])
async def test_page_of_somebody_else_is_refused_though_it_has_the_cookie(gateway: RunningGateway, origin: str) -> None:
    session = await gateway.logged_in()
    assert await refused(Browser(session, f"{gateway.site}/ws/office", origin=origin)) == 403


async def test_program_without_an_origin_is_not_believed_its_cookie(
    gateway: RunningGateway, machine: FakeMachine
) -> None:
    session = await gateway.logged_in()
    browser = Browser(session, f"{gateway.site}/ws/office", origin=None)
    assert (await browser.refusal(ChannelType.MAIN)).code == NOT_ALLOWED
    assert machine.connections == 0


async def test_allowed_origin_opens_with_a_ticket(machine: FakeMachine) -> None:
    origin = "https://intranet.example"
    settings = WebSettings(allowed_origins=frozenset({origin}))
    async with RunningGateway({"office": machine.url}, settings=settings) as gateway:
        stranger = gateway.stranger(origin=origin)
        await stranger.link(ChannelType.MAIN, password=await issue(gateway))


async def test_own_origin_is_the_proxys_behind_one(machine: FakeMachine) -> None:
    settings = WebSettings(public_url="https://console.example")
    async with RunningGateway({"office": machine.url}, settings=settings) as gateway:
        session = await gateway.logged_in()
        assert await refused(Browser(session, f"{gateway.site}/ws/office", origin=gateway.site)) == 403


async def test_unknown_machine_is_not_found(gateway: RunningGateway) -> None:
    assert await refused(await gateway.browser("other")) == 404


# tickets


async def test_ticket_opens_one_session_and_its_channels(gateway: RunningGateway, machine: FakeMachine) -> None:
    ticket, stranger = await issue(gateway), gateway.stranger()
    await open_session(stranger, machine, password=ticket)
    await stranger.link(ChannelType.DISPLAY, connection_id=SESSION_ID, password=ticket)
    gone = await stranger.refusal(ChannelType.MAIN, password=ticket)
    assert gone.code == NOT_ALLOWED
    assert await asyncio.to_thread(lambda: True)


@pytest.mark.parametrize("password", [None, "", "guess", "x" * 60])
async def test_stranger_without_a_valid_ticket_never_gets_past_the_machines_reply(
    gateway: RunningGateway, machine: FakeMachine, password: str | None
) -> None:
    await issue(gateway)
    gone = await gateway.stranger().refusal(ChannelType.MAIN, password=password)
    assert gone.code == NOT_ALLOWED
    assert gateway.machine().server.clients == []
    assert machine._linked[ChannelType.MAIN].empty()


async def test_machine_is_not_dialled_while_no_ticket_is_open(gateway: RunningGateway, machine: FakeMachine) -> None:
    gone = await gateway.stranger().refusal(ChannelType.MAIN, password="guess")
    assert gone.code == NOT_ALLOWED
    assert machine.connections == 0


async def test_revoked_ticket_opens_nothing(gateway: RunningGateway, machine: FakeMachine) -> None:
    admin = await gateway.admin()
    issued = await gateway.access.tickets.issue(admin, "office")
    await gateway.access.tickets.revoke(admin, issued.ticket.id)
    gone = await gateway.stranger().refusal(ChannelType.MAIN, password=issued.secret)
    assert gone.code == NOT_ALLOWED


async def test_session_ends_with_the_ticket_that_opened_it(gateway: RunningGateway, machine: FakeMachine) -> None:
    admin = await gateway.admin()
    issued = await gateway.access.tickets.issue(admin, "office")
    near, _ = await open_session(gateway.stranger(), machine, password=issued.secret)
    await gateway.access.tickets.revoke(admin, issued.ticket.id)
    assert (await near.gone()).code == NOT_ALLOWED


async def test_session_ends_with_the_log_in_that_opened_it(gateway: RunningGateway, machine: FakeMachine) -> None:
    session = await gateway.logged_in()
    near, _ = await open_session(await gateway.browser(session=session), machine)
    async with session.post("/logout", headers={"Origin": gateway.site}, allow_redirects=False) as response:
        assert response.status == 303
    assert (await near.gone()).code == NOT_ALLOWED


async def test_ticket_of_one_machine_does_not_open_another(machine: FakeMachine) -> None:
    async with RunningGateway({"office": machine.url, "lab": machine.url}) as gateway:
        ticket = await issue(gateway)
        assert (await gateway.stranger("lab").refusal(ChannelType.MAIN, password=ticket)).code == NOT_ALLOWED


# connection ids


async def test_channel_of_another_log_ins_session_is_refused(gateway: RunningGateway, machine: FakeMachine) -> None:
    mine, theirs = await gateway.browser(), await gateway.browser()
    await open_session(mine, machine)
    before = machine.connections
    gone = await theirs.refusal(ChannelType.DISPLAY, connection_id=SESSION_ID)
    assert gone.code == NOT_ALLOWED
    assert machine.connections == before


async def test_channel_of_another_tickets_session_is_refused(gateway: RunningGateway, machine: FakeMachine) -> None:
    mine, theirs = await issue(gateway), await issue(gateway)
    victim, thief = gateway.stranger(), gateway.stranger()
    await open_session(victim, machine, password=mine)
    gone = await thief.refusal(ChannelType.DISPLAY, connection_id=SESSION_ID, password=theirs)
    assert gone.code == NOT_ALLOWED
    gone = await thief.refusal(ChannelType.DISPLAY, connection_id=SESSION_ID)
    assert gone.code == NOT_ALLOWED


async def test_log_in_does_not_open_channels_of_a_tickets_session(
    gateway: RunningGateway, machine: FakeMachine
) -> None:
    stranger = gateway.stranger()
    await open_session(stranger, machine, password=await issue(gateway))
    gone = await (await gateway.browser()).refusal(ChannelType.DISPLAY, connection_id=SESSION_ID)
    assert gone.code == NOT_ALLOWED


@pytest.mark.parametrize("connection_id", [0, 1, 0xFFFFFFFF])
async def test_channel_of_no_session_is_refused(
    gateway: RunningGateway, machine: FakeMachine, connection_id: int
) -> None:
    gone = await (await gateway.browser()).refusal(ChannelType.DISPLAY, connection_id=connection_id)
    assert gone.code == NOT_ALLOWED
    assert machine.connections == 0


async def test_session_cannot_be_started_with_somebodys_connection_id(
    gateway: RunningGateway, machine: FakeMachine
) -> None:
    browser = await gateway.browser()
    await open_session(browser, machine)
    assert (await browser.refusal(ChannelType.MAIN, connection_id=SESSION_ID)).code == NOT_ALLOWED


async def test_connection_id_is_worth_nothing_after_the_session(gateway: RunningGateway, machine: FakeMachine) -> None:
    browser = await gateway.browser()
    main, far = await open_session(browser, machine)
    await main.close()
    await far.gone()
    assert (await browser.refusal(ChannelType.DISPLAY, connection_id=SESSION_ID)).code == NOT_ALLOWED


# the handshake


async def test_address_asked_without_a_websocket_says_what_it_is(gateway: RunningGateway) -> None:
    session = await gateway.logged_in()
    async with session.get("/ws/office") as response:
        assert response.status == 400
        assert "SPICE over WebSocket" in await response.text()


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, 101),
        ({"Sec-WebSocket-Protocol": "binary"}, 101),
        ({"Sec-WebSocket-Protocol": "chat, binary"}, 101),
        ({"Sec-WebSocket-Protocol": "chat"}, 400),
        ({"Sec-WebSocket-Version": "12"}, 400),
        ({"Sec-WebSocket-Key": "short"}, 400),
        ({"Upgrade": "h2c"}, 400),
    ],
)
async def test_handshake_is_checked(gateway: RunningGateway, changes: dict[str, str], status: int) -> None:
    headers = {**UPGRADE, **changes, "Host": f"127.0.0.1:{gateway.port}"}
    lines = ["GET /ws/office HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    head = await raw_answer(gateway, "\r\n".join(lines).encode())
    assert head.split(b" ")[1] == str(status).encode()
    if status == 101:
        assert (b"Sec-WebSocket-Protocol: binary" in head) is ("Sec-WebSocket-Protocol" in changes)
        assert b"Sec-WebSocket-Accept: ICX+Yqv66kxgM0FcWaLWlFLwTAI=" in head
        assert b"Extensions" not in head
        assert b"Content-Length" not in head
        assert b"Transfer-Encoding" not in head


async def raw_answer(gateway: RunningGateway, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
    writer.write(request)
    head = await soon(reader.readuntil(b"\r\n\r\n"))
    writer.close()
    return head


@pytest.mark.parametrize("garbage", [b"\x00" * 100, b"\xff" * 5000, b"GET /ws/office\r\n\r\n"])
async def test_garbage_for_http_is_refused_and_the_gateway_goes_on(gateway: RunningGateway, garbage: bytes) -> None:
    assert (await raw_answer(gateway, garbage + b"\r\n\r\n")).split(b" ")[1] == b"400"
    async with gateway.visitor().get("/healthz") as response:
        assert response.status == 200


async def test_header_that_is_dribbled_meets_a_deadline(gateway: RunningGateway) -> None:
    gateway.app[PATIENCE].seconds = 0.05
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
    writer.write(b"GET / HTTP/1.1\r\nHost: ")
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await soon(reader.readexactly(1))


@pytest.mark.parametrize(("path", "kind"), [("/login", FORM), ("/api/v1/users", "application/json")])
async def test_body_that_is_dribbled_meets_a_deadline(gateway: RunningGateway, path: str, kind: str) -> None:
    gateway.app[PATIENCE].body_seconds = 0.05
    key = await gateway.access.keys.issue(await gateway.admin(), "key", [Scope.ADMIN])
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
    head = {
        "Host": f"127.0.0.1:{gateway.port}",
        "Origin": gateway.site,
        "Content-Type": kind,
        "Content-Length": "60000",
    }
    head["Authorization"] = f"Bearer {key.secret}"
    lines = (f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in head.items()), "", "name=")
    writer.write("\r\n".join(lines).encode())
    assert (await soon(reader.readline())).startswith(b"HTTP/1.1 408 ")
    writer.close()


async def test_websocket_outlives_the_deadline_of_the_first_request(
    gateway: RunningGateway, machine: FakeMachine
) -> None:
    gateway.app[PATIENCE].seconds = 0.05
    near, far = await open_session(await gateway.browser(), machine)
    expired = asyncio.Event()
    asyncio.get_running_loop().call_later(0.1, expired.set)
    await soon(expired.wait())
    await far.send(Init(1, 1, 1, 1, 0, 0, 0, 0))
    await near.expect(Init)


async def test_stopping_the_gateway_says_so(machine: FakeMachine) -> None:
    async with RunningGateway({"office": machine.url}) as gateway:
        near, far = await open_session(await gateway.browser(), machine)
        async with asyncio.TaskGroup() as group:
            gone = group.create_task(near.gone())
            group.create_task(gateway._runner.cleanup())
        assert (gone.result().code, gone.result().reason) == (1001, "The gateway is being stopped.")
        with pytest.raises(Gone):
            await far.receive()


async def test_gateway_that_is_full_says_so(gateway: RunningGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    from gateway.web import bridge, probes

    monkeypatch.setattr(bridge, "MAX_CONNECTIONS", 0)
    monkeypatch.setattr(probes, "MAX_CONNECTIONS", 0)
    assert await refused(await gateway.browser()) == 503
    async with gateway.visitor().get("/readyz") as response:
        assert response.status == 503
