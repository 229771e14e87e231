"""`POST /m/{machine}/report`, for guests `/t/{machine}/{visit}/report`: what only the viewer knows of a session.

A viewer tells of its own session only: it names it by the connection id and comes by the very proof that opened it. The
answer says how soon to tell more. Nobody who looks: seldom; many sessions: more seldom. A viewer that draws nothing new
tells nothing.
"""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Final

from aiohttp import web
from pydantic import Field, ValidationError

from gateway.access import Permission, Principal
from gateway.access.rate import RateLimit
from gateway.machines.machine import Machine
from gateway.server.client import RedClient
from gateway.spice.errors import ProtocolError
from gateway.spice.limits import MAX_FRAME_RATE, REPORT_BURST, REPORT_RATE, THUMBNAIL_BYTES
from gateway.web.api.events import FEED
from gateway.web.api.operation import field_errors
from gateway.web.api.problem import BadFields, FieldError
from gateway.web.api.shapes import Shape
from gateway.web.guard import needs, principal
from gateway.web.guests import guest_of
from gateway.web.keys import ACCESS, CONCIERGE, FLEET, PICTURES
from gateway.web.patience import read_body

routes = web.RouteTableDef()

REPORT_LIMIT = web.AppKey("report_limit", RateLimit)
"""What each session may tell."""

FRAMES_SECONDS: Final = (2.0, 10.0)
PICTURE_SECONDS: Final = (5.0, 30.0)
"""Between two of them while somebody looks, and while nobody does."""
FRAMES_A_SECOND: Final = 50
PICTURES_A_SECOND: Final = 10
"""What all sessions together send at the most."""
LONGEST_SECONDS: Final = 40.0


class Report(Shape):
    """What a viewer tells: `session` is MAIN's connection id, `frames` are a second, `picture` is a JPEG in Base64."""

    session: Annotated[int, Field(ge=1, le=2**32 - 1)]
    frames: Annotated[float, Field(ge=0, le=MAX_FRAME_RATE, allow_inf_nan=False)] | None = None
    picture: Annotated[str, Field(min_length=1, max_length=4 * (THUMBNAIL_BYTES // 3 + 1))] | None = None


class Pace(Shape):
    """Seconds until the next figures, and between pictures; null: no pictures are wanted."""

    report_after: float
    picture_after: float | None


def make_limit() -> RateLimit:
    """For `REPORT_LIMIT`."""
    return RateLimit(REPORT_RATE, REPORT_BURST)


@routes.post("/m/{machine}/report", name="report")
@needs(Permission.CONSOLE)
async def report(request: web.Request) -> web.Response:
    """Take a viewer's report of its own session, by a log-in."""
    return await take_report(request, principal(request))


@routes.post("/t/{machine}/{visit}/report", name="guest-report")
async def report_of_guest(request: web.Request) -> web.Response:
    """The same of somebody who came by a ticket."""
    guest = await guest_of(request)
    if guest is None:
        raise web.HTTPUnauthorized(text="Your visit has ended.")
    return await take_report(request, guest)


async def take_report(request: web.Request, by: Principal) -> web.Response:
    """Take a report that somebody makes.

    204 answers that of a session that is over, or somebody else's: a viewer's last report may well come after its
    session, and browsers write refusals into their console.
    """
    app = request.app
    try:
        told = Report.model_validate_json(await read_body(request))
    except ValidationError as error:
        raise BadFields(field_errors(error)) from None
    session = await _own_session(request, by, told.session)
    if session is None:
        return web.Response(status=204)
    machine, client = session
    if seconds := app[REPORT_LIMIT].take(client.label, app[ACCESS].clock.steady()):
        retry = {"Retry-After": str(max(1, round(seconds)))}
        raise web.HTTPTooManyRequests(text="This session tells too much: wait a little.", headers=retry)
    if told.frames is not None:
        client.tell_frame_rate(told.frames)
    if told.picture is not None and app[PICTURES].wants(machine):
        await _take(request, machine, client, told.picture)
    return web.Response(text=pace(request, machine, client).model_dump_json(), content_type="application/json")


async def _own_session(request: web.Request, by: Principal, connection_id: int) -> tuple[Machine, RedClient] | None:
    """The session, for whoever opened it; None, whoever else asks."""
    member = request.app[FLEET].get(request.match_info["machine"])
    if member is not None:
        admission = await request.app[CONCIERGE].admit(by, member.spec.name)
        client = member.machine.server.find_client(connection_id)
        if client is not None and admission is not None and client.admission.admits(admission):
            return member.machine, client
    return None


async def _take(request: web.Request, machine: Machine, client: RedClient, picture: str) -> None:
    try:
        await request.app[PICTURES].take(machine, client, base64.b64decode(picture, validate=True))
    except (binascii.Error, ProtocolError):
        raise BadFields([FieldError(field="picture", message="It is not a small JPEG in Base64.")]) from None


def pace(request: web.Request, machine: Machine, client: RedClient) -> Pace:
    """How soon this viewer shall tell more."""
    app = request.app
    sessions = app[CONCIERGE].sessions
    looked_at = app[PICTURES].is_looked_at(machine, client)
    frames = FRAMES_SECONDS[not len(app[FEED])]
    picture = max(PICTURE_SECONDS[not looked_at], sessions / PICTURES_A_SECOND)
    return Pace(
        report_after=min(LONGEST_SECONDS, max(frames, sessions / FRAMES_A_SECOND)),
        picture_after=picture if app[PICTURES].wants(machine) else None,
    )
