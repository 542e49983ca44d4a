"""Owns what a portrait is: the page of a resource of a kind that has a page of its own."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request

from provfin.web.lookup import Resource
from provfin.web.site import Site


@dataclass(frozen=True)
class Portrait:
    """A page of a kind: its template, which extends `resource.html`, and what that shows."""

    template: str
    context: Mapping[str, Any]


Draw = Callable[[Site, Request, Resource], Awaitable[Portrait | None]]
