"""`spicegate doctor` asks QEMU."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.qemu import FirmwareQemu

pytestmark = pytest.mark.e2e


def test_doctor_finds_qemus_channels_and_its_refusal_of_another_password(tmp_path: Path) -> None:
    with FirmwareQemu(tmp_path, "qxl") as machine:
        # QEMU has died of clients that went before their display's INIT: being asked does it no harm.
        for password, code in (*[(machine.password, 0)] * 4, ("another", 1)):
            command = [sys.executable, "-m", "gateway", "doctor", machine.url, "--json"]
            env = {**os.environ, "SPICEGATE_PASSWORD": password}
            result = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60)
            found = json.loads(result.stdout)
            assert (result.returncode, found["ok"]) == (code, code == 0), result.stdout
            if not code:
                assert {"main", "display", "cursor", "inputs"} <= {row["type"] for row in found["channels"]}
                assert all(row["ok"] for row in found["channels"])
                assert 0 < found["round_trip"] < 5
        assert found["steps"][-1] == {
            **found["steps"][-1], "name": "ticket", "detail": "The machine refused the password."
        }  # fmt: skip
