"""Roles and scopes: what somebody may do in the gateway. What they may do at a machine are rights (`authority`)."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from gateway.server.rights import Right


class Role(StrEnum):
    ADMIN = "admin"
    OPERATOR = "operator"
    USER = "user"
    VIEWER = "viewer"


class Scope(StrEnum):
    """What an API key is good for, of what its user may do."""

    READ = "read"
    OPERATE = "operate"
    ADMIN = "admin"


class Permission(StrEnum):
    """One kind of thing to do; each route asks for one."""

    CONSOLE = "console"
    """See the list of one's machines and open them, as far as one's rights go."""
    ACCOUNT = "account"
    """One's own log-ins and password."""
    KEYS = "keys"
    """One's own API keys."""
    TICKETS = "tickets"
    """Issue tickets for what one may do oneself; see and revoke one's own."""
    DASHBOARD = "dashboard"
    """See all machines, registered channels, sessions and their figures, live."""
    METRICS = "metrics"
    SESSIONS_ACT = "sessions.act"
    """End a session, disconnect a channel, message a user."""
    SESSIONS_WATCH = "sessions.watch"
    MACHINES_TEST = "machines.test"
    TICKETS_ALL = "tickets.all"
    """See and revoke everybody's tickets."""
    PEOPLE_SEE = "people.see"
    PEOPLE_CHANGE = "people.change"
    """Users, grants, and everybody's log-ins and keys."""
    MACHINES_CHANGE = "machines.change"
    """Add, edit and remove machines: whoever says where a machine is gets its password."""
    AUDIT_SEE = "audit.see"
    GATEWAY_CHANGE = "gateway.change"
    """Reload the configuration, make backups."""


_VIEWER: Final = frozenset({Permission.CONSOLE, Permission.ACCOUNT, Permission.TICKETS})
_USER: Final = _VIEWER | {Permission.KEYS}
_OPERATOR: Final = _USER | {
    Permission.DASHBOARD,
    Permission.METRICS,
    Permission.SESSIONS_ACT,
    Permission.SESSIONS_WATCH,
    Permission.MACHINES_TEST,
    Permission.TICKETS_ALL,
    Permission.PEOPLE_SEE,
}

ROLE_PERMISSIONS: Final[dict[Role, frozenset[Permission]]] = {
    Role.ADMIN: frozenset(Permission),
    Role.OPERATOR: _OPERATOR,
    Role.USER: _USER,
    Role.VIEWER: _VIEWER,
}

ROLE_CEILING: Final[dict[Role, Right]] = {
    Role.ADMIN: Right.ALL,
    Role.OPERATOR: Right.ALL,
    Role.USER: Right.ALL,
    Role.VIEWER: Right.VIEW,
}
"""No grant gives a role more than this."""

_READ: Final = frozenset(
    {Permission.CONSOLE, Permission.DASHBOARD, Permission.METRICS, Permission.PEOPLE_SEE, Permission.AUDIT_SEE}
)
_OPERATE: Final = _READ | {
    Permission.TICKETS,
    Permission.TICKETS_ALL,
    Permission.SESSIONS_ACT,
    Permission.SESSIONS_WATCH,
    Permission.MACHINES_TEST,
}

SCOPE_PERMISSIONS: Final[dict[Scope, frozenset[Permission]]] = {
    Scope.READ: _READ,
    Scope.OPERATE: _OPERATE,
    Scope.ADMIN: frozenset(Permission),
}

SCOPE_CEILING: Final[dict[Scope, Right]] = {Scope.READ: Right.VIEW, Scope.OPERATE: Right.ALL, Scope.ADMIN: Right.ALL}

EVERY_GROUP: Final = "*"
"""The group that all machines are in."""

FIRST_GRANTS: Final[dict[Role, Right]] = {
    Role.OPERATOR: Right.ALL,
    Role.USER: Right.ALL,
    Role.VIEWER: Right.VIEW,
}
"""What roles may do at all machines when a gateway is set up, until somebody takes it away. Admins need no grant."""
