"""A session of the client that watches either server: MAIN, DISPLAY, INPUTS and CURSOR on one selector."""

from __future__ import annotations

import selectors
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Self, TypeVar

from gateway.spice.enums import ChannelType, InputsCap, VideoCodecType
from gateway.spice.messages import inputs

from .channels import Channel, DisplayChannel, Drawn, MainChannel
from .scenes import Box
from .stream_report import Clock

PATIENCE = 30.0
"""Seconds after which a picture that does not come is an error."""
C = TypeVar("C", bound=Channel)
ALL_CODECS = (VideoCodecType.MJPEG, VideoCodecType.VP8, VideoCodecType.H264)
#: The letter A, on AT keyboards.
_KEY, _RELEASED = 0x1E, 0x80


@dataclass(frozen=True)
class Address:
    """Where a server listens, and its password."""

    port: int
    password: str
    host: str = "127.0.0.1"


@dataclass
class Received:
    """What came to a session, or the difference of two such moments."""

    octets: int = 0
    updates: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    frames: Counter[str] = field(default_factory=Counter)
    late: int = 0

    def since(self, before: Received) -> Received:
        return Received(
            self.octets - before.octets,
            self.updates - before.updates,
            self.counts - before.counts,
            self.frames - before.frames,
            self.late - before.late,
        )


class Client:
    """One session. It lives only inside of `pump` and what calls it: servers wait for answers until then."""

    def __init__(self, address: Address, codecs: Sequence[VideoCodecType] = ALL_CODECS) -> None:
        self._selector = selectors.DefaultSelector()
        self._place = (address.host, address.port)
        self._password = address.password
        self._clock = Clock()
        self.main = self._watch(MainChannel(self._place, self._password, self._clock))
        self.main.handle()
        self.pump(lambda: self.main.session is not None and self.main.listed)
        session = self.main.session or 0
        self.display = self._watch(DisplayChannel(self._place, self._password, session, codecs, self._clock))
        self._inputs = self._watch(self._open(ChannelType.INPUTS, session, [InputsCap.KEY_SCANCODE]))
        self._watch(self._open(ChannelType.CURSOR, session, []))

    def _open(self, kind: ChannelType, session: int, capabilities: Sequence[int]) -> Channel:
        return Channel(self._place, self._password, kind, session, capabilities)

    def _watch(self, channel: C) -> C:
        self._selector.register(channel, selectors.EVENT_READ)
        return channel

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        for channel in self._channels():
            channel.close()
        self._selector.close()

    def _channels(self) -> list[Channel]:
        return [key.fileobj for key in self._selector.get_map().values() if isinstance(key.fileobj, Channel)]

    def fileno(self) -> int:
        """Readable when something came: sessions nest in another selector."""
        return self._selector.fileno()

    def receive(self, seconds: float = 0.0) -> None:
        """Take what comes within a time, at least what is there."""
        for key, _ in self._selector.select(seconds):
            channel = key.fileobj
            assert isinstance(channel, Channel)
            channel.receive()

    def pump(self, done: Callable[[], bool], seconds: float = PATIENCE) -> None:
        """Live until ``done()``. Raises `TimeoutError`."""
        pump([self], done, seconds)

    # figures

    def received(self) -> Received:
        """All that came until now."""
        channels = self._channels()
        counts = Counter(self.display.counts)
        octets = sum(channel.octets for channel in channels)
        streams = self.display.streams
        return Received(octets, self.display.updates, counts, Counter(streams.frames), streams.late)

    # keys

    def press_key(self) -> float:
        """A key goes down and up; when that was sent."""
        sent = time.monotonic()
        self._inputs.send(inputs.KeyDown(_KEY))
        self._inputs.send(inputs.KeyUp(_KEY | _RELEASED))
        return sent

    def key_to_picture(self, area: Box, others: Iterable[Client] = ()) -> float:
        """Seconds from a key until a drawing within `area` has come."""
        notes = self.display.notes = []
        sent = self.press_key()
        pump([self, *others], lambda: any(drawn.box.meets(area) for drawn in notes))
        self.display.notes = None
        return next(drawn.at for drawn in notes if drawn.box.meets(area)) - sent

    def key_to_last(self, quiet: float) -> list[Drawn]:
        """All drawings that follow a key, until nothing more comes for so many seconds."""
        notes = self.display.notes = []
        self.press_key()
        self.pump(lambda: bool(notes) and time.monotonic() - notes[-1].at > quiet)
        self.display.notes = None
        return notes


def pump(clients: Sequence[Client], done: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Let sessions live until ``done()``. Raises `TimeoutError`."""
    deadline = time.monotonic() + seconds
    with selectors.DefaultSelector() as selector:
        for client in clients:
            selector.register(client, selectors.EVENT_READ, client)
        while not done():
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError("the server did not send what was expected")
            for key, _ in selector.select(min(left, 0.005)):
                key.data.receive()


def pump_for(clients: Sequence[Client], seconds: float) -> None:
    """Let sessions live for a while."""
    until = time.monotonic() + seconds
    pump(clients, lambda: time.monotonic() >= until, seconds + PATIENCE)
