"""Every role, scope and way in, against every permission: a change of the table is seen here."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.access import Forbidden, Method, Permission, Principal, Role, Scope, local_admin
from gateway.server.rights import Right
from gateway.store.records import Proof

P = Permission
OWN = {P.CONSOLE, P.ACCOUNT, P.TICKETS}
OPERATES = {P.DASHBOARD, P.METRICS, P.SESSIONS_ACT, P.SESSIONS_WATCH, P.MACHINES_TEST, P.TICKETS_ALL, P.PEOPLE_SEE}
ADMINISTERS = {P.PEOPLE_CHANGE, P.MACHINES_CHANGE, P.AUDIT_SEE, P.GATEWAY_CHANGE}

ROLES = {
    Role.VIEWER: OWN,
    Role.USER: OWN | {P.KEYS},
    Role.OPERATOR: OWN | {P.KEYS} | OPERATES,
    Role.ADMIN: OWN | {P.KEYS} | OPERATES | ADMINISTERS,
}
READS = {P.CONSOLE, P.DASHBOARD, P.METRICS, P.PEOPLE_SEE, P.AUDIT_SEE}
ACTS = {P.TICKETS, P.TICKETS_ALL, P.SESSIONS_ACT, P.SESSIONS_WATCH, P.MACHINES_TEST}


def logged_in(role: Role) -> Principal:
    return Principal(1, "alice", role, Method.SESSION, Proof("session", 1), "::1")


def with_key(role: Role, *scopes: Scope) -> Principal:
    return replace(logged_in(role), method=Method.KEY, proof=Proof("key", 1), scopes=frozenset(scopes))


def test_the_table_knows_every_permission() -> None:
    assert ROLES[Role.ADMIN] == set(Permission)


@pytest.mark.parametrize("permission", Permission)
@pytest.mark.parametrize("role", Role)
def test_a_role_may_what_the_table_says(role: Role, permission: Permission) -> None:
    principal = logged_in(role)
    assert principal.may(permission) is (permission in ROLES[role])
    if permission not in ROLES[role]:
        with pytest.raises(Forbidden, match=permission.value):
            principal.require(permission)


@pytest.mark.parametrize("role", Role)
def test_a_key_may_what_its_scopes_leave_of_its_users_role(role: Role) -> None:
    assert with_key(role, Scope.READ).permissions == ROLES[role] & READS
    assert with_key(role, Scope.OPERATE).permissions == ROLES[role] & (READS | ACTS)
    assert with_key(role, Scope.ADMIN).permissions == ROLES[role]
    assert with_key(role).permissions == set()


def test_a_ticket_opens_its_machine_and_nothing_else() -> None:
    for role in Role:
        assert replace(logged_in(role), method=Method.TICKET, machine="demo").permissions == set()


def test_who_runs_commands_on_the_gateways_computer_may_everything() -> None:
    assert local_admin("root").permissions == set(Permission)
    assert local_admin("root").ceiling == Right.ALL


@pytest.mark.parametrize(
    ("principal", "ceiling"),
    [
        (logged_in(Role.VIEWER), Right.VIEW),
        (logged_in(Role.USER), Right.ALL),
        (with_key(Role.ADMIN, Scope.READ), Right.VIEW),
        (with_key(Role.ADMIN, Scope.READ, Scope.OPERATE), Right.ALL),
        (with_key(Role.VIEWER, Scope.ADMIN), Right.VIEW),
        (with_key(Role.ADMIN), Right.NONE),
        (replace(logged_in(Role.ADMIN), rights=Right.VIEW | Right.FILES), Right.VIEW | Right.FILES),
    ],
)
def test_nobody_gets_more_rights_than_role_key_and_ticket_allow(principal: Principal, ceiling: Right) -> None:
    assert principal.ceiling == ceiling


def test_a_person_is_who_sits_there() -> None:
    assert logged_in(Role.USER).is_person
    assert not with_key(Role.USER, Scope.ADMIN).is_person
    assert logged_in(Role.USER).session_id == 1
    assert with_key(Role.USER, Scope.ADMIN).session_id is None
