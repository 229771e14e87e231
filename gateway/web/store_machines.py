"""The machines that were added in the dashboard, as members of the fleet.

Their passwords and authorities are files in one directory, or variables of the environment; the store names them only.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from pathlib import Path

from gateway.access import Access, Invalid
from gateway.access.machines import ENV_PREFIX, check_name
from gateway.machines.fleet import Fleet
from gateway.machines.relay.endpoint import EndpointError, parse_endpoint
from gateway.machines.spec import Origin, Spec
from gateway.spice.auth import password_bytes
from gateway.spice.errors import SpiceError
from gateway.store.records import MachineRecord

log = logging.getLogger("spicegate.web")


class StoreMachines:
    """Brings the store's machines into the fleet. `secrets`: the directory that holds their files, None: nowhere."""

    def __init__(self, access: Access, fleet: Fleet, secrets: Path | None) -> None:
        self._access = access
        self._fleet = fleet
        self._secrets = secrets
        self.faults: dict[str, str] = {}
        """Why a machine of the store is not in the fleet, by name."""

    async def kept(self) -> list[MachineRecord]:
        """What the store has. Raises `StoreError`."""
        return await self._access.machines.all()

    def load(self, kept: Sequence[MachineRecord]) -> None:
        """Make the fleet's machines of the store those. Those that cannot be used stay out, and `faults` says why."""
        self.faults = {}
        specs = []
        for record in kept:
            try:
                specs.append(self._free(self.spec(record)))
            except Invalid as error:
                self.faults[record.name] = str(error)
                log.warning("the machine %s of the store cannot be used: %s", record.name, error)
        self._fleet.apply(specs, Origin.STORE)

    def put(self, record: MachineRecord) -> None:
        """It was added or changed. Raises `Invalid`."""
        self._fleet.put(self._free(self.spec(record)))
        self.faults.pop(record.name, None)

    def remove(self, name: str) -> None:
        """It was taken out of the store."""
        self.faults.pop(name, None)
        member = self._fleet.get(name)
        if member is not None and member.spec.origin is Origin.STORE:
            self._fleet.remove(name)

    def _free(self, spec: Spec) -> Spec:
        member = self._fleet.get(spec.name)
        if member is not None and member.spec.origin is Origin.CONFIG:
            raise Invalid("name", "There is a machine of this name in the configuration.")
        return spec

    def spec(self, record: MachineRecord) -> Spec:
        """How the fleet is asked for it, with its password. Raises `Invalid`."""
        options = record.options
        check_name(record.name)
        ca_file = self._file(options["ca_file"], "options.ca_file") if "ca_file" in options else None
        try:
            endpoint = parse_endpoint(record.url, ca_file=ca_file, host_subject=options.get("host_subject"))
            if ca_file is not None:
                endpoint.tls_context()
        except EndpointError as error:
            raise Invalid("url", f"{error}.") from error
        return Spec(
            record.name,
            endpoint,
            self._password(record),
            title=options.get("title", ""),
            labels=record.labels,
            groups=record.groups,
            origin=Origin.STORE,
        )

    def _password(self, record: MachineRecord) -> str | None:
        options = record.options
        if (name := options.get("password_env")) is not None:
            if not name.startswith(ENV_PREFIX) or name not in os.environ:
                raise Invalid("options.password_env", f"The environment variable {name} is not set.")
            return _checked(os.environ[name], "options.password_env")
        if "password_file" not in options:
            return None
        path = self._file(options["password_file"], "options.password_file")
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            raise Invalid("options.password_file", f"The file {path.name} cannot be read.") from None
        return _checked(text.split("\n", 1)[0].rstrip("\r"), "options.password_file")

    def _file(self, name: str, field: str) -> Path:
        """A file by its name alone: nothing else on this computer can be named."""
        if self._secrets is None or Path(name).name != name or name in ("", ".", ".."):
            raise Invalid(field, "There is no directory of the machines' secrets, or this is no file's name.")
        path = self._secrets / name
        if not path.is_file():
            raise Invalid(field, f"There is no file {name} in the directory secrets of the gateway's state.")
        return path


def _checked(password: str, field: str) -> str:
    try:
        password_bytes(password)
    except SpiceError as error:
        raise Invalid(field, f"{error}.") from None
    return password
