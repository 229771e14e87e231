"""What the web layer needs to know about the place it runs in."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address

from yarl import URL

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class WebSettings:
    """`public_url` is what people type when a proxy stands in front; only `trusted_proxies` may then connect.

    `allowed_origins` are other pages that may open `/ws/…`, as `scheme://host[:port]`.
    """

    public_url: str | None = None
    trusted_proxies: tuple[Network, ...] = ()
    allowed_origins: frozenset[str] = frozenset()

    def trusts(self, address: str | None) -> bool:
        """Whether a peer may speak to us at all."""
        if not self.trusted_proxies:
            return True
        try:
            peer = ip_address(address or "")
        except ValueError:
            return False
        return any(peer in network for network in self.trusted_proxies)


def origin_of(url: str | URL) -> str:
    """`scheme://host[:port]`, with the default port left out, as browsers write it."""
    return str(URL(url).origin())
