"""From names to addresses, without anybody's waiting for a name server that does not answer.

The loop's own lookups share a few threads and cannot be given up: some names whose server is silent would keep all
others waiting. Here each has a thread of its own, whoever asks for the same name shares it, and none keeps the program
from ending.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_address
from threading import Thread
from typing import Final

MAX_LOOKUPS: Final = 64
"""Names that are looked up at a time."""

Addresses = list[tuple[str, int]]
"""IP addresses with their ports, the best one first. An IPv6 address has its zone with it."""


def ask_system(host: str, port: int) -> Addresses:
    """What the system knows. Blocks. Raises `OSError`."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:  # two dots in a row, or too much between two
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known") from error
    return [(str(address[0]), int(address[1])) for *_, address in found]


class Lookups:
    """Those of one loop. `ask` is what is asked, in a thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop, ask: Callable[[str, int], Addresses] = ask_system) -> None:
        self._loop = loop
        self._ask = ask
        self._under_way: dict[tuple[str, int], asyncio.Future[Addresses | OSError]] = {}

    async def find(self, host: str, port: int) -> Addresses:
        """What is an address already needs no asking. Raises `OSError`."""
        if _is_address(host):
            return [(host, port)]
        key = (host, port)
        if (lookup := self._under_way.get(key)) is None:
            if len(self._under_way) >= MAX_LOOKUPS:
                raise socket.gaierror(socket.EAI_AGAIN, "too many names are being looked up")
            lookup = self._under_way[key] = self._loop.create_future()
            Thread(target=self._look, args=(key, lookup), name=f"lookup of {host}", daemon=True).start()
        found = await asyncio.shield(lookup)
        if isinstance(found, OSError):
            raise type(found)(*found.args)  # each who asked has their own, with their own traceback
        return found

    def __len__(self) -> int:
        return len(self._under_way)

    def _look(self, key: tuple[str, int], lookup: asyncio.Future[Addresses | OSError]) -> None:
        """In the thread."""
        found: Addresses | OSError
        try:
            found = self._ask(*key)
        except OSError as error:
            found = error
        with suppress(RuntimeError):  # the loop was closed meanwhile: nobody waits
            self._loop.call_soon_threadsafe(self._done, key, lookup, found)

    def _done(
        self, key: tuple[str, int], lookup: asyncio.Future[Addresses | OSError], found: Addresses | OSError
    ) -> None:
        del self._under_way[key]
        lookup.set_result(found)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
