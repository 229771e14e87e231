"""What is wrong with values, in sentences: where it stands, by its key, and what is wanted there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final, NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from gateway.config.machine import MachineConfig
from gateway.config.models import SECTIONS, Config

Place = tuple[int | str, ...]

_WANTED: Final = {
    "missing": "is missing",
    "tuple_type": "must be a list",
    "frozen_set_type": "must be a list",
    "dict_type": "must be a table, { name = value }",
    "model_type": "must be a table",
    "string_type": "must be a text, in quotation marks",
}
"""Where pydantic would speak of Python's types."""


class Layer(NamedTuple):
    """Values that come from one place, which `source` names for people."""

    source: str
    values: Mapping[str, Any]


def told(error: ValidationError, layers: Sequence[Layer]) -> str:
    """One line a mistake, which never holds the value: it may be a secret."""
    lines = []
    for mistake in error.errors(include_url=False, include_input=False):
        place = mistake["loc"]
        lines.append(f"{_source(place, layers)}: {_place(place)}{_wanted(mistake)}")
    return "\n".join(lines)


def _wanted(mistake: ErrorDetails) -> str:
    kind = mistake["type"]
    if kind == "extra_forbidden":
        meant = get_close_matches(str(mistake["loc"][-1]), _keys_beside(mistake["loc"]), 1)
        return f"there is no such key{f': is {meant[0]} meant?' if meant else ''}"
    return _WANTED.get(kind) or mistake["msg"].removeprefix("Value error, ")


def _keys_beside(place: Place) -> list[str]:
    """The keys that there are where somebody wrote one that there is not."""
    if len(place) == 1:
        return list(Config.model_fields)
    return list(SECTIONS.get(str(place[0]), MachineConfig).model_fields)


def _source(place: Place, layers: Sequence[Layer]) -> str:
    """Where the value comes from: the uppermost layer that has it; of tables, and of what is missing, all that do."""
    having = [layer for layer in layers if _reaches(layer.values, place)]
    if having and not isinstance(_value(having[-1].values, place), Mapping):
        return having[-1].source
    return " and ".join(layer.source for layer in having or layers) or "defaults"


def _reaches(values: object, place: Place) -> bool:
    try:
        _value(values, place)
    except LookupError:
        return False
    return True


def _value(values: object, place: Place) -> object:
    """Raises `LookupError` when there is nothing."""
    for step in place:
        if isinstance(values, Mapping) or (isinstance(values, list) and isinstance(step, int)):
            values = values[step]  # type: ignore[index]
        else:
            raise KeyError(step)
    return values


def _place(place: Place) -> str:
    """`machines[0].url: ` for where a mistake is; the first machine is 0."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).lstrip(".")
    return f"{text}: " if text else ""
