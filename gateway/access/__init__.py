"""People and what they may do: users, log-ins, keys, tickets, rights, and the audit of it all. Nothing knows HTTP.

::

    cookie ───────► sessions.find  ┐
    API key ──────► keys.find      ├─► Principal ──► by.may(permission)             what may be done in the gateway
    ticket ───────► tickets.redeem │             └─► authority.rights(machine)      what may be done at a machine
    proxy's word ─► logins.by_proxy┘             └─► leases.take(…, on_end)         until the right ends

`Access` puts it together. Every write takes the `Principal` who asks, checks it, and is kept in the audit with the
change itself. Refusals are `AccessError`, the store's own `StoreError`; each has a sentence for people.
"""

from gateway.access.access import Access
from gateway.access.clock import Clock
from gateway.access.errors import AccessError, Forbidden, Invalid, LockedOut, NotFound, NotKept, Refused, TooBusy
from gateway.access.leases import Lease
from gateway.access.machines import MachineDraft
from gateway.access.policy import Policy
from gateway.access.principal import Method, Principal, local_admin
from gateway.access.roles import Permission, Role, Scope
from gateway.access.sessions import Entry

__all__ = [
    "Access",
    "AccessError",
    "Clock",
    "Entry",
    "Forbidden",
    "Invalid",
    "Lease",
    "LockedOut",
    "MachineDraft",
    "Method",
    "NotFound",
    "NotKept",
    "Permission",
    "Policy",
    "Principal",
    "Refused",
    "Role",
    "Scope",
    "TooBusy",
    "local_admin",
]
