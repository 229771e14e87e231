"""The API for its readers: the OpenAPI document, and a page made from it on the server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from aiohttp import web

from gateway.access import Permission
from gateway.web.api.problem import MEDIA_TYPE
from gateway.web.guard import needs
from gateway.web.rendering import render


class Written(NamedTuple):
    """The OpenAPI document."""

    document: dict[str, Any]
    """As JSON would have it. It is not to be changed."""
    text: str


class Reference:
    """The document, written when the first reader asks for it: gateways start without it."""

    def __init__(self, write: Callable[[], dict[str, Any]]) -> None:
        self._write = write
        self._written: Written | None = None
        self._turn = asyncio.Lock()

    async def read(self) -> Written:
        """What is written, by a thread at the first time."""
        async with self._turn:
            if self._written is None:
                self._written = await asyncio.to_thread(self._make)
            return self._written

    def _make(self) -> Written:
        document = self._write()
        return Written(document, json.dumps(document, ensure_ascii=False))


REFERENCE: Final = web.AppKey("reference", Reference)

routes = web.RouteTableDef()

_REF: Final = "#/components/schemas/"


@routes.get("/api/v1/openapi.json", name="openapi", allow_head=False)
@needs(Permission.CONSOLE)
async def openapi(request: web.Request) -> web.Response:
    """The document."""
    written = await request.app[REFERENCE].read()
    return web.Response(text=written.text, content_type="application/json")


@routes.get("/api", name="api")
@needs(Permission.CONSOLE)
async def reference(request: web.Request) -> web.Response:
    """The page."""
    document = (await request.app[REFERENCE].read()).document
    groups = [
        {"tag": tag, "operations": [row for row in _operations(document) if row["tag"] == tag["name"]]}
        for tag in document["tags"]
    ]
    schemas = [_schema(name, schema) for name, schema in document["components"]["schemas"].items()]
    return render(request, "api.html", {"info": document["info"], "groups": groups, "schemas": schemas})


def _operations(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    base = document["servers"][0]["url"]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            body = operation.get("requestBody", {}).get("content", {})
            yield {
                "tag": operation["tags"][0],
                "id": operation["operationId"],
                "method": method.upper(),
                "path": base + path,
                "summary": operation["summary"],
                "description": operation["description"].split("\n\n"),
                "parameters": [
                    {**parameter, "type": kind_of(parameter["schema"])} for parameter in operation["parameters"]
                ],
                "body": next((name_of(content["schema"]) for content in body.values()), None),
                "events": [(name, name_of(schema)) for name, schema in operation.get("x-events", {}).items()],
                "responses": [_response(status, given) for status, given in operation["responses"].items()],
            }


def _response(status: str, given: Mapping[str, Any]) -> dict[str, Any]:
    media = next(iter(given.get("content", {})), None)
    schema = given["content"][media]["schema"] if media is not None else {}
    problem = media == MEDIA_TYPE
    told = {"status": status, "description": given["description"], "media": media}
    return {**told, "model": name_of(schema), "problem": problem}


def _schema(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    wanted = schema.get("required", ())
    fields = [
        {"name": field, "type": kind_of(given), "about": given.get("description", ""), "required": field in wanted}
        for field, given in schema.get("properties", {}).items()
    ]
    values = ", ".join(map(str, schema.get("enum", ())))
    return {"name": name, "about": schema.get("description", ""), "fields": fields, "values": values}


def name_of(schema: Mapping[str, Any]) -> str | None:
    """The name of the definition that a schema refers to."""
    ref = schema.get("$ref")
    return str(ref).removeprefix(_REF) if ref is not None else None


def kind_of(schema: Mapping[str, Any]) -> str:
    """A schema in a few words: `list of string`, `number or null`."""
    if (name := name_of(schema)) is not None:
        return name
    if "anyOf" in schema:
        return " or ".join(kind_of(choice) for choice in schema["anyOf"])
    if "enum" in schema or "const" in schema:
        return " or ".join(json.dumps(value) for value in schema.get("enum", [schema.get("const")]))
    kind = str(schema.get("type", "anything"))
    if kind == "array":
        return f"list of {kind_of(schema.get('items', {}))}"
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"{kind_of(schema['additionalProperties'])} by name"
    return f"{kind} ({schema['format']})" if "format" in schema else kind
