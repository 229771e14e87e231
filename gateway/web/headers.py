"""Security headers, for every response."""

from __future__ import annotations

from aiohttp import web

_CSP = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' blob: data:",
    "connect-src": "'self'",
    "worker-src": "'self'",
    "font-src": "'self'",
    "media-src": "'self' blob:",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'self'",
}

WASM_WORKERS = ("/js/render/display_worker.js", "/js/audio/playback_worker.js")
"""Workers that compile WebAssembly, by the end of their address: a worker runs under the policy of its own response."""

_HEADERS = {
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), payment=()",
    "Referrer-Policy": "same-origin",  # with no-referrer a form's Origin would be null
    "Server": "spicegate",
    "X-Content-Type-Options": "nosniff",
}


def policy(changes: dict[str, str] | None = None) -> str:
    """The Content-Security-Policy of the pages, with some directives changed."""
    return "; ".join(f"{name} {value}" for name, value in {**_CSP, **(changes or {})}.items())


_PAGE_POLICY = policy()
_WASM_POLICY = policy({"script-src": "'self' 'wasm-unsafe-eval'"})


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Signal handler for `on_response_prepare`."""
    add_fixed_headers(response)
    if "/static/" in request.path and request.path.endswith(WASM_WORKERS):
        response.headers["Content-Security-Policy"] = _WASM_POLICY


def add_fixed_headers(response: web.StreamResponse) -> None:
    """Those that do not depend on what was asked for."""
    response.headers.update(_HEADERS)
    response.headers["Content-Security-Policy"] = _PAGE_POLICY
    response.headers.setdefault("Cache-Control", "no-store")
