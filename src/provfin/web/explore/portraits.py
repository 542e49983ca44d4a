"""Owns which resources have a page of their own kind: by their class, what it shows above what every resource shows.

The address is that of the resource, so that a name leads to the best page there is about it. Refuses to say anything
the statements below it do not.
"""

from functools import lru_cache

from fastapi import Request

from provfin.turtle import TYPE
from provfin.web.explore import observations
from provfin.web.explore.asking import name_term, read_iri
from provfin.web.explore.events import events
from provfin.web.explore.institutions import institutions
from provfin.web.explore.money import instruments
from provfin.web.explore.portrait import Draw, Portrait
from provfin.web.explore.quality import quality
from provfin.web.explore.reports import reading, reports
from provfin.web.explore.series import indicators
from provfin.web.explore.vocabulary import concepts, vocabulary
from provfin.web.lookup import Resource
from provfin.web.site import Site

# Where a resource is of several classes, the first that has a portrait decides: what is of a kind before any concept.
_MODULES = (
    indicators,
    institutions,
    instruments,
    events,
    reports,
    reading,
    observations,
    quality,
    vocabulary,
    concepts,
)


@lru_cache(maxsize=1)
def list_kinds() -> dict[str, Draw]:
    """Return what draws the resources of each class, by the IRI of the class.

    Modules name classes of the project's own by their local names, those of others by their IRIs.
    """
    return {
        local if ":" in local else name_term(local): draw for module in _MODULES for local, draw in module.KINDS.items()
    }


async def find_portrait(site: Site, request: Request, resource: Resource) -> Portrait | None:
    """Return the portrait of a resource, or None where it has no page but that of every resource."""
    classes = {read_iri(triple.object) for triple in resource.own if triple.predicate.value == TYPE}
    draw = next((draw for kind, draw in list_kinds().items() if kind in classes), None)
    return await draw(site, request, resource) if draw else None
