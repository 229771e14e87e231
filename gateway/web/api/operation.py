"""From a handler with types to a view: its request is checked by them, and its answer made from what it returns."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar, get_type_hints

from aiohttp import web
from pydantic import BaseModel, TypeAdapter, ValidationError

from gateway.access import Access, NotFound, NotKept, Permission, Principal
from gateway.access.rate import RateLimit
from gateway.machines.fleet import Fleet
from gateway.spice.errors import UsageError
from gateway.spice.limits import API_BURST, API_RATE
from gateway.web.api.base import BASE
from gateway.web.api.problem import BadFields, FieldError
from gateway.web.api.shapes import Unwritten
from gateway.web.guard import needs, principal
from gateway.web.keys import ACCESS, FLEET
from gateway.web.patience import read_body

JSON: Final = "application/json"

RATE = web.AppKey("api_rate", RateLimit)
"""What each log-in and key may ask for."""
CHANGED: web.AppKey[Callable[[str], None]] = web.AppKey("api_changed", Callable)  # type: ignore[arg-type]
"""Called with a resource's name after each write to it."""

Handler = Callable[..., Awaitable[Any]]
H = TypeVar("H", bound=Handler)

_PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")


class Ask:
    """One request, as handlers see it."""

    def __init__(self, request: web.Request) -> None:
        self.request = request

    @property
    def by(self) -> Principal:
        """Who asks."""
        return principal(self.request)

    @property
    def access(self) -> Access:
        return self.request.app[ACCESS]

    @property
    def fleet(self) -> Fleet:
        return self.request.app[FLEET]


@dataclass(frozen=True, slots=True)
class Operation:
    """One method at one path, and all that the document says of it.

    `status` is that of a success. `media` is what a handler answers with that writes its response itself; `empty` says
    what it means when that is 204 instead. `problems` are statuses that it has beside those that follow from what it
    takes. `revokes`: what it takes away counts also when the disk is full, and 202 says so.
    """

    method: str
    path: str
    permission: Permission
    handler: Handler
    resource: Resource
    status: int
    media: str | None
    empty: str | None
    problems: tuple[int, ...]
    revokes: bool
    events: Mapping[str, type[BaseModel]]
    """Of a stream: the models of its events' data, by name."""

    @property
    def id(self) -> str:
        return self.handler.__name__

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The types of what it takes, by name, annotations included."""
        hints = get_type_hints(self.handler, include_extras=True)
        return {name: hint for name, hint in hints.items() if name not in ("ask", "return")}

    @property
    def in_path(self) -> Mapping[str, Any]:
        """The types of the path's parts."""
        return {name: self.parameters[name] for name in _PLACEHOLDER.findall(self.path)}

    @property
    def query(self) -> type[BaseModel] | None:
        return self.parameters.get("query")

    @property
    def body(self) -> type[BaseModel] | None:
        return self.parameters.get("body")

    @property
    def answer(self) -> type[BaseModel] | None:
        """The model of a success; None: it has no JSON."""
        hint = get_type_hints(self.handler).get("return")
        return hint if isinstance(hint, type) and issubclass(hint, BaseModel) else None

    @property
    def writes(self) -> bool:
        return self.method != "GET"

    def statuses(self) -> list[int]:
        """Every status of a problem that it may answer with."""
        found = {401, 403, 429, 500, 503, *self.problems}
        if self.writes:
            found |= {507}
        if self.in_path:
            found |= {404}
        if self.query or self.body:
            found |= {422}
        if self.body:
            found |= {400, 408, 413, 415}
        return sorted(found)


class Resource:
    """The operations of one file. `name` is also the tag in the document and in the events of the dashboard."""

    def __init__(self, name: str, about: str) -> None:
        self.name = name
        self.about = about
        self.operations: list[Operation] = []

    def get(self, path: str, permission: Permission, **more: Any) -> Callable[[H], H]:
        return self._add("GET", path, permission, **more)

    def post(self, path: str, permission: Permission, **more: Any) -> Callable[[H], H]:
        return self._add("POST", path, permission, **more)

    def put(self, path: str, permission: Permission, **more: Any) -> Callable[[H], H]:
        return self._add("PUT", path, permission, **more)

    def patch(self, path: str, permission: Permission, **more: Any) -> Callable[[H], H]:
        return self._add("PATCH", path, permission, **more)

    def delete(self, path: str, permission: Permission, **more: Any) -> Callable[[H], H]:
        return self._add("DELETE", path, permission, **more)

    def _add(
        self,
        method: str,
        path: str,
        permission: Permission,
        *,
        status: int = 200,
        media: str | None = None,
        empty: str | None = None,
        problems: tuple[int, ...] = (),
        revokes: bool = False,
        events: Mapping[str, type[BaseModel]] | None = None,
    ) -> Callable[[H], H]:
        def note(handler: H) -> H:
            more = (status, media, empty, problems, revokes, events or {})
            operation = Operation(method, path, permission, handler, self, *more)
            if not handler.__doc__:
                raise UsageError(f"{method} {path} says not what it does")
            self.operations.append(operation)
            return handler

        return note


def add_operation(app: web.Application, operation: Operation) -> None:
    """Serve an operation."""
    view = needs(operation.permission)(view_of(operation))
    app.router.add_route(operation.method, BASE + operation.path, view, name=f"api-{operation.id}")


def view_of(operation: Operation) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """What aiohttp calls: checks what comes, calls the handler, writes what it gives."""
    paths = {name: TypeAdapter(hint) for name, hint in operation.in_path.items()}
    query, body, name = operation.query, operation.body, operation.resource.name

    async def view(request: web.Request) -> web.StreamResponse:
        _limit(request)
        given: dict[str, Any] = {part: _part(request, part, adapter) for part, adapter in paths.items()}
        if query is not None:
            given["query"] = _query(request, query)
        if body is not None:
            given["body"] = await _body(request, body)
        try:
            response = _response(operation, await operation.handler(Ask(request), **given))
        except NotKept as held:
            response = web.Response(status=202, text=Unwritten(detail=str(held)).model_dump_json(), content_type=JSON)
        if operation.writes:
            request.app[CHANGED](name)
        return response

    return view


def _response(operation: Operation, result: object) -> web.StreamResponse:
    if isinstance(result, web.StreamResponse):
        return result
    if isinstance(result, BaseModel):
        return web.Response(status=operation.status, text=result.model_dump_json(), content_type=JSON)
    return web.Response(status=204)


def _limit(request: web.Request) -> None:
    by = principal(request)
    key = f"{by.proof.kind} {by.proof.id}" if by.proof is not None else by.name
    if seconds := request.app[RATE].take(key, request.app[ACCESS].clock.steady()):
        raise web.HTTPTooManyRequests(
            text=f"More than {API_RATE} requests a second: wait a little.",
            headers={"Retry-After": str(max(1, round(seconds)))},
        )


def _part(request: web.Request, name: str, adapter: TypeAdapter[Any]) -> Any:
    try:
        return adapter.validate_python(request.match_info[name])
    except ValidationError:
        raise NotFound("There is nothing of this name.") from None


def _query(request: web.Request, model: type[BaseModel]) -> BaseModel:
    given = {name: request.query.getall(name) for name in request.query}
    try:
        return model.model_validate({name: all[0] if len(all) == 1 else all for name, all in given.items()})
    except ValidationError as error:
        raise BadFields(field_errors(error)) from None


async def _body(request: web.Request, model: type[BaseModel]) -> BaseModel:
    if request.content_type != JSON:
        raise web.HTTPUnsupportedMediaType(text=f"Send {JSON}.")
    text = await read_body(request)
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        if any(mistake["type"] == "json_invalid" for mistake in error.errors(include_input=False, include_url=False)):
            raise web.HTTPBadRequest(text="The body is not JSON.") from None
        raise BadFields(field_errors(error)) from None


def field_errors(error: ValidationError) -> list[FieldError]:
    """Where and what, never the value: it may be a secret."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return [
        FieldError(field=".".join(map(str, mistake["loc"])) or "body", message=f"{mistake['msg']}.")
        for mistake in found
    ]


def make_rate() -> RateLimit:
    """For `RATE`."""
    return RateLimit(API_RATE, API_BURST)
