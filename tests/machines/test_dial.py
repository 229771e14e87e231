"""Reaching machines by TCP, TLS, Unix socket and WebSocket."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from websockets.asyncio.server import ServerConnection, serve

from gateway.machines.relay.dial import dial
from gateway.machines.relay.endpoint import parse_endpoint
from gateway.server.closing import ChannelClosed, CloseCode
from gateway.server.core import Core
from gateway.server.transport import Data, Transport
from tests.certificates import make_certificate
from tests.peers import FakeMachine, soon


class Listener:
    """Keeps what comes."""

    def __init__(self, transport: Transport) -> None:
        self.data = b""
        self.news = asyncio.Event()
        transport.receiver = self
        transport.resume_reading()

    def on_data(self, data: Data, room: int) -> bool:
        self.data += bytes(data[room:])
        self.news.set()
        return False

    def on_writable(self, writable: bool) -> None: ...

    def on_closed(self, error: Exception | None) -> None: ...

    async def until(self, size: int) -> bytes:
        while len(self.data) < size:
            self.news.clear()
            await soon(self.news.wait())
        return self.data


async def reach(url: str, *, ca_file: Path | None = None, host_subject: str | None = None, seconds: float = 5) -> None:
    endpoint = parse_endpoint(url, ca_file=ca_file, host_subject=host_subject)
    transport = await dial(Core(), endpoint, secured=False, seconds=seconds)
    transport.abort()
    await soon(transport.wait_closed())


async def why_not(url: str, *, ca_file: Path | None = None, host_subject: str | None = None) -> ChannelClosed:
    with pytest.raises(ChannelClosed) as closed:
        await reach(url, ca_file=ca_file, host_subject=host_subject, seconds=2)
    return closed.value


async def test_machine_is_reached_over_tcp_and_unix_socket(tmp_path: Path) -> None:
    for machine in (FakeMachine(), FakeMachine(unix=tmp_path / "machine.sock")):
        async with machine:
            await reach(machine.url)


async def test_machine_that_does_not_listen_is_away(tmp_path: Path) -> None:
    machine = FakeMachine()
    async with machine:
        pass
    refused = await why_not(machine.url)
    assert refused.closing.code is CloseCode.MACHINE_AWAY
    assert "connection refused" in str(refused)
    assert "no such socket" in str(await why_not(f"spice+unix://{tmp_path}/none"))
    assert "its name is not known" in str(await why_not("spice://machine.invalid:5900"))


async def test_certificate_of_the_ca_file_is_trusted(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    async with FakeMachine(tls=certificate.server_context()) as machine:
        await reach(machine.url, ca_file=certificate.cert)
        by_name = machine.url.replace("127.0.0.1", "localhost")
        await reach(by_name, ca_file=certificate.cert, host_subject="O=Acme,CN=machine")


@pytest.mark.parametrize("host_subject", ["O=Acme, CN=another", "CN=machine", "CN=machine, O=Acme"])
async def test_certificate_with_another_subject_is_refused(tmp_path: Path, host_subject: str) -> None:
    certificate = make_certificate(tmp_path)
    async with FakeMachine(tls=certificate.server_context()) as machine:
        refused = await why_not(machine.url, ca_file=certificate.cert, host_subject=host_subject)
        assert refused.closing.code is CloseCode.MACHINE_REFUSED
        assert "host_subject" in str(refused)


async def test_certificate_for_another_host_is_refused(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path, address="192.0.2.1")
    async with FakeMachine(tls=certificate.server_context()) as machine:
        assert "not trusted" in str(await why_not(machine.url, ca_file=certificate.cert))


async def test_certificate_of_nobody_is_refused(tmp_path: Path) -> None:
    certificate, other = make_certificate(tmp_path / "one"), make_certificate(tmp_path / "two", organization="Other")
    async with FakeMachine(tls=certificate.server_context()) as machine:
        for ca_file in (None, other.cert):
            assert "not trusted" in str(await why_not(machine.url, ca_file=ca_file))


async def test_machine_without_tls_is_told_so() -> None:
    async with FakeMachine() as machine:
        refused = await why_not(machine.url.replace("spice:", "spice+tls:"))
        assert "the connection was lost" in str(refused)


# WebSocket


@asynccontextmanager
async def echoing(tls: ssl.SSLContext | None = None, subprotocol: str = "binary") -> AsyncIterator[str]:
    """A WebSocket server that sends everything back, by the `websockets` library; its address."""

    async def echo(connection: ServerConnection) -> None:
        async for message in connection:
            await connection.send(message)

    async with serve(echo, "127.0.0.1", 0, ssl=tls, subprotocols=[subprotocol], max_size=None) as server:  # type: ignore[list-item]
        port = server.sockets[0].getsockname()[1]
        yield f"spice+{'wss' if tls else 'ws'}://127.0.0.1:{port}"


async def echo_of(url: str, data: bytes, ca_file: Path | None = None) -> bytes:
    transport = await dial(Core(), parse_endpoint(url, ca_file=ca_file), secured=False)
    listener = Listener(transport)
    transport.write(data)
    found = await listener.until(len(data))
    transport.abort()
    return found


@pytest.mark.parametrize("size", [1, 1000, 100_000, 2_000_000])
async def test_bytes_go_through_a_websocket_and_back(size: int) -> None:
    data = bytes(range(256)) * (size // 256 + 1)
    async with echoing() as url:
        assert await echo_of(url, data) == data


async def test_websocket_goes_under_tls(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    async with echoing(certificate.server_context()) as url:
        assert await echo_of(url, b"hello", certificate.cert) == b"hello"
        assert "not trusted" in str(await why_not(url))


async def test_server_that_speaks_no_websocket_is_told_so() -> None:
    async def serve_other(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")

    server = await asyncio.start_server(serve_other, "127.0.0.1", 0)
    async with server:
        refused = await why_not(f"spice+ws://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        assert refused.closing.code is CloseCode.MACHINE_REFUSED
        assert "WebSocket" in str(refused)


async def test_server_that_says_nothing_does_not_answer() -> None:
    async def serve_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    server = await asyncio.start_server(serve_nothing, "127.0.0.1", 0)
    async with server:
        url = f"spice+ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        with pytest.raises(ChannelClosed, match="does not answer"):
            await reach(url, seconds=0.05)


async def test_address_that_can_be_no_name_is_told_as_one_that_is_not_known() -> None:
    with pytest.raises(ChannelClosed, match="its name is not known"):
        await reach("spice://vm1..example.net:5900")
