"""The real gateway as a program of its own."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from tests.e2e.program import Program

MACHINE = "guest"


class Gateway(Program):
    """`spicegate serve` in front of one machine, named `MACHINE`; `link` is what it prints to open.

    `machine_url` None: the machine is the gateway's own demo.
    """

    def __init__(self, home: Path, machine_url: str | None, password: str, *, arguments: Sequence[str] = ()) -> None:
        home.mkdir(parents=True, exist_ok=True)
        secret = home / "machine-password"
        secret.write_text(password)
        super().__init__(
            [
                sys.executable, "-m", "gateway", "serve", *filter(None, [machine_url]), "--name", MACHINE,
                "--password-file", str(secret), "--host", "127.0.0.1", "--port", "0", *arguments,
            ],
            home / "gateway.log",
            env={"PYTHONUNBUFFERED": "1"},
        )  # fmt: skip
        self.link = self.wait_until("its link", self._link)
        parts = urlsplit(self.link)
        self.origin = f"{parts.scheme}://{parts.netloc}"
        self.port = int(parts.port or 0)

    @property
    def viewer_url(self) -> str:
        return f"{self.origin}/m/{MACHINE}"

    def enter(self) -> tuple[str, str]:
        """Uses the link up: name and value of the cookie that it gives."""
        location = urlsplit(self.link)
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", f"{location.path}?{location.query}")
            given = SimpleCookie(connection.getresponse().getheader("Set-Cookie", ""))
        finally:
            connection.close()
        ((name, morsel),) = given.items()
        return name, morsel.value

    def ticket(self, cookie: tuple[str, str]) -> str:
        """A one-time console ticket, asked for as the machines page does."""
        headers = {"Cookie": "=".join(cookie), "Origin": self.origin}
        request = Request(f"{self.viewer_url}/ticket", method="POST", headers=headers)
        with urlopen(request, timeout=10) as answer:
            return str(json.load(answer)["ticket"])

    def connection_file(self, cookie: tuple[str, str]) -> str:
        """The `.vv` file of the machine, as somebody downloads it who is logged in."""
        request = Request(f"{self.viewer_url}.vv", headers={"Cookie": "=".join(cookie)})
        with urlopen(request, timeout=10) as answer:
            return bytes(answer.read()).decode()

    def _link(self) -> str | None:
        found = re.search(r"https?://\S+/enter\?token=\S+", self.output())
        return found.group(0) if found else None
