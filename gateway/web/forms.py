"""The forms of our pages, as browsers send them."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl

from aiohttp import web

from gateway.web.patience import read_body

FORM: Final = "application/x-www-form-urlencoded"
_MAX_FIELDS: Final = 16


async def read_form(request: web.Request, *names: str) -> dict[str, str]:
    """The named fields, empty where they are missing. Raises `HTTPBadRequest` for what no page of ours sends."""
    text = (await read_body(request)).decode("utf-8", "replace")
    if text and request.content_type != FORM:
        raise web.HTTPBadRequest(text="The form is not one of ours.")
    try:
        data = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_MAX_FIELDS))
    except ValueError:
        raise web.HTTPBadRequest(text="The form is not one of ours.") from None
    return {name: data.get(name, "") for name in names}
