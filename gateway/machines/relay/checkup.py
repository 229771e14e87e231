"""What a machine's SPICE server says when it is asked, step by step: for whoever wonders why a machine does not open.

The connection, the certificate, the link and the ticket, MAIN with its list of channels, and each channel's link. Many
machines drop their user for a new one: without `whole` the machine is asked as far as its ticket and no further.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Final

from gateway.machines.relay.dial import connect_to_host, dial, uses_tls
from gateway.machines.relay.endpoint import Endpoint, Scheme
from gateway.machines.relay.leaving import OF_WORKER, Leaving
from gateway.server.closing import ChannelClosed
from gateway.server.core import Core
from gateway.server.link_pump import LinkPump
from gateway.server.transport import Data, StreamTransport, Transport
from gateway.spice import caps, codec
from gateway.spice.auth import our_common_caps
from gateway.spice.enums import ChannelType, CommonCap, Direction, LinkErr
from gateway.spice.errors import LinkRefused, ProtocolError
from gateway.spice.framing import MessageReader, frame
from gateway.spice.limits import LEAVE_SECONDS, LINK_SECONDS
from gateway.spice.link import Linked, LinkReplied
from gateway.spice.link_client import LinkClient
from gateway.spice.messages.main import ChannelId, ChannelsList, Init

_INIT, _CHANNELS_LIST = 103, 104  # of a server on MAIN (spice/protocol.h, SPICE_MSG_MAIN_*)
_ATTACH_CHANNELS: Final = 104  # of a client on MAIN (SPICE_MSGC_MAIN_ATTACH_CHANNELS)
_COMMON: Final = tuple(caps.to_words([CommonCap.MINI_HEADER]))

SENTENCES: Final = {
    LinkErr.PERMISSION_DENIED: "The machine refused the password.",
    LinkErr.NEED_SECURED: "The machine takes this channel only over TLS: add ?tls-port=N to its address.",
    LinkErr.NEED_UNSECURED: "The machine takes this channel only without TLS.",
    LinkErr.CHANNEL_NOT_AVAILABLE: "The machine does not have this channel.",
    LinkErr.VERSION_MISMATCH: "The machine speaks another version of SPICE.",
}


@dataclass(slots=True)
class Step:
    """One question: `ok` None was not asked. `seconds` until the answer."""

    name: str
    ok: bool | None
    detail: str
    seconds: float | None = None


@dataclass(slots=True)
class ChannelStep:
    """One channel's link; its capabilities by name."""

    type: str
    id: int
    ok: bool
    detail: str
    seconds: float
    capabilities: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Checkup:
    """Everything that was found out. `round_trip` in seconds, from a question on MAIN to its answer.

    uvloop's clock counts whole milliseconds, which is too coarse for machines nearby.
    """

    address: str
    steps: list[Step] = field(default_factory=list)
    channels: list[ChannelStep] = field(default_factory=list)
    round_trip: float | None = None

    @property
    def ok(self) -> bool:
        return all(step.ok is not False for step in self.steps) and all(channel.ok for channel in self.channels)


class _Failed(Exception):
    """A step did not go well, which its row says; there is no next one."""


class _Messages:
    """The receiver of a linked MAIN: whole messages, one after the other."""

    def __init__(self, transport: Transport, *, mini: bool, trailing: bytes) -> None:
        self._transport = transport
        self._mini = mini
        self._serial = 0
        self._news = asyncio.Event()
        self._reader = MessageReader(ChannelType.MAIN, Direction.SERVER, mini)
        self._reader.feed(trailing)
        self._closed = False
        transport.receiver = self
        transport.resume_reading()

    def on_data(self, data: Data, room: int) -> bool:
        self._reader.feed(data[room:])
        self._news.set()
        return False

    def on_writable(self, writable: bool) -> None:
        """What we ask is short."""

    def on_closed(self, error: Exception | None) -> None:
        self._closed = True
        self._news.set()

    def send(self, number: int, payload: bytes = b"") -> None:
        self._serial += 1
        self._transport.write(frame(number, payload, self._mini, self._serial))

    async def wait_for(self, number: int) -> bytes:
        """The payload of the next message of a number, whatever comes before. Raises `ProtocolError`."""
        while True:
            for message in self._reader:
                if message.number == number:
                    return message.payload
            if self._closed:
                raise ProtocolError("the machine closed the connection")
            self._news.clear()
            await self._news.wait()


async def check_up(
    core: Core,
    endpoint: Endpoint,
    password: str | None,
    *,
    whole: bool = True,
    seconds: float = LINK_SECONDS,
    until_left: bool = True,
    leave_seconds: float = LEAVE_SECONDS,
) -> Checkup:
    """Ask a machine. Never raises for what it does.

    Machines are left when they bear it, at the latest after `leave_seconds`. `until_left` False: that goes on behind,
    for as long as the core lives.
    """
    doctor = _Doctor(core, endpoint, password, seconds)
    try:
        await doctor.run(whole=whole)
    except _Failed:
        pass
    finally:
        if until_left:
            await doctor.leave(leave_seconds)
        else:
            core.spawn(doctor.leave(leave_seconds), f"leave {endpoint}")
    return doctor.found


class _Doctor:
    def __init__(self, core: Core, endpoint: Endpoint, password: str | None, seconds: float) -> None:
        self._core = core
        self._endpoint = endpoint
        self._password = password
        self._seconds = seconds
        self._secured = endpoint.port is None
        self._open: list[Transport] = []
        self._main: _Messages | None = None
        self._linked: list[tuple[int, Leaving]] = []
        """Channels by their ids, in the order in which they were asked for."""
        self.found = Checkup(str(endpoint))

    async def run(self, *, whole: bool) -> None:
        await self._reach()
        pump, replied = await self._link()
        if not whole:
            self.found.steps.append(Step("ticket", None, "Not asked: the machine may drop its user for a new one."))
            return
        linked = await self._ticket(pump)
        main = _Messages(pump.transport, mini=linked.mini_header, trailing=linked.trailing + pump.trailing)
        session, channels = await self._ask_main(main)
        self._main = main
        self._note_capabilities(replied)
        for channel in channels:
            if not await self._channel(session, channel):
                return  # what does not answer once would keep whoever asks waiting once more for each channel

    async def leave(self, seconds: float) -> None:
        async with asyncio.TaskGroup() as group:
            signs = [group.create_task(self._hear_main()), group.create_task(self._hear_cursors())]
            await asyncio.gather(*(leaving.end(seconds) for _, leaving in self._linked))
            for sign in signs:
                sign.cancel()
        for transport in self._open:
            transport.abort()

    async def _hear_main(self) -> None:
        """MAIN's answer tells that the machine has begun with the channels of its thread."""
        if self._main is None:
            return
        self._main.send(_ATTACH_CHANNELS)
        try:
            await self._main.wait_for(_CHANNELS_LIST)
        except ProtocolError:
            return  # it is no sign then
        for _, leaving in self._linked:
            if leaving.type not in OF_WORKER:
                leaving.note_begun()

    async def _hear_cursors(self) -> None:
        """A pointer that was asked for after its screen tells that the machine has begun with the screen."""
        async with asyncio.TaskGroup() as group:
            for place, (id_, screen) in enumerate(self._linked):
                for later_id, later in self._linked[place + 1 :]:
                    if (screen.type, later.type, later_id) == (ChannelType.DISPLAY, ChannelType.CURSOR, id_):
                        group.create_task(_hear(later, screen))

    @asynccontextmanager
    async def _step(self, name: str) -> AsyncIterator[Callable[[str], None]]:
        """A row for what is done inside; call what is given to say how it went well. Raises `_Failed`."""
        step, began = Step(name, False, ""), perf_counter()
        self.found.steps.append(step)

        def well(detail: str) -> None:
            step.ok, step.detail = True, detail

        try:
            async with asyncio.timeout(self._seconds):
                yield well
        except (ChannelClosed, LinkRefused, ProtocolError, TimeoutError) as error:
            step.ok, step.detail = False, told(error)
            raise _Failed from error
        finally:
            step.seconds = perf_counter() - began

    async def _dial(self) -> Transport:
        transport = await dial(self._core, self._endpoint, secured=self._secured, seconds=self._seconds)
        self._open.append(transport)
        return transport

    async def _reach(self) -> None:
        """Connect, and look at the certificate where there is one."""
        async with self._step("reach") as well:
            transport = await self._dial()
            well("The machine answers.")
        if self._endpoint.tls_port is not None and not self._secured:
            self._secured = True
            async with self._step("tls") as well:
                transport = await self._dial()
                well(certificate_of(transport))
            self._secured = False
        elif uses_tls(self._endpoint, self._secured):
            self.found.steps.append(Step("tls", True, certificate_of(transport)))

    async def _link(self) -> tuple[LinkPump, LinkReplied]:
        """Ask for MAIN, over TLS when the machine wants it so."""
        async with self._step("link") as well:
            try:
                pump, replied = await self._ask(0, ChannelType.MAIN, 0)
            except LinkRefused as error:
                if error.code is not LinkErr.NEED_SECURED or self._endpoint.tls_port is None or self._secured:
                    raise
                self._secured = True
                pump, replied = await self._ask(0, ChannelType.MAIN, 0)
            except (ChannelClosed, ProtocolError) as error:
                if not await self._takes_tls():
                    raise
                raise ProtocolError(f"the machine speaks TLS on this port: write {Scheme.TLS}://") from error
            well(f"SPICE 2.2{' over TLS' if self._secured else ''}.")
        return pump, replied

    async def _takes_tls(self) -> bool:
        """Whether the port that was just asked without TLS takes it, whatever its certificate is."""
        host, port = self._endpoint.host, self._endpoint.port
        if self._endpoint.scheme is not Scheme.TCP or port is None or uses_tls(self._endpoint, self._secured):
            return False
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        try:
            stream = await connect_to_host(self._core, host, port, context)
        except OSError:
            return False
        self._open.append(stream)
        return True

    async def _ask(self, session: int, type_: int, id_: int) -> tuple[LinkPump, LinkReplied]:
        common = our_common_caps(_COMMON)
        pump = LinkPump(LinkClient(session, type_, id_, common, (), self._password), await self._dial())
        pump.flush()
        return pump, await pump.expect(LinkReplied)

    async def _ticket(self, pump: LinkPump) -> Linked:
        async with self._step("ticket") as well:
            pump.flush()
            linked = await pump.expect(Linked)
            well("The password was taken." if self._password else "No password was given, and none was wanted.")
        return linked

    async def _ask_main(self, main: _Messages) -> tuple[int, list[ChannelId]]:
        """The session's id and the channels list, and the time from the question for it to the answer."""
        async with self._step("main") as well:
            init = codec.unpack(Init, await main.wait_for(_INIT))
            asked = perf_counter()
            main.send(_ATTACH_CHANNELS)
            listed = codec.unpack(ChannelsList, await main.wait_for(_CHANNELS_LIST)).channels
            self.found.round_trip = perf_counter() - asked
            agent = "an agent" if init.agent_connected else "no agent"
            well(f"{len(listed) + 1} channels, {agent}.")
        return init.session_id, list(listed)

    def _note_capabilities(self, replied: LinkReplied) -> None:
        main = ChannelStep("main", 0, True, "Linked.", self.found.steps[-1].seconds or 0.0)
        main.capabilities = names(ChannelType.MAIN, replied)
        self.found.channels.append(main)

    async def _channel(self, session: int, wanted: ChannelId) -> bool:
        """Link one of the listed channels. That it fails is told in its row; False: the machine is silent."""
        began, known = perf_counter(), wanted.type in frozenset(ChannelType)
        name = ChannelType(wanted.type).name.lower() if known else f"type {wanted.type}"
        row = ChannelStep(name, wanted.id, False, "", 0.0)
        self.found.channels.append(row)
        try:
            async with asyncio.timeout(self._seconds):
                pump, replied = await self._ask_secured(session, wanted)
                pump.flush()
                linked = await pump.expect(Linked)
            row.ok, row.detail = True, "Linked."
            self._leave(pump, wanted, linked)
            row.capabilities = names(ChannelType(wanted.type) if known else None, replied)
        except (ChannelClosed, LinkRefused, ProtocolError, TimeoutError) as error:
            row.detail = told(error)
            silent = isinstance(error, TimeoutError)
        else:
            silent = False
        row.seconds = perf_counter() - began
        return not silent

    def _leave(self, pump: LinkPump, wanted: ChannelId, linked: Linked) -> None:
        """Listen to a linked channel for as long as its machine needs."""
        if wanted.type in frozenset(ChannelType):
            trailing, mini = linked.trailing + pump.trailing, linked.mini_header
            leaving = Leaving.after_link(pump.transport, ChannelType(wanted.type), trailing, mini=mini)
            self._linked.append((wanted.id, leaving))

    async def _ask_secured(self, session: int, wanted: ChannelId) -> tuple[LinkPump, LinkReplied]:
        try:
            return await self._ask(session, wanted.type, wanted.id)
        except LinkRefused as error:
            if error.code is not LinkErr.NEED_SECURED or self._endpoint.tls_port is None or self._secured:
                raise
        before, self._secured = self._secured, True
        try:
            return await self._ask(session, wanted.type, wanted.id)
        finally:
            self._secured = before


async def _hear(pointer: Leaving, screen: Leaving) -> None:
    await pointer.begun.wait()
    screen.note_begun()


def told(error: Exception) -> str:
    """What went wrong, in a sentence."""
    if isinstance(error, ChannelClosed):
        return error.closing.sentence
    if isinstance(error, LinkRefused):
        return SENTENCES.get(error.code, "The machine refused the link.")
    if isinstance(error, TimeoutError):
        return "The machine does not answer in time."
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}."


def names(type_: ChannelType | None, replied: LinkReplied) -> list[str]:
    """Capabilities by name, the common ones first."""
    own = caps.names(type_, replied.channel_caps) if type_ is not None else []
    return caps.names(None, replied.common_caps) + own


def certificate_of(transport: Transport) -> str:
    """Whose certificate the machine showed, and until when it is good."""
    tls = transport.ssl_object if isinstance(transport, StreamTransport) else None
    shown = (tls.getpeercert() or {}) if tls is not None else {}
    if not shown:
        return "The certificate is trusted."
    subject = ", ".join(f"{key}={value}" for rdn in _rdns(shown) for key, value in rdn)
    return f"{subject}; good until {shown.get('notAfter')}; {_version(tls)}."


def _rdns(shown: object) -> list[tuple[tuple[str, str], ...]]:
    found = shown.get("subject", ()) if isinstance(shown, dict) else ()
    return [rdn for rdn in found if isinstance(rdn, tuple)]


def _version(tls: ssl.SSLObject | None) -> str:
    return (tls.version() if tls is not None else None) or "TLS"
