"""The gateway's log: a line for people, or a line of JSON for programs.

What an event is about stands beside its text: `machine`, `channel`, `peer`, `session` (a short name of the session,
which opens nothing). Tell them as `extra={"session": …}`.
"""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime
from typing import Final

CONTEXT: Final = ("machine", "channel", "session", "user", "peer")
TEXT: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"


_UNSHOWN: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""Peers' texts stand in messages: none of them may begin a line or speak to the terminal."""


class JsonFormatter(logging.Formatter):
    """One object a line, always on one line."""

    def format(self, record: logging.LogRecord) -> str:
        event: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        event.update({name: found for name in CONTEXT if (found := getattr(record, name, None)) is not None})
        if record.exc_info:
            event["exception"] = self.formatException(record.exc_info)
        return json.dumps(event, ensure_ascii=False, default=str)


class TextFormatter(logging.Formatter):
    """The same for people: the session's name goes with the text."""

    def __init__(self) -> None:
        super().__init__(TEXT)

    def formatMessage(self, record: logging.LogRecord) -> str:
        line = _UNSHOWN.sub(_escaped, super().formatMessage(record))
        session = getattr(record, "session", None)
        return f"{line} [{session}]" if session else line


def _escaped(unshown: re.Match[str]) -> str:
    return unshown[0].encode("unicode_escape").decode("ascii")


def set_up(level: str, *, as_json: bool) -> None:
    """Log to standard error. Raises `ValueError` for a level that there is not."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter() if as_json else TextFormatter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
