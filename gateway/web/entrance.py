"""The ways in and out: set-up, log-in, log-out."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from gateway.access import Entry, Permission, Principal
from gateway.access.errors import Invalid, LockedOut, Refused, TooBusy
from gateway.web.forms import read_form
from gateway.web.guard import needs, principal
from gateway.web.identity import PRINCIPAL, drop_cookie, set_cookie
from gateway.web.keys import ACCESS, FLEET
from gateway.web.origin import base_of, is_secure, own_path, peer_of
from gateway.web.rendering import render

routes = web.RouteTableDef()

SETUP_COOKIE: Final = "spicegate-setup"
"""Holds the token between the set-up link and its form."""

_STATUS = {Refused: 401, Invalid: 422, LockedOut: 429, TooBusy: 503}


@routes.get("/setup", name="setup")
async def setup(request: web.Request) -> web.Response:
    """The form of the one-time link: who the first admin is. Looking at it spends nothing, and takes the token out of
    the address bar."""
    given = request.query.get("token")
    token = request.cookies.get(SETUP_COOKIE, "") if given is None else given
    if not await request.app[ACCESS].logins.is_setup_token(token):
        raise web.HTTPUnauthorized(text="This link is not valid, or was used already.")
    if given is None:
        return _setup_form(request, token)
    path, secure = f"{base_of(request)}/setup", is_secure(request)
    response = web.Response(status=303, headers={"Location": path})
    response.set_cookie(SETUP_COOKIE, token, path=path, httponly=True, samesite="Lax", secure=secure)
    return response


@routes.post("/setup", name="setup-post")
async def set_up(request: web.Request) -> web.Response:
    """Make the first admin, and let them in."""
    form = await read_form(request, "token", "name", "password", "again")
    logins = request.app[ACCESS].logins
    if form["password"] != form["again"]:
        return _setup_form(request, form["token"], form["name"], "The two passwords are not the same.", status=422)
    try:
        entry = await logins.set_up(
            form["token"], form["name"], form["password"], address=peer_of(request), agent=_agent(request)
        )
    except Refused:
        raise web.HTTPUnauthorized(text="This link is not valid, or was used already.") from None
    except (Invalid, TooBusy) as error:
        return _setup_form(request, form["token"], form["name"], str(error), status=_STATUS[type(error)])
    response = await _welcome(request, entry)
    if SETUP_COOKIE in request.cookies:
        response.del_cookie(SETUP_COOKIE, path=f"{base_of(request)}/setup", secure=is_secure(request))
    return response


@routes.get("/login", name="login")
async def login(request: web.Request) -> web.Response:
    """The form; whoever is logged in goes on."""
    target = own_path(request, request.query.get("next"))
    who = request[PRINCIPAL]
    if isinstance(who, Principal):
        return web.Response(status=303, headers={"Location": target or await first_page(request, who)})
    return _login_form(request, target)


@routes.post("/login", name="login-post")
async def log_in(request: web.Request) -> web.Response:
    """Name and password; the same answer to whatever is wrong."""
    form = await read_form(request, "name", "password", "next")
    target = own_path(request, form["next"])
    try:
        entry = await request.app[ACCESS].logins.with_password(
            form["name"], form["password"], address=peer_of(request), agent=_agent(request)
        )
    except (Refused, LockedOut, TooBusy) as error:
        response = _login_form(request, target, form["name"], str(error), status=_STATUS[type(error)])
        if isinstance(error, LockedOut | TooBusy):
            response.headers["Retry-After"] = str(error.retry_after)
        return response
    return await _welcome(request, entry, target)


@routes.post("/logout", name="logout")
@needs(Permission.ACCOUNT)
async def log_out(request: web.Request) -> web.Response:
    """End this log-in, and what it opened."""
    await request.app[ACCESS].sessions.log_out(principal(request))
    response = web.Response(status=303, headers={"Location": f"{base_of(request)}/login"})
    drop_cookie(request, response)
    return response


async def first_page(request: web.Request, who: Principal) -> str:
    """Somebody with exactly one machine goes straight into it."""
    known = [member.spec.name for member in request.app[FLEET]]
    rights = await request.app[ACCESS].authority.rights_at(who, known)
    theirs = [name for name in known if rights[name]]
    return f"{base_of(request)}/m/{theirs[0]}" if len(theirs) == 1 else f"{base_of(request)}/"


async def _welcome(request: web.Request, entry: Entry, target: str = "") -> web.Response:
    target = target or await first_page(request, entry.principal)
    response = web.Response(status=303, headers={"Location": target})
    set_cookie(request, response, entry)
    return response


def _setup_form(
    request: web.Request, token: str, name: str = "admin", error: str = "", *, status: int = 200
) -> web.Response:
    least = request.app[ACCESS].policy.password_length
    return render(request, "setup.html", {"token": token, "name": name, "error": error, "least": least}, status=status)


def _login_form(
    request: web.Request, target: str, name: str = "", error: str = "", *, status: int = 200
) -> web.Response:
    return render(request, "login.html", {"next": target, "name": name, "error": error}, status=status)


def _agent(request: web.Request) -> str:
    return request.headers.get("User-Agent", "")
