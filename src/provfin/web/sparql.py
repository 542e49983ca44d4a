"""Owns the SPARQL 1.1 Protocol for queries: how a request carries a query and how its answer is negotiated."""

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import parse_qs

import pyoxigraph as ox
from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header, parse_options_header

from provfin.store import (
    GRAPH_FORMATS,
    RESULT_FORMATS,
    BadQueryError,
    NotAcceptableError,
    Query,
    QueryEngine,
)
from provfin.web.problems import make_problem

LONGEST_BODY = 1_000_000

# Names clients also use for a format.
_SYNONYMS: Mapping[str, str] = {
    "application/json": "application/sparql-results+json",
    "application/xml": "application/sparql-results+xml",
    "text/xml": "application/sparql-results+xml",
}
_GRAPH_SYNONYMS: Mapping[str, str] = {"application/json": "application/ld+json", "application/x-turtle": "text/turtle"}
_FORM = "application/x-www-form-urlencoded"
_DIRECT = "application/sparql-query"


class BadRequestError(ValueError):
    """Says why a request is none of the protocol's, with the status that fits."""

    def __init__(self, detail: str, status: int = 400) -> None:
        super().__init__(detail)
        self.status = status


def make_router(engine: QueryEngine) -> APIRouter:
    """Return the routes of the endpoint over an engine."""
    router = APIRouter()

    @router.head("/sparql", include_in_schema=False)
    @router.get("/sparql", summary="Ask a SPARQL query", tags=["SPARQL"])
    @router.post("/sparql", summary="Ask a SPARQL query", tags=["SPARQL"])
    async def ask(request: Request) -> Response:
        try:
            query = await read_query(request)
        except BadRequestError as error:
            return make_problem(error.status, str(error))
        return await run_in_threadpool(respond, engine, query, request.headers.get("accept"))

    return router


def respond(engine: QueryEngine, query: Query, accept: str | None) -> Response:
    """Answer a query in a format the client accepts, or with a problem that says why not."""
    try:
        answer = engine.answer(query, *negotiate(accept))
    except BadQueryError as error:
        return make_problem(400, str(error))
    except NotAcceptableError as error:
        return make_problem(406, str(error), {"Vary": "Accept"})
    return Response(answer.body, headers={"Content-Type": f"{answer.media_type}; charset=utf-8", "Vary": "Accept"})


async def read_query(request: Request) -> Query:
    """Return the query of a request; raises `BadRequestError` when it carries none or more than one."""
    fields = _parse_fields(request.url.query)
    if request.method == "POST":
        kind, options = parse_options_header(request.headers.get("content-type"))
        body = await _read_body(request)
        text = _decode(body, options.get("charset", "utf-8"))
        if kind == _FORM:
            fields = _merge(fields, _parse_fields(text))
        elif kind == _DIRECT:
            fields = _merge(fields, {"query": [text]})
        else:
            raise BadRequestError(f"POST a query as {_FORM} or {_DIRECT}", 415)
    return _make_query(fields)


async def _read_body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_BODY:
            raise BadRequestError(f"the body is longer than {LONGEST_BODY} bytes", 413)
    return body


def _decode(body: bytes, charset: str) -> str:
    try:
        return body.decode(charset)
    except (UnicodeDecodeError, LookupError) as error:
        raise BadRequestError(f"the body is not {charset} text") from error


def _parse_fields(text: str) -> dict[str, list[str]]:
    try:
        return parse_qs(text, keep_blank_values=True, errors="strict", max_num_fields=1000)
    except ValueError as error:
        raise BadRequestError(f"the parameters are not well formed ({error})") from error


def _merge(left: dict[str, list[str]], right: dict[str, list[str]]) -> dict[str, list[str]]:
    return {name: left.get(name, []) + right.get(name, []) for name in [*left, *right]}


def _make_query(fields: Mapping[str, Sequence[str]]) -> Query:
    if "update" in fields:
        raise BadRequestError("updates are refused: a release is read-only")
    queries = fields.get("query", [])
    if len(queries) != 1:
        raise BadRequestError("give exactly one parameter 'query'")
    return Query(
        queries[0],
        default_graphs=_check_iris(fields.get("default-graph-uri", [])),
        named_graphs=_check_iris(fields.get("named-graph-uri", [])),
    )


def _check_iris(iris: Sequence[str]) -> Sequence[str]:
    for iri in iris:
        if not _is_iri(iri):
            raise BadRequestError(f"{iri!r} is no IRI of a graph")
    return iris


def _is_iri(text: str) -> bool:
    try:
        ox.NamedNode(text)
    except ValueError:
        return False
    return True


def negotiate(accept: str | None) -> tuple[str | None, str | None]:
    """Return the media types to answer with, for results and for graphs; None where the client accepts none.

    >>> negotiate("text/csv, application/n-triples;q=0.5")
    ('text/csv', 'application/n-triples')
    >>> negotiate("image/png")
    (None, None)
    """
    accepted = parse_accept_header(accept or "*/*", MIMEAccept)
    return _choose(accepted, RESULT_FORMATS, _SYNONYMS), _choose(accepted, GRAPH_FORMATS, _GRAPH_SYNONYMS)


def prefers_page(accept: str | None) -> bool:
    """Tell whether a client asks for HTML before any format of results, as browsers do.

    >>> prefers_page("text/html,application/xml;q=0.9,*/*;q=0.8"), prefers_page("*/*")
    (True, False)
    """
    accepted = parse_accept_header(accept or "*/*", MIMEAccept)
    return accepted.best_match([*RESULT_FORMATS, "text/html"]) == "text/html"


def _choose(accepted: MIMEAccept, formats: Iterable[str], synonyms: Mapping[str, str]) -> str | None:
    chosen = accepted.best_match([*formats, *synonyms])
    return synonyms.get(chosen, chosen) if chosen is not None else None
