"""Where the machines of a running gateway take native clients: opened and closed as the configuration says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from aiohttp import web

from gateway.config.machine import MachineSpec
from gateway.config.places import Listening
from gateway.listening import ListenError, NativeTls, listen, native_tls
from gateway.machines.machine import Machine
from gateway.server.listener import Listener
from gateway.web.keys import FLEET, NATIVE


class _Door(NamedTuple):
    machine: Machine
    wanted: Listening
    listener: Listener
    tls: NativeTls | None


class NativeDoors:
    """The sockets of all machines. `close` them."""

    def __init__(self, app: web.Application) -> None:
        self._app = app
        self._doors: dict[str, _Door] = {}

    async def apply(self, machines: Sequence[MachineSpec]) -> list[str]:
        """Have these open and no others; those that stay show their certificate as it is now, and are not touched
        otherwise. What cannot be done is told in sentences."""
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
        """Raises `ListenError`."""
        member = self._app[FLEET].get(name)
        if member is None:
            return
        if name in self._doors:
            self._reload(name)
            return
        tls = native_tls(wanted)
        listener, self._app[NATIVE][name] = await listen(member.machine, wanted, tls)
        self._doors[name] = _Door(member.machine, wanted, listener, tls)

    def _reload(self, name: str) -> None:
        """Show the certificate as it is now. Raises `ListenError`."""
        if (tls := self._doors[name].tls) is not None:
            tls.reload()
            natives = self._app[NATIVE]
            natives[name] = natives[name]._replace(ca=tls.authorities, subject=tls.subject)

    def _shut(self, name: str) -> None:
        self._doors.pop(name).listener.close()
        self._app[NATIVE].pop(name, None)
