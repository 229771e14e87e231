"""The one thread that all SQL runs in, and the coroutine side of it.

A unit of work is a function of the connection. Reads and writes run in the order they were asked for; a write is one
transaction. Nothing of it runs on the event loop.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Final, Self, TypeVar

from gateway.store.connection import FULL, connect, in_transaction, private_file, told
from gateway.store.errors import BadValue, StoreBusy, StoreFull, StoreUnavailable
from gateway.store.holding import Holding
from gateway.store.migrate import check_schema, migrate, newest_version
from gateway.store.records import Note

log = logging.getLogger("spicegate.store")

T = TypeVar("T")

Work = Callable[[sqlite3.Connection], T]

MAX_WAITING: Final = 4096
"""Units of work that wait for the thread."""


class Database:
    """An open file with its thread. Made by `open`, ended by `close`."""

    def __init__(self, path: Path, *, holds: bool = True) -> None:
        self.path = path
        self._holds = holds
        self._holding = Holding()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="spicegate-store")
        self._aside = ThreadPoolExecutor(1, thread_name_prefix="spicegate-store-aside")
        self._waiting = 0
        self._closed = False
        self._db: sqlite3.Connection
        self._lock = -1

    @classmethod
    async def open(cls, path: Path, *, holds: bool = True) -> Self:
        """Open or make the file and migrate it. `holds`: this program runs on, so that what a full disk does not take
        of revocations counts meanwhile. Raises `StoreError`."""
        database = cls(path, holds=holds)
        try:
            await database._run(database._thread, database._open)
        except BaseException:
            await database.close()
            raise
        return database

    async def read(self, work: Work[T]) -> T:
        """Raises `StoreError`."""
        return await self._run(self._thread, lambda: work(self._db))

    async def write(self, work: Work[T]) -> T:
        """Do `work` in a transaction, which is committed when this returns. Raises `StoreError`: nothing was done."""

        return await self._run(self._thread, lambda: self._write(work))

    async def revoke(self, work: Work[T], note: Note) -> T:
        """As `write`, for what takes something away from somebody: where the disk is full, it is held in memory and
        written later, see `held`; nothing else is written before it."""

        def whole() -> T:
            try:
                return self._write(work)
            except (sqlite3.Error, StoreFull) as error:
                if not self._holds or not _is_full(error):
                    raise
            return self._holding.hold(self._db, note, work)

        return await self._run(self._thread, whole)

    @property
    def held(self) -> tuple[Note, ...]:
        """The notes of what counts, but is not on the disk, in its order."""
        return tuple(held.note for held in self._holding.held)

    async def settle(self) -> None:
        """Write what is held. Raises `StoreError`: it is held on."""
        await self._run(self._thread, lambda: self._holding.settle(self._db))

    async def aside(self, work: Work[T]) -> T:
        """Do what takes long (a backup, a check) on a connection of its own beside all others. Raises `StoreError`."""

        def whole() -> T:
            with closing(connect(self.path)) as db:
                return work(db)

        return await self._run(self._aside, whole)

    async def close(self) -> None:
        """Finish what waits, fold the log into the file and let go of it."""
        if self._closed:
            return
        self._closed = True
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._aside, _nothing)
        await loop.run_in_executor(self._thread, self._close)
        self._aside.shutdown()
        self._thread.shutdown()

    async def _run(self, thread: ThreadPoolExecutor, work: Callable[[], T]) -> T:
        if self._closed:
            raise StoreUnavailable("The store is closed.")
        if self._waiting >= MAX_WAITING:
            raise StoreBusy("Too much waits for the store: try again.")
        self._waiting += 1
        future = asyncio.get_running_loop().run_in_executor(thread, work)
        future.add_done_callback(self._on_done)
        try:
            return await future
        except sqlite3.Error as error:
            raise told(error) from error
        except (UnicodeEncodeError, OverflowError) as error:
            raise BadValue("A text or a number in this cannot be kept.") from error
        except OSError as error:
            raise StoreUnavailable(f"The store {self.path} cannot be used: {error.strerror}.") from error

    def _on_done(self, future: asyncio.Future[T]) -> None:
        self._waiting -= 1

    def _write(self, work: Work[T]) -> T:
        if self._holding.held:  # it has to be written first
            raise StoreFull(FULL)
        with in_transaction(self._db) as db:
            return work(db)

    def _open(self) -> None:
        self._lock = share(self.path)
        self._db = connect(self.path)
        if 0 < check_schema(self._db) < newest_version():
            keep_old(self._db, self.path)
        migrate(self._db)

    def _settle_at_last(self) -> None:
        try:
            self._holding.settle(self._db)
        except sqlite3.Error:
            for note in self.held:
                log.error("%s %s by %s was never written down: it counts no more", note.action, note.target, note.actor)

    def _close(self) -> None:
        if hasattr(self, "_db"):
            self._settle_at_last()
            self._db.close()  # the last connection to close folds the log into the file
        if self._lock >= 0:
            os.close(self._lock)


def _is_full(error: sqlite3.Error | StoreFull) -> bool:
    return isinstance(error, StoreFull) or isinstance(told(error), StoreFull)


def keep_old(db: sqlite3.Connection, path: Path) -> Path:
    """Copy the file before its schema is changed: `NAME.schema-N`."""
    kept = path.with_name(f"{path.name}.schema-{check_schema(db)}")
    os.close(private_file(kept, empty=True))
    with closing(sqlite3.connect(kept)) as copy:
        db.backup(copy)
    return kept


def share(path: Path, *, alone: bool = False) -> int:
    """Take part in using a store, or have it `alone`, until the returned descriptor is closed.

    Several programs may use a store at a time; only its replacement by a backup needs all others away.
    Raises `StoreBusy` and `StoreUnavailable`.
    """
    lock = path.with_name(path.name + ".lock")
    try:
        descriptor = private_file(lock)
    except OSError as error:
        raise StoreUnavailable(f"The store {path} cannot be opened: {error.strerror}.") from error
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        who = "a gateway uses it: stop it first" if alone else "it is just being restored"
        raise StoreBusy(f"The store {path} cannot be had: {who}.") from None
    return descriptor


def _nothing() -> None:
    """Done when everything before it is done."""
