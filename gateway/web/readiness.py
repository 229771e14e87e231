"""How the gateway takes new connections: at all, and under which certificate."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.certificates import OwnTls


@dataclass(slots=True)
class Readiness:
    """`draining`: it is being stopped, and who is in may finish. `tls`: what is shown in handshakes."""

    draining: bool = False
    tls: OwnTls | None = None
