"""Says one spoilt recording after the other to a live server, and watches it."""

from __future__ import annotations

import asyncio
import random
import resource
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count

from gateway.spice.caps import to_words
from gateway.spice.enums import ChannelType
from gateway.spice.messages import display, draw
from gateway.spice.messages.inputs import KeyDown
from gateway.spice.messages.link import link_mess
from tests.faults import Faults
from tests.fuzz import mutate
from tests.fuzz.recordings import Recording, recordings
from tests.fuzz.target import Demo, Everything
from tests.peers import COMMON_CAPS, BrowserChannel, Gone, StreamPipe

Target = Everything | Demo

END_SECONDS = 60.0
"""Within which the server has to end a connection whose client has left, however busy the computer is."""

GOOD_EVERY = 100
"""Spoilt connections between two good ones."""

WARM_STEPS = 300
"""Connections after which what is kept for good is there: caches, encoders, threads."""


class Fault(AssertionError):
    """The server did not hold; the text says how to see it again."""


@dataclass
class Outcome:
    """What a run said."""

    streams: Counter[str] = field(default_factory=Counter)
    octets: int = 0
    grown: int = 0


class Fuzzer:
    """One server, and the clients that spoil what they say."""

    def __init__(self, core: Target, faults: Faults, seed: int) -> None:
        self._core, self._faults, self._seed = core, faults, seed
        self._recordings = [one for one in recordings() if self._served(one.channel)]
        self.channels = {one.channel for one in self._recordings}
        self._everything = [said for one in self._recordings for said in one.said]
        self.outcome = Outcome()

    def _served(self, channel: ChannelType) -> bool:
        return self._core.server.find_channel(channel, 0) is not None

    async def run(self, seconds: float, first: int = 0, *, least: int = 0) -> Outcome:
        """Until the time is over, and `least` connections are made. Raises `Fault`."""
        start = peak_memory()
        until = asyncio.get_running_loop().time() + seconds
        for step in count(first):
            if step >= first + least and asyncio.get_running_loop().time() >= until:
                break
            await self._step(step)
            if step == first + WARM_STEPS:
                start = peak_memory()
            self.outcome.grown = peak_memory() - start
            if self._faults.seen or (step > first + WARM_STEPS and self.outcome.grown > self._core.most_growth):
                raise Fault(f"seed {self._seed}, step {step}: grown by {self.outcome.grown} bytes; {self._faults.seen}")
        await self._be_good()
        return self.outcome

    async def _step(self, step: int) -> None:
        chance = random.Random(f"{self._seed} {step}")
        try:
            if step % GOOD_EVERY == 0:
                await self._be_good()
            if chance.random() < 0.1:
                await self._spoil_link(chance)
            else:
                await self._spoil_channel(chance, self._recordings[step % len(self._recordings)])
        except (Gone, TimeoutError) as error:
            what = "ends a good client's connection" if isinstance(error, Gone) else "does not end a connection"
            raise Fault(f"seed {self._seed}, step {step}: the server {what}; {self._faults.seen}") from error

    async def _spoil_channel(self, chance: random.Random, recording: Recording) -> None:
        """A session whose MAIN, or another channel beside a sound MAIN, says what is spoilt."""
        async with self._core.client() as client:
            main = recording.channel is ChannelType.MAIN
            session = None if main else await client.begin()
            wire = await client.link(
                recording.channel,
                connection_id=session.init.session_id if session else 0,
                channel_caps=_words(chance, recording),
            )
            self._core.stir(chance.randrange(1 << 16))
            await self._say(chance, wire, mutate.stream(chance, recording.said, self._everything))
        self.outcome.streams[recording.channel.name] += 1

    async def _say(self, chance: random.Random, wire: BrowserChannel, data: bytes) -> None:
        self.outcome.octets += len(data)
        try:
            for piece in mutate.pieces(chance, data):
                await wire.pipe.write(piece)
        except ConnectionError:
            return  # the server had enough of it
        await leave(wire)

    async def _spoil_link(self, chance: random.Random) -> None:
        """A link request that is spoilt, and noise where the ticket belongs."""
        async with self._core.client() as client:
            pipe = await client.open()
            request = link_request(chance)
            data = mutate.spoil(chance, request) + chance.randbytes(chance.choice((0, 4, 132, 500)))
            self.outcome.octets += len(data)
            await pipe.write(data)
            pipe.writer.write_eof()
            async with asyncio.timeout(END_SECONDS):
                await read_to_end(pipe.reader)
        self.outcome.streams["link"] += 1

    async def _be_good(self) -> None:
        """A client that does nothing wrong is served: it sees the picture and types."""
        before = self._core.server.inputs.counters.messages_in
        async with self._core.client() as client:
            session = await client.begin()
            screen = await session.link(ChannelType.DISPLAY, acks=True)
            await screen.send(display.Init(1, 1 << 20, 1, 0))
            await screen.wait_for(draw.DrawCopy)
            hands = await session.link(ChannelType.INPUTS)
            await hands.send(KeyDown(0x1E))
            await hands.send(KeyDown(0x9E))
            await leave(hands.wire)
        if self._core.server.inputs.counters.messages_in < before + 2:
            raise Fault(f"a good client's keys do not arrive any more; {self._faults.seen}")


async def leave(wire: BrowserChannel) -> None:
    """Say that nothing follows, and wait for the server's end. Raises `TimeoutError`."""
    assert isinstance(wire.pipe, StreamPipe)
    with suppress(OSError):  # the server was quicker
        wire.pipe.writer.write_eof()
    async with asyncio.timeout(END_SECONDS):
        await read_to_end(wire.pipe.reader)


async def read_to_end(reader: asyncio.StreamReader) -> None:
    with suppress(ConnectionError):
        while await reader.read(1 << 16):
            pass


def link_request(chance: random.Random) -> bytes:
    """A sound one, for any channel."""
    return link_mess(chance.choice((0, 1)), chance.choice(list(ChannelType)), 0, COMMON_CAPS, [chance.getrandbits(32)])


def peak_memory() -> int:
    """The most that this process has ever had in memory, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _words(chance: random.Random, recording: Recording) -> list[int]:
    """What the client said that it can do, or anything."""
    if chance.random() < 0.7:
        return to_words(recording.caps)
    return [chance.getrandbits(32) for _ in range(chance.randrange(3))]


@asynccontextmanager
async def fuzzer(core: Target, seed: int) -> AsyncIterator[Fuzzer]:
    """Serves `core`, and gives its fuzzer. Raises `AssertionError` when the core complained."""
    faults = Faults()
    faults.watch(asyncio.get_running_loop())
    try:
        async with core:
            yield Fuzzer(core, faults, seed)
    finally:
        faults.leave()
    faults.raise_any()
