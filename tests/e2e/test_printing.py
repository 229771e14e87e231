"""The machine prints on a printer of the client's: IPP through TUNNEL, and CUPS at the other end."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from gateway.machines.devices.errors import DeviceError
from gateway.machines.devices.ipp import print_document
from gateway.spice.enums import TunnelServiceType
from tests.e2e.cups import QUEUE, Cups
from tests.e2e.loop_thread import aside
from tests.machines.devices.tunnelled import tunnelled

pytestmark = pytest.mark.e2e

DOCUMENT = b"%PDF-1.4\n" + random.Random(9).randbytes(3_000_000)


def test_page_that_the_machine_prints_comes_out_of_the_clients_printer(tmp_path: Path) -> None:
    aside(print_a_page(tmp_path))


async def print_a_page(tmp_path: Path) -> None:
    with Cups(tmp_path / "cups") as cups:
        async with tunnelled() as scene:
            printer = await scene.offer_port(cups.port, TunnelServiceType.IPP)
            job = await print_document(printer.url, DOCUMENT, "application/pdf", name="Test page", path=QUEUE)
            assert cups.printed(job.id) == DOCUMENT
            with pytest.raises(DeviceError, match="refused the job"):
                await print_document(printer.url, DOCUMENT, "application/pdf", name="Test page", path="/printers/other")
