"""A person at a command line."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from typer.testing import CliRunner, Result

from gateway.cli import app


class Shell:
    """A person with an API key, on some computer."""

    def __init__(self, site: str, key: str) -> None:
        self._env = {"SPICEGATE_URL": site, "SPICEGATE_API_KEY": key, "COLUMNS": "200"}

    async def run(self, *words: str, stdin: str = "") -> Result:
        """A command's outcome."""
        return await asyncio.to_thread(lambda: CliRunner().invoke(app, words, input=stdin, env=self._env))

    async def say(self, *words: str, stdin: str = "") -> str:
        """What a command prints when it does what it should."""
        result = await self.run(*words, stdin=stdin)
        assert result.exit_code == 0, result.output
        return result.stdout

    async def json(self, *words: str, stdin: str = "") -> Any:
        return json.loads(await self.say(*words, "--json", stdin=stdin))
