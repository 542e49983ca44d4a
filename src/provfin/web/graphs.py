"""Owns reading whole graphs: the Graph Store Protocol, https://www.w3.org/TR/sparql11-http-rdf-update/, GET and HEAD.

Refuses to write: PUT, POST, DELETE and PATCH are not among its methods.
"""

from fastapi import APIRouter, Request, Response

from provfin.queries import Query
from provfin.store import GRAPH_FORMATS
from provfin.web.negotiation import choose_for
from provfin.web.problems import KNOWN, explain, make_problem
from provfin.web.site import Site

_ALL = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"


def make_router(site: Site) -> APIRouter:
    """Return the route of the graph store."""
    router = APIRouter(tags=["SPARQL"])

    @router.get("/graphs", summary="Read a graph: ?graph=<its IRI>, or ?default for the union of all")
    async def read_graph(request: Request) -> Response:
        """Return a whole graph, in a format the client accepts."""
        names, asks_default = request.query_params.getlist("graph"), "default" in request.query_params
        if len(names) + asks_default != 1:
            return make_problem(
                400, "give either ?graph=<IRI of a graph> or ?default", graphs=list(site.release.graphs)
            )
        if names and names[0] not in site.release.graphs:
            return make_problem(404, f"there is no graph {names[0]}", graphs=list(site.release.graphs))
        return await _send(site, request, Query(_ALL, default_graphs=tuple(names)))

    return router


async def _send(site: Site, request: Request, query: Query) -> Response:
    media_type = choose_for(request, list(GRAPH_FORMATS))
    try:
        answer = await site.ask(query, None, media_type)
    except KNOWN as error:
        return explain(error)
    return site.make_response(answer.body, answer.media_type)
