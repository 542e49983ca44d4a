"""Owns the page to start from."""

from fastapi import APIRouter, Request, Response

from provfin.queries import load_questions
from provfin.web.pages import give_page
from provfin.web.site import Site


def make_router(site: Site) -> APIRouter:
    """Return the route of the page to start from."""
    router = APIRouter()

    @router.get("/")
    async def show_home(request: Request) -> Response:
        return give_page(site, request, "home.html", questions=list(load_questions().values()))

    return router
