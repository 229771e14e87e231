"""What can go wrong with the store, drawn as a tree. Each text is a sentence for people and holds no secret.

::

    StoreError
    ├── StoreFull         the disk takes no more; nothing was changed, reading goes on
    ├── StoreBusy         another program holds the store, or too much waits for it; try again
    ├── StoreCorrupt      the file is damaged, or no store of ours
    ├── StoreTooNew       the file was written by a newer spicegate
    ├── StoreUnavailable  the file cannot be opened or the store was closed
    ├── Taken             something with this name exists already, or was changed meanwhile
    ├── Missing           what is referred to does not exist
    ├── LastAdmin         the change would leave nobody who may administer
    ├── TooMany           a bound of the store's tables is reached
    ├── BadValue          a text or a number that cannot be kept or looked for
    └── BadCursor         a page was asked for with a cursor that none of ours is
"""

from __future__ import annotations


class StoreError(Exception):
    """Root of everything the store raises on purpose."""


class StoreFull(StoreError):
    """The disk is full, over quota, or fails to write. The change was rolled back."""


class StoreBusy(StoreError):
    """The store is locked by another program, or too much waits for it."""


class StoreCorrupt(StoreError):
    """The file is damaged or is not a store."""


class StoreTooNew(StoreError):
    """The file's schema is newer than this program."""


class StoreUnavailable(StoreError):
    """The file cannot be opened, or the store is closed."""


class Taken(StoreError):
    """A unique name exists already, or the row was changed by somebody else."""


class Missing(StoreError):
    """A row that a new one refers to does not exist."""


class LastAdmin(StoreError):
    """Nobody could administer the gateway after this."""


class TooMany(StoreError):
    """No more rows of this kind are taken."""


class BadValue(StoreError):
    """A text with half characters (lone surrogates), or a number beyond 64 bits."""


class BadCursor(StoreError):
    """A cursor that no page gave."""
