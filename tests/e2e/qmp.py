"""QEMU's monitor protocol over a unix socket (QEMU documentation, "QMP")."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.e2e.lines import LineSocket
from tests.e2e.program import PATIENCE


class QmpError(Exception):
    """The monitor refused a command."""


class Qmp:
    """Commands are answered in order; events are kept until somebody waits for one."""

    def __init__(self, path: Path) -> None:
        self._lines = LineSocket(path)
        self._events: list[dict[str, Any]] = []
        self.execute("qmp_capabilities")

    def execute(self, command: str, **arguments: object) -> Any:
        """What the command returns. Errors: `QmpError`."""
        self._lines.send(json.dumps({"execute": command, "arguments": arguments}))
        while True:
            message = self._read(f"answer to {command}", PATIENCE)
            if "error" in message:
                raise QmpError(f"{command}: {message['error']['desc']}")
            if "return" in message:
                return message["return"]
            if "event" in message:
                self._events.append(message)

    def wait_event(self, name: str, timeout: float = PATIENCE) -> dict[str, Any]:
        """The oldest event of that name."""
        while True:
            for event in self._events:
                if event["event"] == name:
                    self._events.remove(event)
                    return event
            message = self._read(f"event {name}", timeout)
            if "event" in message:
                self._events.append(message)

    def close(self) -> None:
        self._lines.close()

    def _read(self, what: str, timeout: float) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(self._lines.wait(bool, what, timeout))
        return message
