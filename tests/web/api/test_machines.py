"""Machines by the API: the fleet as it is, and those of the store."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.access import Role
from gateway.machines.fleet import Fleet
from gateway.machines.relay.endpoint import parse_endpoint
from gateway.machines.relay.machine import RelayMachine
from gateway.web.keys import CORE, FLEET
from gateway.web.reloading import STORE_MACHINES
from gateway.web.store_machines import StoreMachines
from tests.peers import FakeMachine
from tests.running import RunningGateway, open_session
from tests.web.api.client import Client, somebody

SECRET = "planted-secret-of-the-machine"


def lab(machine: FakeMachine, **more: object) -> dict[str, object]:
    return {"name": "lab", "url": machine.url, "groups": ["lab"], "labels": {"os": "linux"}, **more}


async def test_added_machine_is_there_at_once(gateway: RunningGateway, admin: Client, machine: FakeMachine) -> None:
    made = await admin.ask("POST", "/machines", lab(machine, options={"title": "The lab"}))
    assert (made.status, made.data["origin"], made.data["state"]) == (201, "store", "up")
    assert (made.data["title"], made.data["groups"], made.data["stored"]["version"]) == ("The lab", ["lab"], 1)
    await open_session(await gateway.browser("lab"), machine)
    assert (await admin.get("/machines/lab"))["sessions"] == 1


async def test_machine_of_the_store_comes_from_there_when_the_gateway_starts(
    gateway: RunningGateway, admin: Client, machine: FakeMachine
) -> None:
    await admin.post("/machines", lab(machine, options={"title": "The lab"}))
    fleet = Fleet(lambda spec: RelayMachine(gateway.app[CORE], spec.name, parse_endpoint(machine.url)))
    store = StoreMachines(gateway.access, fleet, None)
    store.load(await store.kept())
    assert [(member.spec.name, member.spec.title) for member in fleet] == [("lab", "The lab")]


async def test_machine_whose_secret_is_gone_stays_out_and_is_told(
    gateway: RunningGateway, admin: Client, machine: FakeMachine, state: Path
) -> None:
    (state / "secrets" / "lab.password").write_text("a password")
    await admin.post("/machines", lab(machine, options={"password_file": "lab.password"}))
    (state / "secrets" / "lab.password").unlink()
    store = gateway.app[STORE_MACHINES]
    store.load(await store.kept())
    assert "lab.password" in store.faults["lab"]
    assert gateway.app[FLEET].get("lab") is None


async def test_name_that_is_taken_is_a_conflict(admin: Client, machine: FakeMachine) -> None:
    assert (await admin.ask("POST", "/machines", lab(machine, name="office"))).status == 409
    await admin.post("/machines", lab(machine))
    assert (await admin.ask("POST", "/machines", lab(machine))).status == 409
    answer = await admin.ask("POST", "/machines", lab(machine, name="LAB"))
    assert (answer.status, "lab already" in answer.data["detail"]) == (409, True)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"name": "../lab"}, "name"),
        ({"name": "lab.vv"}, "name"),
        ({"url": "http://lab"}, "url"),
        ({"url": "spice://:secret@lab:5900"}, "url"),
        ({"options": {"password_file": "../../etc/passwd"}}, "options.password_file"),
        ({"options": {"password_file": "missing"}}, "options.password_file"),
        ({"options": {"password_env": "HOME"}}, "options.password_env"),
        ({"options": {"shell": "yes"}}, "options.shell"),
        ({"groups": ["*"]}, "groups"),
    ],
)
async def test_machine_that_cannot_be_is_refused_and_not_kept(
    admin: Client, machine: FakeMachine, more: dict[str, object], field: str
) -> None:
    answer = await admin.ask("POST", "/machines", lab(machine) | more)
    assert (answer.status, answer.data["errors"][0]["field"]) == (422, field)
    assert [row["name"] for row in (await admin.get("/machines"))["items"]] == ["office"]


async def test_password_comes_from_the_directory_of_secrets_and_is_never_told(
    gateway: RunningGateway, admin: Client, state: Path
) -> None:
    (state / "secrets" / "lab.password").write_text(f"{SECRET}\n")
    async with FakeMachine(password=SECRET) as machine:
        made = await admin.ask("POST", "/machines", lab(machine, options={"password_file": "lab.password"}))
        assert made.status == 201
        await open_session(await gateway.browser("lab"), machine)
        for path in ("/machines", "/machines/lab", "/channels", "/sessions", "/audit", "/gateway"):
            assert SECRET not in str(await admin.get(path))


async def test_change_keeps_the_session_and_a_second_one_of_the_same_version_is_a_conflict(
    gateway: RunningGateway, admin: Client, machine: FakeMachine
) -> None:
    await admin.post("/machines", lab(machine))
    await open_session(await gateway.browser("lab"), machine)
    change = {"url": machine.url, "groups": ["lab"], "options": {"title": "Mine"}, "version": 1}
    changed = await admin.ask("PUT", "/machines/lab", change)
    assert (changed.status, changed.data["title"], changed.data["sessions"]) == (200, "Mine", 1)
    late = await admin.ask("PUT", "/machines/lab", change | {"options": {"title": "Theirs"}})
    assert late.status == 409
    assert (await admin.get("/machines/lab"))["title"] == "Mine"


async def test_machine_of_the_configuration_is_changed_there(admin: Client, machine: FakeMachine) -> None:
    change = {"url": machine.url, "version": 1}
    for method, body in (("PUT", change), ("DELETE", None)):
        answer = await admin.ask(method, "/machines/office", body)
        assert (answer.status, "configuration" in answer.data["detail"]) == (409, True)


async def test_removed_machine_ends_its_sessions(gateway: RunningGateway, admin: Client, machine: FakeMachine) -> None:
    await admin.post("/machines", lab(machine))
    near, _ = await open_session(await gateway.browser("lab"), machine)
    assert (await admin.ask("DELETE", "/machines/lab")).status == 204
    assert "taken out" in (await near.gone()).reason
    assert (await admin.ask("GET", "/machines/lab")).status == 404


async def test_user_sees_no_address_and_operator_does(gateway: RunningGateway, machine: FakeMachine) -> None:
    user, operator = await somebody(gateway, Role.USER), await somebody(gateway, Role.OPERATOR)
    assert (await user.get("/machines/office"))["address"] is None
    assert (await operator.get("/machines/office"))["address"] == machine.url


async def test_machine_is_tested_without_a_ticket_while_somebody_is_there(
    gateway: RunningGateway, admin: Client, machine: FakeMachine
) -> None:
    near, _ = await open_session(await gateway.browser(), machine)
    found = await admin.post("/machines/office/test")
    assert [(step["name"], step["ok"]) for step in found["steps"]] == [
        ("reach", True),
        ("link", True),
        ("ticket", None),
    ]
    assert found["ok"]
    assert (await admin.get("/machines/office"))["sessions"] == 1
    assert near.type.name == "MAIN"


async def test_draft_is_tested_by_admins_only(gateway: RunningGateway, admin: Client) -> None:
    async with FakeMachine() as away:
        body = {"name": "lab", "url": away.url}
    operator = await somebody(gateway, Role.OPERATOR)
    assert (await operator.ask("POST", "/machines/test", body)).status == 403
    found = await admin.post("/machines/test", body)
    assert (found["ok"], found["steps"][0]["ok"]) == (False, False)
    assert (await admin.ask("GET", "/machines/lab")).status == 404
