"""MAIN: the session itself (spice server/main-channel*.cpp)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from gateway.server.agent_link import AgentLink
from gateway.server.channel import RedChannel
from gateway.server.channels.migration import Migration
from gateway.server.interfaces import AgentInterface, TabletInterface
from gateway.server.pipe_channel import PipeChannel
from gateway.server.pipe_client import BATCH_BYTES, TOO_SLOW, PipeClient
from gateway.server.policy import may_link
from gateway.server.rights import RIGHTS_NOTICE, Right, notice_of
from gateway.spice.enums import ChannelType, LinkErr, MainCap, MouseMode, NotifySeverity, NotifyVisibility
from gateway.spice.errors import ProtocolError, UsageError
from gateway.spice.limits import AGENT_CHUNK_BYTES, AGENT_TOKENS, MAX_PIPE_BYTES
from gateway.spice.messages import common
from gateway.spice.messages import main as messages
from gateway.spice.messages.main import ChannelId

if TYPE_CHECKING:
    from gateway.server.server import SpiceServer

_MOUSE_MODE = "mouse mode"  # only the newest counts


class MainClient(PipeClient):
    """One session's MAIN."""

    channel: MainChannel
    type: ClassVar[ChannelType] = ChannelType.MAIN
    most_items: ClassVar[int] = MAX_PIPE_BYTES // AGENT_CHUNK_BYTES

    has_list = False
    """Whether the client has the channels list, and is to be told what joins it."""

    def on_started(self) -> None:
        main, server = self.channel, self.client.server
        self.ping()
        self.send(
            messages.Init(
                session_id=self.client.connection_id,
                display_channels_hint=sum(channel.type is ChannelType.DISPLAY for channel in server.channels),
                supported_mouse_modes=int(main.mouse_modes),
                current_mouse_mode=int(main.mouse_mode),
                agent_connected=int(main.agent is not None),
                agent_tokens=AGENT_TOKENS,
                multi_media_time=server.mm_time(),
                ram_hint=0,
            )
        )
        if self.has_cap(MainCap.NAME_AND_UUID):
            self.send(messages.Name(server.name.encode() + b"\0"))
            if server.uuid is not None:
                self.send(messages.Uuid(server.uuid.bytes))

    def on_room(self) -> None:
        if (agent := self.channel.agent) is not None:
            agent.on_room(self)

    def on_ended(self) -> None:
        self.channel.migration.on_client_gone(self)
        if (agent := self.channel.agent) is not None:
            agent.on_client_gone(self)

    def send_channels(self, channels: list[RedChannel]) -> None:
        """Tell which channels there are; MAIN is understood."""
        rights = self.client.admission.rights
        listed = [channel for channel in channels if channel is not self.channel and may_link(rights, channel.type)]
        self.send(messages.ChannelsList([ChannelId(channel.type, channel.id) for channel in listed]))

    def on_granted(self, before: Right) -> None:
        super().on_granted(before)
        rights = self.client.admission.rights
        if self.has_list:
            self.send_channels([each for each in self.client.server.channels if not may_link(before, each.type)])
        self.notify(notice_of(rights, before), code=RIGHTS_NOTICE | rights)

    def notify(self, text: str, severity: NotifySeverity = NotifySeverity.INFO, *, code: int = 0) -> None:
        """Show the person a sentence; `code` is for their program."""
        now = int(self.channel.core.now() * 1e9)
        visibility = NotifyVisibility.HIGH if severity is NotifySeverity.ERROR else NotifyVisibility.MEDIUM
        self.send(common.Notify(now, severity, visibility, code, text.encode() + b"\0"))

    # messages

    def on_client_info(self, message: messages.ClientInfo) -> None:
        """Its cache size is of a time before DISPLAY's INIT."""

    def on_attach_channels(self, message: messages.AttachChannels) -> None:
        self.has_list = True
        self.send_channels(self.client.server.channels)

    def on_mouse_mode_request(self, message: messages.MouseModeRequest) -> None:
        self.channel.request_mouse_mode(message.mode)

    def on_quality_indicator(self, message: messages.QualityIndicator) -> None:
        """Says how the client likes it; nothing depends on it."""

    # the agent

    def on_agent_start(self, message: messages.AgentStart) -> None:
        if (agent := self.channel.agent) is not None:  # it may have left while this was on its way
            agent.on_start(self, message.num_tokens)

    def on_agent_data(self, message: messages.AgentData) -> None:
        if len(message.data) > AGENT_CHUNK_BYTES:
            raise ProtocolError(f"an agent's chunk has at most {AGENT_CHUNK_BYTES} bytes")
        if (agent := self.channel.agent) is not None:
            agent.on_data(self, message.data)

    def on_agent_token(self, message: messages.AgentToken) -> None:
        if (agent := self.channel.agent) is not None:
            agent.on_tokens(self, message.num_tokens)

    @property
    def takes_agent_data(self) -> bool:
        """Clients give tokens without end: chunks wait at the agent, so that a clipboard of any size fits."""
        return self.connected and self.pipe.octets < BATCH_BYTES

    def send_agent_data(self, chunk: bytes) -> None:
        self.send(messages.AgentData(chunk))

    def give_token(self) -> None:
        """The client may send one more chunk to the agent."""
        self.send(messages.AgentToken(1))

    def on_agent_backlog(self) -> None:
        """More waits for this client's tokens than is kept for anybody."""
        self.disconnect(TOO_SLOW)

    # migration

    def on_migrate_connected(self, message: messages.MigrateConnected) -> None:
        self.channel.migration.on_answer(self, connected=True)

    def on_migrate_connected_seamless(self, message: messages.MigrateConnectedSeamless) -> None:
        raise ProtocolError("a seamless migration was never begun")

    def on_migrate_connect_error(self, message: messages.MigrateConnectError) -> None:
        self.channel.migration.on_answer(self, connected=False)

    def on_migrate_end(self, message: messages.MigrateEnd) -> None:
        """This client came from another host, with its list of channels: say everything else anew."""
        self.has_list = True
        self.on_started()

    def on_migrate_dst_do_seamless(self, message: messages.MigrateDstDoSeamless) -> None:
        self.send(messages.MigrateDstSeamlessNack())  # what the other host knew is not carried over


class MainChannel(PipeChannel[MainClient]):
    """What all sessions have in common: mouse mode, agent, migration, the channels list."""

    channel_type = ChannelType.MAIN
    client_class = MainClient
    capabilities = (MainCap.SEMI_SEAMLESS_MIGRATE, MainCap.NAME_AND_UUID, MainCap.AGENT_CONNECTED_TOKENS)

    def __init__(self, server: SpiceServer) -> None:
        super().__init__(server)
        self.mouse_mode = MouseMode.SERVER
        self.agent: AgentLink | None = None
        self.migration = Migration(self)
        self._wanted_mode = MouseMode.CLIENT

    def on_channel_registered(self, channel: RedChannel) -> None:
        """A channel joined the list: clients that have the list are told of the new one."""
        for connection in self.connections:
            if connection.has_list:
                connection.send_channels([channel])

    def notify(self, text: str, severity: NotifySeverity = NotifySeverity.INFO) -> None:
        """Show everybody a sentence."""
        for connection in self.connections:
            connection.notify(text, severity)

    # mouse

    @property
    def mouse_modes(self) -> MouseMode:
        """What the machine can do: CLIENT needs a tablet."""
        tablet = self.home.find_interface(TabletInterface) is not None
        return MouseMode.SERVER | MouseMode.CLIENT if tablet else MouseMode.SERVER

    def request_mouse_mode(self, mode: MouseMode) -> None:
        """A client wants this mode. The pointer is one for all of them. Raises `ProtocolError`."""
        if mode not in (MouseMode.SERVER, MouseMode.CLIENT):
            raise ProtocolError(f"{int(mode)} is no mouse mode")
        self._wanted_mode = mode
        self.update_mouse_mode()

    def update_mouse_mode(self) -> None:
        """Change to the wanted mode if it can be, and tell what can be."""
        modes = self.mouse_modes
        self.mouse_mode = self._wanted_mode if self._wanted_mode in modes else MouseMode.SERVER
        self.send_all(messages.MouseModes(modes, self.mouse_mode), key=_MOUSE_MODE)

    # the agent

    def attach_agent(self, interface: AgentInterface) -> None:
        """The machine has an agent from now on; clients are told. Raises `UsageError` when it had one."""
        if self.agent is not None:
            raise UsageError("the machine has an agent already")
        self.agent = AgentLink(interface)
        for connection in self.connections:
            if connection.has_cap(MainCap.AGENT_CONNECTED_TOKENS):
                connection.send(messages.AgentConnectedTokens(AGENT_TOKENS))
            else:
                connection.send(messages.AgentConnected())

    def detach_agent(self) -> None:
        """The machine has no agent any more."""
        self.agent = None
        self.send_all(messages.AgentDisconnected(LinkErr.OK))
