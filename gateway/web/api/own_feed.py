"""What changes at the machines that somebody may open, for the machines page: nothing of any other machine.

Every reader is judged anew at each look, so that a machine comes and goes with the right to it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from typing import Final

from pydantic import BaseModel

from gateway.access import Permission, TooBusy
from gateway.access.leases import ENDED
from gateway.machines.fleet import Fleet, Member
from gateway.server.rights import Right, right_names
from gateway.spice.limits import MAX_OWN_FEEDS
from gateway.web.api.feed import MachineChanges, event, machine_shape
from gateway.web.api.machines import MachineView, machine_facts
from gateway.web.api.operation import Ask
from gateway.web.api.shapes import Shape

LOOK_SECONDS: Final = 2.0
QUIET: Final = ": \n\n"
"""A comment, so that proxies keep the stream."""
QUIET_LOOKS: Final = 8
"""After so many looks without news one is sent."""


class OwnMachines(Shape):
    """All machines that are yours to open."""

    machines: list[MachineView]


OWN_EVENTS: Final[dict[str, type[BaseModel]]] = {"snapshot": OwnMachines, "changes": MachineChanges}


class OwnFeeds:
    """Those that are open, `most` at a time."""

    def __init__(self, most: int = MAX_OWN_FEEDS) -> None:
        self._most = most
        self._open: set[OwnFeed] = set()

    def __len__(self) -> int:
        return len(self._open)

    def join(self, ask: Ask) -> OwnFeed:
        """Listen until `leave`. Raises `TooBusy`."""
        if len(self._open) >= self._most:
            raise TooBusy(f"{self._most} pages listen already.", 30)
        feed = OwnFeed(ask)
        self._open.add(feed)
        return feed

    def leave(self, feed: OwnFeed) -> None:
        self._open.discard(feed)

    def close(self, sentence: str) -> None:
        """End them all."""
        for feed in self._open:
            feed.end(sentence)


class OwnFeed:
    """One reader's events, as text."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._told: dict[str, object] | None = None
        self._ended = asyncio.Event()
        self.ending = ""
        """Why it ends; empty: it goes on."""

    def end(self, sentence: str) -> None:
        self.ending = sentence
        self._ended.set()

    async def texts(self) -> AsyncGenerator[str, None]:
        """Events as they come, until the end, or until the reader has left."""
        quiet = 0
        while not self.ending and self._ask.request.transport is not None:
            if text := await self._look():
                quiet = 0
                yield text
            elif (quiet := quiet + 1) % QUIET_LOOKS == 0:
                yield QUIET
            try:
                await asyncio.wait_for(self._ended.wait(), LOOK_SECONDS)
            except TimeoutError:
                continue

    async def _look(self) -> str:
        """What is different, as an event; empty: nothing."""
        access, fleet = self._ask.access, self._ask.fleet
        if (today := await access.leases.today(self._ask.by)) is None:
            self.end(ENDED)
            return ""
        rights = await access.authority.rights_at(today, [member.spec.name for member in fleet])
        shapes = _shapes(fleet, rights)
        before, self._told = self._told, shapes
        watches = today.may(Permission.DASHBOARD)
        put = [
            _view(member, rights[name], watches)
            for member in fleet
            if (name := member.spec.name) in shapes and (before or {}).get(name) != shapes[name]
        ]
        if before is None:
            return event("snapshot", OwnMachines(machines=put).model_dump_json())
        gone = [name for name in before if name not in shapes]
        return event("changes", MachineChanges(put=put, gone=gone).model_dump_json()) if put or gone else ""


def _shapes(fleet: Fleet, rights: Mapping[str, Right]) -> dict[str, object]:
    """What makes a difference, of the machines that are theirs to see."""
    known = ((member, rights.get(member.spec.name, Right.NONE)) for member in fleet)
    return {member.spec.name: (machine_shape(member), right) for member, right in known if right}


def _view(member: Member, rights: Right, watches: bool) -> MachineView:
    address = member.machine.address if watches else None
    return machine_facts(member, rights=list(right_names(rights)), address=address)
