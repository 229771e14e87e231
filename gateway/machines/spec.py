"""What is known of a machine before there is one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from gateway.machines.relay.endpoint import Endpoint


class Origin(StrEnum):
    """Who says that there is this machine."""

    CONFIG = "config"
    STORE = "store"


@dataclass(frozen=True, slots=True)
class Spec:
    """A machine as it is asked for; `endpoint` None: the built-in one."""

    name: str
    endpoint: Endpoint | None
    password: str | None = field(default=None, repr=False)
    shell: bool = False
    title: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    groups: tuple[str, ...] = ()
    origin: Origin = Origin.CONFIG
