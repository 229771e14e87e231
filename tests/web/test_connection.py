"""What is no HTTP: its answer, and what the log says of it."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import struct
from collections.abc import AsyncIterator
from ipaddress import ip_network

import pytest

from gateway.config.names import DEMO_URL
from gateway.spice.limits import MALFORMED_BURST
from gateway.web.connection import Malformed
from gateway.web.settings import WebSettings
from tests.peers import soon
from tests.running import RunningGateway

HOST = b"Host: gateway\r\n"
CHUNKED = b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
HANDSHAKE = (
    b"Connection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
LONG = b"hush" * 3000
MALFORMED = [
    (b"HELO hush\r\n\r\n", "This is no HTTP request."),
    (bytes.fromhex("16030100a5010000a10303") + bytes(150), "This is no HTTP request."),
    (b"GET / HTTP/7.0\r\n" + HOST + b"\r\n", "The first line of the request cannot be read."),
    (b"GET /" + LONG + b" HTTP/1.1\r\n" + HOST + b"\r\n", "The address or a header of the request is too long."),
    (b"GET / HTTP/1.1\r\nX: " + LONG + b"\r\n\r\n", "The address or a header of the request is too long."),
    (b"GET / HTTP/1.1\r\n" + b"X: hush\r\n" * 200 + b"\r\n", "The request is no HTTP that can be read."),
    (b"GET / HTTP/1.1\r\nhush hush\r\n\r\n", "The request is no HTTP that can be read."),
    (b"GET http://[::hush HTTP/1.1\r\n" + HOST + b"\r\n", "The address of the request cannot be read."),
    (b"POST /login HTTP/1.1\r\n" + HOST + CHUNKED + b"zz\r\nhush\r\n", "The request is no HTTP that can be read."),
    (b"GET / HTTP/1.1\r\nContent-Encoding: hush, zstd\r\n\r\n", "The request is no HTTP that can be read."),
]


@pytest.fixture
async def gateway() -> AsyncIterator[RunningGateway]:
    async with RunningGateway({}) as gateway:
        yield gateway


async def answer(gateway: RunningGateway, data: bytes, *, before: bytes = b"") -> tuple[dict[str, str], str]:
    """The headers and the text that somebody gets, who sends this, before the connection ends; `before` is a request
    to `/healthz` that is answered first."""
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
    if before:
        writer.write(before)
        await soon(reader.readuntil(b"ok\n"))
    writer.write(data)
    received = (await soon(reader.read())).decode()
    writer.close()
    head, _, text = received.partition("\r\n\r\n")
    status, *lines = head.split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    return {"status": status, **headers}, text


@pytest.mark.parametrize(("data", "sentence"), MALFORMED)
async def test_what_is_no_http_is_told_so_without_its_own_bytes(
    gateway: RunningGateway, caplog: pytest.LogCaptureFixture, data: bytes, sentence: str
) -> None:
    with caplog.at_level(logging.DEBUG, "spicegate"):
        headers, text = await answer(gateway, data)
    assert text == sentence
    assert headers["status"] == "HTTP/1.0 400 Bad Request"
    assert headers["content-type"].startswith("text/plain")
    assert (headers["server"], headers["cache-control"]) == ("spicegate", "no-store")
    told = [record for record in caplog.records if record.name.startswith(("spicegate.web", "aiohttp"))]
    assert [record.getMessage() for record in told] == [f"127.0.0.1: {sentence}"]
    assert told[0].exc_info is None


@pytest.mark.parametrize("data", [b"GET /api/v1/me HTTP/7.0\r\n\r\n", b"GET /api/v1/me HTTP/1.1\r\nno header\r\n\r\n"])
async def test_whoever_asks_for_the_api_gets_a_problem(gateway: RunningGateway, data: bytes) -> None:
    headers, text = await answer(gateway, data)
    assert headers["content-type"].startswith("application/problem+json")
    assert (json.loads(text)["status"], json.loads(text)["type"]) == (400, "urn:spicegate:problem:bad-request")


async def test_api_below_a_path_is_known_too() -> None:
    settings = WebSettings("https://example.org/desk", (ip_network("127.0.0.0/8"),))
    async with RunningGateway({}, settings=settings) as gateway:
        headers, _ = await answer(gateway, b"DELETE /desk/api/v1/me HTTP/7.0\r\n\r\n")
        assert headers["content-type"].startswith("application/problem+json")
        headers, _ = await answer(gateway, b"GET /api/v1/me HTTP/7.0\r\n\r\n")
        assert headers["content-type"].startswith("text/plain")


async def test_connection_that_was_used_well_ends_the_same_way(gateway: RunningGateway) -> None:
    headers, text = await answer(gateway, b"hush\r\n\r\n", before=b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n")
    assert (headers["status"], text) == ("HTTP/1.0 400 Bad Request", "This is no HTTP request.")


async def test_body_that_nobody_wanted_and_cannot_be_read_is_one_line_in_the_log(
    gateway: RunningGateway, caplog: pytest.LogCaptureFixture
) -> None:
    body = b"Content-Type: text/plain\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nhush"
    with caplog.at_level(logging.INFO, "spicegate.web"):
        headers, _ = await answer(gateway, b"POST /login HTTP/1.1\r\n" + HOST + body)
    assert headers["status"] == "HTTP/1.1 403 Forbidden"
    lines = [record.getMessage() for record in caplog.records if record.name in ("spicegate.web", "aiohttp.server")]
    assert lines == ["127.0.0.1: The body of the request cannot be read."]


async def test_browser_that_leaves_before_its_handshake_is_no_failure(caplog: pytest.LogCaptureFixture) -> None:
    async with RunningGateway({"office": DEMO_URL}) as gateway:
        for _ in range(20):
            _, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.write(b"GET /ws/office HTTP/1.1\r\n" + HOST + HANDSHAKE)
            writer.transport.abort()
        async with gateway.visitor().get("/healthz") as response:
            assert response.status == 200
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []


def test_of_very_many_the_log_takes_some_and_the_number_of_the_others(caplog: pytest.LogCaptureFixture) -> None:
    malformed = Malformed()
    with caplog.at_level(logging.INFO, "spicegate.web"):
        for _ in range(MALFORMED_BURST + 7):
            malformed.tell("192.0.2.1", "This is no HTTP request.", 100.0)
        assert len(caplog.records) == MALFORMED_BURST
        malformed.tell("192.0.2.2", "This is no HTTP request.", 102.0)
    assert caplog.records[-1].getMessage() == "192.0.2.2: This is no HTTP request. (7 others were not told)"
