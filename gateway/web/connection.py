"""A client's HTTP connection: aiohttp's, but what is no HTTP gets an answer and a line in the log that are ours.

No view and no middleware sees such a request, for it never was one: aiohttp answers it from `handle_error`, with its
name, its version and the client's own bytes, and logs it with a traceback, as often as somebody likes.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Final

from aiohttp import web
from aiohttp.http_exceptions import (
    BadHttpMethod,
    BadStatusLine,
    ContentEncodingError,
    HttpProcessingError,
    InvalidURLError,
    LineTooLong,
)

from gateway.access.rate import RateLimit
from gateway.spice.limits import MALFORMED_BURST, MALFORMED_RATE
from gateway.web.api.problem import PREFIX, problem_response
from gateway.web.headers import add_fixed_headers

log = logging.getLogger("spicegate.web")

_SENTENCES: Final[tuple[tuple[type[Exception], str], ...]] = (
    (LineTooLong, "The address or a header of the request is too long."),
    (InvalidURLError, "The address of the request cannot be read."),
    (ContentEncodingError, "The encoding of the request's body is not taken."),
    (BadHttpMethod, "This is no HTTP request."),
    (BadStatusLine, "The first line of the request cannot be read."),
    (HttpProcessingError, "The request is no HTTP that can be read."),
    (web.RequestPayloadError, "The body of the request cannot be read."),
)
"""What is wrong, by what aiohttp raises; the first that fits. Never its own words: the client's bytes are in them."""
_METHOD: Final = 8
"""Bytes that may stand before an address: `OPTIONS `."""


class Malformed:
    """Tells the log of what is no HTTP, a line each: of very many only some, and how many were left out."""

    def __init__(self) -> None:
        self._limit = RateLimit(MALFORMED_RATE, MALFORMED_BURST)
        self._untold = 0

    def tell(self, peer: str | None, sentence: str, now: float) -> None:
        if self._limit.take("", now):
            self._untold += 1
            return
        more = f" ({self._untold} others were not told)" if self._untold else ""
        log.info("%s: %s%s", peer or "somebody", sentence, more)
        self._untold = 0


class Connection(web.RequestHandler):
    """One for each client, of `server`, which `base` is the path of; no access log is kept."""

    __slots__ = ("_api", "_asks_api", "_malformed")

    def __init__(self, server: web.Server, loop: asyncio.AbstractEventLoop, malformed: Malformed, base: str) -> None:
        super().__init__(server, loop=loop, access_log=None)  # type: ignore[arg-type]  # which is how it is left out
        self._malformed = malformed
        self._api = f"{base}{PREFIX}".encode()
        self._asks_api = False

    def data_received(self, data: bytes) -> None:
        """Notes whether this connection asks for the API: of a request that cannot be read nothing else is left.

        Bytes of WebSockets do not come by here.
        """
        self._asks_api = self._asks_api or self._api in data[: _METHOD + len(self._api)]
        super().data_received(data)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """The answer to what is no HTTP, and to what no middleware caught, after which the connection ends.

        Raises the error of a client that left: aiohttp takes it for the end of the connection, which is no failure.
        """
        if isinstance(exc, ConnectionError):
            raise exc
        if (sentence := sentence_of(exc)) is None:
            log.error("a request failed", exc_info=exc)
            sentence = "The gateway made a mistake."
        else:
            self._malformed.tell(request.remote, sentence, self._loop.time())
        if request.writer.output_size > 0:
            raise ConnectionError("an answer was begun")  # which aiohttp takes for the end of the connection
        response = problem_response(status, sentence) if self._asks_api else web.Response(status=status, text=sentence)
        add_fixed_headers(response)
        response.force_close()
        return response

    def log_exception(self, *args: Any, **more: Any) -> None:
        """What aiohttp finds out behind an answer: a body that nobody wanted, and cannot be read."""
        error = more.get("exc_info")
        if isinstance(error, Exception) and (sentence := sentence_of(error)) is not None:
            address = self.peername[0] if isinstance(self.peername, tuple) else None
            self._malformed.tell(address, sentence, self._loop.time())
        else:
            super().log_exception(*args, **more)


def sentence_of(error: BaseException | None) -> str | None:
    """What is wrong with a request; None: nothing, it is our fault."""
    return next((sentence for kind, sentence in _SENTENCES if isinstance(error, kind)), None)
