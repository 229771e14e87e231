"""Every operation, for every role and for keys of every scope: what is not theirs is refused, and nothing else is."""

from __future__ import annotations

import re

import pytest

from gateway.access import Role, Scope
from gateway.access.roles import ROLE_PERMISSIONS, SCOPE_PERMISSIONS
from gateway.web.api.events import STREAM
from gateway.web.api.install import RESOURCES
from gateway.web.api.operation import Operation
from tests.running import RunningGateway
from tests.web.api.client import Client, program, somebody

OPERATIONS = [operation for resource in RESOURCES for operation in resource.operations if operation.media != STREAM]
NOT_FOR_KEYS = {"change_password"}


async def status_of(client: Client, operation: Operation) -> int:
    """What is answered to a request for things that are not there."""
    path = re.sub(r"\{\w+\}", "987654", operation.path)
    body: object = {} if operation.body is not None else None
    return (await client.ask(operation.method, path, body)).status


@pytest.mark.parametrize("role", Role)
async def test_role_may_do_what_its_permissions_say(gateway: RunningGateway, role: Role) -> None:
    client = await somebody(gateway, role)
    for operation in OPERATIONS:
        allowed = operation.permission in ROLE_PERMISSIONS[role]
        status = await status_of(client, operation)
        assert (status == 403) is not allowed, f"{role}: {operation.method} {operation.path}: {status}"
        assert status not in (401, 500), f"{operation.method} {operation.path}: {status}"


@pytest.mark.parametrize("scope", Scope)
async def test_admins_key_may_do_what_its_scope_says(gateway: RunningGateway, scope: Scope) -> None:
    client = await program(gateway, scope)
    for operation in OPERATIONS:
        allowed = operation.permission in SCOPE_PERMISSIONS[scope] and operation.id not in NOT_FOR_KEYS
        status = await status_of(client, operation)
        if operation.id not in NOT_FOR_KEYS:
            assert (status == 403) is not allowed, f"{scope}: {operation.method} {operation.path}: {status}"


async def test_stranger_may_do_nothing(gateway: RunningGateway) -> None:
    stranger = Client(gateway.visitor(), gateway.site)
    for operation in OPERATIONS:
        assert await status_of(stranger, operation) == 401


async def test_key_that_is_not_valid_opens_nothing(gateway: RunningGateway) -> None:
    stranger = Client(gateway.visitor(), gateway.site, "sg_0123456789ab_" + "0" * 64)
    for operation in OPERATIONS:
        assert await status_of(stranger, operation) == 401
