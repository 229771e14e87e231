"""The channel list, sessions, and what holds them together."""

from __future__ import annotations

import pytest

from gateway.server.channel import Capabilities, Handlers, RedChannel
from gateway.server.channel_client import RedChannelClient
from gateway.server.client import RedClient
from gateway.server.closing import NORMAL, CloseCode, Closing
from gateway.server.core import Core
from gateway.server.counters import Counters
from gateway.server.display.worker import QXLWorker
from gateway.server.interfaces import QXLInterface
from gateway.server.rights import Right
from gateway.server.server import SpiceServer
from gateway.server.transport import Data, Idle, Transport
from gateway.server.visitor import Admission
from gateway.spice.enums import ChannelType
from gateway.spice.errors import UsageError
from gateway.spice.limits import MAX_CHANNELS

HANDLERS = Handlers(Idle, Idle)
AWAY = Closing(CloseCode.MACHINE_AWAY, "The machine is away.")


class Wire(Transport):
    """A transport of nothing, which remembers how it was closed."""

    def __init__(self) -> None:
        super().__init__("nobody")
        self.closing: Closing | None = None

    def write(self, data: Data, room: int = 0) -> bool:
        return False

    @property
    def unsent(self) -> int:
        return 0

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...

    def close(self, closing: Closing) -> None:
        self.closing = closing

    def abort(self) -> None: ...


class Noting(RedChannel):
    """A channel that notes its callbacks."""

    def __init__(self, type_: ChannelType, core: Core) -> None:
        super().__init__(type_, 0, core, HANDLERS)
        self.notes: list[str] = []

    def on_registered(self) -> None:
        self.notes.append("registered")

    def on_unregistered(self) -> None:
        self.notes.append("unregistered")

    def on_destroyed(self) -> None:
        self.notes.append("destroyed")

    def on_connect(self, client: RedChannelClient) -> None:
        self.notes.append("connect")

    def on_disconnect(self, client: RedChannelClient) -> None:
        self.notes.append("disconnect")


class Link(RedChannelClient):
    """A connection that has carried three bytes each way."""

    def __init__(self, channel: RedChannel, client: RedClient) -> None:
        self.wire = Wire()
        super().__init__(channel, client, self.wire, Capabilities(), mini_header=True)

    @property
    def counters(self) -> Counters:
        return Counters(3, 1, 3, 1)

    def on_granted(self, before: Right) -> None: ...

    def on_closing(self, closing: Closing) -> None:
        self.wire.close(closing)


@pytest.fixture
async def server() -> SpiceServer:
    return SpiceServer(Core(), "office")


def register(server: SpiceServer, type_: ChannelType) -> Noting:
    channel = Noting(type_, server.core)
    server.register_channel(channel)
    return channel


def connect(server: SpiceServer, *channels: RedChannel, connection_id: int = 1) -> tuple[RedClient, list[Link]]:
    client = RedClient(server, Admission("proof"), "peer")
    client.connection_id = connection_id
    server.add_client(client)
    links = [Link(channel, client) for channel in channels]
    for link in links:
        link.connect()
    return client, links


async def test_registered_channels_stand_on_the_list_in_order(server: SpiceServer) -> None:
    main, display = register(server, ChannelType.MAIN), register(server, ChannelType.DISPLAY)
    assert server.channels == [main, display]
    assert (main.place, display.place) == (0, 1)
    assert server.find_channel(ChannelType.DISPLAY, 0) is display
    assert server.find_channel(ChannelType.DISPLAY, 1) is None


async def test_server_refuses_a_channel_registered_twice(server: SpiceServer) -> None:
    register(server, ChannelType.MAIN)
    with pytest.raises(UsageError):
        register(server, ChannelType.MAIN)


async def test_server_refuses_more_channels_than_a_list_holds(server: SpiceServer) -> None:
    for number in range(MAX_CHANNELS):
        server.register_channel(RedChannel(ChannelType.PORT, number, server.core, HANDLERS))
    with pytest.raises(UsageError):
        register(server, ChannelType.MAIN)


class Adapter(QXLInterface):
    detached = False

    def __init__(self, id_: int) -> None:
        self.id = id_

    def on_attached(self, worker: QXLWorker) -> None: ...

    def on_detached(self) -> None:
        self.detached = True


@pytest.mark.parametrize("id_", [-1, 256])
async def test_server_refuses_a_channel_whose_id_is_no_byte(server: SpiceServer, id_: int) -> None:
    server.init()
    with pytest.raises(UsageError, match="is no channel's id"):
        server.add_interface(Adapter(id_))
    assert len(server.channels) == 2


async def test_interface_is_added_wholly_or_not_at_all(server: SpiceServer) -> None:
    server.init()
    for number in range(MAX_CHANNELS - 3):
        server.register_channel(RedChannel(ChannelType.PORT, number, server.core, HANDLERS))
    with pytest.raises(UsageError, match="at most"):
        server.add_interface(adapter := Adapter(0))
    assert server.find_channel(ChannelType.DISPLAY, 0) is None
    with pytest.raises(UsageError, match="was not added"):
        server.remove_interface(adapter)


async def test_unregistering_disconnects_the_clients_and_lets_the_channel_go(server: SpiceServer) -> None:
    display = register(server, ChannelType.DISPLAY)
    _, (link,) = connect(server, display)
    assert (display.references, display.client_count) == (2, 1)
    server.unregister_channel(display, AWAY)
    assert link.wire.closing == AWAY
    assert (display.references, display.client_count, display.place) == (0, 0, None)
    assert display.notes == ["registered", "connect", "unregistered", "disconnect", "destroyed"]


async def test_counters_outlive_the_connection(server: SpiceServer) -> None:
    display = register(server, ChannelType.DISPLAY)
    _, (one, two) = connect(server, display, display)
    assert display.counters == Counters(6, 2, 6, 2)
    one.disconnect(NORMAL)
    one.disconnect(NORMAL)
    assert display.counters == Counters(6, 2, 6, 2)
    assert display.clients == [two]


async def test_session_ends_with_its_main_channel(server: SpiceServer) -> None:
    main, display = register(server, ChannelType.MAIN), register(server, ChannelType.DISPLAY)
    client, (main_link, display_link) = connect(server, main, display)
    _, (other,) = connect(server, display, connection_id=2)
    assert client.main is main_link
    main_link.disconnect(AWAY)
    assert display_link.wire.closing == AWAY
    assert server.find_client(1) is None
    assert other.wire.closing is None


async def test_session_outlives_another_channel(server: SpiceServer) -> None:
    main, display = register(server, ChannelType.MAIN), register(server, ChannelType.DISPLAY)
    client, (main_link, display_link) = connect(server, main, display)
    display_link.disconnect(NORMAL)
    assert client.channel_clients == [main_link]
    assert server.find_client(1) is client


async def test_connection_id_of_nothing_finds_nobody(server: SpiceServer) -> None:
    connect(server, register(server, ChannelType.MAIN), connection_id=0)
    assert server.find_client(0) is None


async def test_session_admits_its_own_proof_only(server: SpiceServer) -> None:
    client, _ = connect(server)
    assert client.admission.admits(Admission("proof"))
    assert not client.admission.admits(Admission("another"))


async def test_closing_the_server_disconnects_everybody_and_empties_the_list(server: SpiceServer) -> None:
    main = register(server, ChannelType.MAIN)
    _, (link,) = connect(server, main)
    server.close(AWAY)
    assert link.wire.closing == AWAY
    assert (server.channels, server.clients) == ([], [])


async def test_closing_the_server_takes_its_interfaces_away(server: SpiceServer) -> None:
    server.init()
    adapters = [Adapter(id_) for id_ in range(3)]
    for adapter in adapters:
        server.add_interface(adapter)
    adapters[2].on_detached = lambda: server.remove_interface(adapters[0])  # type: ignore[method-assign]
    server.close(AWAY)
    assert (server.channels, server.interfaces) == ([], [])
    assert adapters[0].detached and adapters[1].detached
    with pytest.raises(UsageError, match="was not added"):
        server.remove_interface(adapters[1])
