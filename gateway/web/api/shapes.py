"""What requests and answers of all resources have in common."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from gateway.access import Invalid
from gateway.server.rights import RIGHT_NAMES, Right, parse_rights
from gateway.store.paging import MAX_PAGE_ROWS, PAGE_ROWS
from gateway.store.records import Page as StoredPage

T = TypeVar("T")


class Shape(BaseModel):
    """A request's or an answer's JSON object; what is not named here is not taken and not given."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


Id = Annotated[int, Field(ge=1, le=2**53 - 1)]
RightName = Annotated[str, Field(pattern=f"^({'|'.join((*RIGHT_NAMES, 'all'))})$")]
"""One of `gateway.server.rights.RIGHT_NAMES`; requests may also say `all`."""
Rights = Annotated[tuple[RightName, ...], Field(max_length=16)]
Password = Annotated[str, Field(max_length=1024)]
Count = Annotated[int, Field(ge=0)]


class PageQuery(Shape):
    """Which part of a list."""

    limit: int = Field(PAGE_ROWS, ge=1, le=MAX_PAGE_ROWS, description="At most so many items.")
    after: str | None = Field(None, max_length=256, description="The `next` of the page before.")


class Page(Shape, Generic[T]):
    """A part of a list."""

    items: list[T]
    next: str | None = Field(description="Ask with it as `after` for the items behind these; null at the end.")

    @classmethod
    def of(cls, stored: StoredPage[object], items: list[T]) -> Self:
        """The page of `items` that were made from those of the store."""
        return cls(items=items, next=stored.next)


class Ended(Shape):
    """What an action ended."""

    ended: Count
    """How many log-ins."""


class Unwritten(Shape):
    """What was taken away is taken away, but the gateway's disk is full: a restart before there is space undoes it."""

    detail: str
    """The same for people."""


def when(seconds: float) -> datetime:
    """A time of the store."""
    return datetime.fromtimestamp(seconds, UTC)


def maybe_when(seconds: float | None) -> datetime | None:
    """A time of the store that may be none."""
    return when(seconds) if seconds is not None else None


def rights_from(names: tuple[str, ...], field: str = "rights") -> Right:
    """Rights from their names. Raises `Invalid`."""
    try:
        return parse_rights(names)
    except ValueError as error:
        raise Invalid(field, f"{error}.") from None


def page_by_name(items: list[T], names: list[str], query: PageQuery) -> Page[T]:
    """A page of what is held in memory, ordered by its unique `names`."""
    start = sum(name <= query.after for name in names) if query.after is not None else 0
    end = start + query.limit
    return Page(items=items[start:end], next=names[end - 1] if end < len(items) else None)
