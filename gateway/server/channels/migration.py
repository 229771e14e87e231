"""The machine moves to another host and its clients follow (semi-seamless migration: they link anew over there)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple

from gateway.spice.enums import MainCap
from gateway.spice.errors import ProtocolError, UsageError
from gateway.spice.messages.main import DstInfo, MigrateBegin, MigrateCancel, MigrateEnd, MigrateSwitchHost

if TYPE_CHECKING:
    from gateway.server.channels.main import MainChannel, MainClient


class Destination(NamedTuple):
    """Where the machine goes; a port of 0 is not served. `subject`: of its TLS certificate."""

    host: str
    port: int = 0
    tls_port: int = 0
    subject: str = ""

    @property
    def host_data(self) -> bytes:
        return self.host.encode() + b"\0"

    @property
    def subject_data(self) -> bytes:
        return self.subject.encode() + b"\0"


class Migration:
    """What MAIN knows of a migration; the client's answers are refused while there is none.

    ::

        connected = await main.migration.begin(Destination("host", 5900))    # MIGRATE_BEGIN ... MIGRATE_CONNECTED
        main.migration.end()                                                 # MIGRATE_END: clients switch over
    """

    def __init__(self, main: MainChannel) -> None:
        self._main = main
        self._waiting: dict[MainClient, asyncio.Future[bool]] = {}
        self._late: set[MainClient] = set()  # were asked, and nobody waits for their answer any more
        self._connected: list[MainClient] = []

    @property
    def is_running(self) -> bool:
        return bool(self._waiting or self._connected)

    async def begin(self, destination: Destination, *, seconds: float = 10.0) -> int:
        """Have the clients link over there beforehand; how many did so in time. Raises `UsageError` while one runs.

        A client that still tries for the migration before is not asked again. Cancelling this cancels the migration.
        """
        if self.is_running:
            raise UsageError("a migration is running already")
        place = DstInfo(destination.port, destination.tls_port, destination.host_data, destination.subject_data)
        waiting = self._waiting = {
            connection: self._main.core.loop.create_future()
            for connection in self._main.connections
            if connection.has_cap(MainCap.SEMI_SEAMLESS_MIGRATE) and connection not in self._late
        }
        for connection in tuple(waiting):
            connection.send(MigrateBegin(place))
        try:
            if waiting:
                await asyncio.wait(waiting.values(), timeout=seconds)
        except asyncio.CancelledError:
            self.cancel()
            raise
        if self._waiting is not waiting:  # cancelled
            return 0
        self._connected = self._take_answers()
        return len(self._connected)

    def end(self) -> None:
        """The machine runs over there: clients switch."""
        for connection in self._take_connected():
            for link in connection.client.channel_clients:
                link.channel.on_migrate(link)
            connection.send(MigrateEnd())

    def cancel(self) -> None:
        """The machine stays. A `begin` that still waits returns."""
        for connection in self._take_answers() + self._take_connected():
            connection.send(MigrateCancel())

    def switch_host(self, destination: Destination) -> None:
        """Clients start anew over there, without having linked beforehand."""
        place = (destination.port, destination.tls_port, destination.host_data, destination.subject_data)
        self._main.send_all(MigrateSwitchHost(*place))

    def on_answer(self, client: MainClient, *, connected: bool) -> None:
        """A client has linked over there, or could not. Raises `ProtocolError` when nobody asked it."""
        answer = self._waiting.get(client)
        if answer is not None and not answer.done():
            answer.set_result(connected)
        elif client in self._late:
            self._late.discard(client)
            if connected:
                client.send(MigrateCancel())
        else:
            raise ProtocolError("an answer to a migration came, and nothing migrates")

    def on_client_gone(self, client: MainClient) -> None:
        """It does not answer any more."""
        self._late.discard(client)
        if (answer := self._waiting.get(client)) is not None and not answer.done():
            answer.set_result(False)

    def _take_answers(self) -> list[MainClient]:
        """Wait no longer; who has linked over there."""
        waiting, self._waiting = self._waiting, {}
        connected = [client for client, answer in waiting.items() if answer.done() and answer.result()]
        for client, answer in waiting.items():
            if not answer.done():
                self._late.add(client)
                answer.cancel()
        return connected

    def _take_connected(self) -> list[MainClient]:
        connected, self._connected = self._connected, []
        return [client for client in connected if client.connected]
