"""`docs/security.md`'s table of routes and roles, from the routes themselves: `python -m tests.web.security_table`."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from aiohttp import web

from gateway.access import Permission, Role
from gateway.access.roles import ROLE_PERMISSIONS
from gateway.web.guard import permission_of
from tests.running import RunningGateway

DOCUMENT: Final = Path(__file__).parents[2] / "docs" / "security.md"
BEGIN: Final = "<!-- routes: written by python -m tests.web.security_table -->\n"
END: Final = "<!-- end of routes -->\n"


class Row(NamedTuple):
    """A route, and what it takes; None: nothing."""

    method: str
    path: str
    permission: Permission | None


def rows(app: web.Application) -> Iterator[Row]:
    """Every route but the HEAD that goes with a GET, by path."""
    found = set()
    for route in app.router.routes():
        if route.resource is not None and route.method != "HEAD":
            found.add(Row(route.method, route.resource.canonical, permission_of(route)))
    yield from sorted(found, key=lambda row: (row.path, row.method))


def table(app: web.Application) -> str:
    """Markdown: who may ask for what."""
    lines = [f"| route | takes | {' | '.join(Role)} |", f"|---|---|{'---|' * len(Role)}"]
    for method, path, permission in rows(app):
        marks = ["●" if permission is None or permission in ROLE_PERMISSIONS[role] else "" for role in Role]
        lines.append(f"| `{method} {path}` | {permission or 'nothing'} | {' | '.join(marks)} |")
    return "\n".join(lines) + "\n"


def written(document: str, app: web.Application) -> str:
    """The document with its table as it should be."""
    pattern = re.escape(BEGIN) + ".*?" + re.escape(END)
    return re.sub(pattern, lambda _: f"{BEGIN}\n{table(app)}\n{END}", document, flags=re.DOTALL)


async def write() -> None:
    async with RunningGateway({}) as gateway:
        DOCUMENT.write_text(written(DOCUMENT.read_text("utf-8"), gateway.app), "utf-8")


if __name__ == "__main__":
    asyncio.run(write())
