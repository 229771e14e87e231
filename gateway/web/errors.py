"""The one place where an error becomes a response: what happened in one sentence, and what to do."""

from __future__ import annotations

import logging

from aiohttp import web
from aiohttp.typedefs import Handler

from gateway.web.rendering import render

log = logging.getLogger("spicegate.web")

_ADVICE = {
    400: "Go back and try again.",
    401: "Open the link that the gateway printed when it started. Each link works once: for another one, "
    "send the gateway the signal USR1 or start it again.",
    403: "Open the page by the address that the gateway printed.",
    404: "Go to the list of machines and choose from there.",
    405: "Go to the list of machines and choose from there.",
    429: "Wait a few minutes and try again.",
    500: "Try again; if it stays so, the gateway's log says more.",
    503: "Try again in a moment.",
}

_SENTENCES = {
    404: "There is nothing at this address.",
    405: "This address does not take such requests.",
    413: "The request is too large.",
    500: "The gateway made a mistake.",
}


@web.middleware
async def error_pages(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn what a view raises into a page, or into plain text for whoever does not ask for pages."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        is_ours = bool(error.text) and error.text != f"{error.status}: {error.reason}"
        sentence = error.text if is_ours else _SENTENCES.get(error.status, f"{error.reason}.")
        return error_response(request, error.status, sentence or "")
    except ConnectionError:
        raise
    except Exception:
        log.exception("%s %s failed", request.method, request.path)
        return error_response(request, 500, _SENTENCES[500])


def error_response(request: web.Request, status: int, sentence: str) -> web.Response:
    advice = _ADVICE.get(status, _ADVICE[400])
    if "text/html" not in request.headers.get("Accept", ""):
        return web.Response(status=status, text=f"{sentence} {advice}\n")
    return render(request, "error.html", {"status": status, "sentence": sentence, "advice": advice}, status=status)
