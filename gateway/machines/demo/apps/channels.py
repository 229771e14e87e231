"""The machine's own channels and clients, live."""

from __future__ import annotations

from gateway.machines.demo.apps.app import App
from gateway.machines.demo.text import bytes_text, duration_text
from gateway.machines.demo.toolkit import theme
from gateway.machines.demo.toolkit.fonts import SEMIBOLD, mono, sans
from gateway.machines.demo.toolkit.geometry import Box
from gateway.machines.demo.toolkit.widgets import Column, Label, ListView
from gateway.server.channel import RedChannel
from gateway.server.client import RedClient

_CHANNELS = (
    Column("Channel", 128),
    Column("Refs", 48, True),
    Column("Clients", 66, True),
    Column("Acks", 54, True),
    Column("Capabilities", 112, True),
    Column("Messages in", 104, True),
    Column("In", 84, True),
    Column("Messages out", 112, True),
    Column("Out", 90, True),
)
_CLIENTS = (Column("Client", 300), Column("Since", 110, True), Column("Channels", 110, True), Column("Id", 140, True))


class Channels(App):
    """What the server core has registered, as `SpiceServer.channels` lists it."""

    name = "channels"
    label = "Channels and clients"
    size = (840, 520)

    def build(self) -> None:
        pad, width = theme.PADDING, self.size[0] - 2 * theme.PADDING
        heading = sans(theme.BODY, SEMIBOLD)
        numbers = mono(13)
        self._title = Label(Box.at(pad, 14, width, 20), "Registered channels", font=heading)
        self._channels = ListView(Box.at(pad, 40, width, 300), _CHANNELS, font=numbers, row_height=24)
        self._clients = ListView(
            Box.at(pad, 384, width, 118), _CLIENTS, font=numbers, row_height=24, empty="Nobody is connected"
        )
        self.add(self._title, self._channels, self._clients)
        self.add(Label(Box.at(pad, 358, width, 20), "Clients", font=heading))
        self._ticker = self.every(1, self._refresh)

    def on_opened(self) -> None:
        self._refresh()
        self._ticker.start()

    def _refresh(self) -> None:
        server = self.machine.server
        self._title.text = f"Registered channels: {len(server.channels)}"
        self._channels.show([_channel_row(channel) for channel in server.channels])
        self._clients.show([_client_row(client) for client in server.clients])


def _channel_row(channel: RedChannel) -> tuple[str, ...]:
    counters = channel.counters
    caps = " ".join(f"{word:x}" for word in channel.local_caps.channel)
    return (
        channel.name,
        str(channel.references),
        str(channel.client_count),
        "yes" if channel.handles_acks else "no",
        caps or "none",
        str(counters.messages_in),
        bytes_text(counters.bytes_in),
        str(counters.messages_out),
        bytes_text(counters.bytes_out),
    )


def _client_row(client: RedClient) -> tuple[str, ...]:
    seconds = client.server.core.now() - client.since
    return client.peer, duration_text(seconds), str(len(client.channel_clients)), f"{client.connection_id:08x}"
