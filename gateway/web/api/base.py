"""Where the API is, for those who serve it and those who ask it."""

from __future__ import annotations

from typing import Final

BASE: Final = "/api/v1"
