"""Owns the endpoint: what a request asks is answered in a format the client accepts, or with a problem.

A bare GET describes the service.
"""

import hashlib

from fastapi import APIRouter, Request, Response

from provfin.queries import Query
from provfin.store import GRAPH_FORMATS, RESULT_FORMATS
from provfin.web.description import describe_service
from provfin.web.negotiation import choose_for, choose_named, choose_type
from provfin.web.problems import KNOWN, explain, make_problem
from provfin.web.protocol import BadRequestError, read_request
from provfin.web.rdf import RDF_TYPES, write_graph
from provfin.web.site import Site


def make_router(site: Site) -> APIRouter:
    """Return the routes of the endpoint."""
    router = APIRouter(tags=["SPARQL"])

    @router.post("/sparql", summary="Ask a SPARQL query, in a form or directly")
    @router.get("/sparql", summary="Ask a SPARQL query")
    async def ask(request: Request) -> Response:
        """Answer a query (GET, form POST, direct POST); a GET without one describes the service."""
        try:
            asked = await read_request(request, site.settings.idle_seconds)
        except BadRequestError as error:
            return make_problem(error.status, str(error))
        if asked.query is None:
            return _describe(site, request)
        return await respond(site, request, asked.query, asked.format)

    return router


async def respond(site: Site, request: Request, query: Query, name: str = "") -> Response:
    """Answer a query in the format with this name, else in one the client accepts; or say why not."""
    request.scope.setdefault("marks", {})["query"] = hashlib.sha256(query.text.encode()).hexdigest()[:16]
    accept = request.headers.get("accept")
    types = [
        choose_named(name, list(formats)) if name else choose_type(accept, list(formats))
        for formats in (RESULT_FORMATS, GRAPH_FORMATS)
    ]
    try:
        answer = await site.ask(query, *types)
    except KNOWN as error:
        return explain(error, query.text)
    if answer.is_volatile:
        return Response(answer.body, headers={"Content-Type": answer.media_type, "Cache-Control": "no-store"})
    return site.make_response(request, answer.body, answer.media_type)


def _describe(site: Site, request: Request) -> Response:
    media_type = choose_for(request, RDF_TYPES)
    if media_type is None:
        return make_problem(406, f"the service is described as {', '.join(RDF_TYPES)}", {"Vary": "Accept"})
    triples = describe_service(site.release, site.find_base(request) + site.path)
    return site.make_response(request, write_graph(triples, media_type), media_type)
