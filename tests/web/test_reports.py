"""What viewers tell of their sessions: whose word is taken, for what, and who sees it."""

from __future__ import annotations

import base64
from email.utils import parsedate_to_datetime
from io import BytesIO
from typing import Any

import aiohttp
import numpy as np
import pytest
from PIL import Image

from gateway.access import Principal, Role, Scope
from gateway.codecs.thumbnail import thumbnail
from gateway.machines.relay.endpoint import parse_endpoint
from gateway.machines.spec import Spec
from gateway.server.client import RedClient
from gateway.server.rights import Right
from gateway.spice.limits import REPORT_BURST, THUMBNAIL_BYTES
from gateway.web.keys import CONCIERGE, CORE, FLEET, PICTURES
from gateway.web.reports import FRAMES_SECONDS, PICTURE_SECONDS
from tests.peers import FakeMachine
from tests.running import SESSION_ID, RunningGateway, open_session
from tests.web.api.client import Client, program

RED, BLUE = (0, 0, 200), (200, 0, 0)


def picture(colour: tuple[int, int, int] = RED) -> str:
    """A picture as viewers send it, all of one colour (B G R)."""
    return base64.b64encode(thumbnail(np.full((90, 160, 4), (*colour, 0), np.uint8))).decode()


async def tell(gateway: RunningGateway, who: aiohttp.ClientSession, where: str = "/m/office", **report: Any) -> Any:
    """Report as the viewer does; the answer, or the status of a refusal."""
    body = {"session": SESSION_ID, "frames": 0, **report}
    async with who.post(f"{where}/report", json=body, headers={"Origin": gateway.site}) as response:
        return await response.json() if response.status == 200 else response.status


async def seen(gateway: RunningGateway, who: aiohttp.ClientSession, path: str) -> tuple[int, int, int] | int:
    """The colour (R G B) in the middle of a picture, or the status when there is none."""
    async with who.get(f"/api/v1{path}") as response:
        if response.status != 200:
            return response.status
        assert response.content_type == "image/jpeg"
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert parsedate_to_datetime(response.headers["Last-Modified"]).tzinfo is not None
        image = Image.open(BytesIO(await response.read())).convert("RGB")
        pixel = image.getpixel((image.width // 2, image.height // 2))
        assert isinstance(pixel, tuple)
        return pixel[0], pixel[1], pixel[2]


def near(found: tuple[int, int, int] | int, colour: tuple[int, int, int]) -> bool:
    """Whether a picture has the colour (B G R)."""
    return isinstance(found, tuple) and all(abs(a - b) < 12 for a, b in zip(found, colour[::-1], strict=True))


def user_of(client: RedClient) -> int | None:
    assert isinstance(client.admission.holder, Principal)
    return client.admission.holder.user_id


async def row(gateway: RunningGateway) -> dict[str, Any]:
    """The one session, as the dashboard has it."""
    admin = Client(await gateway.logged_in(), gateway.site)
    (found,) = (await admin.get("/sessions"))["items"]
    assert isinstance(found, dict)
    return found


async def test_frames_that_a_viewer_tells_stand_in_its_session(gateway: RunningGateway, machine: FakeMachine) -> None:
    uma = await gateway.logged_in(Role.USER)
    await open_session(await gateway.browser("office", uma), machine)
    assert (await row(gateway))["frame_rate"] is None
    answer = await tell(gateway, uma, frames=24.5)
    assert answer == {"report_after": FRAMES_SECONDS[1], "picture_after": PICTURE_SECONDS[1]}
    assert (await row(gateway))["frame_rate"] == 24.5


async def test_viewer_is_asked_to_tell_more_often_while_somebody_looks(
    gateway: RunningGateway, machine: FakeMachine
) -> None:
    uma = await gateway.logged_in(Role.USER)
    await open_session(await gateway.browser("office", uma), machine)
    admin = await gateway.logged_in()
    async with admin.get("/api/v1/events") as events:
        assert events.status == 200
        assert (await tell(gateway, uma))["report_after"] == FRAMES_SECONDS[0]
    assert await seen(gateway, admin, f"/sessions/{(await row(gateway))['id']}/picture") == 204
    assert (await tell(gateway, uma))["picture_after"] == PICTURE_SECONDS[0]


async def test_many_sessions_tell_more_seldom(gateway: RunningGateway, machine: FakeMachine) -> None:
    uma = await gateway.logged_in(Role.USER)
    await open_session(await gateway.browser("office", uma), machine)
    (client,) = gateway.machine().server.clients
    crowd = gateway.app[CONCIERGE]._present
    others: set[Any] = {object() for _ in range(999)}
    crowd |= others
    try:
        assert await tell(gateway, uma) == {"report_after": 20.0, "picture_after": 100.0}
    finally:
        crowd -= others
    assert crowd == {client}


async def test_picture_is_shown_to_who_sat_there_and_to_who_watches_over_sessions(
    gateway: RunningGateway, machine: FakeMachine
) -> None:
    uma, olga, vera = [await gateway.logged_in(role) for role in (Role.USER, Role.OPERATOR, Role.VIEWER)]
    await open_session(await gateway.browser("office", uma), machine)
    await tell(gateway, uma, picture=picture())
    session = f"/sessions/{(await row(gateway))['id']}/picture"
    assert near(await seen(gateway, uma, "/machines/office/picture"), RED)
    assert near(await seen(gateway, olga, session), RED)
    for other in (olga, vera):
        assert await seen(gateway, other, "/machines/office/picture") == 204, "somebody else's word"
    for other in (uma, vera):
        assert await seen(gateway, other, session) == 403
    assert await seen(gateway, gateway.visitor(), session) == 401


async def test_operator_who_may_not_view_the_machine_sees_no_picture_of_its_sessions(
    gateway: RunningGateway, machine: FakeMachine
) -> None:
    uma, olga = [await gateway.logged_in(role) for role in (Role.USER, Role.OPERATOR)]
    await open_session(await gateway.browser("office", uma), machine)
    await tell(gateway, uma, picture=picture())
    session = f"/sessions/{(await row(gateway))['id']}/picture"
    admin = await gateway.admin()
    for grant in await gateway.access.authority.grants(admin):
        if grant.role == Role.OPERATOR:
            await gateway.access.authority.withdraw(admin, grant.id)
    assert await seen(gateway, olga, session) == 404
    assert await seen(gateway, olga, "/machines/office/picture") == 404


async def test_picture_outlives_the_session_for_who_sat_there_and_nobody_else(
    gateway: RunningGateway, machine: FakeMachine
) -> None:
    uma, admin = await gateway.logged_in(Role.USER), await gateway.logged_in()
    near_end, _ = await open_session(await gateway.browser("office", uma), machine)
    await tell(gateway, uma, picture=picture())
    (client,) = gateway.machine().server.clients
    kept, core = gateway.app[PICTURES], gateway.app[CORE]
    open_now = await kept.of_machine(gateway.machine(), user_of(client))
    await near_end.close()
    await gateway.app[CONCIERGE].until_empty()
    ended = core.now()
    assert near(await seen(gateway, uma, "/machines/office/picture"), RED)
    afterwards = await kept.of_machine(gateway.machine(), user_of(client))
    assert open_now is not None
    assert afterwards is not None
    assert open_now.until <= afterwards.until <= ended, "it looked so until the session ended"
    assert await seen(gateway, admin, f"/sessions/{client.label}/picture") == 404
    assert gateway.app[PICTURES].octets < THUMBNAIL_BYTES, "that of the session is gone"
    assert await tell(gateway, uma, picture=picture()) == 204


async def test_machine_that_took_anothers_name_has_no_picture_yet(
    gateway: RunningGateway, machine: FakeMachine
) -> None:
    uma = await gateway.logged_in(Role.USER)
    await open_session(await gateway.browser("office", uma), machine)
    await tell(gateway, uma, picture=picture())
    fleet = gateway.app[FLEET]
    fleet.remove("office")
    fleet.put(Spec("office", parse_endpoint(machine.url)))
    assert await seen(gateway, uma, "/machines/office/picture") == 204
    assert gateway.app[PICTURES].octets == 0


async def test_guest_gives_the_machine_no_picture_not_even_for_who_sent_the_link(
    gateway: RunningGateway, machine: FakeMachine
) -> None:
    admin = Client(await gateway.logged_in(), gateway.site)
    issued = await admin.post("/tickets", {"machine": "office", "rights": ["view"], "lifetime": 60})
    guest = gateway.visitor()
    form, headers = {"ticket": issued["secret"]}, {"Origin": gateway.site}
    async with guest.post("/t/office", data=form, headers=headers) as response:
        visit = response.url.parent
        assert f'report="{visit.path}/report"' in await response.text()
    await open_session(gateway.guest(response.url, guest), machine)
    assert (await tell(gateway, guest, visit.path, frames=3, picture=picture()))["report_after"] > 0
    assert await tell(gateway, guest, frames=9) == 401
    found = await row(gateway)
    assert (found["method"], found["frame_rate"]) == ("ticket", 3)
    assert near(await seen(gateway, admin.session, f"/sessions/{found['id']}/picture"), RED)
    assert await seen(gateway, admin.session, "/machines/office/picture") == 204


async def test_nobody_tells_of_somebody_elses_session(gateway: RunningGateway, machine: FakeMachine) -> None:
    uma, mallory = [await gateway.logged_in(Role.USER) for _ in range(2)]
    await open_session(await gateway.browser("office", uma), machine)
    assert await tell(gateway, mallory, frames=9, picture=picture()) == 204
    assert await tell(gateway, uma, session=SESSION_ID + 1) == 204
    assert await tell(gateway, uma, "/m/elsewhere") == 204
    for where in ("/m/office", "/t/office/visit"):
        assert await tell(gateway, gateway.visitor(), where) == 401
    assert await tell(gateway, uma, "/t/office/visit") == 401, "no guest"
    key = await gateway.access.keys.issue(await gateway.admin(), "program", [Scope.ADMIN])
    headers, body = {"Authorization": f"Bearer {key.secret}"}, {"session": SESSION_ID, "frames": 9}
    async with gateway.visitor().post("/m/office/report", json=body, headers=headers) as response:
        assert response.status == 204
    assert (await row(gateway))["frame_rate"] is None


async def test_page_of_somebody_elses_cannot_tell_anything(gateway: RunningGateway, machine: FakeMachine) -> None:
    uma = await gateway.logged_in(Role.USER)
    await open_session(await gateway.browser("office", uma), machine)
    for headers in ({}, {"Origin": "https://evil.example"}):
        body = {"session": SESSION_ID, "frames": 9}
        async with uma.post("/m/office/report", json=body, headers=headers) as response:
            assert response.status == 403
    assert (await row(gateway))["frame_rate"] is None


@pytest.mark.parametrize(
    "report",
    [
        {"frames": -1},
        {"frames": 1e9},
        {"frames": "NaN"},
        {"session": 0},
        {"picture": ""},
        {"picture": "not Base64!"},
        {"picture": base64.b64encode(b"<svg onload=alert(1)>").decode()},
        {"picture": base64.b64encode(bytes(THUMBNAIL_BYTES)).decode()},
        {"picture": "A" * 50_000},
        {"machine": "lab"},
    ],
    ids=str,
)
async def test_malformed_report_is_refused(
    gateway: RunningGateway, machine: FakeMachine, report: dict[str, object]
) -> None:
    uma = await gateway.logged_in(Role.USER)
    await open_session(await gateway.browser("office", uma), machine)
    body = {"session": SESSION_ID, "frames": 0, **report}
    async with uma.post("/m/office/report", json=body, headers={"Origin": gateway.site}) as response:
        assert response.status == 422
    assert await seen(gateway, uma, "/machines/office/picture") == 204


async def test_session_that_tells_too_much_is_told_to_wait(gateway: RunningGateway, machine: FakeMachine) -> None:
    uma = await gateway.logged_in(Role.USER)
    await open_session(await gateway.browser("office", uma), machine)
    answers = [await tell(gateway, uma) for _ in range(REPORT_BURST + 4)]
    assert 429 in answers
    assert all(isinstance(answer, dict) for answer in answers[:REPORT_BURST])


async def test_program_with_a_key_to_read_sees_no_pictures_of_sessions(
    gateway: RunningGateway, machine: FakeMachine
) -> None:
    uma = await gateway.logged_in(Role.USER)
    await open_session(await gateway.browser("office", uma), machine)
    await tell(gateway, uma, picture=picture(BLUE))
    reader = await program(gateway, "read")
    session = (await row(gateway))["id"]
    assert (await reader.ask("GET", f"/sessions/{session}/picture")).status == 403
    assert Right.VIEW in await gateway.access.authority.rights(await gateway.admin(), "office")
