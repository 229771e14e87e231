"""Reading the configuration anew, while sessions run: all of it can be used, or nothing changes."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from aiohttp import web

from gateway.machines.spec import Origin, Spec
from gateway.spice.errors import SpiceError
from gateway.store.errors import StoreError
from gateway.web.keys import ACCESS, FLEET, READINESS, SETTINGS
from gateway.web.settings import WebSettings
from gateway.web.store_machines import StoreMachines

STORE_MACHINES = web.AppKey("store_machines", StoreMachines)


class CannotReload(SpiceError):
    """What was read cannot be used; the text says why, one line a mistake."""


@dataclass(frozen=True, slots=True)
class Configured:
    """A configuration that can be used. `fixed` are values, by key, that count from the next start on only.

    `settle` is called when the machines are there: it opens and closes what belongs to them, and returns what could
    not be done, in sentences.
    """

    specs: Sequence[Spec]
    settings: WebSettings
    fixed: Mapping[str, object] = field(default_factory=dict)
    settle: Callable[[], Awaitable[list[str]]] | None = None


@dataclass(frozen=True, slots=True)
class Reloaded:
    """What a reload did. `restart`: keys that were changed and count from the next start on."""

    added: list[str]
    changed: list[str]
    removed: list[str]
    restart: list[str]
    warnings: list[str]


class Reloading:
    """`reread` reads the configuration; it may block, and raises `SpiceError`. None: there is nothing to read."""

    def __init__(self, reread: Callable[[], Configured] | None, fixed: Mapping[str, object]) -> None:
        self._reread = reread
        self._fixed = fixed
        self._turn = asyncio.Lock()

    async def run(self, app: web.Application) -> Reloaded:
        """Read and apply. Raises `CannotReload` and `StoreError`, after which everything is as before."""
        if self._reread is None:
            raise CannotReload("This gateway was started without a configuration that could be read anew.")
        async with self._turn:
            try:
                wanted = await asyncio.to_thread(self._reread)
            except SpiceError as error:
                raise CannotReload(str(error)) from error
            return await self._apply(app, wanted)

    async def _apply(self, app: web.Application, wanted: Configured) -> Reloaded:
        fleet, store = app[FLEET], app[STORE_MACHINES]
        kept = await store.kept()  # the last step that may fail: from here on everything is done
        warnings: list[str] = []
        before = {member.spec.name: member.spec for member in fleet}
        fleet.apply(wanted.specs, Origin.CONFIG)
        store.load(kept)
        app[SETTINGS].become(replace(wanted.settings, public_url=app[SETTINGS].public_url))  # addresses stay
        if (tls := app[READINESS].tls) is not None:
            try:
                tls.reload()
            except (OSError, ssl.SSLError) as error:
                warnings.append(f"tls_cert and tls_key cannot be used, those of before stay: {error}")
            warnings += filter(None, [tls.validity.complaint(app[ACCESS].clock.wall())])
        try:
            await app[ACCESS].leases.recheck()
        except StoreError as error:
            warnings.append(f"what runs is judged anew when the store can be used: {error}")
        warnings += await wanted.settle() if wanted.settle is not None else []
        after = {member.spec.name: member.spec for member in fleet}
        return Reloaded(
            added=sorted(after.keys() - before.keys()),
            changed=sorted(name for name in after.keys() & before.keys() if after[name] != before[name]),
            removed=sorted(before.keys() - after.keys()),
            restart=sorted(key for key, value in wanted.fixed.items() if self._fixed.get(key) != value),
            warnings=warnings + [f"{name}: {sentence}" for name, sentence in store.faults.items()],
        )


RELOADING: Final = web.AppKey("reloading", Reloading)
