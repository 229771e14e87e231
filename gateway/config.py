"""`spicegate.toml`: where the gateway listens, and its machines. Each mistake is told with the key it is in."""

from __future__ import annotations

import os
import tomllib
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, NamedTuple, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator, model_validator

from gateway.listening import Listening, parse_listen
from gateway.machines.relay import Endpoint, parse_endpoint
from gateway.spice.auth import password_bytes
from gateway.spice.errors import SpiceError
from gateway.web.settings import Network, WebSettings, origin_of

FILE_NAME = "spicegate.toml"

MachineName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]

DEMO_URL = "demo:"
"""The address of the built-in machine."""


class ConfigError(SpiceError):
    """The configuration cannot be used; the text says where and why, one line a mistake."""


class MachineSpec(NamedTuple):
    """A machine that is to be served; `endpoint` None: the built-in one."""

    name: str
    endpoint: Endpoint | None
    password: str | None = None
    listening: Listening | None = None
    shell: bool = False


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _beside(path: Path | None, info: ValidationInfo) -> Path | None:
    """Paths are meant from the configuration file's directory."""
    base = (info.context or {}).get("base", Path())
    return base / path if path is not None else None


class MachineConfig(_Model):
    """One machine. Its password comes from a file or from the environment, never from this file.

    The password is what the gateway shows a machine elsewhere; of the built-in machine it is what native clients show.
    `listen` and `tls_listen` are where native clients come in, see `listening.parse_listen`.
    """

    name: MachineName
    url: str
    listen: str | None = None
    tls_listen: str | None = None
    shell: bool = False
    password_file: Path | None = None
    password_env: str | None = None
    ca_file: Path | None = None
    host_subject: str | None = None

    _paths = field_validator("password_file", "ca_file")(_beside)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.password_file is not None and self.password_env is not None:
            raise ValueError("give password_file or password_env, not both")
        if self.name.endswith(".vv"):
            raise ValueError("a machine's name does not end with .vv: that is its file for native clients")
        if self.shell and self.url != DEMO_URL:
            raise ValueError(f"shell belongs to the built-in machine, {DEMO_URL}")
        self.endpoint()
        return self

    def endpoint(self) -> Endpoint | None:
        """The machine's address, None for the built-in machine. Raises `EndpointError`."""
        if self.url == DEMO_URL:
            return None
        return parse_endpoint(self.url, ca_file=self.ca_file, host_subject=self.host_subject)

    def password(self) -> str | None:
        """The machine's password, None when it has none. Raises `ConfigError`."""
        if self.password_env is not None:
            if self.password_env not in os.environ:
                raise ConfigError(f"machine {self.name}: the environment variable {self.password_env} is not set")
            return checked_password(os.environ[self.password_env], f"the environment variable {self.password_env}")
        return read_password(self.password_file) if self.password_file is not None else None


class GatewayConfig(_Model):
    """Where the gateway listens, and who may come. See `exposure` for what is needed beyond the loopback."""

    host: str = "127.0.0.1"
    port: int = Field(8080, ge=0, le=65535)
    tls_cert: Path | None = None
    tls_key: Path | None = None
    public_url: str | None = None
    trusted_proxies: tuple[Network, ...] = ()
    allowed_origins: frozenset[str] = frozenset()

    _paths = field_validator("tls_cert", "tls_key")(_beside)

    @field_validator("public_url")
    @classmethod
    def _is_origin(cls, url: str | None) -> str | None:
        if url is not None and (urlsplit(url).scheme not in ("http", "https") or urlsplit(url).path not in ("", "/")):
            raise ValueError("must be https://host[:port]")
        return url

    @field_validator("allowed_origins")
    @classmethod
    def _are_origins(cls, origins: frozenset[str]) -> frozenset[str]:
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
        if self.tls_cert is not None or is_loopback(self.host):
            return None
        return (
            f"host {self.host} can be reached from other computers: give tls_cert and tls_key, "
            "or public_url and trusted_proxies when a proxy with TLS stands in front, or listen on 127.0.0.1"
        )

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

    def web_settings(self) -> WebSettings:
        return WebSettings(self.public_url, self.trusted_proxies, self.allowed_origins)


class Config(_Model):
    """The whole file."""

    gateway: GatewayConfig = Field(default_factory=lambda: GatewayConfig())
    machines: tuple[MachineConfig, ...] = ()

    @model_validator(mode="after")
    def _check(self) -> Self:
        names = [machine.name for machine in self.machines]
        if doubles := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two machines have the same name: {', '.join(doubles)}")
        for machine in self.machines:
            self.gateway.listening(machine.listen, machine.tls_listen)
        return self

    def specs(self) -> list[MachineSpec]:
        """The machines, with their passwords. Raises `ConfigError`."""
        return [
            MachineSpec(
                machine.name,
                machine.endpoint(),
                machine.password(),
                self.gateway.listening(machine.listen, machine.tls_listen),
                machine.shell,
            )
            for machine in self.machines
        ]


def load(path: Path) -> Config:
    """Read a configuration file. Raises `ConfigError`."""
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from error
    except ValueError as error:  # TOML or UTF-8
        raise ConfigError(f"{path}: {error}") from error
    return parse(data, str(path), base=path.parent)


def parse(data: dict[str, Any], source: str, *, base: Path) -> Config:
    """Check a configuration that comes from `source`; relative paths are meant from `base`. Raises `ConfigError`."""
    try:
        return Config.model_validate(data, context={"base": base})
    except ValidationError as error:
        lines = [f"{source}: {_place(mistake['loc'])}{mistake['msg']}" for mistake in error.errors()]
        raise ConfigError("\n".join(line.replace("Value error, ", "") for line in lines)) from None


def _place(loc: tuple[int | str, ...]) -> str:
    """`machines[0].url: ` for where a mistake is; the first machine is 0."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc).lstrip(".")
    return f"{text}: " if text else ""


def read_password(path: Path) -> str:
    """The first line of a file. Raises `ConfigError`."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ConfigError(f"the password file {path} cannot be read: {reason}") from error
    return checked_password(text.split("\n", 1)[0].rstrip("\r"), f"the password file {path}")


def checked_password(password: str, source: str) -> str:
    """A password that SPICE can carry. Raises `ConfigError`."""
    try:
        password_bytes(password)
    except SpiceError as error:
        raise ConfigError(f"{source}: {error}") from None
    return password


def is_loopback(host: str) -> bool:
    """Whether only programs on this computer can connect to `host`."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
