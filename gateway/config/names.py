"""What things are called, in the configuration and on the disk."""

from __future__ import annotations

from typing import Final

FILE_NAME: Final = "spicegate.toml"
STORE_NAME: Final = "spicegate.db"
SECRETS_NAME: Final = "secrets"  # of machines that are added in the dashboard
BACKUPS_NAME: Final = "backups"
DEMO_URL: Final = "demo:"
"""The address of the built-in machine."""
