"""`docker/compose.yaml` for real: containers built and started from nothing, the desktop in a browser."""
