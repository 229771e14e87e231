"""Secrets that we make. Only their hashes are kept: they are random, so a plain hash is enough."""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

KEY_PREFIX: Final = "sg_"
"""What API keys begin with, for people and for programs that look for leaked secrets."""

_KEY_NAME_BYTES: Final = 6
_SECRET_BYTES: Final = 32
_TICKET_BYTES: Final = 18  # 24 characters; a SPICE password holds 60
_VISIT_CHARACTERS: Final = 24
MAX_SECRET_LENGTH: Final = 128
"""Longer ones are none of ours and are not hashed."""


def new_secret() -> str:
    """For cookies and links: 256 random bits, safe in URLs."""
    return secrets.token_urlsafe(_SECRET_BYTES)


def new_ticket() -> str:
    """For SPICE passwords and links: 144 random bits."""
    return secrets.token_urlsafe(_TICKET_BYTES)


def new_key() -> tuple[str, str]:
    """An API key and its beginning, which is shown in lists: `sg_` and 12 characters, then 64 that are secret."""
    prefix = KEY_PREFIX + secrets.token_hex(_KEY_NAME_BYTES)
    return f"{prefix}_{secrets.token_hex(_SECRET_BYTES)}", prefix


def visit_id(ticket: str) -> str:
    """Names a ticket's visit in addresses: the same for each use of its link, and of no use to anybody."""
    return digest(f"visit {ticket}")[:_VISIT_CHARACTERS]


def digest(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
