"""What a machine said when it was asked, as `doctor` and `machine test` show it."""

from __future__ import annotations

from typing import Any

import typer

from gateway.commands.common import Session
from gateway.commands.tables import add_row, print_table, table

_MARKS = {True: "ok", False: "FAILED", None: "skipped"}


def show_checkup(session: Session, found: dict[str, Any]) -> None:
    """Tables, or JSON; ends the command with 1 when something is wrong."""
    if session.as_json:
        session.print_json(found)
    else:
        steps = table("step", "", "what the machine said", "ms", title=found["address"])
        for step in found["steps"]:
            add_row(steps, (step["name"], _MARKS[step["ok"]], step["detail"], _milliseconds(step["seconds"])))
        print_table(steps)
        if found["channels"]:
            channels = table("channel", "", "what the machine said", "ms", "capabilities")
            for row in found["channels"]:
                mark, time = _MARKS[row["ok"]], _milliseconds(row["seconds"])
                add_row(channels, (f"{row['type']} {row['id']}", mark, row["detail"], time, row["capabilities"]))
            print_table(channels)
        if found["round_trip"] is not None:
            typer.echo(f"Round trip: {_milliseconds(found['round_trip'])} ms.")
    if not found["ok"]:
        raise typer.Exit(1)


def _milliseconds(seconds: float | None) -> str:
    return f"{seconds * 1000:.1f}" if seconds is not None else "–"
