"""Users, grants, log-ins and keys by the API."""

from __future__ import annotations

from gateway.access import Role
from tests.running import ADMIN, PASSWORD, RunningGateway
from tests.web.api.client import Client, somebody

NEW = {"name": "Mia", "role": "user", "password": "a long enough one"}


async def test_user_is_made_found_changed_and_removed(admin: Client) -> None:
    made = await admin.post("/users", NEW)
    assert (made["name"], made["role"], made["disabled"]) == ("mia", "user", False)
    path = f"/users/{made['id']}"
    assert (await admin.ask("PATCH", path, {"role": "viewer", "disabled": True})).data["disabled"]
    assert (await admin.get(path))["role"] == "viewer"
    assert (await admin.ask("DELETE", path)).status == 204
    assert (await admin.ask("GET", path)).status == 404


async def test_name_that_is_taken_is_a_conflict(admin: Client) -> None:
    await admin.post("/users", NEW)
    answer = await admin.ask("POST", "/users", NEW)
    assert (answer.status, answer.data["title"]) == (409, "Conflict")


async def test_last_admin_stays(admin: Client) -> None:
    me = await admin.get("/me")
    assert (await admin.ask("DELETE", f"/users/{me['user_id']}")).status == 409
    assert (await admin.ask("PATCH", f"/users/{me['user_id']}", {"role": "viewer"})).status == 409


async def test_users_come_in_pages_that_hold_each_once(admin: Client) -> None:
    for number in range(5):
        await admin.post("/users", NEW | {"name": f"user{number}"})
    found: list[str] = []
    after: dict[str, str] = {}
    for _ in range(10):
        page = await admin.get("/users", limit=2, **after)
        assert len(page["items"]) <= 2
        found += [user["name"] for user in page["items"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert found == [ADMIN, *(f"user{number}" for number in range(5))]


async def test_nobody_makes_themselves_more_than_they_are(gateway: RunningGateway) -> None:
    for role in (Role.OPERATOR, Role.USER, Role.VIEWER):
        client = await somebody(gateway, role)
        own = (await client.get("/me"))["user_id"]
        assert (await client.ask("PATCH", f"/users/{own}", {"role": "admin"})).status == 403
        assert (await client.ask("PUT", "/grants", {"group": "*", "rights": ["all"], "user_id": own})).status == 403
        assert (await client.ask("POST", "/users", NEW | {"role": "admin"})).status == 403
        assert (await client.ask("PATCH", "/me", {"role": "admin"})).status == 405


async def test_grant_gives_and_takes_what_a_user_sees(gateway: RunningGateway, admin: Client) -> None:
    viewer = await somebody(gateway, Role.VIEWER)
    (machine,) = (await viewer.get("/machines"))["items"]
    assert (machine["name"], machine["rights"], machine["address"]) == ("office", ["view"], None)
    grants = (await admin.get("/grants"))["items"]
    (own,) = [grant for grant in grants if grant["role"] == "viewer"]
    await admin.ask("DELETE", f"/grants/{own['id']}")
    assert (await viewer.get("/machines"))["items"] == []
    assert (await viewer.ask("GET", "/machines/office")).status == 404
    made = (await admin.ask("PUT", "/grants", {"group": "*", "rights": ["view"], "role": "viewer"})).data
    assert (made["rights"], made["user_id"]) == (["view"], None)
    assert (await viewer.get("/machines/office"))["rights"] == ["view"]


async def test_password_is_changed_and_other_log_ins_end(gateway: RunningGateway, admin: Client) -> None:
    other = Client(await gateway.logged_in(), gateway.site)
    done = await admin.post("/me/password", {"old": PASSWORD, "new": "another long one"})
    assert done["ended"] >= 1
    assert (await admin.ask("GET", "/me")).status == 200
    assert (await other.ask("GET", "/me")).status == 401


async def test_own_log_ins_are_listed_and_ended(gateway: RunningGateway, admin: Client) -> None:
    other = Client(await gateway.logged_in(), gateway.site)
    rows = (await admin.get("/me/sessions"))["items"]
    assert [row["current"] for row in rows].count(True) == 1
    assert (await admin.ask("DELETE", "/me/sessions")).data["ended"] == len(rows) - 1
    assert (await other.ask("GET", "/me")).status == 401


async def test_key_is_shown_once_and_ends_when_it_is_revoked(gateway: RunningGateway, admin: Client) -> None:
    made = await admin.post("/me/keys", {"name": "a program", "scopes": ["read"], "expires_in": 60})
    key = Client(gateway.visitor(), gateway.site, made["secret"])
    assert (await key.get("/me"))["scopes"] == ["read"]
    listed = await admin.get("/me/keys")
    assert made["secret"] not in str(listed)
    assert (await admin.ask("DELETE", f"/me/keys/{made['key']['id']}")).status == 204
    assert (await key.ask("GET", "/me")).status == 401


async def test_admin_sees_and_ends_what_others_have(gateway: RunningGateway, admin: Client) -> None:
    user = await somebody(gateway, Role.USER)
    own = (await user.get("/me"))["user_id"]
    await user.post("/me/keys", {"name": "a program", "scopes": ["read"]})
    assert [key["name"] for key in (await admin.get(f"/users/{own}/keys"))["items"]] == ["a program"]
    ((login,), (key,)) = [(await admin.get(f"/users/{own}/{kind}"))["items"] for kind in ("sessions", "keys")]
    for kind, row in (("sessions", login), ("keys", key)):
        assert (await admin.ask("DELETE", f"/me/{kind}/{row['id']}")).status == 404, "it is not the admin's own"
        await user.get("/me")
    assert (await admin.ask("DELETE", f"/users/{own}/keys/{key['id']}")).status == 204
    assert (await user.get("/me/keys"))["items"] == []
    second = await gateway.access.logins.with_password((await user.get("/me"))["name"], PASSWORD, address="127.0.0.1")
    assert (await admin.ask("DELETE", f"/users/{own}/sessions/{second.principal.session_id}")).status == 204
    assert (await admin.ask("DELETE", f"/users/{own}/sessions/{second.principal.session_id}")).status == 404
    assert (await admin.ask("DELETE", f"/users/{own}/sessions")).data == {"ended": 1}
    assert (await user.ask("GET", "/me")).status == 401


async def test_reset_password_is_the_new_one(gateway: RunningGateway, admin: Client) -> None:
    made = await admin.post("/users", NEW)
    await admin.post(f"/users/{made['id']}/password", {"new": "a reset password"})
    entry = await gateway.access.logins.with_password("mia", "a reset password", address="127.0.0.1")
    assert entry.principal.name == "mia"
