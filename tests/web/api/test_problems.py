"""What goes wrong below `/api/` is a problem (RFC 9457), whatever raises it."""

from __future__ import annotations

import json

import pytest

from gateway.spice.limits import API_BURST, MAX_REQUEST_BYTES
from gateway.web.api.problem import MEDIA_TYPE
from tests.running import PASSWORD, RunningGateway
from tests.web.api.client import Client


async def test_value_that_is_not_taken_is_named(admin: Client) -> None:
    answer = await admin.ask("POST", "/users", {"name": "mia", "role": "king", "password": "x"})
    assert (answer.status, answer.data["type"]) == (422, "urn:spicegate:problem:invalid")
    assert [error["field"] for error in answer.data["errors"]] == ["role"]


async def test_value_that_the_access_layer_refuses_is_named_too(admin: Client) -> None:
    answer = await admin.ask("POST", "/users", {"name": "mia", "role": "user", "password": "short"})
    assert (answer.status, answer.data["errors"][0]["field"]) == (422, "password")
    assert "short" not in json.dumps(answer.data)


async def test_field_that_nobody_asked_for_is_refused(admin: Client) -> None:
    answer = await admin.ask("PATCH", "/users/1", {"role": "admin", "permissions": ["audit.see"]})
    assert (answer.status, answer.data["errors"][0]["field"]) == (422, "permissions")


async def test_parameter_that_nobody_asked_for_is_refused(admin: Client) -> None:
    answer = await admin.ask("GET", "/users", everybody="yes")
    assert (answer.status, answer.data["errors"][0]["field"]) == (422, "everybody")


async def test_cursor_of_nobody_is_refused(admin: Client) -> None:
    assert (await admin.ask("GET", "/audit", after="beginning")).status == 422


async def test_address_that_does_not_exist(admin: Client) -> None:
    answer = await admin.ask("GET", "/nothing")
    assert (answer.status, answer.data["title"]) == (404, "Not Found")


async def test_id_that_is_none(admin: Client) -> None:
    assert (await admin.ask("GET", "/users/first")).status == 404


async def test_method_that_is_not_taken_names_those_that_are(admin: Client) -> None:
    answer = await admin.ask("PUT", "/users")
    assert (answer.status, answer.headers["Allow"]) == (405, "GET,POST")


@pytest.mark.parametrize(
    ("data", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"name=mia", "application/x-www-form-urlencoded", 415),
        (b"[]", "application/json", 422),
        (b'{"name": "\\ud800", "role": "user", "password": "long enough"}', "application/json", 400),
        (b" " * (MAX_REQUEST_BYTES + 1), "application/json", 413),
    ],
)
async def test_body_that_is_not_taken(gateway: RunningGateway, data: bytes, kind: str, status: int) -> None:
    session = await gateway.logged_in()
    headers = {"Origin": gateway.site, "Content-Type": kind}
    async with session.post("/api/v1/users", data=data, headers=headers) as response:
        assert (response.status, response.content_type) == (status, MEDIA_TYPE)
        assert (await response.json(content_type=None))["status"] == status


async def test_body_that_is_not_packed_as_it_says(gateway: RunningGateway) -> None:
    session = await gateway.logged_in()
    headers = {"Origin": gateway.site, "Content-Type": "application/json", "Content-Encoding": "gzip"}
    async with session.post("/api/v1/users", data=b"no gzip", headers=headers) as response:
        assert (response.status, response.content_type) == (400, MEDIA_TYPE)


async def test_stranger_is_not_led_to_a_page(gateway: RunningGateway) -> None:
    async with gateway.visitor().get("/api/v1/users", headers={"Accept": "text/html"}) as response:
        assert (response.status, response.content_type) == (401, MEDIA_TYPE)
        assert response.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("since", ["0001-01-01T00:00:00", "9999-12-31T23:59:59", "0001-01-01T00:00:00Z", "2026-01-31"])
async def test_time_without_a_zone_is_utc(admin: Client, since: str) -> None:
    assert (await admin.ask("GET", "/audit", since=since)).status == 200


async def test_write_of_another_page_is_refused(gateway: RunningGateway) -> None:
    stranger = Client(await gateway.logged_in(), gateway.site)
    stranger.headers = {"Origin": "https://evil.example"}
    assert (await stranger.ask("POST", "/users", {})).status == 403


async def test_whoever_asks_too_much_is_told_when_to_come_back(admin: Client) -> None:
    asked = 1
    while (answer := await admin.ask("GET", "/me")).status == 200 and asked < 10 * API_BURST:
        asked += 1
    assert asked >= API_BURST
    assert (answer.status, answer.data["title"]) == (429, "Too Many Requests")
    assert int(answer.headers["Retry-After"]) >= 1


async def test_password_is_in_no_answer_to_a_mistake(admin: Client) -> None:
    answer = await admin.ask("POST", "/me/password", {"old": "planted-old-one", "new": PASSWORD})
    assert answer.status in (401, 422)
    assert "planted-old-one" not in json.dumps(answer.data)
    assert PASSWORD not in json.dumps(answer.data)
