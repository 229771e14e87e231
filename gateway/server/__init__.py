"""The server core: one `SpiceServer` for each machine.

::

    SpiceServer ── channels ──> RedChannel ── clients ──┐
        │                                               ├──> RedChannelClient ──> Transport
        └───────── clients ───> RedClient ── links ─────┘

A `RedChannel` stands on its server's list from `register_channel` to `unregister_channel`. A `RedClient` is one
session: its MAIN connection and the channels that carry its connection id. A `RedChannelClient` is where the two meet:
one connection over one `Transport`, be it TCP, TLS, a Unix socket or a WebSocket. Nothing here knows HTTP.

There are two kinds. A relay's channel client forwards bytes (`gateway.machines.relay`). A `PipeClient` is served here:
the machine adds VDI interfaces (`interfaces`), which bring channels (`registration`); what a client sends is handed to
`on_*` methods, what it gets waits in a bounded `Pipe` for the transport and the `FlowControl`. `Reception` takes a
connection through its link, `Listener` takes connections from sockets.
"""

from gateway.server.channel import Capabilities, Handlers, RedChannel
from gateway.server.channel_client import RedChannelClient
from gateway.server.client import RedClient
from gateway.server.closing import NORMAL, ChannelClosed, CloseCode, Closing
from gateway.server.core import Core
from gateway.server.server import SpiceServer

__all__ = [
    "NORMAL",
    "Capabilities",
    "ChannelClosed",
    "CloseCode",
    "Closing",
    "Core",
    "Handlers",
    "RedChannel",
    "RedChannelClient",
    "RedClient",
    "SpiceServer",
]
