"""What commands ask, and whom: a gateway that runs, by its API (`remote`), or the store on this computer (`local`)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote

from gateway.spice.errors import SpiceError

WITHOUT_GATEWAY: Final = frozenset({"users", "grants", "audit"})
"""Resources that the store on this computer is enough for."""


def at(*parts: str) -> str:
    """A path below `/api/v1`, of parts that somebody typed: none of them can be more than one part."""
    return "".join("/" + quote(part, safe="").replace(".", "%2E") for part in parts)


class CommandFailed(SpiceError):
    """What was asked for was not done; the text says why, for people."""


def needs_gateway(path: str) -> bool:
    """Whether only a gateway that runs can be asked for this path below `/api/v1`."""
    return path.split("/")[1] not in WITHOUT_GATEWAY


class Asker(ABC):
    """Asks for something below `/api/v1`. Raises `CommandFailed`."""

    @abstractmethod
    def ask(self, method: str, path: str, body: object = None, query: Mapping[str, str] | None = None) -> Any:
        """The answer's JSON, None where there is none."""

    def pages(self, path: str, query: Mapping[str, str] | None = None) -> Iterator[Any]:
        """The items of all pages of a list."""
        after: str | None = None
        while True:
            wanted = {**(query or {}), **({"after": after} if after is not None else {})}
            page = self.ask("GET", path, query=wanted)
            yield from page["items"]
            if (after := page["next"]) is None:
                return
