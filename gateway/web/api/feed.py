"""What changes, told to whoever listens: once a second one look at everything, shared by all readers.

A reader first gets everything (`snapshot`), then what is different (`changes`), the figures that moved (`figures`) and
the names of lists that were written to (`changed`). Of one channel that a reader names everything is told (`channel`),
which would be too much for all of them. A reader who cannot keep up loses what waits and gets everything
anew. Nothing is looked at while nobody listens.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from collections.abc import Iterable, Mapping
from secrets import token_urlsafe
from typing import Any, Final

from pydantic import BaseModel

from gateway.access import NotFound, TooBusy
from gateway.machines.fleet import Fleet, Member
from gateway.machines.health import State
from gateway.server.channel import RedChannel
from gateway.server.client import RedClient
from gateway.server.core import Core
from gateway.server.pipe_client import PipeClient
from gateway.spice.limits import FEED_EVENTS, MAX_FEEDS
from gateway.store.records import Proof
from gateway.web.api.channels import ChannelView, channel_key, channel_view
from gateway.web.api.machines import MachineView, machine_facts
from gateway.web.api.sessions import SessionView, round_trip_of, session_view
from gateway.web.api.shapes import Shape

PERIOD: Final = 1.0
"""Seconds between looks."""
TURN_BYTES: Final = 16 * 1024
"""So much is written in one turn of the loop, which takes some milliseconds."""

_Keys = dict[str, list[str]]
"""By kind: `machines`, `sessions`, `channels`."""


class Hello(Shape):
    """The beginning."""

    reader: str
    """Names this stream, for `PUT /events/{reader}`."""


class Snapshot(Shape):
    """Everything: what a page begins with."""

    machines: list[MachineView]
    sessions: list[SessionView]
    channels: list[ChannelView]


class MachineChanges(Shape):
    """Machines that are new or different, and names of those that are gone."""

    put: list[MachineView]
    gone: list[str]


class SessionChanges(Shape):
    """The same for sessions, by id."""

    put: list[SessionView]
    gone: list[str]


class ChannelChanges(Shape):
    """The same for channels, by key."""

    put: list[ChannelView]
    gone: list[str]


class Changes(Shape):
    """What is different from before. Figures alone make no difference."""

    machines: MachineChanges
    sessions: SessionChanges
    channels: ChannelChanges


class Totals(Shape):
    """For the cards."""

    machines: int
    machines_up: int
    sessions: int
    channels: int
    bytes_in: int
    bytes_out: int


class Figures(Shape):
    """Figures at one moment, of whatever has moved since the last ones."""

    at: float
    """Unix time."""
    totals: Totals
    sessions: dict[str, tuple[int, int, int, int, float | None, float | None]]
    """By id: bytes in, messages in, bytes out, messages out of the open channels, round trip in seconds, frames a
    second that its viewer draws."""
    channels: dict[str, tuple[int, int, int, int, int, int, int, int]]
    """By key: bytes in, messages in, bytes out, messages out; of all its clients: messages and bytes that wait, bytes
    and messages in flight."""


class Changed(Shape):
    """A list was written to through the API: read it again."""

    resource: str
    """`users`, `grants`, `tickets`, `machines`, `sessions`, `me`, `gateway`."""


EVENTS: Final[dict[str, type[BaseModel]]] = {
    "hello": Hello,
    "snapshot": Snapshot,
    "channel": ChannelView,
    "changes": Changes,
    "figures": Figures,
    "changed": Changed,
}


class Reader:
    """Events that wait for one listener, as text. `owner`: whoever listens, by what proves it."""

    def __init__(self, owner: Proof | None = None) -> None:
        self.id = token_urlsafe(9)
        self.owner = owner
        self.watched = ""
        """The key of the channel of which everything is told; empty: of none."""
        self._waiting: deque[str] = deque()
        self._news = asyncio.Event()
        self.behind = True
        """Whether everything must be told anew."""
        self.ending = ""
        """Why the feed ends; empty: it goes on."""

    def push(self, text: str) -> None:
        """One more event; too many, and none of them is worth anything."""
        if self.behind:
            return
        if len(self._waiting) >= FEED_EVENTS:
            self._waiting.clear()
            self.behind = True
            return
        self._waiting.append(text)
        self._news.set()

    def begin(self, text: str) -> None:
        """Everything, in the place of all that waits."""
        self._waiting.clear()
        self.behind = False
        self.push(text)

    def end(self, sentence: str) -> None:
        self.ending = sentence
        self._news.set()

    async def next(self) -> str | None:
        """The next event, None at the end."""
        while not self._waiting:
            if self.ending:
                return None
            self._news.clear()
            await self._news.wait()
        return self._waiting.popleft()


class Feed:
    """Looks at the fleet while there are readers."""

    def __init__(self, core: Core, fleet: Fleet) -> None:
        self._core = core
        self._fleet = fleet
        self._readers: set[Reader] = set()
        self._wake = asyncio.Event()
        self._running = False
        self._forget()

    def _forget(self) -> None:
        """What was told before tells nobody anything any more."""
        self._shapes: dict[str, dict[str, object]] = {"machines": {}, "sessions": {}, "channels": {}}
        self._figures: dict[str, dict[str, tuple[Any, ...]]] = {"sessions": {}, "channels": {}}

    def __len__(self) -> int:
        return len(self._readers)

    def join(self, owner: Proof | None = None) -> Reader:
        """Listen until `leave`. Raises `TooBusy`."""
        if len(self._readers) >= MAX_FEEDS:
            raise TooBusy(f"{MAX_FEEDS} pages listen already.", 30)
        reader = Reader(owner)
        self._readers.add(reader)
        self._wake.set()
        if not self._running:
            self._running = True
            self._core.spawn(self._run(), "feed")
        return reader

    def watch(self, reader_id: str, owner: Proof | None, key: str) -> None:
        """Have one's own reader told everything of a channel. Raises `NotFound`."""
        for reader in self._readers:
            if (reader.id, reader.owner) == (reader_id, owner):
                reader.watched = key
                _Look(self._fleet).tell_details((reader,))
                return
        raise NotFound("There is no such stream of yours.")

    def leave(self, reader: Reader) -> None:
        self._readers.discard(reader)
        self._wake.set()

    def changed(self, resource: str) -> None:
        """A list was written to."""
        self._tell(event("changed", Changed(resource=resource).model_dump_json()))

    def close(self, sentence: str) -> None:
        """End every reader's stream."""
        for reader in self._readers:
            reader.end(sentence)

    async def _run(self) -> None:
        try:
            while self._readers:
                await self._look()
                self._wake.clear()
                try:
                    await asyncio.wait_for(self._wake.wait(), PERIOD)
                except TimeoutError:
                    continue
        finally:
            self._running = False
            self._forget()

    async def _look(self) -> None:
        """Tell what is different now, and everything to those who know nothing yet."""
        now = _Look(self._fleet)
        put, gone = self._compare(now.shapes())
        knowing = [reader for reader in self._readers if not reader.behind]
        if knowing and any((*put.values(), *gone.values())):
            self._tell(event("changes", await now.text(put, gone)))
        if behind := [reader for reader in self._readers if reader.behind]:
            text = event("snapshot", await now.text(now.keys()))
            for reader in behind:
                reader.begin(text)
        self._tell(event("figures", self._moved(now).model_dump_json()))
        now.tell_details(self._readers)

    def _compare(self, shapes: dict[str, dict[str, object]]) -> tuple[_Keys, _Keys]:
        """What is new or different, and what is gone, by kind."""
        put: _Keys = {}
        gone: _Keys = {}
        for kind, now in shapes.items():
            before = self._shapes[kind]
            put[kind] = [key for key, shape in now.items() if before.get(key) != shape]
            gone[kind] = [key for key in before if key not in now]
        self._shapes = shapes
        return put, gone

    def _moved(self, now: _Look) -> Figures:
        sessions, channels = now.session_figures(), now.channel_figures()
        moved = {
            kind: {key: row for key, row in rows.items() if self._figures[kind].get(key) != row}
            for kind, rows in (("sessions", sessions), ("channels", channels))
        }
        self._figures = {"sessions": sessions, "channels": channels}
        return Figures.model_construct(at=time.time(), totals=now.totals(channels), **moved)  # type: ignore[arg-type]

    def _tell(self, text: str) -> None:
        for reader in self._readers:
            reader.push(text)


class _Look:
    """Everything at one moment, by key."""

    def __init__(self, fleet: Fleet) -> None:
        self.members: dict[str, Member] = {member.spec.name: member for member in fleet}
        servers = {name: member.machine.server for name, member in self.members.items()}
        self.clients: dict[str, RedClient] = {
            client.label: client for server in servers.values() for client in server.clients
        }
        self.channels: dict[str, tuple[str, RedChannel]] = {
            channel_key(name, channel): (name, channel)
            for name, server in servers.items()
            for channel in server.channels
        }

    def shapes(self) -> dict[str, dict[str, object]]:
        """What makes a difference."""
        return {
            "machines": {name: machine_shape(member) for name, member in self.members.items()},
            "sessions": {id_: _session_shape(client) for id_, client in self.clients.items()},
            "channels": {key: _channel_shape(channel) for key, (_, channel) in self.channels.items()},
        }

    def keys(self) -> _Keys:
        return {"machines": list(self.members), "sessions": list(self.clients), "channels": list(self.channels)}

    def view(self, kind: str, key: str) -> BaseModel:
        if kind == "machines":
            member = self.members[key]
            return machine_facts(member, rights=[], address=member.machine.address)
        if kind == "sessions":
            return session_view(self.clients[key])
        return channel_view(*self.channels[key])

    async def text(self, put: _Keys, gone: _Keys | None = None) -> str:
        """A `Snapshot`, or with `gone` a `Changes`, as JSON.

        There may be thousands of rows: others get their turns in between. What ends meanwhile is told as gone by the
        next look.
        """
        parts = []
        written = 0
        for kind, keys in put.items():
            rows: list[str] = []
            for key in keys:
                rows.append(self.view(kind, key).model_dump_json())
                written += len(rows[-1])
                if written >= TURN_BYTES:
                    written = 0
                    await asyncio.sleep(0)
            text = f"[{','.join(rows)}]"
            parts.append(
                f'"{kind}":{text}' if gone is None else f'"{kind}":{{"put":{text},"gone":{json.dumps(gone[kind])}}}'
            )
        return "{" + ",".join(parts) + "}"

    def tell_details(self, readers: Iterable[Reader]) -> None:
        """Everything of the channels that readers watch."""
        for reader in readers:
            if (found := self.channels.get(reader.watched)) is not None:
                reader.push(event("channel", channel_view(*found).model_dump_json()))

    def session_figures(self) -> dict[str, tuple[Any, ...]]:
        return {id_: _session_row(client) for id_, client in self.clients.items()}

    def channel_figures(self) -> dict[str, tuple[Any, ...]]:
        return {key: _channel_row(channel) for key, (_, channel) in self.channels.items()}

    def totals(self, rows: Mapping[str, tuple[Any, ...]]) -> Totals:
        return Totals(
            machines=len(self.members),
            machines_up=sum(member.machine.health.state is State.UP for member in self.members.values()),
            sessions=len(self.clients),
            channels=len(self.channels),
            bytes_in=sum(row[0] for row in rows.values()),
            bytes_out=sum(row[2] for row in rows.values()),
        )


def machine_shape(member: Member) -> object:
    """What of a machine makes a difference."""
    machine = member.machine
    held = [(channel.type, channel.id) for channel in machine.server.channels]
    return id(member.spec), machine.health.state, machine.health.error, len(machine.server.clients), held


def _session_shape(client: RedClient) -> object:
    return client.admission.rights, tuple(map(id, client.channel_clients))


def _channel_shape(channel: RedChannel) -> object:
    held = tuple(map(id, channel.clients))
    return id(channel), channel.place, channel.references, held, channel.local_caps, channel.owner is None


def _session_row(client: RedClient) -> tuple[Any, ...]:
    row = [0, 0, 0, 0]
    for link in client.channel_clients:
        count = link.counters
        row[0] += count.bytes_in
        row[1] += count.messages_in
        row[2] += count.bytes_out
        row[3] += count.messages_out
    return (*row, round_trip_of(client), client.frame_rate)


def _channel_row(channel: RedChannel) -> tuple[Any, ...]:
    count = channel.counters
    pipes = [link for link in channel.clients if isinstance(link, PipeClient)]
    return (
        count.bytes_in,
        count.messages_in,
        count.bytes_out,
        count.messages_out,
        sum(len(link.pipe) for link in pipes),
        sum(link.pipe.octets for link in pipes),
        sum(link.flow.in_flight for link in pipes),
        sum(link.flow.messages_in_flight for link in pipes),
    )


def event(name: str, data: str) -> str:
    """One event of the stream; `data` is JSON, in one line."""
    return f"event: {name}\ndata: {data}\n\n"
