"""How commands reach a gateway, and what they say when they do not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_network
from pathlib import Path

import pytest

from gateway.access import Scope
from gateway.web.settings import WebSettings
from tests.certificates import make_certificate
from tests.commands.shell import Shell
from tests.full_disk import Disk
from tests.running import RunningGateway


@asynccontextmanager
async def answering(text: bytes) -> AsyncIterator[str]:
    """The address of something that says the same to everybody."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(text)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def complaint(url: str, *words: str, key: str = "sg_key") -> str:
    """What `machine list` says when it does not work."""
    result = await Shell(url, key).run("machine", "list", *words)
    assert (result.exit_code, result.stdout) == (1, "")
    return result.stderr


async def key_of(gateway: RunningGateway) -> str:
    return (await gateway.access.keys.issue(await gateway.admin(), "shell", [Scope.READ])).secret


async def test_gateway_that_is_not_there_is_told_in_a_sentence() -> None:
    told = await complaint("http://127.0.0.1:1")
    assert told == "spicegate: http://127.0.0.1:1 cannot be reached: connection refused\n"


async def test_key_that_is_not_valid_is_told() -> None:
    async with RunningGateway({}) as gateway:
        told = await complaint(gateway.site, key="sg_wrong")
    assert told == "spicegate: The API key is not valid, or has expired.\n"


@pytest.mark.parametrize(
    "url",
    ["127.0.0.1:8080", "ftp://host", "http://", "http://host:port", "http://host:99999", "http://me@host", "//h"],
)
async def test_address_that_is_none_is_told(url: str) -> None:
    assert "is no gateway's address: write https://host[:port]" in await complaint(url)


@pytest.mark.parametrize("key", [" ", "sg_k\u00e9y", "sg\nkey"])
async def test_key_that_cannot_be_one_is_told(key: str) -> None:
    assert "this is no API key" in await complaint("http://127.0.0.1:1", key=key)


async def test_gateway_over_tls_is_asked_with_its_authority(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    async with RunningGateway({"office": "spice://127.0.0.1:1"}, tls=certificate) as gateway:
        shell = Shell(gateway.site, await key_of(gateway))
        assert "office" in await shell.say("machine", "list", "--gateway-ca", str(certificate.cert))
        assert "is not trusted (self-signed certificate): name its authority by --gateway-ca" in await complaint(
            gateway.site
        )
        assert "speaks TLS: write https://" in await complaint(gateway.site.replace("https:", "http:"))


async def test_gateway_without_tls_is_asked_so() -> None:
    async with RunningGateway({}) as gateway:
        told = await complaint(gateway.site.replace("http:", "https:"))
    assert "it does not speak TLS there: write http://" in told


async def test_authority_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    told = await complaint("https://127.0.0.1:1", "--gateway-ca", str(tmp_path / "none"))
    assert "cannot be read: No such file or directory" in told
    told = await complaint("https://127.0.0.1:1", "--gateway-ca", str(tmp_path / "empty"))
    assert "it holds no certificate (PEM)" in told


async def test_gateway_below_a_path_is_asked_there() -> None:
    settings = WebSettings("https://example.org/desk", (ip_network("127.0.0.0/8"),))
    async with RunningGateway({"office": "spice://127.0.0.1:1"}, settings=settings) as gateway:
        shell = Shell(f"{gateway.site}/desk/", await key_of(gateway))
        assert "office" in await shell.say("machine", "list")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "what answers there is no gateway"),
        (b"SSH-2.0-OpenSSH\r\n", "what answers there is no gateway"),
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno", "answered with status 404, not as a gateway does"),
        (b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n", "status 302, not as a gateway does"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n<p>Hi</p>", "not as a gateway does"),
        (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n[]", "not as a gateway does"),
    ],
)
async def test_what_is_no_gateway_is_told(text: bytes, words: str) -> None:
    async with answering(text) as url:
        assert words in await complaint(url)


async def test_what_a_full_disk_did_not_take_is_no_success(tmp_path: Path) -> None:
    async with RunningGateway({}) as gateway:
        key = await gateway.access.keys.issue(await gateway.admin(), "shell", [Scope.ADMIN])
        other = await gateway.access.keys.issue(await gateway.admin(), "leaked", [Scope.ADMIN])
        await Disk.of(gateway.access.store).fill()
        result = await Shell(gateway.site, key.secret).run("key", "revoke", str(other.key.id))
        assert (result.exit_code, result.stdout) == (1, "")
        assert "spicegate: It is done and counts from now on, but the gateway's disk is full." in result.stderr
        assert await gateway.access.keys.find(other.secret, address="127.0.0.1") is None
