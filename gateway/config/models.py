"""The keys of `spicegate.toml`: where the gateway listens, who may come, and its machines."""

from __future__ import annotations

import os
import re
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, Field, field_validator, model_validator

from gateway.access import Policy, Role
from gateway.access.policy import DAY, HOUR
from gateway.config.base import Base
from gateway.config.machine import MachineConfig, MachineSpec
from gateway.config.names import BACKUPS_NAME, SECRETS_NAME, STORE_NAME
from gateway.config.places import Listening, parse_listen
from gateway.web.addresses import Network as AnyNetwork
from gateway.web.settings import WebSettings, origin_of

_HOST = re.compile(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+(%\w+)?")
_ORIGIN = re.compile(r"https?://[^/?#@\s]+/?")
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")  # RFC 9110 section 5.6.2
_PUBLIC_URL = re.compile(r"https?://[^/?#@\s]+(/[A-Za-z0-9._~-]+)*/?")


def _network(text: object) -> object:
    return ip_network(text) if isinstance(text, str) else text


Network = Annotated[AnyNetwork, BeforeValidator(_network)]


class GatewayConfig(Base):
    """Where the gateway listens, and who may come. See `exposure` for what is needed beyond the loopback."""

    host: str = Field(
        "127.0.0.1",
        description="Address to listen on; beyond this computer only with TLS or a proxy. 0.0.0.0 is all of IPv4, "
        ":: all of IPv6.",
    )
    port: int = Field(8080, ge=0, le=65535, description="Port to listen on; 0 for any.")
    tls_cert: Path | None = Field(None, description="The gateway's own certificate (PEM).", examples=["cert.pem"])
    tls_key: Path | None = Field(None, description="Its key (PEM).", examples=["key.pem"])
    tls_self_signed: bool = Field(
        False, description="Serve TLS with a certificate that the gateway makes for itself, when tls_cert is not given."
    )
    drain_seconds: float = Field(
        5, ge=0, le=86_400, description="How long sessions may go on when the gateway is asked to stop."
    )
    log_format: Literal["text", "json"] = Field("text", description="text for people, json for programs.")
    public_url: str | None = Field(
        None,
        description="What people type when a proxy stands in front, with the path that the gateway is below, if any.",
        examples=["https://console.example.net"],
    )
    trusted_proxies: tuple[Network, ...] = Field(
        (), description="Networks of that proxy; nobody else may connect then.", examples=[("10.0.0.0/8",)]
    )
    allowed_origins: frozenset[str] = Field(
        frozenset(),
        description="Other pages that may open /ws/{machine}.",
        examples=[("https://intranet.example.net",)],
    )

    state_dir: Path | None = Field(
        None,
        description="Directory of the gateway's own data: users, log-ins, audit. By default that of the user's state.",
        examples=["/var/lib/spicegate"],
    )

    @field_validator("host")
    @classmethod
    def _is_host(cls, host: str) -> str:
        if not _HOST.fullmatch(host):
            raise ValueError("must be an address or a host name, without a port")
        return host

    @field_validator("public_url")
    @classmethod
    def _is_origin(cls, url: str | None) -> str | None:
        if url is not None and not _PUBLIC_URL.fullmatch(url):
            raise ValueError("must be https://host[:port], with the path that the gateway is below, if any")
        return url

    @field_validator("allowed_origins")
    @classmethod
    def _are_origins(cls, origins: frozenset[str]) -> frozenset[str]:
        for origin in origins:
            if not _ORIGIN.fullmatch(origin):
                raise ValueError(f"{origin!r} is no origin: write https://host[:port], without a path")
        return frozenset(origin_of(origin) for origin in origins)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.tls_cert is None) is not (self.tls_key is None):
            raise ValueError("tls_cert and tls_key belong together")
        if bool(self.trusted_proxies) is not (self.public_url is not None):
            raise ValueError("trusted_proxies and public_url belong together")
        if (complaint := self.exposure()) is not None:
            raise ValueError(complaint)
        return self

    def store_path(self) -> Path:
        """The file of the store."""
        if self.state_dir is not None:
            return self.state_dir / STORE_NAME
        home = os.environ.get("XDG_STATE_HOME")
        return (Path(home) if home else Path.home() / ".local" / "state") / "spicegate" / STORE_NAME

    def exposure(self) -> str | None:
        """Why the gateway must not listen there, None when it may.

        Browsers give what a machine needs (clipboard, sound, keyboard lock) to secure origins only, and a cookie in the
        clear is anybody's: beyond the loopback there is TLS here, or a proxy in front that has it.
        """
        if self.public_url is not None:
            url = urlsplit(self.public_url)
            if url.scheme == "https" or is_loopback(url.hostname or ""):
                return None
            return "public_url must be https://…: beyond this computer the gateway is used over TLS only"
        if self.has_tls or is_loopback(self.host):
            return None
        return (
            f"host {self.host} can be reached from other computers: give tls_cert and tls_key, or tls_self_signed, "
            "or public_url and trusted_proxies when a proxy with TLS stands in front, or listen on 127.0.0.1"
        )

    @property
    def has_tls(self) -> bool:
        return self.tls_cert is not None or self.tls_self_signed

    def listening(self, plain: str | None, tls: str | None) -> Listening | None:
        """Where a machine listens, None when it does not. Raises `ValueError`."""
        if plain is None and tls is None:
            return None
        place = parse_listen(plain, self.host) if plain is not None else None
        if place is not None and place.path is None and not is_loopback(place.host):
            raise ValueError(
                f"listen on {place} would carry screen and keys over the network in the clear: "
                "use tls_listen, or listen on 127.0.0.1"
            )
        secured = parse_listen(tls, self.host) if tls is not None else None
        return Listening(place, secured, self.tls_cert, self.tls_key)


class AuthConfig(Base):
    """How people log in, and for how long."""

    session_idle_hours: float = Field(12, gt=0, le=24 * 365, description="A log-in that is not used for so long ends.")
    session_days: float = Field(7, gt=0, le=365, description="A log-in ends after so long, used or not.")
    ticket_seconds: float = Field(30, ge=1, le=86_400, description="How long a console ticket can be used.")
    password_length: int = Field(10, ge=8, le=128, description="Characters that a password has at least.")
    audit_days: int = Field(365, ge=1, le=36_500, description="How long the audit is kept.")
    user_header: str | None = Field(
        None, description="Header in which a proxy names the user who has logged in there.", examples=["X-Remote-User"]
    )
    user_header_from: tuple[Network, ...] = Field(
        (), description="Networks of the proxies that are believed.", examples=[("10.0.0.5/32",)]
    )
    user_header_role: Role | None = Field(
        None, description="Role of users whom the proxy names first; nobody new without.", examples=["user"]
    )

    @field_validator("user_header")
    @classmethod
    def _is_header(cls, name: str | None) -> str | None:
        if name is not None and not _HEADER.fullmatch(name):
            raise ValueError("must be a header's name, such as X-Remote-User")
        return name

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.user_header is None) is not (not self.user_header_from):
            raise ValueError("user_header and user_header_from belong together")
        return self

    def policy(self) -> Policy:
        """These numbers as the access layer takes them."""
        return Policy(
            session_idle=self.session_idle_hours * HOUR,
            session_lifetime=self.session_days * DAY,
            ticket_lifetime=self.ticket_seconds,
            password_length=self.password_length,
            audit_days=self.audit_days,
        )


SECTIONS: Final[dict[str, type[BaseModel]]] = {"gateway": GatewayConfig, "auth": AuthConfig}
"""The tables of the file, by name; beside them is the list of machines."""


class Config(Base):
    """The whole file."""

    gateway: GatewayConfig = Field(default_factory=lambda: GatewayConfig())
    auth: AuthConfig = Field(default_factory=lambda: AuthConfig())
    machines: tuple[MachineConfig, ...] = ()

    @model_validator(mode="after")
    def _check(self) -> Self:
        names = [machine.name for machine in self.machines]
        if doubles := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two machines have the same name: {', '.join(doubles)}")
        for machine in self.machines:
            try:
                self.gateway.listening(machine.listen, machine.tls_listen)
            except ValueError as error:
                raise ValueError(f"machine {machine.name}: {error}") from None
        return self

    def web_settings(self) -> WebSettings:
        """What the web frontend needs to know of it."""
        gateway, auth = self.gateway, self.auth
        proxy = (auth.user_header, auth.user_header_from, auth.user_header_role)
        state = gateway.store_path().parent
        places = (state / SECRETS_NAME, state / BACKUPS_NAME)
        return WebSettings(gateway.public_url, gateway.trusted_proxies, gateway.allowed_origins, *proxy, *places)

    def specs(self) -> list[MachineSpec]:
        """The machines, with their passwords. Raises `ConfigError`."""
        return [
            MachineSpec(machine.spec(), self.gateway.listening(machine.listen, machine.tls_listen))
            for machine in self.machines
        ]


def is_loopback(host: str) -> bool:
    """Whether only programs on this computer can connect to `host`."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
