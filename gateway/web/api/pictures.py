"""Small pictures of what machines and sessions show; `gateway/web/pictures.py` says whose word they are."""

from __future__ import annotations

from email.utils import format_datetime
from typing import Final

from aiohttp import web

from gateway.access import NotFound, Permission
from gateway.web.api import machines, sessions
from gateway.web.api.operation import Ask, Resource
from gateway.web.api.shapes import when
from gateway.web.keys import CORE, PICTURES
from gateway.web.pictures import MEDIA_TYPE, Picture

pictures = Resource("pictures", "Small pictures of what machines and sessions show.")

NONE: Final = "There is no picture."


@pictures.get("/machines/{machine}/picture", Permission.CONSOLE, media=MEDIA_TYPE, empty=NONE)
async def picture_of_machine(ask: Ask, machine: machines.Name) -> web.Response:
    """What a machine shows, for who may view it. The gateway makes it of a machine of its own; of others it is what
    you saw last in a browser. `Last-Modified` tells until when it looked so."""
    member, rights = await machines.find(ask, machine)
    if not rights:
        raise NotFound("There is no such machine.")
    return _answer(ask, await ask.request.app[PICTURES].of_machine(member.machine, ask.by.user_id))


@pictures.get("/sessions/{id}/picture", Permission.SESSIONS_WATCH, media=MEDIA_TYPE, empty=NONE)
async def picture_of_session(ask: Ask, id: str) -> web.Response:
    """What a session shows, for who watches over sessions and may view its machine. Where the machine is not one of
    the gateway's own it is what the session's browser says."""
    client = sessions.find(ask, id)
    member, rights = await machines.find(ask, client.server.name)
    if not rights:
        raise NotFound("There is no such machine.")
    return _answer(ask, await ask.request.app[PICTURES].of_session(member.machine, client))


def _answer(ask: Ask, picture: Picture | None) -> web.Response:
    if picture is None:
        return web.Response(status=204)
    age = ask.request.app[CORE].now() - picture.until
    headers = {"Last-Modified": format_datetime(when(ask.access.clock.wall() - age), usegmt=True)}
    return web.Response(body=picture.data, content_type=MEDIA_TYPE, headers=headers)
