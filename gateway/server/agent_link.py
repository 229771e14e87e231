"""The machine's agent and its clients: whole messages on the machine's side, chunks with tokens on MAIN.

Each side may send as many chunks as it was given tokens for. A client's chunks are put together here, so that several
clients at once never mix theirs; what the machine says goes to one client or to all of them.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from gateway.server.interfaces import AgentInterface
from gateway.server.policy import may_hear_agent, may_tell_agent
from gateway.spice import agent
from gateway.spice.agent import AgentMessage, Assembler, RawMessage
from gateway.spice.enums import AgentMessageType
from gateway.spice.errors import ProtocolError
from gateway.spice.limits import MAX_AGENT_BACKLOG, MAX_AGENT_MESSAGE, MAX_MONITORS

if TYPE_CHECKING:
    from gateway.server.channels.main import MainClient
    from gateway.server.client import RedClient


class AgentSession:
    """One client's end of the agent: what it has said so far, and what waits for its tokens."""

    def __init__(self, main: MainClient, interface: AgentInterface) -> None:
        self.main = main
        self.started = False
        self.tokens = 0
        """Chunks that the client still takes."""
        self.octets = 0
        self._interface = interface
        self._assembler = self._new_assembler()
        self._waiting: deque[bytes] = deque()
        self._flushing = False

    def start(self, tokens: int) -> None:
        """The client is ready; whatever was said before is forgotten."""
        self.reset()
        self.started = True
        self.tokens = tokens

    def reset(self) -> None:
        """The agent came or went: both sides begin anew."""
        self.started = False
        self.tokens = self.octets = 0
        self._assembler = self._new_assembler()
        self._waiting.clear()

    def take(self, chunk: bytes) -> list[RawMessage]:
        """The messages that a chunk completes. It is handled at once, and so its token is given back."""
        messages = list(self._assembler.feed(chunk))
        self.main.give_token()
        return messages

    def _new_assembler(self) -> Assembler:
        return Assembler(keeps=min(self._interface.max_message, MAX_AGENT_MESSAGE), on_large=self._on_large)

    def _on_large(self, type_: int, size: int) -> None:
        if may_tell_agent(self.main.client.admission.rights, type_):
            self._interface.on_message_too_large(self.main.client, type_, size)

    def send(self, chunks: list[bytes]) -> None:
        """Queue a message. A client that takes none of them for too long is let go."""
        self._waiting.extend(chunks)
        self.octets += sum(map(len, chunks))
        self.flush()
        if self.octets > MAX_AGENT_BACKLOG:
            self.main.on_agent_backlog()

    def grant(self, tokens: int) -> None:
        """The client takes so many more chunks."""
        self.tokens += tokens
        self.flush()

    def flush(self) -> None:
        """Send as many chunks as there are tokens for and MAIN has room for."""
        if self._flushing:  # what is sent may make room at once
            return
        self._flushing = True
        try:
            while self._waiting and self.tokens and self.main.takes_agent_data:
                chunk = self._waiting.popleft()
                self.tokens -= 1
                self.octets -= len(chunk)
                self.main.send_agent_data(chunk)
        finally:
            self._flushing = False


class AgentLink:
    """The server's side of an `AgentInterface`."""

    def __init__(self, interface: AgentInterface) -> None:
        self.interface = interface
        self._sessions: dict[RedClient, AgentSession] = {}

    @property
    def clients(self) -> list[RedClient]:
        """The clients that are ready for messages."""
        return [client for client, session in self._sessions.items() if session.started]

    def send(self, message: AgentMessage, *, to: RedClient | None = None, caps: frozenset[int] = frozenset()) -> None:
        """Say something to one client, to all of them if None. `caps`: what both agents announced (`agent.encode`)."""
        chunks, type_ = agent.encode(message, caps), agent.NUMBERS[type(message)]
        for client in self.clients if to is None else [to]:
            session = self._sessions.get(client)
            if session is not None and session.started and may_hear_agent(client.admission.rights, type_):
                session.send(chunks)

    def waiting(self, client: RedClient) -> int:
        """Bytes that were said to a client and that it has not taken: what it asks for may as well wait for them."""
        session = self._sessions.get(client)
        return session.octets if session is not None else 0

    # MAIN's side

    def session(self, main: MainClient) -> AgentSession:
        """The session of a client; begun if need be."""
        return self._sessions.setdefault(main.client, AgentSession(main, self.interface))

    def on_start(self, main: MainClient, tokens: int) -> None:
        """A client is ready for the agent."""
        self.session(main).start(tokens)
        self.interface.on_client_started(main.client)

    def on_tokens(self, main: MainClient, tokens: int) -> None:
        if (session := self._started(main)) is not None:
            session.grant(tokens)

    def on_room(self, main: MainClient) -> None:
        """A client's connection takes more."""
        if (session := self._started(main)) is not None:
            session.flush()

    def on_data(self, main: MainClient, chunk: bytes) -> None:
        """A client's chunk. Raises `ProtocolError`.

        What comes before the client's start was said to the agent before this one, and may be half a message.
        """
        if (session := self._started(main)) is None:
            return
        for message in session.take(chunk):
            if not may_tell_agent(main.client.admission.rights, message.type):
                continue
            if message.type != AgentMessageType.MONITORS_CONFIG or not self._configure(main, message):
                self.interface.on_message(main.client, message)

    def on_client_gone(self, main: MainClient) -> None:
        session = self._sessions.pop(main.client, None)
        if session is not None and session.started:
            self.interface.on_client_gone(main.client)

    def _started(self, main: MainClient) -> AgentSession | None:
        session = self._sessions.get(main.client)
        return session if session is not None and session.started else None

    def _configure(self, main: MainClient, message: RawMessage) -> bool:
        """Monitors are set on the display adapters, where they can be. Raises `ProtocolError`."""
        config = agent.decode(message)
        if not isinstance(config, agent.MonitorsConfig):
            return False
        if len(config.monitors) > MAX_MONITORS:
            raise ProtocolError(f"{len(config.monitors)} monitors, more than {MAX_MONITORS}")
        return main.client.server.on_monitors_config(config)
