"""Asking several machines how they are, for somebody who waits for a page."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Final

from gateway.machines.machine import Machine

PATIENCE_SECONDS: Final = 0.3
"""What somebody waits for machines that are slow to answer. What they say later is for who asks next."""


async def ask_all(machines: Iterable[Machine], seconds: float = PATIENCE_SECONDS) -> None:
    """Have all of them probed at once, and wait for the answers that come soon; the machines' cores own the rest."""
    probes = [machine.core.spawn(machine.probe(), f"probe {machine.name}") for machine in machines]
    if probes:
        await asyncio.wait(probes, timeout=seconds)
