"""How commands reach a gateway: its API by an API key, or, on its own computer without one, the store itself.

Without a key some resources are served by the very handlers of the API, over the store, as `local_admin`: whoever may
read and write the store's file owns it anyway. A gateway that runs notices within seconds.
"""

from __future__ import annotations

import asyncio
import getpass
import json
import re
import ssl
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import quote, unquote

import aiohttp
from pydantic import BaseModel, TypeAdapter, ValidationError
from yarl import URL

from gateway.access import Access, AccessError, Policy, Principal, local_admin
from gateway.machines.fleet import Fleet
from gateway.machines.machine import Machine
from gateway.spice.errors import SpiceError
from gateway.store import StoreError
from gateway.store.backup import BackupReport
from gateway.web.api.audit import audit
from gateway.web.api.grants import grants
from gateway.web.api.operation import BASE, Ask, Operation, field_errors
from gateway.web.api.users import users

LOCAL: Final = (users, grants, audit)
"""Resources that need no running gateway."""
T = TypeVar("T")

TIMEOUT: Final = aiohttp.ClientTimeout(total=120)


def at(*parts: str) -> str:
    """A path below `/api/v1`, of parts that somebody typed: none of them can be more than one part."""
    return "".join("/" + quote(part, safe="").replace(".", "%2E") for part in parts)


class CommandFailed(SpiceError):
    """What was asked for was not done; the text says why, for people."""


class Asker(ABC):
    """Asks for something below `/api/v1`. Raises `CommandFailed`."""

    @abstractmethod
    def ask(self, method: str, path: str, body: object = None, query: Mapping[str, str] | None = None) -> Any:
        """The answer's JSON, None where there is none."""

    def pages(self, path: str, query: Mapping[str, str] | None = None) -> Iterator[Any]:
        """The items of all pages of a list."""
        after: str | None = None
        while True:
            wanted = {**(query or {}), **({"after": after} if after is not None else {})}
            page = self.ask("GET", path, query=wanted)
            yield from page["items"]
            if (after := page["next"]) is None:
                return


class Remote(Asker):
    """A gateway that runs somewhere."""

    def __init__(self, url: str, key: str, ca_file: Path | None) -> None:
        self._url = url.rstrip("/")
        self._key = key
        self._ca_file = ca_file

    def ask(self, method: str, path: str, body: object = None, query: Mapping[str, str] | None = None) -> Any:
        try:
            return asyncio.run(self._ask(method, path, body, query))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise CommandFailed(f"{self._url} cannot be reached: {error or type(error).__name__}") from error

    async def _ask(self, method: str, path: str, body: object, query: Mapping[str, str] | None) -> Any:
        context = ssl.create_default_context(cafile=str(self._ca_file)) if self._ca_file is not None else True
        connector = aiohttp.TCPConnector(ssl=context)
        headers = {"Authorization": f"Bearer {self._key}"}
        async with aiohttp.ClientSession(connector=connector, headers=headers, timeout=TIMEOUT) as session:
            url = URL(self._url + BASE).joinpath(path.lstrip("/"), encoded=True)
            async with session.request(method, url, json=body, params=query, allow_redirects=False) as response:
                text = await response.text()
                if response.status >= 300:
                    raise CommandFailed(_sentence(response.status, text))
                return json.loads(text) if response.content_type.endswith("json") else text or None


class Local(Asker):
    """The store on this computer, in the file `path`, under the policy of its gateway."""

    def __init__(self, path: Path, policy: Policy) -> None:
        self._path = path
        self._policy = policy

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
        return await Access.open(self._path, lambda _: (), policy=self._policy)


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
    raise CommandFailed(
        "this is asked of a running gateway: give --api-key (SPICEGATE_API_KEY), a key that is made on the page "
        "of one's own account"
    )


def _sentence(status: int, text: str) -> str:
    """What a problem says."""
    try:
        problem = json.loads(text)
        fields = [f"{error['field']}: {error['message']}" for error in problem.get("errors", ())]
        is_told = len(fields) == 1 and fields[0].endswith(problem["detail"])
        return "\n  ".join(fields if is_told else (problem["detail"], *fields))
    except (ValueError, KeyError, TypeError):
        return f"the gateway answered with status {status}"
