"""Every kind of address that a machine can have, with QEMU behind it."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.e2e.browser import Viewer
from tests.e2e.certificates import SUBJECT, write_certificates
from tests.e2e.conftest import GatewayFor
from tests.e2e.gateway import Gateway
from tests.e2e.oracle import screenshot
from tests.e2e.qemu import FirmwareQemu
from tests.e2e.reserved import free_port

pytestmark = pytest.mark.e2e


def test_gateway_reaches_a_machine_on_a_unix_socket(
    tmp_path: Path, cleanup: ExitStack, gateway_for: GatewayFor, viewer: Viewer
) -> None:
    machine = cleanup.enter_context(FirmwareQemu(tmp_path / "qemu", "std", unix=True))
    _open_and_compare(machine, gateway_for(machine), viewer)


def test_gateway_reaches_a_machine_over_a_websocket(
    tmp_path: Path, cleanup: ExitStack, gateway_for: GatewayFor, viewer: Viewer
) -> None:
    machine = cleanup.enter_context(FirmwareQemu(tmp_path / "qemu", "std"))
    gateway = gateway_for(machine, url=f"spice+ws://127.0.0.1:{machine.port}")
    _open_and_compare(machine, gateway, viewer)


@pytest.mark.parametrize("scheme", ["spice+tls", "spice+wss"])
@pytest.mark.parametrize("by_subject", [False, True], ids=["by-host", "by-subject"])
def test_gateway_reaches_a_machine_over_tls(
    scheme: str, by_subject: bool, tmp_path: Path, cleanup: ExitStack, gateway_for: GatewayFor, viewer: Viewer
) -> None:
    authority = write_certificates(tmp_path / "tls")
    port = free_port()
    machine = cleanup.enter_context(
        FirmwareQemu(tmp_path / "qemu", "std", spice=f",tls-port={port},x509-dir={authority.parent}")
    )
    subject = ["--host-subject", SUBJECT] if by_subject else []
    gateway = gateway_for(machine, "--ca-file", str(authority), *subject, url=f"{scheme}://127.0.0.1:{port}")
    _open_and_compare(machine, gateway, viewer)


def _open_and_compare(machine: FirmwareQemu, gateway: Gateway, viewer: Viewer) -> None:
    machine.wait_for_screen()
    viewer.open(gateway.link)
    viewer.wait_for_first_frame()
    machine.freeze()
    viewer.wait_until_agrees(lambda: screenshot(machine), "machine-address")
    assert viewer.complaints == []
