"""Owns the pages of reports: their outline, their parts, their tables drawn anew."""

from collections.abc import Mapping

from fastapi import APIRouter

from provfin.web.explore.portrait import Draw
from provfin.web.site import Site

# What draws the resources of each class, by the local name of the class.
KINDS: Mapping[str, Draw] = {}


def make_router(_site: Site) -> APIRouter:
    """Return the routes of these pages."""
    return APIRouter()
