"""Set-up, log-in, log-out, the cookie, and who may write."""

from __future__ import annotations

import re
from http.cookies import SimpleCookie
from ipaddress import ip_network

import aiohttp
import pytest
from multidict import CIMultiDict

from gateway.access import Role
from gateway.access.policy import MAX_USERS_TICKETS
from gateway.server.rights import Right
from gateway.store.records import AuditFilter
from gateway.web.settings import WebSettings
from tests.peers import FakeMachine
from tests.running import ADMIN, PASSWORD, RunningGateway


async def post(
    gateway: RunningGateway, path: str, form: dict[str, str], session: aiohttp.ClientSession | None = None
) -> tuple[int, str, str, str]:
    """Send a form as our own page does: status, where to, cookie, text."""
    session = session or gateway.visitor()
    headers = {"Origin": gateway.site, "Accept": "text/html"}
    async with session.post(path, data=form, headers=headers, allow_redirects=False) as response:
        where, cookie = response.headers.get("Location", ""), response.headers.get("Set-Cookie", "")
        return response.status, where, cookie, await response.text()


def setup_form(token: str, **changes: str) -> dict[str, str]:
    return {"token": token, "name": "chief", "password": PASSWORD, "again": PASSWORD, **changes}


# set-up


async def test_setup_link_makes_the_first_admin_and_leads_to_the_only_machine(gateway: RunningGateway) -> None:
    token, session = await gateway.access.logins.begin_setup(), gateway.visitor()
    assert token is not None
    async with session.get(f"/setup?token={token}") as response:
        assert (response.status, response.url.path_qs, token in await response.text()) == (200, "/setup", True)
    status, where, cookie, _ = await post(gateway, "/setup", setup_form(token), session)
    assert (status, where) == (303, "/m/office")
    morsel = SimpleCookie(cookie)["spicegate"]
    assert morsel["httponly"]
    assert (morsel["samesite"], morsel["path"], morsel["secure"]) == ("Lax", "/", "")
    async with session.get("/") as response:
        assert response.status == 200


async def test_looking_at_the_setup_link_spends_nothing(gateway: RunningGateway) -> None:
    token = await gateway.access.logins.begin_setup()
    assert token is not None
    for method in ("GET", "HEAD", "GET"):
        async with gateway.visitor().request(method, f"/setup?token={token}") as response:
            assert (response.status, token in str(response.url)) == (200, False)
    assert (await post(gateway, "/setup", setup_form(token)))[0] == 303


async def test_setup_link_works_once(gateway: RunningGateway) -> None:
    token = await gateway.access.logins.begin_setup()
    assert token is not None
    assert (await post(gateway, "/setup", setup_form(token)))[0] == 303
    assert (await post(gateway, "/setup", setup_form(token, name="second")))[0] == 401
    async with gateway.visitor().get(f"/setup?token={token}", headers={"Accept": "text/html"}) as response:
        assert response.status == 401
        assert "used already" in await response.text()


@pytest.mark.parametrize("query", ["", "?token=", "?token=guess", "?token=%00", "?other=1"])
async def test_wrong_setup_link_shows_no_form(gateway: RunningGateway, query: str) -> None:
    await gateway.access.logins.begin_setup()
    async with gateway.visitor().get(f"/setup{query}") as response:
        assert response.status == 401


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"password": "short", "again": "short"}, "at least 10"),
        ({"again": "something else"}, "not the same"),
        ({"name": "a b"}, "user&#39;s name has"),
    ],
)
async def test_mistake_in_the_setup_form_is_told_and_costs_nothing(
    gateway: RunningGateway, changes: dict[str, str], words: str
) -> None:
    token = await gateway.access.logins.begin_setup()
    assert token is not None
    status, _, cookie, text = await post(gateway, "/setup", setup_form(token, **changes))
    assert (status, cookie) == (422, "")
    assert words in text
    assert (await post(gateway, "/setup", setup_form(token)))[0] == 303


# log-in


async def test_name_and_password_open_what_was_asked_for(gateway: RunningGateway) -> None:
    await gateway.admin()
    session = gateway.visitor()
    async with session.get("/m/office?x=1", headers={"Accept": "text/html"}, allow_redirects=False) as response:
        assert (response.status, response.headers["Location"]) == (303, "/login?next=%2Fm%2Foffice%3Fx%3D1")
    form = {"name": ADMIN.upper(), "password": PASSWORD, "next": "/m/office?x=1"}
    assert (await post(gateway, "/login", form, session))[:2] == (303, "/m/office?x=1")


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:1", ""])
async def test_nobody_is_led_elsewhere(gateway: RunningGateway, target: str) -> None:
    await gateway.admin()
    form = {"name": ADMIN, "password": PASSWORD, "next": target}
    assert (await post(gateway, "/login", form))[:2] == (303, "/m/office")


@pytest.mark.parametrize(
    ("name", "password"), [(ADMIN, "mistyped"), ("nobody", PASSWORD), ("", ""), (ADMIN, "x" * 9999)]
)
async def test_wrong_name_and_wrong_password_look_the_same(gateway: RunningGateway, name: str, password: str) -> None:
    await gateway.admin()
    status, _, cookie, text = await post(gateway, "/login", {"name": name, "password": password})
    assert (status, cookie) == (401, "")
    assert "The name or the password is wrong." in text
    assert password not in text or not password


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=zz", b"x"),
        ("multipart/form-data; boundary=zz", b'--zz\r\nContent-Disposition: form-data; name="name"\r\n\r\nx\r\n--zz--'),
        ("application/json", b"{}"),
        ("application/x-www-form-urlencoded", b"&".join(b"a=b" for _ in range(99))),
    ],
)
async def test_form_that_is_none_of_ours_is_refused(gateway: RunningGateway, kind: str, data: bytes) -> None:
    headers = {"Origin": gateway.site, "Content-Type": kind}
    async with gateway.visitor().post("/login", data=data, headers=headers) as response:
        assert (response.status, "not one of ours" in await response.text()) == (400, True)


@pytest.mark.parametrize("charset", ["nonsense", "utf-16", "idna"])
async def test_form_is_read_as_our_pages_write_it(gateway: RunningGateway, charset: str) -> None:
    headers = {"Origin": gateway.site, "Content-Type": f"application/x-www-form-urlencoded; charset={charset}"}
    async with gateway.visitor().post("/login", data=b"name=%ff\xff%00&password=%fe", headers=headers) as response:
        assert response.status == 401


async def test_body_that_cannot_be_unpacked_is_the_senders_fault(gateway: RunningGateway) -> None:
    headers = {"Origin": gateway.site, "Content-Encoding": "gzip"}
    async with gateway.visitor().post("/login", data=b"no gzip", headers=headers) as response:
        assert (response.status, "cannot be read" in await response.text()) == (400, True)


async def test_sixth_failure_bars_the_address(gateway: RunningGateway) -> None:
    await gateway.admin()
    for _ in range(5):
        await post(gateway, "/login", {"name": ADMIN, "password": "wrong"})
    status, _, _, text = await post(gateway, "/login", {"name": ADMIN, "password": PASSWORD})
    assert status == 429
    assert "Too many failed log-ins" in text


@pytest.mark.parametrize(
    "forwarded",
    [
        (("X-Forwarded-For", "{forged}, 203.0.113.7"),),
        (("X-Forwarded-For", "{forged}"), ("X-Forwarded-For", "203.0.113.7")),  # as HAProxy adds its word
        (("X-Forwarded-For", "{forged}"), ("X-Forwarded-For", "203.0.113.7:4711")),
    ],
)
async def test_address_that_a_client_forges_evades_no_bar(
    machine: FakeMachine, forwarded: tuple[tuple[str, str], ...]
) -> None:
    settings = WebSettings(public_url="https://console.example", trusted_proxies=(ip_network("127.0.0.0/8"),))
    async with RunningGateway({"office": machine.url}, settings=settings) as gateway:
        await gateway.admin()
        session = gateway.visitor()
        for attempt in range(6):
            headers = CIMultiDict([("Origin", "https://console.example")])
            for name, value in forwarded:
                headers.add(name, value.format(forged=f"198.51.100.{attempt}"))
            async with session.post("/login", data={"name": ADMIN, "password": "wrong"}, headers=headers) as response:
                assert response.status == (401 if attempt < 5 else 429)
        assert gateway.access.lockout.barred() == 1
        entries = await gateway.access.trail.page(await gateway.admin(), AuditFilter(action="login"))
        assert {entry.address for entry in entries.items} == {"203.0.113.7", "127.0.0.1"}


async def test_word_of_the_proxy_that_is_no_address_is_not_taken_for_one(machine: FakeMachine) -> None:
    settings = WebSettings(public_url="https://console.example", trusted_proxies=(ip_network("127.0.0.0/8"),))
    async with RunningGateway({"office": machine.url}, settings=settings) as gateway:
        await gateway.admin()
        for told in ("unknown", "", "<b>", "203.0.113.7, _hidden"):
            headers = {"Origin": "https://console.example", "X-Forwarded-For": told}
            async with gateway.visitor().post("/login", data={"name": "x"}, headers=headers) as response:
                assert response.status == 401
        entries = await gateway.access.trail.page(await gateway.admin(), AuditFilter(outcome="failed"))
        assert {entry.address for entry in entries.items} == {"127.0.0.1"}


async def test_somebody_with_one_of_many_machines_goes_straight_into_it(machine: FakeMachine) -> None:
    async with RunningGateway({"office": machine.url, "lab": machine.url}) as gateway:
        admin = await gateway.admin()
        for grant in await gateway.access.authority.grants(admin):
            await gateway.access.authority.withdraw(admin, grant.id)
        await gateway.access.people.create(admin, "mia", Role.USER, PASSWORD)
        assert (await post(gateway, "/login", {"name": "mia", "password": PASSWORD}))[:2] == (303, "/")
        gateway.group("lab", "students")
        await gateway.access.authority.grant(admin, "students", Right.VIEW, role=Role.USER)
        session = gateway.visitor()
        assert (await post(gateway, "/login", {"name": "mia", "password": PASSWORD}, session))[:2] == (303, "/m/lab")
        async with session.get("/login", allow_redirects=False) as response:
            assert response.headers["Location"] == "/m/lab"


async def test_log_out_ends_the_log_in(gateway: RunningGateway) -> None:
    session = await gateway.logged_in()
    assert (await post(gateway, "/logout", {}, session))[:2] == (303, "/login")
    async with session.get("/") as response:
        assert response.status == 401


@pytest.mark.parametrize("cookie", ["", "guess", "a" * 5000, "%00", "é"])
async def test_forged_cookie_is_nobodys(gateway: RunningGateway, cookie: str) -> None:
    async with gateway.visitor().get("/", headers={"Cookie": f"spicegate={cookie}"}) as response:
        assert response.status == 401


async def test_cookie_is_secure_behind_a_proxy_with_tls(machine: FakeMachine) -> None:
    settings = WebSettings(public_url="https://console.example")
    async with RunningGateway({"office": machine.url}, settings=settings) as gateway:
        await gateway.admin()
        headers = {"Origin": "https://console.example"}
        form = {"name": ADMIN, "password": PASSWORD}
        async with gateway.visitor().post("/login", data=form, headers=headers, allow_redirects=False) as response:
            cookie = SimpleCookie(response.headers["Set-Cookie"])["__Host-spicegate"]
            assert (bool(cookie["secure"]), cookie["path"], cookie["domain"]) == (True, "/", "")
        for name, status in (("__Host-spicegate", 200), ("spicegate", 401)):  # a neighbour can set only the latter
            async with gateway.visitor().get("/", headers={"Cookie": f"{name}={cookie.value}"}) as response:
                assert response.status == status
        headers |= {"Cookie": f"__Host-spicegate={cookie.value}"}
        async with gateway.visitor().post("/logout", headers=headers, allow_redirects=False) as response:
            gone = SimpleCookie(response.headers["Set-Cookie"])["__Host-spicegate"]
            assert (bool(gone["secure"]), gone["max-age"]) == (True, "0")  # else browsers would not take it


# other ways in


async def test_api_key_is_believed_and_a_wrong_one_is_not(gateway: RunningGateway) -> None:
    key = await gateway.access.keys.issue(await gateway.admin(), "ci", ["admin"])  # type: ignore[list-item]
    for secret, status in ((key.secret, 200), (key.secret[:-1], 401), ("sg_guess", 401)):
        for scheme in ("Bearer", "bearer"):
            async with gateway.visitor().get("/", headers={"Authorization": f"{scheme} {secret}"}) as response:
                assert response.status == status


async def test_proxy_that_is_trusted_names_the_user(machine: FakeMachine) -> None:
    settings = WebSettings(
        user_header="X-Remote-User", user_header_from=(ip_network("127.0.0.0/8"),), proxy_role=Role.USER
    )
    async with RunningGateway({"office": machine.url}, settings=settings) as gateway:
        await gateway.admin()
        async with gateway.visitor().get("/", headers={"X-Remote-User": "Jane"}) as response:
            assert response.status == 200
        assert (await gateway.access.people.named(await gateway.admin(), "jane")).role == "user"


async def test_header_that_comes_twice_names_nobody(machine: FakeMachine) -> None:
    settings = WebSettings(user_header="X-Remote-User", user_header_from=(ip_network("127.0.0.0/8"),))
    async with RunningGateway({"office": machine.url}, settings=settings) as gateway:
        await gateway.admin()
        for names in ((ADMIN, "jane"), ("jane", ADMIN), (ADMIN, ADMIN)):
            headers = CIMultiDict([("X-Remote-User", name) for name in names])
            async with gateway.visitor().get("/", headers=headers) as response:
                assert response.status == 401


async def test_header_of_somebody_else_is_not_believed(machine: FakeMachine) -> None:
    settings = WebSettings(user_header="X-Remote-User", user_header_from=(ip_network("192.0.2.0/24"),))
    async with RunningGateway({"office": machine.url}, settings=settings) as gateway:
        await gateway.admin()
        async with gateway.visitor().get("/", headers={"X-Remote-User": ADMIN}) as response:
            assert response.status == 401


# who may write


@pytest.mark.parametrize("origin", [None, "null", "https://evil.example", "http://127.0.0.1", ""])
@pytest.mark.parametrize("path", ["/m/office/ticket", "/logout", "/login"])
async def test_writes_are_taken_from_own_pages_only(gateway: RunningGateway, origin: str | None, path: str) -> None:
    session = await gateway.logged_in()
    headers = {"Origin": origin} if origin is not None else {}
    async with session.post(path, headers=headers) as response:
        assert response.status == 403


async def test_ticket_is_given_with_its_lifetime(gateway: RunningGateway) -> None:
    session = await gateway.logged_in()
    async with session.post("/m/office/ticket", headers={"Origin": gateway.site}) as response:
        answer = await response.json()
    assert re.fullmatch(r"[A-Za-z0-9_-]{20,60}", answer["ticket"])
    assert answer["expires_in"] == 120


async def test_ticket_for_an_unknown_machine_is_none(gateway: RunningGateway) -> None:
    session = await gateway.logged_in()
    async with session.post("/m/other/ticket", headers={"Origin": gateway.site}) as response:
        assert response.status == 404


async def test_tickets_are_bounded(gateway: RunningGateway) -> None:
    session, admin = await gateway.logged_in(), await gateway.admin()
    for _ in range(MAX_USERS_TICKETS):
        await gateway.access.tickets.issue(admin, "office", lifetime=600)
    async with session.post("/m/office/ticket", headers={"Origin": gateway.site}) as response:
        assert response.status == 429


async def test_machine_that_is_not_theirs_looks_as_if_there_were_none(gateway: RunningGateway) -> None:
    admin = await gateway.admin()
    for grant in await gateway.access.authority.grants(admin):
        await gateway.access.authority.withdraw(admin, grant.id)
    session = await gateway.logged_in(Role.USER)
    for path in ("/m/office", "/m/office.vv"):
        async with session.get(path) as response:
            assert response.status == 404
    async with session.get("/") as response:
        assert 'data-machine="office"' not in await response.text()


async def test_connections_that_do_not_come_from_the_proxy_are_refused(machine: FakeMachine) -> None:
    settings = WebSettings(public_url="https://console.example", trusted_proxies=(ip_network("192.0.2.0/24"),))
    async with RunningGateway({"office": machine.url}, settings=settings) as gateway:
        for path in ("/", "/metrics", "/static/js/viewer.js", "/ws/office"):
            async with gateway.visitor().get(path) as response:
                assert response.status == 403
        for path in ("/healthz", "/readyz"):  # a supervisor does not come through the proxy
            async with gateway.visitor().get(path) as response:
                assert (response.status, await response.text()) == (200, "ok\n")
