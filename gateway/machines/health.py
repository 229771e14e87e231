"""What is known of a machine's state without asking it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from enum import StrEnum


class State(StrEnum):
    UNKNOWN = "unknown"
    UP = "up"
    AWAY = "away"


@dataclass(slots=True)
class Health:
    """The last news: `since` when the state holds (Unix time), and the sentence that goes with it when it is away."""

    state: State = State.UNKNOWN
    since: float = field(default_factory=time.time)
    error: str = ""

    def up(self) -> None:
        """The machine answered."""
        self._note(State.UP, "")

    def away(self, sentence: str) -> None:
        """The machine could not be reached, or refuses us."""
        self._note(State.AWAY, sentence)

    def _note(self, state: State, error: str) -> None:
        if state is not self.state:
            self.since = time.time()
        self.state, self.error = state, error
