"""The real gateway as a program of its own."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from urllib.request import Request, urlopen

from tests.e2e.credentials import log_in, set_up
from tests.e2e.program import PATIENCE, Program

MACHINE = "guest"


class Gateway(Program):
    """`spicegate serve` in front of one machine, named `MACHINE`, set up; `link` leads to the machine by a log-in.

    `machine_url` None: the machine is the gateway's own demo.
    """

    def __init__(self, home: Path, machine_url: str | None, password: str, *, arguments: Sequence[str] = ()) -> None:
        home.mkdir(parents=True, exist_ok=True)
        secret = home / "machine-password"
        secret.write_text(password)
        super().__init__(
            [
                sys.executable, "-m", "gateway", "serve", *filter(None, [machine_url]), "--name", MACHINE,
                "--password-file", str(secret), "--host", "127.0.0.1", "--port", "0",
                "--state", str(home / "state"), *arguments,
            ],
            home / "gateway.log",
            env={"PYTHONUNBUFFERED": "1"},
        )  # fmt: skip
        printed = self.wait_until("its link", self._printed)
        parts = urlsplit(printed)
        self.origin = f"{parts.scheme}://{parts.netloc}"
        self.port = int(parts.port or 0)
        if parts.path == "/setup":
            set_up(self.port, parse_qs(parts.query)["token"][0])
        self.link = f"{self.origin}/login?next=%2Fm%2F{MACHINE}"

    @property
    def viewer_url(self) -> str:
        return f"{self.origin}/m/{MACHINE}"

    def enter(self) -> tuple[str, str]:
        """Logs in: name and value of the cookie."""
        return log_in(self.port)

    def ticket(self, cookie: tuple[str, str]) -> str:
        """A one-time console ticket, asked for as the machines page does."""
        headers = {"Cookie": "=".join(cookie), "Origin": self.origin}
        request = Request(f"{self.viewer_url}/ticket", method="POST", headers=headers)
        with urlopen(request, timeout=PATIENCE) as answer:
            return str(json.load(answer)["ticket"])

    def connection_file(self, cookie: tuple[str, str]) -> str:
        """The `.vv` file of the machine, as somebody downloads it who is logged in."""
        request = Request(f"{self.viewer_url}.vv", headers={"Cookie": "=".join(cookie)})
        with urlopen(request, timeout=PATIENCE) as answer:
            return bytes(answer.read()).decode()

    def _printed(self) -> str | None:
        found = re.search(r"Open (https?://\S+)\n", self.output())
        return found.group(1) if found else None
