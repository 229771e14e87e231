"""The keys of a machine in `spicegate.toml`."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, NamedTuple, Self, TypeVar

from pydantic import AfterValidator, Field, field_validator, model_validator

from gateway.access import Invalid
from gateway.access.machines import check_groups, check_labels, check_name, check_title
from gateway.config.base import Base
from gateway.config.errors import ConfigError
from gateway.config.names import DEMO_URL
from gateway.config.places import Listening, parse_listen
from gateway.config.secrets import checked_password, read_password
from gateway.machines.relay.endpoint import Endpoint, parse_endpoint
from gateway.machines.spec import Spec

T = TypeVar("T")


class MachineSpec(NamedTuple):
    """A machine that is to be served, and where native clients reach it."""

    spec: Spec
    listening: Listening | None = None


def _as_in_the_store(check: Callable[[T], None]) -> AfterValidator:
    """What machines of the store may be, those of the file may be."""

    def checked(value: T) -> T:
        try:
            check(value)
        except Invalid as error:
            raise ValueError(str(error)) from None
        return value

    return AfterValidator(checked)


class MachineConfig(Base):
    """One machine. Its password comes from a file or from the environment, never from this file.

    The password is what the gateway shows a machine elsewhere; of the built-in machine it is what native clients show.
    `listen` and `tls_listen` are where native clients come in, see `listening.parse_listen`.
    """

    name: Annotated[str, _as_in_the_store(check_name)] = Field(
        description="Names it in addresses: letters, digits, dots, dashes and underscores."
    )
    url: str = Field(
        description="Where it is: spice://host:5900[?tls-port=5901], spice+tls://, spice+unix:///path, spice+ws(s)://, "
        "or demo: for the built-in machine."
    )
    title: Annotated[str, _as_in_the_store(check_title)] = Field(
        "", description="What people call it.", examples=["The office PC"]
    )
    labels: Annotated[dict[str, str], _as_in_the_store(check_labels)] = Field(
        {}, description="Words to find it by.", examples=[{"os": "linux"}]
    )
    groups: Annotated[tuple[str, ...], _as_in_the_store(check_groups)] = Field(
        (), description="Groups that rights are given for; every machine is also in *.", examples=[("lab",)]
    )
    password_file: Path | None = Field(
        None,
        description="File with the machine's password; of the built-in machine, what native clients must show.",
        examples=["office.password"],
    )
    password_env: str | None = Field(
        None, description="Variable with the machine's password, instead of a file.", examples=["OFFICE_PASSWORD"]
    )
    ca_file: Path | None = Field(
        None, description="CA that signed the machine's certificate (PEM).", examples=["ca.pem"]
    )
    host_subject: str | None = Field(
        None, description="Subject of the machine's certificate.", examples=["O=Example,CN=vm1.example.net"]
    )
    listen: str | None = Field(
        None, description="Where native clients come in: port, address:port or unix:/path.", examples=["5900"]
    )
    tls_listen: str | None = Field(
        None, description="The same, over TLS; self-signed unless tls_cert is given.", examples=["0.0.0.0:5901"]
    )
    shell: bool = Field(False, description="Give the built-in machine's terminal a real shell, as the gateway's user.")

    @field_validator("url")
    @classmethod
    def _is_address(cls, url: str) -> str:
        if url != DEMO_URL:
            parse_endpoint(url)
        return url

    @field_validator("listen", "tls_listen")
    @classmethod
    def _is_place(cls, text: str | None) -> str | None:
        if text is not None:
            parse_listen(text, "")
        return text

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.password_file is not None and self.password_env is not None:
            raise ValueError("give password_file or password_env, not both")
        if self.shell and self.url != DEMO_URL:
            raise ValueError(f"shell belongs to the built-in machine, {DEMO_URL}")
        self.endpoint()
        return self

    def endpoint(self) -> Endpoint | None:
        """The machine's address, None for the built-in machine. Raises `EndpointError`."""
        if self.url == DEMO_URL:
            return None
        return parse_endpoint(self.url, ca_file=self.ca_file, host_subject=self.host_subject)

    def spec(self) -> Spec:
        """The machine, with its password. Raises `ConfigError`."""
        return Spec(
            self.name,
            self.endpoint(),
            self.password(),
            self.shell,
            self.title,
            self.labels,
            self.groups,
        )

    def password(self) -> str | None:
        """The machine's password, None when it has none. Raises `ConfigError`."""
        if self.password_env is not None:
            if self.password_env not in os.environ:
                raise ConfigError(f"machine {self.name}: the environment variable {self.password_env} is not set")
            return checked_password(os.environ[self.password_env], f"the environment variable {self.password_env}")
        return read_password(self.password_file) if self.password_file is not None else None
