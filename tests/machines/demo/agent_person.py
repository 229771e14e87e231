"""Somebody with an agent client of the demo machine's: copies, pastes and drops files.

::

    async with ServingDemo() as core, core.client() as client:
        person = await AgentPerson.meet(client)
        await person.say(ClipboardGrab(...))
        request = await person.hear(ClipboardRequest)
"""

from __future__ import annotations

from typing import Self, TypeVar

from gateway.machines.demo.agent import CAPS
from gateway.spice import agent
from gateway.spice.agent import AgentMessage, Assembler, FileXferData, FileXferStart, FileXferStatusMessage
from gateway.spice.caps import to_words
from gateway.spice.enums import AgentCap
from gateway.spice.messages import main
from tests.peers import soon
from tests.serving_core import CoreClient, Session

A = TypeVar("A", bound=AgentMessage)
_MANY = 1_000_000


class AgentPerson:
    """`caps` are what its client announced."""

    def __init__(self, session: Session, caps: frozenset[int]) -> None:
        self.session = session
        self.caps = caps
        self._assembler = Assembler()
        self._heard: list[AgentMessage] = []
        self._tokens = session.init.agent_tokens

    @classmethod
    async def meet(cls, client: CoreClient, caps: frozenset[AgentCap] = CAPS) -> Self:
        """Link, and exchange capabilities with the agent."""
        person = cls(await client.begin(), frozenset(caps))
        await person.session.main.send(main.AgentStart(_MANY))
        asked = await person.hear(agent.AnnounceCapabilities)
        assert asked.request
        await person.say(agent.AnnounceCapabilities(0, to_words(caps)))
        if AgentCap.MAX_CLIPBOARD in caps:
            await person.hear(agent.MaxClipboard)
        return person

    async def say(self, message: AgentMessage) -> None:
        """A message, in as many chunks as the agent gives tokens for."""
        for chunk in agent.encode(message, self.caps & CAPS):
            while not self._tokens:
                await self._receive()
            self._tokens -= 1
            await self.session.main.send(main.AgentData(chunk))

    async def hear(self, kind: type[A]) -> A:
        """The next message of the agent, which is a `kind`."""
        while not self._heard:
            await self._receive()
        message = self._heard.pop(0)
        assert isinstance(message, kind), message
        return message

    async def offer(self, id_: int, name: str, size: int) -> FileXferStatusMessage:
        """Offer a file, and what the agent says to it."""
        text = f"[vdagent-file-xfer]\nname={name}\nsize={size}\n"
        await self.say(FileXferStart(id_, text.encode() + b"\0"))
        return await self.hear(FileXferStatusMessage)

    async def send_file(self, id_: int, data: bytes) -> FileXferStatusMessage:
        """The contents of a file, and how that went."""
        for start in range(0, max(1, len(data)), 64 * 1024):
            await self.say(FileXferData(id_, data[start : start + 64 * 1024]))
        return await self.hear(FileXferStatusMessage)

    async def _receive(self) -> None:
        message = await soon(self.session.main.receive())
        if isinstance(message, main.AgentToken):
            self._tokens += message.num_tokens
        elif isinstance(message, main.AgentData):
            for raw in self._assembler.feed(message.data):
                content = agent.decode(raw, self.caps & CAPS)
                assert content is not None
                self._heard.append(content)
