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
