"""What the web layer needs to know about the place it runs in."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from urllib.parse import urlsplit

from multidict import CIMultiDictProxy
from yarl import URL

from gateway.access import Role
from gateway.web.addresses import Network, is_within


@dataclass(slots=True)
class WebSettings:
    """`public_url` is what people type when a proxy stands in front; only `trusted_proxies` may then connect.

    `allowed_origins` are other pages that may open `/ws/…`, as `scheme://host[:port]`. A proxy in `user_header_from`
    names the user in the header `user_header`; who is new becomes a user with `proxy_role`, nobody if None.
    `secrets_dir` holds the files of machines that are added in the dashboard, `backups_dir` the store's backups.
    """

    public_url: str | None = None
    trusted_proxies: tuple[Network, ...] = ()
    allowed_origins: frozenset[str] = frozenset()
    user_header: str | None = None
    user_header_from: tuple[Network, ...] = ()
    proxy_role: Role | None = None
    secrets_dir: Path | None = None
    backups_dir: Path | None = None

    def become(self, other: WebSettings) -> None:
        """Take over another's values: the configuration was read anew."""
        for field in fields(self):
            setattr(self, field.name, getattr(other, field.name))

    @property
    def base(self) -> str:
        """The path below which everything is, behind a proxy that has other things too; empty: at the root."""
        return urlsplit(self.public_url or "").path.rstrip("/")

    def trusts(self, address: str | None) -> bool:
        """Whether a peer may speak to us at all."""
        return not self.trusted_proxies or is_within(address, self.trusted_proxies)

    def named_by_proxy(self, address: str | None, headers: CIMultiDictProxy[str]) -> str | None:
        """Whom a proxy that may be believed says that the request comes from; None: nobody, or nobody believed.

        A header that is there twice was given by two, one of whom is not the proxy.
        """
        if self.user_header is None or not is_within(address, self.user_header_from):
            return None
        names = headers.getall(self.user_header, ())
        return names[0] or None if len(names) == 1 else None


def origin_of(url: str | URL) -> str:
    """`scheme://host[:port]`, with the default port left out, as browsers write it."""
    return str(URL(url).origin())
