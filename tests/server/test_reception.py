"""The link stage of our own server: who may come in, and where to."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from gateway.server.closing import NORMAL
from gateway.server.transport import StreamTransport
from gateway.server.visitor import Admission, Doorkeeper, ticket_admission
from gateway.spice.caps import to_words
from gateway.spice.enums import ChannelType, LinkErr, MainCap
from gateway.spice.errors import LinkRefused
from gateway.spice.messages import inputs
from gateway.spice.messages.common import Disconnecting
from gateway.spice.messages.main import Init
from tests.certificates import make_certificate
from tests.peers import Gone, NativeClient, soon
from tests.serving_core import ServingCore


async def refusal(client: NativeClient, type_: ChannelType, connection_id: int = 0, password: str | None = None
                  ) -> LinkErr:  # fmt: skip
    with pytest.raises(LinkRefused) as refused:
        await client.link(type_, connection_id=connection_id, password=password)
    return refused.value.code


async def test_client_links_main_and_then_inputs() -> None:
    async with ServingCore() as core, core.client() as client:
        session = await client.begin()
        await session.link(ChannelType.INPUTS)
        assert [(entry.type, entry.id) for entry in session.channels.channels] == [(ChannelType.INPUTS, 0)]
        (red_client,) = core.server.clients
        assert [link.channel.type for link in red_client.channel_clients] == [ChannelType.MAIN, ChannelType.INPUTS]
        assert core.server.channels[0].references == 2


async def test_channel_that_a_session_opens_anew_takes_the_place_of_the_one_before() -> None:
    async with ServingCore() as core, core.client() as client:
        session = await client.begin()
        before = await session.link(ChannelType.INPUTS)
        await before.expect(inputs.Init)
        again = await session.link(ChannelType.INPUTS)
        await again.expect(inputs.Init)
        await before.expect(Disconnecting)
        assert core.server.channels[1].client_count == 1


async def test_server_that_closes_as_a_client_comes_takes_it_nowhere() -> None:
    async with ServingCore() as core, core.client() as client:
        core.server.on_client_added = lambda _: core.server.close(NORMAL)
        with pytest.raises(Gone):
            await client.begin()
        assert (core.server.clients, core.server.channels) == ([], [])


async def test_channel_that_is_not_registered_is_not_available() -> None:
    async with ServingCore() as core, core.client() as client:
        session = await client.begin()
        id_ = session.init.session_id
        assert await refusal(client, ChannelType.TUNNEL, id_) is LinkErr.CHANNEL_NOT_AVAILABLE


async def test_channel_of_no_session_is_refused() -> None:
    async with ServingCore() as core, core.client() as client:
        session = await client.begin()
        for id_ in (0, session.init.session_id ^ 1):
            assert await refusal(client, ChannelType.INPUTS, id_) is LinkErr.BAD_CONNECTION_ID
        assert await refusal(client, ChannelType.MAIN, 7) is LinkErr.BAD_CONNECTION_ID


async def test_password_opens_every_channel_and_nothing_else_does() -> None:
    async with ServingCore(password="secret") as core, core.client() as client:
        assert await refusal(client, ChannelType.MAIN) is LinkErr.PERMISSION_DENIED
        assert await refusal(client, ChannelType.MAIN, password="other") is LinkErr.PERMISSION_DENIED
        session = await client.begin(password="secret")
        id_ = session.init.session_id
        assert await refusal(client, ChannelType.INPUTS, id_, "other") is LinkErr.PERMISSION_DENIED
        await session.link(ChannelType.INPUTS)


async def test_password_expires() -> None:
    async with ServingCore(password="secret") as core, core.client() as client:
        core.server.set_ticket("secret", lifetime=0.0)
        assert await refusal(client, ChannelType.MAIN, password="secret") is LinkErr.PERMISSION_DENIED
        assert not await core.server.expects_password()
        core.server.set_ticket("secret", lifetime=60.0)
        assert await core.server.expects_password()
        await client.begin(password="secret")


async def test_session_goes_on_under_the_password_that_opened_it() -> None:
    async with ServingCore(password="first") as core, core.client() as client:
        session = await client.begin(password="first")
        core.server.set_ticket("second")
        await session.link(ChannelType.INPUTS)
        assert await refusal(client, ChannelType.MAIN, password="first") is LinkErr.PERMISSION_DENIED
        core.server.set_ticket(None)
        for shown in ("second", "", None):
            assert await refusal(client, ChannelType.MAIN, password=shown) is LinkErr.PERMISSION_DENIED


async def test_one_time_ticket_opens_one_session_with_all_its_channels() -> None:
    async with ServingCore(password="secret") as core, core.client() as client:
        ticket = core.server.tickets.issue(core.core.now())
        session = await client.begin(password=ticket)
        await session.link(ChannelType.INPUTS)
        assert await refusal(client, ChannelType.MAIN, password=ticket) is LinkErr.PERMISSION_DENIED


async def test_session_of_one_ticket_is_closed_to_the_holder_of_another() -> None:
    async with ServingCore(password="secret") as core, core.client() as client:
        session = await client.begin(password=core.server.tickets.issue(core.core.now()))
        id_ = session.init.session_id
        assert await refusal(client, ChannelType.INPUTS, id_, "secret") is LinkErr.PERMISSION_DENIED


async def test_channel_that_wants_tls_is_refused_without(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    async with ServingCore() as core, core.client() as client:
        core.server.tls_channels = frozenset({ChannelType.INPUTS})
        session = await client.begin()
        assert await refusal(client, ChannelType.INPUTS, session.init.session_id) is LinkErr.NEED_SECURED
        port = await core.listener.listen("127.0.0.1", 0, tls=certificate.server_context())
        async with NativeClient(port, tls=certificate.client_context()) as secured:
            await secured.link(ChannelType.INPUTS, connection_id=session.init.session_id)


async def test_unix_socket_counts_as_secure(tmp_path: Path) -> None:
    async with ServingCore(unix=tmp_path / "spice.sock") as core, core.client() as client:
        core.server.tls_channels = frozenset(ChannelType)
        await (await client.begin()).link(ChannelType.INPUTS)


async def test_client_that_leaves_takes_all_its_channels_with_it() -> None:
    async with ServingCore() as core, core.client() as client:
        session = await client.begin()
        inputs = await session.link(ChannelType.INPUTS)
        session.main.wire.vanish()
        await inputs.wire.gone()
        assert not core.server.clients
        assert [channel.client_count for channel in core.server.channels] == [0, 0]


class SlowDoorkeeper(Doorkeeper):
    """Lets everybody in, once it is told to."""

    def __init__(self) -> None:
        self.asked, self.answers = asyncio.Event(), asyncio.Event()

    async def expects(self) -> bool:
        return True

    async def admit(self, password: str, peer: str) -> Admission:
        self.asked.set()
        await self.answers.wait()
        return ticket_admission(password)


class WatchedCore(ServingCore):
    """A core that shows its latest connection."""

    transport: StreamTransport

    async def _serve(self, transport: StreamTransport) -> None:
        self.transport, self.served = transport, asyncio.Event()
        await super()._serve(transport)
        self.served.set()


async def test_client_that_leaves_while_its_ticket_is_looked_up_has_no_session() -> None:
    async with WatchedCore(password="s3cret") as core, core.client() as client:
        core.server.doorkeeper = doorkeeper = SlowDoorkeeper()
        async with asyncio.TaskGroup() as tasks:
            gone = tasks.create_task(client.refusal(ChannelType.MAIN, password="another"))
            await soon(doorkeeper.asked.wait())
            core.transport.abort()
            await soon(core.transport.wait_closed())
            doorkeeper.answers.set()
            await soon(core.served.wait())
            await gone
        assert not core.server.clients and not core.server.main.clients


async def test_two_clients_hold_sessions_of_their_own() -> None:
    async with ServingCore() as core, core.client() as one, core.client() as other:
        first, second = await one.begin(), await other.begin()
        assert first.init.session_id != second.init.session_id
        first.main.wire.vanish()
        await second.link(ChannelType.INPUTS)


async def test_server_that_closes_lets_everybody_go() -> None:
    async with ServingCore() as core, core.client() as client:
        session = await client.begin()
        core.server.close(NORMAL)
        assert isinstance(await session.main.wire.gone(), Gone)
        assert not core.server.channels


async def test_capabilities_are_kept_for_the_pages() -> None:
    async with ServingCore() as core, core.client() as client:
        await client.link(ChannelType.MAIN, channel_caps=to_words([MainCap.NAME_AND_UUID]))
        (red_client,) = core.server.clients
        assert red_client.main is not None
        assert red_client.main.caps.channel == (1 << MainCap.NAME_AND_UUID,)


async def test_full_headers_are_spoken_with_a_client_that_has_no_mini_header() -> None:
    async with ServingCore() as core, core.client() as client:
        main = await client.link(ChannelType.MAIN, common_caps=[])
        assert not main.mini
        await main.wait_for(Init)
