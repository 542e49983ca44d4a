"""Owns the description of the questions in OpenAPI, made of the header of each: every question is a path of its own.

https://spec.openapis.org/oas/v3.1.0 The server answers all of them by one route, so that no request is compared with a
hundred; here they are written out.
"""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI

from provfin.queries import PATTERNS, Parameter, Question, load_questions
from provfin.web.negotiation import JSON, RESULTS_JSON
from provfin.web.openapi import add_paths
from provfin.web.questions.forms import (
    CITATIONS_OFFERED,
    CSL,
    GRAPH_OFFERED,
    LIST_OFFERED,
    NAMES,
    PARQUET,
    RESULTS_OFFERED,
    XLSX,
)

TAG = "questions"
_PROBLEM = "application/problem+json"
_SCHEMAS: Mapping[str, Mapping[str, str]] = {
    "iri": {"type": "string", "format": "iri"},
    "string": {"type": "string"},
    "integer": {"type": "integer", "format": "int64"},
    # As text, so that no client makes a double of it.
    "decimal": {"type": "string", "format": "decimal", "pattern": f"^{PATTERNS['decimal']}$"},
    "date": {"type": "string", "format": "date"},
}
_STATUSES = {
    "400": "A parameter is unknown, given twice or not of its type: the problem names it, its type and an example",
    "404": "There is no question of this name",
    "406": "The client accepts none of the forms there are",
    "413": "The answer is larger than the server or the form allows",
    "429": "The client asks too often",
    "503": "The query took more time or memory than allowed, or the server is busy",
}
_BINARY = {XLSX, PARQUET}
_HEADERS = {
    "ETag": {"description": "the release the answer is of", "schema": {"type": "string"}},
    "Link": {
        "description": "cite-as: where the answer stays true; describedby: its citation, and its query",
        "schema": {"type": "string"},
    },
}


def document_questions(app: FastAPI) -> None:
    """Add the questions to what an application tells of itself in `/openapi.json`."""
    add_paths(app, lambda: (describe_paths(), describe_components()))


def describe_paths() -> dict[str, Any]:
    """Return the paths of all questions, of their list, and of citations."""
    questions = load_questions()
    paths = {f"/questions/{name}": {"get": _describe(question)} for name, question in questions.items()}
    return {
        "/questions": {"get": _describe_list()},
        **paths,
        "/questions/{name}/citation": {"get": _describe_citation(list(questions))},
    }


def describe_components() -> dict[str, dict[str, Any]]:
    """Return what the paths refer to: the problem, its responses, and parameters every question has."""
    problem = {
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"type": "string", "format": "uri-reference"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string", "description": "what is wrong, where, and how to repair it"},
            "parameter": {"type": "string"},
            "expected": {"type": "string", "enum": list(_SCHEMAS)},
            "example": {"type": "string"},
        },
    }
    content = {_PROBLEM: {"schema": _refer("schemas", "Problem")}}
    return {
        "schemas": {"Problem": problem, "Results": _describe_results()},
        "responses": {f"Problem{code}": {"description": text, "content": content} for code, text in _STATUSES.items()},
        "parameters": {
            "format": _add_parameter(
                "format", "form of the answer, in place of Accept · 结果格式，代替 Accept", [*NAMES, "html"]
            ),
            "accessed": {
                **_add_parameter("accessed", "day of reading, for the citation · 引用日期，写入引文"),
                "schema": {"type": "string", "format": "date"},
            },
        },
    }


def _describe(question: Question) -> dict[str, Any]:
    offered = GRAPH_OFFERED if question.form in {"CONSTRUCT", "DESCRIBE"} else RESULTS_OFFERED
    return {
        "operationId": f"ask-{question.name}",
        "tags": [TAG],
        "summary": " · ".join(question.titles.values()),
        "description": "\n\n".join(question.descriptions.values()),
        "parameters": [*map(_describe_parameter, question.parameters), *_SHARED],
        "responses": _list_responses("the answer", offered),
    }


def _describe_parameter(parameter: Parameter) -> dict[str, Any]:
    default: str | int = int(parameter.default) if parameter.type == "integer" else parameter.default
    return {
        **_add_parameter(parameter.name, " · ".join(parameter.help.values())),
        "schema": {**_SCHEMAS[parameter.type], "default": default},
        "example": default,
    }


def _add_parameter(name: str, description: str, values: list[str] | None = None) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string", **({"enum": values} if values else {})}
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}


def _list_responses(what: str, offered: tuple[str, ...], *, is_linked: bool = True) -> dict[str, Any]:
    headers = _HEADERS if is_linked else {"ETag": _HEADERS["ETag"]}
    content = {media_type: {"schema": _find_schema(media_type)} for media_type in offered}
    return {
        "200": {"description": what, "headers": headers, "content": content},
        "304": {"description": "the client has this answer already (If-None-Match)"},
        **{code: _refer("responses", f"Problem{code}") for code in _STATUSES},
    }


def _find_schema(media_type: str) -> dict[str, Any]:
    if media_type == RESULTS_JSON:
        return _refer("schemas", "Results")
    if media_type in {JSON, CSL}:
        return {"type": "array", "items": {"type": "object"}}
    # Bytes that are no text have no type: https://spec.openapis.org/oas/v3.1.0#considerations-for-file-uploads
    return {} if media_type in _BINARY else {"type": "string"}


def _describe_results() -> dict[str, Any]:
    """Return the schema of SPARQL results in JSON: https://www.w3.org/TR/sparql11-results-json/."""
    term = {
        "type": "object",
        "required": ["type", "value"],
        "properties": {
            "type": {"type": "string", "enum": ["uri", "literal", "bnode"]},
            "value": {"type": "string"},
            "datatype": {"type": "string", "format": "iri"},
            "xml:lang": {"type": "string"},
        },
    }
    texts = {"type": "array", "items": {"type": "string"}}
    rows = {"type": "array", "items": {"type": "object", "additionalProperties": term}}
    return {
        "type": "object",
        "required": ["head"],
        "properties": {
            "head": {"type": "object", "properties": {"vars": texts, "link": texts}},
            "results": {"type": "object", "properties": {"bindings": rows}},
            "boolean": {"type": "boolean"},
        },
    }


def _describe_list() -> dict[str, Any]:
    return {
        "operationId": "list-questions",
        "tags": [TAG],
        "summary": "List the questions · 列出全部问题",
        "description": "Each with its titles, typed parameters and SPARQL.\n\n各问题的名称、参数及类型与查询。",
        "parameters": [_refer("parameters", "format")],
        "responses": _list_responses("the questions", LIST_OFFERED, is_linked=False),
    }


def _describe_citation(names: list[str]) -> dict[str, Any]:
    name = {
        "name": "name",
        "in": "path",
        "required": True,
        "description": "the question; its own parameters are given as for the answer · 问题名称，其参数与取结果时相同",
        "schema": {"type": "string", "enum": names},
    }
    return {
        "operationId": "cite-answer",
        "tags": [TAG],
        "summary": "Cite an answer · 引用结果",
        "description": "As CSL-JSON, BibTeX or by GB/T 7714—2015.\n\nCSL-JSON、BibTeX 或 GB/T 7714—2015 格式。",
        "parameters": [name, *_SHARED],
        "responses": _list_responses("the citation", CITATIONS_OFFERED, is_linked=False),
    }


def _refer(kind: str, name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/{kind}/{name}"}


_SHARED = (_refer("parameters", "format"), _refer("parameters", "accessed"))
