"""Owns the routes of the pages that explore a release."""

from fastapi import APIRouter

from provfin.web.explore import (
    compare,
    editor,
    events,
    flows,
    home,
    indicators,
    institutions,
    instruments,
    quality,
    reading,
    reports,
    search,
    vocabulary,
)
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
