"""Where a machine takes native clients."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from gateway.config.places import ListenAddress, Listening
from gateway.listening import ListenError, listen
from gateway.spice.enums import ChannelType
from gateway.spice.messages.main import Init
from tests.certificates import make_certificate
from tests.e2e.certificates import SUBJECT, write_certificates
from tests.peers import NativeClient
from tests.serving_core import ServingCore

ANY = ListenAddress("127.0.0.1", 0)


async def test_client_comes_in_by_tcp_and_by_tls_with_a_certificate_made_on_the_spot() -> None:
    async with ServingCore() as core:
        listener, address = await listen(core.machine, Listening(ANY, ANY))
        trust = ssl.create_default_context(cadata=address.ca)
        trust.check_hostname = False
        assert address.subject == "CN=spicegate"
        for port, tls in ((address.port, None), (address.tls_port, trust)):
            async with NativeClient(port, tls=tls) as client:
                await (await client.link(ChannelType.MAIN)).wait_for(Init)
        listener.close()


async def test_own_certificate_is_used_and_named(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    async with ServingCore() as core:
        wanted = Listening(None, ANY, certificate.cert, certificate.key)
        listener, address = await listen(core.machine, wanted)
        assert (address.port, address.subject) == (0, "O=Acme,CN=machine")
        async with NativeClient(address.tls_port, tls=certificate.client_context()) as client:
            await (await client.link(ChannelType.MAIN)).wait_for(Init)
        listener.close()


async def test_authority_of_a_chain_is_named_and_nothing_else_of_the_file(tmp_path: Path) -> None:
    authority = write_certificates(tmp_path / "tls")
    key = authority.with_name("server-key.pem")
    everything = tmp_path / "everything.pem"
    everything.write_bytes(authority.with_name("chain.pem").read_bytes() + key.read_bytes())
    async with ServingCore() as core:
        listener, address = await listen(core.machine, Listening(None, ANY, everything, key))
        listener.close()
    assert address.ca == authority.read_text()
    assert address.subject == SUBJECT


async def test_authority_that_is_not_in_the_file_is_left_to_the_clients(tmp_path: Path) -> None:
    authority = write_certificates(tmp_path / "tls")
    wanted = Listening(None, ANY, authority.with_name("server-cert.pem"), authority.with_name("server-key.pem"))
    async with ServingCore() as core:
        listener, address = await listen(core.machine, wanted)
        listener.close()
    assert (address.ca, address.subject) == ("", SUBJECT)


async def test_client_comes_in_by_unix_socket(tmp_path: Path) -> None:
    async with ServingCore() as core:
        path = tmp_path / "machine.sock"
        listener, _ = await listen(core.machine, Listening(ListenAddress("", 0, path)))
        async with NativeClient(unix=path) as client:
            await (await client.link(ChannelType.MAIN)).wait_for(Init)
        listener.close()


async def test_port_that_is_taken_is_told() -> None:
    async with ServingCore() as core:
        taken = ListenAddress("127.0.0.1", core.port)
        with pytest.raises(ListenError, match=f"cannot listen on 127.0.0.1 port {core.port}"):
            await listen(core.machine, Listening(ANY, taken))


async def test_certificate_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    async with ServingCore() as core:
        with pytest.raises(ListenError, match="tls_cert and tls_key cannot be used"):
            await listen(core.machine, Listening(None, ANY, tmp_path / "no", tmp_path / "none"))
