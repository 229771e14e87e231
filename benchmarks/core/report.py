"""Medians, percentiles and ratios of what the turns found."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median, quantiles
from typing import Any

from .measure import Figures
from .servers import LIBSPICE, OURS

Turns = dict[str, list[Figures]]
"""Of one scenario: each server's figures, in order."""


def summary(turns: Turns) -> dict[str, dict[str, float]]:
    """Each figure: ours, libspice's, and the ratio of the two. Latencies are pooled over all turns."""
    ours, theirs = _of(turns[OURS]), _of(turns[LIBSPICE])
    return {
        name: {OURS: value, LIBSPICE: theirs[name], "ratio": value / theirs[name] if theirs[name] else float("nan")}
        for name, value in ours.items()
    }


def _of(turns: Sequence[Figures]) -> dict[str, float]:
    found = {name: median(turn.values[name] for turn in turns) for name in turns[0].values}
    for name in turns[0].latencies:
        pooled = [wait for turn in turns for wait in turn.latencies[name]]
        found[f"{name}_p50"] = median(pooled)
        found[f"{name}_p99"] = quantiles(pooled, n=100, method="inclusive")[98]
    return found


def raw(turns: Turns) -> dict[str, Any]:
    """Everything, for a file."""
    return {
        name: [{"values": turn.values, "latencies": turn.latencies, "notes": turn.notes} for turn in found]
        for name, found in turns.items()
    }


def table(name: str, found: dict[str, dict[str, float]]) -> str:
    """For a terminal."""
    lines = [f"{name:<28}{OURS:>12}{LIBSPICE:>12}{'ratio':>9}"]
    for figure, row in found.items():
        lines.append(f"  {figure:<26}{row[OURS]:>12.2f}{row[LIBSPICE]:>12.2f}{row['ratio']:>9.2f}")
    return "\n".join(lines)
