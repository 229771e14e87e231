"""Where a request comes from and where it went: our own address as the browser writes it, and the client's."""

from __future__ import annotations

from aiohttp import web

from gateway.web.keys import SETTINGS
from gateway.web.settings import origin_of


def is_secure(request: web.Request) -> bool:
    """Whether the browser came by TLS, our own or the proxy's."""
    return own_origin(request).startswith("https:")


def own_origin(request: web.Request) -> str:
    """The origin of our own pages, as the browser writes it."""
    if public_url := request.app[SETTINGS].public_url:
        return origin_of(public_url)
    try:
        return origin_of(f"{'https' if request.secure else 'http'}://{request.host}")
    except ValueError:
        raise web.HTTPBadRequest(text="The Host header is not a host name.") from None


def peer_of(request: web.Request) -> str:
    """The client's address for logs and pages; a trusted proxy's word is taken for it."""
    forwarded = request.headers.get("X-Forwarded-For", "")
    if request.app[SETTINGS].trusted_proxies and forwarded:
        return forwarded.rsplit(",", 1)[-1].strip()[:64]
    return request.remote or "local"


def base_of(request: web.Request) -> str:
    """What stands before every path of ours; see `WebSettings.base`."""
    return request.app[SETTINGS].base


def own_path(request: web.Request, target: str | None) -> str:
    """`target` if it is a path of ours, else nothing: nobody is led elsewhere."""
    if not target or not target.startswith(f"{base_of(request)}/") or not target.isprintable():
        return ""
    return "" if target.startswith(("//", "/\\")) else target
