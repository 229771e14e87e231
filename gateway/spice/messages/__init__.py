"""One dataclass a message, one module a channel; the annotations are the wire format (see ``gateway.spice.wire``)."""
