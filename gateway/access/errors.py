"""Why something is refused, drawn as a tree. Each text is a sentence for whoever asked; `code` is for programs.

::

    AccessError
    ├── Refused     wrong name or password, unknown or spent ticket; never says which
    ├── LockedOut   too many failures: `retry_after` seconds
    ├── TooBusy     too many at once: `retry_after` seconds
    ├── Forbidden   known, but not allowed
    ├── NotFound    there is no such thing, or it is somebody else's
    ├── NotKept     done, and it counts, but a full disk has not taken it yet
    └── Invalid     a value that is not taken: `field` names it

The store's own refusals (`Taken`, `TooMany`, `LastAdmin`, `StoreFull`, …) pass through as `StoreError`.
"""

from __future__ import annotations

import math
from typing import ClassVar

from gateway.spice.errors import SpiceError


class AccessError(SpiceError):
    """Root of what this package raises on purpose."""

    code: ClassVar[str] = "access"


class Refused(AccessError):
    """Whoever it is did not prove it."""

    code = "refused"


class _Later(AccessError):
    def __init__(self, message: str, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = max(1, math.ceil(retry_after))


class LockedOut(_Later):
    """An address or an account is barred for a while."""

    code = "locked-out"

    def __init__(self, retry_after: float) -> None:
        minutes = math.ceil(retry_after / 60)
        super().__init__(
            f"Too many failed log-ins: try again in {minutes} minute{'s' if minutes != 1 else ''}.", retry_after
        )


class TooBusy(_Later):
    """More is asked for than can be done."""

    code = "too-busy"


class Forbidden(AccessError):
    """The role, the scopes or the rights do not allow it."""

    code = "forbidden"


class NotFound(AccessError):
    """There is none, or none of theirs: no difference is told."""

    code = "not-found"


class NotKept(AccessError):
    """What was taken away is taken away, and would be back after a restart: the disk is full. Raised at the end."""

    code = "not-kept"

    def __init__(self) -> None:
        super().__init__(
            "It is done and counts from now on, but the gateway's disk is full. It is written down as soon as there is "
            "space; a restart before that would undo it."
        )


class Invalid(AccessError):
    """A value is not taken."""

    code = "invalid"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
