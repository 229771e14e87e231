"""The machine's own channels and clients, live."""

from __future__ import annotations

from gateway.machines.demo.apps.app import App
from gateway.machines.demo.text import bytes_text, duration_text
from gateway.machines.demo.toolkit import theme
from gateway.machines.demo.toolkit.fonts import MEDIUM, SEMIBOLD, mono, sans
from gateway.machines.demo.toolkit.widgets import Card, Column, Label, ListView
from gateway.server.channel import RedChannel
from gateway.server.client import RedClient
from gateway.server.display.region import Rect
from gateway.server.rights import Right, right_names
from gateway.spice import caps

_CHANNELS = (
    Column("Channel", 150),
    Column("References", 92, True),
    Column("Clients", 74, True),
    Column("Messages in", 116, True),
    Column("Bytes in", 96, True),
    Column("Messages out", 120, True),
    Column("Bytes out", 100, True),
)
_CLIENTS = (
    Column("Client", 190),
    Column("Session", 110),
    Column("Since", 80, True),
    Column("Channels", 84, True),
    Column("", 16),
    Column("May", 300),
)
_ROW = 22
_MOST_CHANNELS = 12
"""Rows that there is room for; more are scrolled to."""


class Channels(App):
    """What the server core has registered, as `SpiceServer.channels` lists it. A row that is chosen tells more."""

    name = "channels"
    label = "Channels and clients"
    size = (812, 556)

    def build(self) -> None:
        pad, width = theme.PADDING, self.size[0] - 2 * theme.PADDING
        heading = sans(theme.BODY, SEMIBOLD)
        numbers = mono(13)
        height = _MOST_CHANNELS * _ROW + 40
        self._title = Label(Rect.at(pad, 12, width, 20), "Registered channels", font=heading)
        self._channels = ListView(
            Rect.at(pad, 36, width, height), _CHANNELS, font=numbers, row_height=_ROW, on_choose=self._choose
        )
        top = 36 + height + 10
        self._about = Label(Rect.at(pad + 14, top + 8, width - 28, 20), "", font=sans(theme.SMALL, MEDIUM))
        self._caps = Label(Rect.at(pad + 14, top + 28, width - 28, 36), "", font=sans(theme.SMALL), colour=theme.MUTED)
        self._clients = ListView(
            Rect.at(pad, top + 100, width, 2 * _ROW + 44),
            _CLIENTS,
            font=numbers,
            row_height=_ROW,
            empty="Nobody is connected",
        )
        self.add(
            *(self._title, self._channels, Card(Rect.at(pad, top, width, 68)), self._about, self._caps, self._clients),
            Label(Rect.at(pad, top + 76, width, 20), "Clients", font=heading),
        )
        self.set_focus(self._channels)
        self._shown: RedChannel | None = None
        self._ticker = self.every(1, self._refresh)
        self._refresh()
        self._channels.choose(0)

    def on_opened(self) -> None:
        self._refresh()
        self._ticker.start()

    def _choose(self, index: int) -> None:
        self._shown = self.machine.server.channels[index]
        self._refresh()

    def _refresh(self) -> None:
        server = self.machine.server
        self._title.text = f"Registered channels: {len(server.channels)}"
        self._channels.show([_channel_row(channel) for channel in server.channels])
        self._clients.show([_client_row(client) for client in server.clients])
        if self._shown is not None:
            self._about.text = about(self._shown)
            held = caps.names(self._shown.type, self._shown.local_caps.channel)
            self._caps.text = "Capabilities: " + (", ".join(held).lower().replace("_", " ") or "none")


def about(channel: RedChannel) -> str:
    """What a channel is, besides its numbers."""
    place = f"place {channel.place} on the list" if channel.place is not None else "not on the list"
    owner = channel.owner.get_name() if channel.owner is not None else "the loop"
    acks = "ACK windows" if channel.handles_acks else "no ACK windows"
    flags = ", ".join(str(flag.name).lower() for flag in channel.migration_flags) or "none"
    return f"{channel.name}: {place}, served by {owner}, {acks}, migration flags: {flags}"


def _channel_row(channel: RedChannel) -> tuple[str, ...]:
    counters = channel.counters
    return (
        f"{channel.type.name} {channel.id}",
        str(channel.references),
        str(channel.client_count),
        str(counters.messages_in),
        bytes_text(counters.bytes_in),
        str(counters.messages_out),
        bytes_text(counters.bytes_out),
    )


def _client_row(client: RedClient) -> tuple[str, ...]:
    rights = right_names(client.admission.rights)
    return (
        client.peer,
        f"{client.connection_id:08x}"[:4] + "…",  # the whole of it is nobody else's business
        duration_text(client.server.core.now() - client.since),
        str(len(client.channel_clients)),
        "",
        "everything" if client.admission.rights == Right.ALL else ", ".join(rights),
    )
