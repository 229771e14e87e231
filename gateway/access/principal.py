"""`Principal`: who asks, and how that is known."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import reduce

from gateway.access.errors import Forbidden
from gateway.access.roles import (
    ROLE_CEILING,
    ROLE_PERMISSIONS,
    SCOPE_CEILING,
    SCOPE_PERMISSIONS,
    Permission,
    Role,
    Scope,
)
from gateway.server.rights import Right
from gateway.store.records import Proof, User


class Method(StrEnum):
    """How somebody was authenticated."""

    SESSION = "session"  # a browser's cookie
    KEY = "key"  # an API key
    TICKET = "ticket"  # a console ticket, which opens one machine and nothing else
    PROXY = "proxy"  # a trusted proxy's word
    LOCAL = "local"  # the command line on the gateway's own computer


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks. `proof` is the row that must stand as long as what is opened by it; None: nothing can end it.

    `address` is where the request came from. `scopes` limit an API key; None: no limit. A ticket's principal is the
    user who issued it, held to one `machine` and to the ticket's `rights`.
    """

    user_id: int | None
    name: str
    role: Role
    method: Method
    proof: Proof | None
    address: str
    scopes: frozenset[Scope] | None = None
    machine: str | None = None
    rights: Right = Right.ALL

    @property
    def permissions(self) -> frozenset[Permission]:
        """What may be done in the gateway."""
        if self.method is Method.TICKET:
            return frozenset()
        allowed = ROLE_PERMISSIONS[self.role]
        if self.scopes is not None:
            allowed &= frozenset().union(*(SCOPE_PERMISSIONS[scope] for scope in self.scopes))
        return allowed

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Raises `Forbidden`."""
        if not self.may(permission):
            raise Forbidden(f"This needs the permission {permission.value}, which {self._whom} not have.")

    @property
    def _whom(self) -> str:
        if self.method is Method.TICKET:
            return "a ticket does"
        if self.scopes is not None:
            return f"a key with {' and '.join(sorted(self.scopes)) or 'no'} scope does"
        return f"the role {self.role.value} does"

    @property
    def ceiling(self) -> Right:
        """What no grant can exceed."""
        ceiling = ROLE_CEILING[self.role] & self.rights
        if self.scopes is not None:
            ceiling &= reduce(Right.__or__, (SCOPE_CEILING[scope] for scope in self.scopes), Right.NONE)
        return ceiling

    @property
    def session_id(self) -> int | None:
        """The log-in, when it is one."""
        return self.proof.id if self.proof is not None and self.proof.kind == "session" else None

    @property
    def is_person(self) -> bool:
        """Whether somebody sits there, as opposed to a program with a key or a guest with a ticket."""
        return self.method in (Method.SESSION, Method.PROXY, Method.LOCAL)


def local_admin(name: str) -> Principal:
    """Whoever may run commands on the gateway's computer as the gateway's user owns the store anyway."""
    return Principal(None, name, Role.ADMIN, Method.LOCAL, None, "local")


def principal_of(user: User, method: Method, proof: Proof, address: str) -> Principal:
    """A user without limits beyond their role."""
    return Principal(user.id, user.name, Role(user.role), method, proof, address)
