"""`spicegate doctor` asks QEMU."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.machines.relay.checkup import Checkup, check_up
from gateway.machines.relay.endpoint import parse_endpoint
from gateway.server.core import Core
from tests.e2e.loop_thread import aside
from tests.e2e.program import PATIENCE
from tests.e2e.qemu import FirmwareQemu, Qemu

pytestmark = pytest.mark.e2e


def test_doctor_finds_qemus_channels_and_its_refusal_of_another_password(tmp_path: Path) -> None:
    with FirmwareQemu(tmp_path, "qxl") as machine:
        # QEMU has died of clients that went before their display's INIT: being asked does it no harm.
        for password, code in (*[(machine.password, 0)] * 4, ("another", 1)):
            command = [sys.executable, "-m", "gateway", "doctor", machine.url, "--json"]
            env = {**os.environ, "SPICEGATE_PASSWORD": password}
            result = subprocess.run(command, env=env, capture_output=True, text=True, timeout=PATIENCE)
            found = json.loads(result.stdout)
            assert (result.returncode, found["ok"]) == (code, code == 0), result.stdout
            if not code:
                assert {"main", "display", "cursor", "inputs"} <= {row["type"] for row in found["channels"]}
                assert all(row["ok"] for row in found["channels"])
                assert 0 < found["round_trip"] < PATIENCE
        assert found["steps"][-1] == {
            **found["steps"][-1], "name": "ticket", "detail": "The machine refused the password."
        }  # fmt: skip


SOUND = ("-audiodev", "spice,id=sound", "-device", "intel-hda", "-device", "hda-duplex,audiodev=sound")


def test_machine_without_a_picture_is_left_without_waiting_and_outlives_it(tmp_path: Path) -> None:
    with Qemu(tmp_path, "none", arguments=["-device", "qxl", *SOUND], unix=True) as machine:
        for _ in range(10):
            assert aside(asked(machine)).ok


async def asked(machine: Qemu) -> Checkup:
    """What it says to somebody who waits for as long as it takes until it may be left."""
    core = Core()
    try:
        async with asyncio.timeout(PATIENCE):
            return await check_up(core, parse_endpoint(machine.url), machine.password, leave_seconds=3600)
    finally:
        await core.close()
