"""What outlives the gateway: people, log-ins, keys, tickets, machines, grants and the audit.

::

    gateway/access ──► Store (interface.py) ◄── SqliteStore (sqlite/)
                          frozen records          one file, one thread, WAL

Nothing outside this package knows SQL. A `Store` is eight small tables of coroutines, so that another kind, shared by
several gateways, can take the place of the file. A change and its audit note are one transaction, which is on the disk
when the call returns: it survives `kill -9` and the end of the power. Only what is taken away from somebody while the
disk is full counts before it is written (`holding.py`). Everything raises leaves of `StoreError`, each
with a sentence for people.

The file's schema is made by numbered steps (`migrations/`). A file of a newer schema is refused; one of an older is
copied beside itself before it is changed.
"""

from gateway.store.backup import BackupReport, check_backup, restore
from gateway.store.errors import StoreError
from gateway.store.interface import Store
from gateway.store.sqlite.store import SqliteStore

__all__ = ["BackupReport", "SqliteStore", "Store", "StoreError", "check_backup", "restore"]
