"""What can go wrong on the wire, drawn as a tree.

::

    SpiceError
    ├── ProtocolError   the peer sent something the protocol does not allow
    ├── LinkRefused     the peer answered the link with an error code (``code``)
    └── UsageError      we called our own code wrongly; never the peer's fault
"""

from __future__ import annotations

from .enums import LinkErr


class SpiceError(Exception):
    """Root of everything this package raises on purpose."""


class ProtocolError(SpiceError):
    """The peer broke the protocol; ``link_error`` is the code to answer with while the link is not up yet."""

    def __init__(self, message: str, link_error: LinkErr = LinkErr.INVALID_DATA) -> None:
        super().__init__(message)
        self.link_error = link_error


class LinkRefused(SpiceError):
    """The peer refused the link; ``code`` is its ``link_err``."""

    def __init__(self, code: LinkErr, message: str | None = None) -> None:
        super().__init__(message or f"the link was refused: {code.name}")
        self.code = code


class UsageError(SpiceError):
    """A caller of ours asked for something impossible, such as marshalling a value that does not fit."""
