"""Errors as RFC 9457 tells them: `application/problem+json`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

MEDIA_TYPE: Final = "application/problem+json"
PREFIX: Final = "/api/"
"""Addresses whose errors are problems, whatever raises them."""
_TYPE: Final = "urn:spicegate:problem:"


class FieldError(BaseModel):
    """One value that is not taken."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    field: str = Field(description="Where it stands: `rights`, `labels.os`, `scopes.0`.")
    message: str = Field(description="What is wanted, in a sentence.")


class Problem(BaseModel):
    """Why a request was not done."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: str = Field(description="Names the kind of problem, for programs.")
    title: str = Field(description="The status in words.")
    status: int = Field(ge=400, le=599)
    detail: str = Field(description="What happened and what is wanted, in a sentence for people.")
    errors: tuple[FieldError, ...] = Field((), description="The values that are not taken, when it is about those.")


class BadFields(Exception):
    """Values of a request that its operation does not take."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__("; ".join(f"{error.field}: {error.message}" for error in errors))
        self.errors = tuple(errors)


def kind_of(status: int) -> str:
    """The name of a status: `not-found`."""
    return re.sub(r"[^a-z]+", "-", HTTPStatus(status).phrase.lower()).strip("-")


def problem_response(
    status: int,
    detail: str,
    *,
    kind: str | None = None,
    errors: Sequence[FieldError] = (),
    headers: Mapping[str, str] | None = None,
) -> web.Response:
    """A problem as a response; `kind` is its status's name unless given."""
    problem = Problem(
        type=_TYPE + (kind or kind_of(status)),
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        errors=tuple(errors),
    )
    text = problem.model_dump_json(exclude_defaults=True)
    return web.Response(status=status, text=text, content_type=MEDIA_TYPE, headers=headers)
