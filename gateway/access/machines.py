"""Machines added in the dashboard. Their secrets stay in files and in the environment; only references are kept.

A reference cannot be used to carry off other secrets of the gateway's: files are named without a path and lie in the
directory of the machines' secrets, environment variables begin with `SPICEGATE_MACHINE_`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from gateway.access.errors import Invalid, NotFound
from gateway.access.leases import Leases
from gateway.access.principal import Principal
from gateway.access.roles import Permission
from gateway.access.texts import checked_text
from gateway.access.trail import Trail
from gateway.store.interface import Store
from gateway.store.paging import MAX_PAGE_ROWS, PAGE_ROWS
from gateway.store.records import MachineRecord, Page

ENV_PREFIX: Final = "SPICEGATE_MACHINE_"
OPTIONS: Final = frozenset({"title", "password_file", "password_env", "ca_file", "host_subject"})

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_FILE: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
_ENV: Final = re.compile(re.escape(ENV_PREFIX) + r"[A-Z0-9_]{1,64}")
_WORD: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._/-]{0,63}")
_WORDS: Final = "1 to 64 letters, digits, spaces, and . _ / - inside"
_MOST: Final = 32
_MAX_TITLE: Final = 200
_MAX_TEXT: Final = 500


@dataclass(frozen=True, slots=True)
class MachineDraft:
    """What is said of a machine in the dashboard. `options`: see `OPTIONS`."""

    name: str
    url: str
    labels: Mapping[str, str] = field(default_factory=dict)
    groups: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)

    def check(self) -> None:
        """Raises `Invalid`. Whether the address can be used is for whoever reaches machines to say."""
        check_name(self.name)
        _check_url(self.url)
        check_labels(self.labels)
        check_groups(self.groups)
        self._check_options()

    def _check_options(self) -> None:
        for name, value in self.options.items():
            _require(name in OPTIONS, f"options.{name[:64]}", f"Options are {', '.join(sorted(OPTIONS))}.")
            checked_text(value, f"options.{name}", "An option", _MAX_TEXT, least=1)
        check_title(self.options.get("title", ""), "options.title")
        for name in ("password_file", "ca_file"):
            text = "A file is named without a path: it lies in the directory of the machines' secrets."
            _require(name not in self.options or bool(_FILE.fullmatch(self.options[name])), f"options.{name}", text)
        variable = self.options.get("password_env")
        text = f"The variable's name begins with {ENV_PREFIX}, then capital letters, digits and _."
        _require(variable is None or bool(_ENV.fullmatch(variable)), "options.password_env", text)
        both = {"password_file", "password_env"} <= self.options.keys()
        _require(not both, "options.password_env", "Give password_file or password_env, not both.")


class Machines:
    """Each write raises `Forbidden` unless `by` may, and is kept in the audit either way."""

    def __init__(self, store: Store, trail: Trail, leases: Leases) -> None:
        self._store = store
        self._trail = trail
        self._leases = leases

    async def all(self) -> list[MachineRecord]:
        """Every machine of the store, for the gateway itself."""
        page = await self._store.machines.page(limit=MAX_PAGE_ROWS)
        found = list(page.items)
        while page.next is not None:
            page = await self._store.machines.page(page.next, MAX_PAGE_ROWS)
            found += page.items
        return found

    async def page(self, by: Principal, after: str | None = None, limit: int = PAGE_ROWS) -> Page[MachineRecord]:
        """By name. Raises `Forbidden`."""
        by.require(Permission.DASHBOARD)
        return await self._store.machines.page(after, limit)

    async def get(self, by: Principal, name: str) -> MachineRecord:
        """Raises `Forbidden` and `NotFound`."""
        by.require(Permission.DASHBOARD)
        record = await self._store.machines.get(name)
        if record is None:
            raise NotFound("There is no such machine in the store.")
        return record

    async def add(self, by: Principal, draft: MachineDraft) -> MachineRecord:
        """Raises `Forbidden`, `Invalid` and `Taken`."""
        target = f"machine:{draft.name}"
        await self._trail.require(by, Permission.MACHINES_CHANGE, "machine.add", target)
        draft.check()
        return await self._store.machines.add(
            draft.name,
            draft.url,
            labels=draft.labels,
            groups=draft.groups,
            options=draft.options,
            note=self._trail.note(by, "machine.add", target, url=draft.url),
        )

    async def change(self, by: Principal, draft: MachineDraft, version: int) -> MachineRecord:
        """Change a machine that was seen at `version`. Raises `Forbidden`, `Invalid`, `NotFound`, and `Taken` when
        somebody else changed it since. The caller rechecks the leases when the gateway knows the new groups."""
        target = f"machine:{draft.name}"
        await self._trail.require(by, Permission.MACHINES_CHANGE, "machine.change", target)
        draft.check()
        record = await self._store.machines.change(
            draft.name,
            draft.url,
            labels=draft.labels,
            groups=draft.groups,
            options=draft.options,
            version=version,
            note=self._trail.note(by, "machine.change", target, url=draft.url),
        )
        if record is None:
            raise NotFound("There is no such machine in the store.")
        return record

    async def remove(self, by: Principal, name: str) -> None:
        """With its tickets. Raises `Forbidden` and `NotFound`."""
        target = f"machine:{name}"
        await self._trail.require(by, Permission.MACHINES_CHANGE, "machine.remove", target)
        if not await self._store.machines.remove(name, note=self._trail.note(by, "machine.remove", target)):
            raise NotFound("There is no such machine in the store.")
        await self._leases.recheck()


def check_name(name: str) -> None:
    """Whether a machine may be named so. Raises `Invalid`."""
    _require(bool(_NAME.fullmatch(name)), "name", "A name has 1 to 64 letters, digits, and . _ - inside.")
    sentence = "A machine's name does not end with .vv: that is its file for native clients."
    _require(not name.endswith(".vv"), "name", sentence)


def check_title(title: str, field: str = "title") -> None:
    """Whether people may call a machine so. Raises `Invalid`."""
    checked_text(title, field, "A title", _MAX_TITLE)


def check_labels(labels: Mapping[str, str]) -> None:
    """Whether a machine may have these labels. Raises `Invalid`."""
    _require(len(labels) <= _MOST, "labels", f"A machine has at most {_MOST} labels.")
    for name, value in labels.items():
        _require(bool(_WORD.fullmatch(name)), "labels", f"A label's name has {_WORDS}.")
        checked_text(value, "labels", "A label's value", _MAX_TEXT)


def check_groups(groups: Collection[str]) -> None:
    """Whether a machine may be in these groups. Raises `Invalid`."""
    _require(len(groups) <= _MOST, "groups", f"A machine is in at most {_MOST} groups.")
    for group in groups:
        _require(bool(_WORD.fullmatch(group)), "groups", f"A group's name has {_WORDS}.")


def _check_url(url: str) -> None:
    checked_text(url, "url", "An address", _MAX_TEXT, least=1)
    try:
        parts = urlsplit(url)
        has_password = parts.password is not None or "password=" in parts.query.lower()
    except ValueError:
        raise Invalid("url", "This is no address: use spice://host:5900, for example.") from None
    _require(bool(parts.scheme), "url", "Use an address such as spice://host:5900.")
    _require(not has_password, "url", "The address must not hold a password: give password_file or password_env.")


def _require(holds: bool, name: str, sentence: str) -> None:
    if not holds:
        raise Invalid(name, sentence)
