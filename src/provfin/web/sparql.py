"""Owns the endpoint: what a request asks is answered in a format the client accepts, or with a problem.

A bare GET describes the service. The route reads its requests itself, for it is the one that is asked most.
"""

import hashlib

from fastapi import APIRouter, Request, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from provfin.queries import Query
from provfin.store import GRAPH_FORMATS, RESULT_FORMATS
from provfin.web.description import describe_service
from provfin.web.negotiation import choose_for, choose_named, choose_type
from provfin.web.problems import KNOWN, explain, make_problem
from provfin.web.protocol import BadRequestError, read_request
from provfin.web.rdf import RDF_TYPES, write_graph
from provfin.web.site import Site

_FORMATS = tuple(RESULT_FORMATS), tuple(GRAPH_FORMATS)
_METHODS = ("GET", "POST")


class Endpoint:
    """ASGI application that answers SPARQL queries by GET, form POST and direct POST."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        scope.setdefault("marks", {})["route"] = "/sparql"
        response = await self._answer(Request(scope, receive))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        try:
            asked = await read_request(request, self._site.settings.idle_seconds)
        except BadRequestError as error:
            return make_problem(error.status, str(error))
        if asked.query is None:
            return _describe(self._site, request)
        return await respond(self._site, request, asked.query, asked.format)


def make_router(site: Site) -> APIRouter:
    """Return the route of the endpoint; `openapi.describe_endpoint` tells of it."""
    router = APIRouter()
    router.routes.append(Route("/sparql", Endpoint(site), methods=_METHODS, include_in_schema=False))
    return router


async def respond(site: Site, request: Request, query: Query, name: str = "") -> Response:
    """Answer a query in the format with this name, else in one the client accepts; or say why not."""
    request.scope.setdefault("marks", {})["query"] = hashlib.sha256(query.text.encode()).hexdigest()[:16]
    accept = request.headers.get("accept")
    types = [choose_named(name, offered) if name else choose_type(accept, offered) for offered in _FORMATS]
    try:
        answer = await site.ask(query, *types)
    except KNOWN as error:
        return explain(error, query.text)
    if answer.is_volatile:
        return Response(answer.body, headers={"Content-Type": answer.media_type, "Cache-Control": "no-store"})
    return site.make_response(answer.body, answer.media_type)


def _describe(site: Site, request: Request) -> Response:
    media_type = choose_for(request, RDF_TYPES)
    if media_type is None:
        return make_problem(406, f"the service is described as {', '.join(RDF_TYPES)}", {"Vary": "Accept"})
    triples = describe_service(site.release, site.find_base(request) + site.path)
    return site.make_response(write_graph(triples, media_type), media_type)
