"""Lines of the log."""

from __future__ import annotations

import json
import logging

from gateway.log_format import JsonFormatter, TextFormatter


def record(**extra: object) -> logging.LogRecord:
    made = logging.LogRecord("spicegate.server", logging.INFO, __file__, 1, "%s linked\nnext", ("main 0",), None)
    made.__dict__.update(extra)
    return made


def test_json_is_one_line_and_holds_what_the_event_is_about() -> None:
    line = JsonFormatter().format(record(session="ab12", machine="office", other="not told"))
    assert "\n" not in line
    found = json.loads(line)
    assert found["message"] == "main 0 linked\nnext"
    assert (found["level"], found["logger"]) == ("info", "spicegate.server")
    assert (found["session"], found["machine"]) == ("ab12", "office")
    assert "other" not in found


def test_json_tells_the_exception() -> None:
    made = record()
    try:
        raise ValueError("what happened")
    except ValueError as error:
        made.exc_info = (type(error), error, error.__traceback__)
    assert "ValueError: what happened" in json.loads(JsonFormatter().format(made))["exception"]


def test_text_is_one_line_that_tells_the_terminal_nothing() -> None:
    made = logging.LogRecord("a", logging.INFO, __file__, 1, "%s", ("x\n\x1b[31m\x9b31m\u202e",), None)
    assert TextFormatter().format(made).endswith(r"x\n\x1b[31m\x9b31m\u202e")


def test_text_names_the_session() -> None:
    assert TextFormatter().format(record(session="ab12")).endswith("[ab12]")
