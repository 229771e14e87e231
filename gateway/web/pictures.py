"""Small pictures of what machines and sessions show: in memory only, bounded, made when somebody asks.

Of a machine of our own the gateway has the pixels, and believes nobody else. Of one that is relayed only the viewers
decode the picture, and what they send is their word: it is shown as the picture of that session to who watches over
sessions, and as the picture of the machine to the very person who sat there. Guests, who came by somebody's ticket,
give no machine a picture.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import TYPE_CHECKING, Final, NamedTuple
from weakref import WeakKeyDictionary, ref

from gateway.access import Method, Principal
from gateway.machines.machine import Machine
from gateway.server.client import RedClient
from gateway.server.core import Core
from gateway.spice.limits import MAX_PICTURES, PICTURE_SECONDS, PICTURES_BYTES

if TYPE_CHECKING:
    from gateway.codecs.image import Pixels

MEDIA_TYPE: Final = "image/jpeg"
FRESH_SECONDS: Final = 4.0
"""How long a picture that we made is good enough."""
LOOKED_SECONDS: Final = 30.0
"""For so long after somebody looked, more of them are wanted soon."""


class Picture(NamedTuple):
    """A JPEG, and until when the screen looked so, on the loop's clock.

    An open session's looks so now: its viewer sends another when something is drawn.
    """

    data: bytes
    until: float


class _Kept(NamedTuple):
    """`ended` is when the session ended; None: it has not."""

    data: bytes
    machine: ref[Machine]
    session: str
    ended: float | None = None


class _Made(NamedTuple):
    """A picture of a machine of ours, perhaps still being made."""

    data: asyncio.Future[bytes]
    at: float


_Key = tuple[str, str | int]
"""`session` and its label, or a machine's name and a user's id."""


class Pictures:
    """All of a gateway's pictures. Of those that viewers sent no more are held than `most`, and than `most_octets` of
    them; the oldest go first."""

    def __init__(self, core: Core, *, most: int = MAX_PICTURES, most_octets: int = PICTURES_BYTES) -> None:
        self._core = core
        self._most = most
        self._most_octets = most_octets
        self._kept: OrderedDict[_Key, _Kept] = OrderedDict()
        self._octets = 0
        self._looked: OrderedDict[_Key, float] = OrderedDict()
        self._own: WeakKeyDictionary[Machine, _Made] = WeakKeyDictionary()

    @property
    def octets(self) -> int:
        """What those that viewers sent take."""
        return self._octets

    async def of_session(self, machine: Machine, client: RedClient) -> Picture | None:
        """What a session shows; None: nobody has said."""
        if machine.is_own:
            return await self._of_own(machine)
        key = _session(client)
        self._look(key)
        return self._get(key, machine)

    async def of_machine(self, machine: Machine, user_id: int | None) -> Picture | None:
        """What a machine shows, as far as a user may believe it: we know, or it is what they saw there last."""
        if machine.is_own:
            return await self._of_own(machine)
        if user_id is None:
            return None
        self._look((machine.name, user_id))
        return self._get((machine.name, user_id), machine)

    def wants(self, machine: Machine) -> bool:
        """Whether viewers of a machine shall send pictures at all."""
        return not machine.is_own

    def is_looked_at(self, machine: Machine, client: RedClient) -> bool:
        """Whether somebody asked lately for what this session could tell."""
        keys = (_session(client), _person(machine.name, client))
        now = self._core.now()
        return any(now - self._looked.get(key, -LOOKED_SECONDS) < LOOKED_SECONDS for key in keys if key is not None)

    async def take(self, machine: Machine, client: RedClient, data: bytes) -> None:
        """A viewer's picture of its session. Raises `ProtocolError`."""
        kept = _Kept(await self._core.run(_made_anew, data), ref(machine), client.label)
        if client not in client.server.clients:
            return
        for key in (_session(client), _person(machine.name, client)):
            if key is not None:
                self._put(key, kept)

    def on_session_over(self, client: RedClient) -> None:
        """Nobody watches over it any more; who sat there may still see what they saw."""
        self._drop(_session(client))
        self._looked.pop(_session(client), None)
        person = _person(client.server.name, client)
        kept = self._kept.get(person) if person is not None else None
        if person is not None and kept is not None and kept.session == client.label:
            self._kept[person] = kept._replace(ended=self._core.now())

    async def _of_own(self, machine: Machine) -> Picture | None:
        made, now = self._own.get(machine), self._core.now()
        if made is None or now - made.at >= FRESH_SECONDS:
            pixels = machine.pixels
            if pixels is None:
                return None
            made = self._own[machine] = _Made(self._core.run(_made_of, pixels), now)
        return Picture(await asyncio.shield(made.data), made.at)

    def _look(self, key: _Key) -> None:
        self._looked.pop(key, None)
        self._looked[key] = self._core.now()
        if len(self._looked) > self._most:
            self._looked.popitem(last=False)

    def _get(self, key: _Key, machine: Machine) -> Picture | None:
        kept = self._kept.get(key)
        if kept is None:
            return None
        now = self._core.now()
        until = now if kept.ended is None else kept.ended
        if kept.machine() is not machine or now - until > PICTURE_SECONDS:
            self._drop(key)  # another machine of this name, or too long ago
            return None
        return Picture(kept.data, until)

    def _put(self, key: _Key, kept: _Kept) -> None:
        self._drop(key)
        self._kept[key] = kept
        self._octets += len(kept.data)
        while self._octets > self._most_octets or len(self._kept) > self._most:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: _Key) -> None:
        if (kept := self._kept.pop(key, None)) is not None:
            self._octets -= len(kept.data)


def _made_anew(data: bytes) -> bytes:
    """A viewer's JPEG, encoded by us. Raises `ProtocolError`."""
    from gateway.codecs.thumbnail import made_anew  # numpy and Pillow, in this thread: the loop does not wait for them

    return made_anew(data)


def _made_of(pixels: Pixels) -> bytes:
    """A JPEG of what a machine of our own shows."""
    from gateway.codecs.thumbnail import thumbnail

    return thumbnail(pixels)


def _session(client: RedClient) -> _Key:
    return ("session", client.label)


def _person(machine: str, client: RedClient) -> _Key | None:
    """Who sits there by their own log-in; None: a guest, or somebody whom only the machine knows."""
    holder = client.admission.holder
    if (
        not isinstance(holder, Principal)
        or holder.method not in (Method.SESSION, Method.PROXY)
        or holder.user_id is None
    ):
        return None
    return (machine, holder.user_id)
