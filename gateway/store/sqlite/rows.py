"""Users in the rows of queries that join."""

from __future__ import annotations

import sqlite3
from typing import Final

from gateway.store.records import User

_COLUMNS: Final = tuple(User.__slots__)

USER: Final = ", ".join(f"users.{column} AS user_{column}" for column in _COLUMNS)
"""The columns of a user, for a query that joins the table; `joined_user` finds them."""


def joined_user(row: sqlite3.Row) -> User:
    """The user in a row of a query with `USER`."""
    return _made({column: row[f"user_{column}"] for column in _COLUMNS})


def user_of(row: sqlite3.Row) -> User:
    """The user in a row of the users' table."""
    return _made({column: row[column] for column in _COLUMNS})


def _made(values: dict[str, object]) -> User:
    return User(**{**values, "disabled": bool(values["disabled"])})  # type: ignore[arg-type]
