"""Owns what `/openapi.json` tells beside what the routes tell of themselves: https://spec.openapis.org/oas/v3.1.0.

Routes that read their requests themselves, for speed or because one answers for many, are written out here. Refuses to
describe what no route answers; a test asks every path.
"""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import FastAPI

from provfin.store import GRAPH_FORMATS, RESULT_FORMATS
from provfin.web.protocol import DIRECT, FORM

Described = tuple[Mapping[str, Any], Mapping[str, Mapping[str, Any]]]

_PROBLEM = {"application/problem+json": {"schema": {"type": "object"}}}
_STATUSES = {
    "400": "the query or a parameter is not well formed; the place of a syntax error is in `line` and `column`",
    "403": "an update: a release is immutable",
    "406": "no format of the answer is one the client accepts",
    "413": "the body or the answer is larger than allowed",
    "415": "the body is neither a form nor a query",
    "503": "the query took more time or memory than allowed, or too many run: `limit` tells which",
}
_TEXTS: Mapping[str, Any] = {"type": "array", "items": {"type": "string", "format": "iri"}}
_FIELDS: Mapping[str, tuple[Mapping[str, Any], str]] = {
    "query": ({"type": "string"}, "SPARQL 1.1; without it, a GET describes the service"),
    "default-graph-uri": (_TEXTS, "graphs whose union is the default graph"),
    "named-graph-uri": (_TEXTS, "graphs that GRAPH may name"),
    "format": ({"type": "string"}, "a format by name (json, csv, ttl) in place of the Accept header"),
}


def add_paths(app: FastAPI, describe: Callable[[], Described]) -> None:
    """Add paths and components to what an application tells of itself."""
    make = app.openapi

    def describe_all() -> dict[str, Any]:
        document = make()
        paths, components = describe()
        document["paths"] = {**document.get("paths", {}), **paths}
        known = document.setdefault("components", {})
        for kind, named in components.items():
            known[kind] = {**known.get(kind, {}), **named}
        return document

    app.openapi = describe_all  # type: ignore[method-assign]  # as FastAPI tells to: https://fastapi.tiangolo.com/how-to/extending-openapi/


def describe_endpoint() -> Described:
    """Return the path of the SPARQL endpoint."""
    parameters = [
        {"name": name, "in": "query", "schema": schema, "description": description}
        for name, (schema, description) in _FIELDS.items()
    ]
    form = {"type": "object", "properties": {name: schema for name, (schema, _) in _FIELDS.items()}}
    body = {"content": {FORM: {"schema": form}, DIRECT: {"schema": {"type": "string"}}}, "required": True}
    get = {"operationId": "ask_by_get", "summary": "Ask a SPARQL query, or what the endpoint is"}
    post = {"operationId": "ask_by_post", "summary": "Ask a SPARQL query, in a form or directly"}
    shared = {"tags": ["SPARQL"], "parameters": parameters, "responses": _describe_responses()}
    return {"/sparql": {"get": {**shared, **get}, "post": {**shared, **post, "requestBody": body}}}, {}


def _describe_responses() -> dict[str, Any]:
    answer: dict[str, Any] = {media_type: {} for media_type in (*RESULT_FORMATS, *GRAPH_FORMATS)}
    problems = {status: {"description": text, "content": _PROBLEM} for status, text in _STATUSES.items()}
    return {"200": {"description": "the whole answer", "content": answer}, **problems}
