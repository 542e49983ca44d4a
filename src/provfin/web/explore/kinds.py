"""Owns what kind of thing a resource is to people: of its classes those that say most.

Refuses to guess from names: which class is below which comes from the ontology.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping

from provfin.turtle import TYPE
from provfin.web.explore.asking import ask_page, name_term, read_iri
from provfin.web.lookup import Resource
from provfin.web.site import Site

Above = Mapping[str, Collection[str]]


async def load_above(site: Site) -> Above:
    """Return the classes above each class of the ontology; ask for them by `Site.once`."""
    asked = await ask_page(site, "vocabulary-superclasses")
    found: dict[str, set[str]] = defaultdict(set)
    for row in asked.rows:
        found[row["class"].text].add(row["above"].text)
    return dict(found)


def choose_kinds(classes: Collection[str], above: Above) -> list[str]:
    """Return the classes that say most: none of them is above another, and the project's own go before all others.

    >>> choose_kinds(["qb:Observation", "pf:Figure"], {"pf:Figure": ["qb:Observation"]})
    ['pf:Figure']
    """
    covered = {upper for name in classes for upper in above.get(name, ())}
    lowest = sorted(set(classes) - covered)
    own = [name for name in lowest if name.startswith(name_term(""))]
    return own or lowest


async def find_kinds(site: Site, resource: Resource) -> list[str]:
    """Return the IRIs of the classes that say most of a resource; raises as `Site.ask`."""
    classes = {read_iri(triple.object) for triple in resource.own if triple.predicate.value == TYPE}
    return choose_kinds(classes, await site.once(load_above)) if classes else []
