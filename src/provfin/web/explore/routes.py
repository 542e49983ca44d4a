"""Owns the routes of the pages that explore a release."""

from fastapi import APIRouter

from provfin.web.explore.events import events
from provfin.web.explore.home import home
from provfin.web.explore.institutions import institutions
from provfin.web.explore.money import flows, instruments
from provfin.web.explore.quality import quality
from provfin.web.explore.query import editor
from provfin.web.explore.reports import reading, reports
from provfin.web.explore.search import search
from provfin.web.explore.series import compare, indicators
from provfin.web.explore.vocabulary import vocabulary
from provfin.web.site import Site

_PAGES = (
    home, search, indicators, compare, flows, instruments, events, institutions, reports, reading, quality, editor,
    vocabulary,
)  # fmt: skip


def make_router(site: Site) -> APIRouter:
    """Return the routes of all pages over a release."""
    router = APIRouter(include_in_schema=False)
    for page in _PAGES:
        router.include_router(page.make_router(site))
    return router
