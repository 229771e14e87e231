"""Where a request comes from and where it went: our own address as the browser writes it, and the client's."""

from __future__ import annotations

from aiohttp import web

from gateway.web.addresses import host_of, is_address
from gateway.web.keys import SETTINGS
from gateway.web.settings import origin_of


def is_secure(request: web.Request) -> bool:
    """Whether the browser came by TLS, our own or the proxy's."""
    public_url = request.app[SETTINGS].public_url
    return public_url.startswith("https:") if public_url else request.secure


def own_origin(request: web.Request) -> str:
    """The origin of our own pages, as the browser writes it."""
    if public_url := request.app[SETTINGS].public_url:
        return origin_of(public_url)
    try:
        return origin_of(f"{'https' if request.secure else 'http'}://{request.host}")
    except ValueError:
        raise web.HTTPBadRequest(text="The Host header is not a host name.") from None


def peer_of(request: web.Request) -> str:
    """The client's address; a trusted proxy's word is taken for it, which is the last one.

    What stands before it, in the same header or in one above, came with the request: clients write what they like.
    """
    own = request.remote or "local"
    if not request.app[SETTINGS].trusted_proxies:
        return own
    told = ",".join(request.headers.getall("X-Forwarded-For", ())).rpartition(",")[2].strip()
    return next((found for found in (told, host_of(told)) if is_address(found)), own)


def base_of(request: web.Request) -> str:
    """What stands before every path of ours; see `WebSettings.base`."""
    return request.app[SETTINGS].base


def own_path(request: web.Request, target: str | None) -> str:
    """`target` if it is a path of ours, else nothing: nobody is led elsewhere."""
    if not target or not target.startswith(f"{base_of(request)}/") or not target.isprintable():
        return ""
    return "" if target.startswith(("//", "/\\")) else target
