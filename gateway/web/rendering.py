"""Templates: where they are, and a page made from one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from gateway.access import Permission, Principal
from gateway.web.identity import PRINCIPAL
from gateway.web.keys import TEMPLATES


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a page, and which pages are theirs."""

    name: str
    role: str
    account: bool
    dashboard: bool


_PACKAGE = Path(__file__).resolve().parents[1]


def assets() -> Path:
    """The directory that holds `static/` and `templates/`: inside the installed package, or the checkout's root."""
    installed = _PACKAGE / "_assets"
    return installed if installed.is_dir() else _PACKAGE.parent


def make_templates(**known: object) -> Environment:
    """Every template knows what is `known`, by these names."""
    loader = FileSystemLoader(assets() / "templates")
    templates = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    templates.globals.update(known)
    return templates


def render(request: web.Request, template: str, values: Mapping[str, Any], *, status: int = 200) -> web.Response:
    """The page that `template` makes of `values`, and of `who` reads it."""
    text = request.app[TEMPLATES].get_template(template).render({"who": reader_of(request), **values})
    return web.Response(text=text, content_type="text/html", charset="utf-8", status=status)


def reader_of(request: web.Request) -> Reader | None:
    """None for somebody who is not logged in, or before that is known."""
    principal = request.get(PRINCIPAL)
    if not isinstance(principal, Principal):
        return None
    allowed = principal.permissions
    return Reader(principal.name, principal.role, Permission.ACCOUNT in allowed, Permission.DASHBOARD in allowed)
