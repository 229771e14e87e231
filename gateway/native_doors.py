"""Where the machines of a running gateway take native clients: opened and closed as the configuration says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from aiohttp import web

from gateway.config import MachineSpec
from gateway.listening import ListenError, Listening, listen
from gateway.machines.machine import Machine
from gateway.server.listener import Listener
from gateway.web.keys import FLEET, NATIVE


class _Door(NamedTuple):
    machine: Machine
    wanted: Listening
    listener: Listener


class NativeDoors:
    """The sockets of all machines. `close` them."""

    def __init__(self, app: web.Application) -> None:
        self._app = app
        self._doors: dict[str, _Door] = {}

    async def apply(self, machines: Sequence[MachineSpec]) -> list[str]:
        """Have these open and no others; those that stay are not touched. What cannot be opened is told in
        sentences."""
        wanted = {spec.name: listening for spec, listening in machines if listening is not None}
        for name, door in tuple(self._doors.items()):
            member = self._app[FLEET].get(name)
            if member is None or wanted.get(name) != door.wanted or member.machine is not door.machine:
                self._shut(name)
        complaints = []
        for name, listening in wanted.items():
            try:
                await self._open(name, listening)
            except ListenError as error:
                complaints.append(f"{name}: {error}")
        return complaints

    def lock(self) -> None:
        """Listen no more; who is in may finish."""
        for door in self._doors.values():
            door.listener.stop()

    def close(self) -> None:
        """Listen no more, and let everybody go."""
        for name in tuple(self._doors):
            self._shut(name)

    async def _open(self, name: str, wanted: Listening) -> None:
        member = self._app[FLEET].get(name)
        if member is None or name in self._doors:
            return
        listener, self._app[NATIVE][name] = await listen(member.machine, wanted)
        self._doors[name] = _Door(member.machine, wanted, listener)

    def _shut(self, name: str) -> None:
        self._doors.pop(name).listener.close()
        self._app[NATIVE].pop(name, None)
