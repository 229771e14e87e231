"""One SQLite connection: how it is opened, what a transaction is, and what SQLite's mistakes mean."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Final

from gateway.store.errors import (
    Missing,
    StoreBusy,
    StoreCorrupt,
    StoreError,
    StoreFull,
    StoreUnavailable,
    Taken,
)

BUSY_SECONDS: Final = 5.0
"""How long to wait for another program (a command on the same computer) that is writing."""

MAX_LEFT_WAL_BYTES: Final = 16 * 1024 * 1024
CACHE_KIB: Final = 4096


def connect(path: Path) -> sqlite3.Connection:
    """Open or make the file, readable by its owner only. Raises `StoreError`.

    Commits are synchronous: what was committed survives the end of the process, and of the power.
    """
    try:
        os.close(private_file(path))
    except OSError as error:
        raise StoreUnavailable(f"The store {path} cannot be opened: {error.strerror}.") from error
    db = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, cached_statements=256)
    try:
        _prepare(db)
    except sqlite3.Error as error:
        db.close()
        raise told(error) from error
    return db


def private_file(path: Path, *, empty: bool = False) -> int:
    """A descriptor of a file that its owner alone may read, made if there is none; `empty`: nothing of it stays.

    What root makes belongs to whoever the directory belongs to: a command that was run as root must not take the store
    from its gateway. SQLite does so with the files that it makes itself. Raises `OSError`.
    """
    wanted = os.O_RDWR | os.O_CLOEXEC | (os.O_TRUNC if empty else 0)
    try:
        descriptor = os.open(path, wanted | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return os.open(path, wanted)
    if os.geteuid() == 0:
        owner = path.parent.stat()
        os.fchown(descriptor, owner.st_uid, owner.st_gid)
    return descriptor


def _prepare(db: sqlite3.Connection) -> None:
    db.row_factory = sqlite3.Row
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("PRAGMA trusted_schema = OFF")
    db.execute("PRAGMA secure_delete = ON")
    db.execute("PRAGMA temp_store = MEMORY")
    db.execute(f"PRAGMA journal_size_limit = {MAX_LEFT_WAL_BYTES}")
    db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    db.create_function("in_network", 2, in_network, deterministic=True)


@contextmanager
def in_transaction(db: sqlite3.Connection, kind: str = "IMMEDIATE") -> Iterator[sqlite3.Connection]:
    """All or nothing; others read what was before until it is committed. DEFERRED: nobody is kept from writing."""
    db.execute(f"BEGIN {kind}")
    try:
        yield db
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:  # SQLite has already rolled back when the disk is full
            db.execute("ROLLBACK")
        raise


def in_network(address: str, network: str) -> bool:
    """Whether an address is in a CIDR; for SQL. What is no address is in none."""
    try:
        return ip_address(address) in ip_network(network, strict=False)
    except ValueError:
        return address == network


FULL: Final = "The store's disk is full: nothing was changed. Free some space; reading goes on meanwhile."

_BY_CODE: Final[dict[int, tuple[type[StoreError], str]]] = {
    sqlite3.SQLITE_FULL: (StoreFull, FULL),
    sqlite3.SQLITE_IOERR_WRITE: (StoreFull, FULL),  # over a quota or a file size limit
    sqlite3.SQLITE_IOERR_SHMSIZE: (StoreFull, FULL),
    sqlite3.SQLITE_BUSY: (StoreBusy, "Another program keeps the store locked: try again."),
    sqlite3.SQLITE_LOCKED: (StoreBusy, "Another program keeps the store locked: try again."),
    sqlite3.SQLITE_CORRUPT: (StoreCorrupt, "The store is damaged: restore a backup."),
    sqlite3.SQLITE_NOTADB: (StoreCorrupt, "The file is no store: give another path, or restore a backup."),
    sqlite3.SQLITE_READONLY: (StoreUnavailable, "The store may be read only: check whose file it is."),
    sqlite3.SQLITE_CANTOPEN: (StoreUnavailable, "The store cannot be opened: check its path and whose file it is."),
    sqlite3.SQLITE_PERM: (StoreUnavailable, "The store may not be used: check whose file it is."),
    sqlite3.SQLITE_CONSTRAINT_UNIQUE: (Taken, "This exists already."),
    sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY: (Taken, "This exists already."),
    sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY: (Missing, "What this belongs to does not exist any more."),
}


def told(error: sqlite3.Error) -> StoreError:
    """What a mistake of SQLite's is to us: its extended code, else its primary one."""
    code = getattr(error, "sqlite_errorcode", None)  # the module's own mistakes have none
    if code is None:
        return StoreUnavailable(f"The store cannot be used: {error}.")
    kind, text = _BY_CODE.get(code) or _BY_CODE.get(code & 0xFF) or (StoreError, f"The store failed: {error}.")
    return kind(text)
