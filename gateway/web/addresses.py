"""Peers' addresses, as texts."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_address

Network = IPv4Network | IPv6Network


def is_address(text: str) -> bool:
    """Whether a text is an IP address."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def is_within(address: str | None, networks: tuple[Network, ...]) -> bool:
    """Whether an address is in one of these networks; what is no address is in none."""
    try:
        peer = ip_address(address or "")
    except ValueError:
        return False
    return any(peer in network for network in networks)


def host_of(peer: str) -> str:
    """An address without its port."""
    if peer.startswith("["):
        return peer[1:].partition("]")[0]
    host, colon, port = peer.rpartition(":")
    return host if colon and port.isdecimal() and ":" not in host else peer
