"""Requests that nobody thought of, made from the OpenAPI document: never a mistake of ours, always as it says."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from gateway.spice.limits import API_RATE
from tests.running import RunningGateway
from tests.web.api.client import program

SECONDS = 300
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
LEFT_OUT = ("/events", "/me/events", "/me/keys/{id}", "/users/{id}/keys/{key}", "/machines/{machine}/test")
"""The first two do not end by themselves, the next two would end the key that all this is done with, the last waits
for what a machine says. Each has tests of its own."""


async def test_api_keeps_what_its_document_says(gateway: RunningGateway, tmp_path: Path) -> None:
    admin = await program(gateway, "admin")
    key = admin.headers["Authorization"]
    left_out = [word for path in LEFT_OUT for word in ("--exclude-path", path)]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "schemathesis.cli", "run", f"{gateway.site}/api/v1/openapi.json"),
        *("--header", f"Authorization: {key}", "--checks", CHECKS, "--max-examples", "2", "--seed", "7"),
        *("--phases", "examples,coverage,fuzzing", "--continue-on-failure", "--no-color", "--request-timeout", "60"),
        *("--rate-limit", f"{API_RATE - 5}/s"),
        *left_out,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=tmp_path,
    )
    try:
        async with asyncio.timeout(SECONDS):
            output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, output.decode()[-6000:]
    assert (await admin.ask("GET", "/me")).status == 200, "the key does not work any more"
