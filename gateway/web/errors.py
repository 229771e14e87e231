"""The one place where an error becomes a response: what happened in one sentence, and what to do."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlencode

from aiohttp import web
from aiohttp.typedefs import Handler

from gateway.access.errors import AccessError, Forbidden, Invalid, LockedOut, NotFound, Refused, TooBusy
from gateway.store.errors import (
    BadCursor,
    BadValue,
    LastAdmin,
    Missing,
    StoreBusy,
    StoreError,
    StoreFull,
    StoreUnavailable,
    Taken,
    TooMany,
)
from gateway.web.api.problem import PREFIX, BadFields, FieldError, problem_response
from gateway.web.guard import FOR_GUESTS, PUBLIC
from gateway.web.origin import base_of
from gateway.web.rendering import render

log = logging.getLogger("spicegate.web")

_ADVICE = {
    400: "Go back and try again.",
    401: "Log in. A gateway that is not set up yet prints a link when it starts, and another for the signal USR1.",
    403: "Ask an administrator of this gateway.",
    404: "Go to the list of machines and choose from there.",
    405: "Go to the list of machines and choose from there.",
    408: "Go back and try again.",
    409: "Look again: it may have been changed meanwhile.",
    422: "Go back and correct it.",
    429: "Wait a few minutes and try again.",
    500: "Try again; if it stays so, the gateway's log says more.",
    503: "Try again in a moment.",
    507: "Free some space on the gateway's disk. What runs goes on.",
}

_GUESTS_ADVICE = "Ask whoever gave you the link for a new one."

STATUS_OF: Final[dict[type[Exception], int]] = {
    Refused: 401,
    Forbidden: 403,
    NotFound: 404,
    Missing: 404,
    Taken: 409,
    LastAdmin: 409,
    Invalid: 422,
    BadCursor: 422,
    BadValue: 422,
    LockedOut: 429,
    TooMany: 429,
    TooBusy: 503,
    StoreBusy: 503,
    StoreUnavailable: 503,
    StoreFull: 507,
}
"""What people and the store refuse, as HTTP says it."""

_SOON: Final = 2
"""Seconds after which a store that is busy may be asked again."""

_SENTENCES = {
    404: "There is nothing at this address.",
    405: "This address does not take such requests.",
    413: "The request is too large.",
    500: "The gateway made a mistake.",
}


@web.middleware
async def error_pages(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn what a view raises into a problem below `/api/`, elsewhere into a page, or into plain text for whoever does
    not ask for pages."""
    try:
        return await handler(request)
    except ConnectionError:
        raise
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return _answer(request, error.status, _sentence(error), headers=_kept(error))
    except web.RequestPayloadError:
        return _answer(request, 400, "The body of the request cannot be read.")
    except BadFields as error:
        return _answer(request, 422, "A value is not taken.", kind="invalid", errors=error.errors)
    except (AccessError, StoreError) as error:
        return _refusal(request, error)
    except Exception:
        return _mistake(request)


def _refusal(request: web.Request, error: AccessError | StoreError) -> web.StreamResponse:
    """What people or the store refuse."""
    if (status := STATUS_OF.get(type(error))) is None:
        return _mistake(request)
    seconds = error.retry_after if isinstance(error, LockedOut | TooBusy) else _SOON if status == 503 else None
    headers = {"Retry-After": str(seconds)} if seconds is not None else {}
    kind = error.code if isinstance(error, AccessError) else None
    errors = [FieldError(field=error.field, message=str(error))] if isinstance(error, Invalid) else []
    return _answer(request, status, str(error), kind=kind, errors=errors, headers=headers)


def _mistake(request: web.Request) -> web.StreamResponse:
    """Ours: the log has the details, and nobody else."""
    log.exception("%s %s failed", request.method, request.path)
    return _answer(request, 500, _SENTENCES[500])


def _sentence(error: web.HTTPException) -> str:
    is_ours = bool(error.text) and error.text != f"{error.status}: {error.reason}"
    return (error.text if is_ours else _SENTENCES.get(error.status, f"{error.reason}.")) or ""


def _kept(error: web.HTTPException) -> dict[str, str]:
    """The headers of an exception that belong to the answer too."""
    return {name: error.headers[name] for name in ("Allow", "Retry-After") if name in error.headers}


def _answer(
    request: web.Request,
    status: int,
    sentence: str,
    *,
    kind: str | None = None,
    errors: Sequence[FieldError] = (),
    headers: Mapping[str, str] | None = None,
) -> web.StreamResponse:
    if request.path.removeprefix(base_of(request)).startswith(PREFIX):
        challenge = {"WWW-Authenticate": "Bearer"} if status == 401 else {}  # RFC 9110 section 15.5.2
        return problem_response(status, sentence, kind=kind, errors=errors, headers={**challenge, **(headers or {})})
    response = error_response(request, status, sentence)
    response.headers.update(headers or {})
    return response


def error_response(request: web.Request, status: int, sentence: str) -> web.Response:
    advice = _ADVICE.get(status, _ADVICE[400])
    way: tuple[str, str] | None = ("Log in", "/login") if status == 401 else ("Machines", "/")
    if status == 401 and request.match_info.route.name in FOR_GUESTS:
        advice, way = _GUESTS_ADVICE, None
    asks_for_page = "text/html" in request.headers.get("Accept", "")
    if status == 401 and asks_for_page and request.method == "GET" and request.match_info.route.name not in PUBLIC:
        query = urlencode({"next": request.path_qs})
        return web.Response(status=303, headers={"Location": f"{base_of(request)}/login?{query}"})
    if not asks_for_page:
        return web.Response(status=status, text=f"{sentence} {advice}\n")
    return render(request, "error.html", {"sentence": sentence, "advice": advice, "way": way}, status=status)
