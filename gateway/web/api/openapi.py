"""The OpenAPI 3.1 document, made from the operations' types."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from gateway import __version__
from gateway.web.api.base import BASE
from gateway.web.api.operation import JSON, Operation, Resource
from gateway.web.api.problem import MEDIA_TYPE, Problem
from gateway.web.api.shapes import Unwritten
from gateway.web.identity import COOKIE

REF: Final = "#/components/schemas/{model}"

_ABOUT: Final = """\
Everything that the gateway's pages do. Programs show an API key as `Authorization: Bearer sg_…`; pages come by their
log-in's cookie, and write only with this gateway's own `Origin`.

Lists come in pages: give a page's `next` as `after`. Errors are problems (RFC 9457) with a sentence for people.
Times are UTC, sizes bytes, durations seconds."""

_MEANINGS: Final = {
    400: "The request cannot be read.",
    401: "Nobody is logged in, or the key is not valid.",
    403: "It is not allowed to you.",
    404: "There is no such thing, or it is somebody else's.",
    408: "The body did not come in time.",
    409: "It does not fit what is there now.",
    413: "The request is too large.",
    415: "It is not JSON.",
    422: "A value is not taken; `errors` names it.",
    429: "Too much is asked for: wait `Retry-After` seconds.",
    500: "The gateway made a mistake, which its log tells more about.",
    502: "The machine did not answer as it should.",
    503: "The gateway is busy, or its store is: try again.",
    507: "The gateway's disk is full.",
}


_UNWRITTEN: Final = (
    "Done, and it counts from now on; but the gateway's disk is full. It is written down as soon as there is space; a "
    "restart before that undoes it."
)


def document(resources: Sequence[Resource], base: str = "") -> dict[str, Any]:
    """The whole document; `base` stands before every path of the gateway."""
    operations = [operation for resource in resources for operation in resource.operations]
    refs, schemas = _schemas(operations)
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _described(operation, refs)
    return {
        "openapi": "3.1.0",
        "info": {"title": "spicegate", "version": __version__, "description": _ABOUT},
        "servers": [{"url": base + BASE}],
        "security": [{"key": []}, {"cookie": []}],
        "tags": [{"name": resource.name, "description": resource.about} for resource in resources],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": "An API key."},
                "cookie": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": COOKIE,
                    "description": "A browser's log-in; under TLS `__Host-` stands before its name.",
                },
            },
        },
    }


Refs = Mapping[tuple[Any, JsonSchemaMode], dict[str, Any]]


def _schemas(operations: Iterable[Operation]) -> tuple[Refs, dict[str, Any]]:
    """A reference for each body and answer, and the definitions that they refer to."""
    models: dict[tuple[type[BaseModel], JsonSchemaMode], None] = {
        (Problem, "serialization"): None,
        (Unwritten, "serialization"): None,
    }
    for operation in operations:
        if operation.body is not None:
            models[operation.body, "validation"] = None
        if operation.answer is not None:
            models[operation.answer, "serialization"] = None
        for model in operation.events.values():
            models[model, "serialization"] = None
    refs, definitions = models_json_schema(list(models), ref_template=REF)
    schemas = dict(definitions.get("$defs", {}))
    for operation in operations:
        if operation.query is not None:
            schemas |= operation.query.model_json_schema(ref_template=REF).get("$defs", {})
    return refs, dict(sorted(schemas.items()))


def _described(operation: Operation, refs: Refs) -> dict[str, Any]:
    summary, _, more = inspect.getdoc(operation.handler).partition("\n")  # type: ignore[union-attr]
    needs = f"Needs the permission `{operation.permission.value}`."
    described: dict[str, Any] = {
        "operationId": operation.id,
        "tags": [operation.resource.name],
        "summary": summary.rstrip("."),
        "description": f"{more.strip()}\n\n{needs}".strip(),
        "x-permission": operation.permission.value,
        "parameters": [*_path_parameters(operation), *_query_parameters(operation)],
        "responses": _responses(operation, refs),
    }
    if operation.events:
        described["x-events"] = {name: refs[model, "serialization"] for name, model in operation.events.items()}
    if operation.body is not None:
        schema = refs[operation.body, "validation"]
        described["requestBody"] = {"required": True, "content": {JSON: {"schema": schema}}}
    return described


def _path_parameters(operation: Operation) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": TypeAdapter(hint).json_schema()}
        for name, hint in operation.in_path.items()
    ]


def _query_parameters(operation: Operation) -> list[dict[str, Any]]:
    if operation.query is None:
        return []
    schema = operation.query.model_json_schema(ref_template=REF)
    found = []
    for name, given in schema["properties"].items():
        told = {"description": given.pop("description")} if "description" in given else {}
        parameter = {"name": name, "in": "query", "required": name in schema.get("required", ()), **told}
        found.append({**parameter, "schema": _never_null(given)})
    return found


def _never_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A query says nothing by leaving a parameter out: there is no null in it."""
    choices = [choice for choice in schema.get("anyOf", ()) if choice.get("type") != "null"]
    if len(choices) != 1:
        return schema
    kept = {key: value for key, value in schema.items() if key not in ("anyOf", "default")}
    return {**kept, **choices[0]}


def _responses(operation: Operation, refs: Refs) -> dict[str, Any]:
    responses: dict[str, Any] = {}
    if operation.media is not None:
        content = {operation.media: {"schema": {"type": "string"}}}
        responses[str(operation.status)] = {"description": "Done.", "content": content}
        if operation.empty is not None:
            responses["204"] = {"description": operation.empty}
    elif operation.answer is not None:
        content = {JSON: {"schema": refs[operation.answer, "serialization"]}}
        responses[str(operation.status)] = {"description": "Done.", "content": content}
    else:
        responses["204"] = {"description": "Done; there is nothing to tell."}
    if operation.revokes:
        content = {JSON: {"schema": refs[Unwritten, "serialization"]}}
        responses["202"] = {"description": _UNWRITTEN, "content": content}
    problem = {MEDIA_TYPE: {"schema": refs[Problem, "serialization"]}}
    for status in operation.statuses():
        responses[str(status)] = {"description": _MEANINGS[status], "content": problem}
    return responses
