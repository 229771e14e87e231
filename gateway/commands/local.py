"""The store on this computer, without a key: some resources are served by the very handlers of the API, as
`local_admin`. Whoever may read and write the store's file owns it anyway; a gateway that runs notices within seconds.
"""

from __future__ import annotations

import asyncio
import getpass
import json
import re
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import unquote

from pydantic import BaseModel, TypeAdapter, ValidationError

from gateway.access import Access, AccessError, Policy, Principal, local_admin
from gateway.commands.asking import Asker, CommandFailed
from gateway.commands.settings import local_settings
from gateway.machines.fleet import Fleet
from gateway.machines.machine import Machine
from gateway.store import StoreError
from gateway.store.backup import BackupReport
from gateway.web.api.audit import audit
from gateway.web.api.grants import grants
from gateway.web.api.operation import Ask, Operation, field_errors
from gateway.web.api.users import users

LOCAL: Final = (users, grants, audit)
"""What stands in `WITHOUT_GATEWAY`."""
T = TypeVar("T")


class Local(Asker):
    """The store in the file `path`, under the policy of its gateway."""

    def __init__(self, path: Path, policy: Policy) -> None:
        self._path = path
        self._policy = policy

    @classmethod
    def configured(cls, file: Path | None, state: Path | None) -> Local:
        """The one that `serve` would use with this configuration file and state directory. Raises `CommandFailed`."""
        settings = local_settings(file, state)
        return cls(settings.gateway.store_path(), settings.auth.policy())

    def ask(self, method: str, path: str, body: object = None, query: Mapping[str, str] | None = None) -> Any:
        operation, parts = _find(method, path)
        return self._run(operation, parts, body, query or {})

    def back_up(self, target: Path) -> BackupReport:
        """Copy the store, which may be in use."""

        async def work() -> BackupReport:
            access = await self._open()
            try:
                return await access.back_up(local_admin(getpass.getuser()), target)
            finally:
                await access.close()

        return _told(work)

    def _run(self, operation: Operation, parts: Mapping[str, str], body: object, query: Mapping[str, str]) -> Any:
        async def work() -> Any:
            given: dict[str, Any] = {
                name: TypeAdapter(operation.in_path[name]).validate_python(unquote(text))
                for name, text in parts.items()
            }
            if operation.query is not None:
                given["query"] = operation.query.model_validate(query)
            if operation.body is not None:
                given["body"] = operation.body.model_validate_json(json.dumps(body))
            access = await self._open()
            try:
                answer = await operation.handler(_LocalAsk(access), **given)
            finally:
                await access.close()
            return answer.model_dump(mode="json") if isinstance(answer, BaseModel) else None

        return _told(work)

    async def _open(self) -> Access:
        if not self._path.exists():
            raise CommandFailed(
                f"there is no store {self._path}: name the gateway by --url and --api-key, or its state by --state"
            )
        return await Access.open(self._path, lambda _: (), policy=self._policy, holds=False)


class _LocalAsk(Ask):
    """A request that came by no network."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._fleet = Fleet(_no_machine)

    @property
    def by(self) -> Principal:
        return local_admin(getpass.getuser())

    @property
    def access(self) -> Access:
        return self._access

    @property
    def fleet(self) -> Fleet:
        return self._fleet


def _no_machine(spec: object) -> Machine:
    raise CommandFailed("machines belong to a running gateway")


def _told(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run it; what is refused becomes a sentence."""
    try:
        return asyncio.run(work())
    except ValidationError as error:
        wrong = "; ".join(f"{mistake.field}: {mistake.message}" for mistake in field_errors(error))
        raise CommandFailed(wrong) from None
    except (AccessError, StoreError) as error:
        raise CommandFailed(str(error)) from error


def _find(method: str, path: str) -> tuple[Operation, dict[str, str]]:
    for resource in LOCAL:
        for operation in resource.operations:
            pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(operation.path))
            found = re.fullmatch(pattern, path)
            if found is not None and operation.method == method and operation.media is None:
                return operation, found.groupdict()
    raise CommandFailed(f"{path} is asked of a running gateway")
