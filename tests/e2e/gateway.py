"""The real gateway as a program of its own."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from tests.e2e.program import Program

MACHINE = "guest"


class Gateway(Program):
    """`spicegate serve` in front of one machine, named `MACHINE`; `link` is what it prints to open."""

    def __init__(self, home: Path, machine_url: str, password: str, *, arguments: Sequence[str] = ()) -> None:
        home.mkdir(parents=True, exist_ok=True)
        secret = home / "machine-password"
        secret.write_text(password)
        super().__init__(
            [
                sys.executable, "-m", "gateway", "serve", machine_url, "--name", MACHINE,
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

    def _link(self) -> str | None:
        found = re.search(r"https?://\S+/enter\?token=\S+", self.output())
        return found.group(0) if found else None
