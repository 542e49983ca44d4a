"""Owns a thing among those it is related with: what is drawn around it, and the same as a list.

What meets in an event, in the use of an instrument or in a figure is told as related, for what stands between has no
meaning of its own. Where there are very many of one kind, some are drawn and all are listed. Refuses to draw a thing
that everything leads to, such as the code for a total.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request

from provfin.dataset import NAMESPACES
from provfin.web.explore.asking import Asked, Row, ask_page, find_texts
from provfin.web.explore.named import Named, name_thing
from provfin.web.language import find_language
from provfin.web.lookup import Resource, Texts
from provfin.web.pages import find_address, find_release_root
from provfin.web.site import Site
from provfin.web.texts import load_texts

# A drawing can be read with as many as these around the middle.
MOST_DRAWN = 36
MOST_LISTED = 200
# Of more links than these a drawing would say nothing.
_MOST_LINKS = 10_000
_DCTERMS, _ORG, _PF, _SKOS = (NAMESPACES[prefix] for prefix in ("dcterms", "org", "pf", "skos"))
# In this order they stand around the middle.
_ORDER = (
    f"{_ORG}subOrganizationOf", f"{_SKOS}broader", f"{_DCTERMS}isReplacedBy", f"{_PF}institutionKind",
    f"{_PF}instrumentKind", f"{_PF}eventKind", f"{_DCTERMS}spatial", f"{_DCTERMS}subject", f"{_PF}issuer",
    f"{_DCTERMS}creator", f"{_PF}participant", f"{_PF}document", f"{_PF}recipient", f"{_PF}about", f"{_PF}instrument",
    f"{_PF}intermediary", f"{_PF}target", f"{_ORG}hasMember", f"{_PF}indicator",
)  # fmt: skip
Translate = Callable[[str], str]


@dataclass(frozen=True)
class Relation:
    """How things are related with the one in the middle: a predicate, the way it leads, perhaps a role in events."""

    by: str
    way: str
    role: str = ""


@dataclass(frozen=True)
class Related:
    """The things in one relation, and what it is called."""

    label: str
    things: Sequence[Named]

    @property
    def number(self) -> int:
        """How many there are."""
        return len(self.things)

    @property
    def listed(self) -> Sequence[Named]:
        """Those a list has room for."""
        return self.things[:MOST_LISTED]


async def draw_relations(site: Site, request: Request, resource: Resource) -> dict[str, Any] | None:
    """Return what the macro of `relations.html` shows around a resource, or None where there is nothing to show.

    `chart` is drawn, `groups` are listed, `query` is what was asked. Raises what `Site.ask` does.
    """
    if resource.links > _MOST_LINKS:
        return None
    asked = await ask_page(site, "relation-neighbours", {"resource": resource.iri})
    found = _gather(asked, resource.iri)
    if not found:
        return None
    language = find_language(request.scope)
    named = {iri for things in found.values() for iri in things} | {iri for key in found for iri in (key.by, key.role)}
    texts = await find_texts(site, [iri for iri in (*named, resource.iri) if iri])
    groups = [
        Related(_name_relation(relation, texts, language), _sort_things(things, texts, language))
        for relation, things in sorted(found.items(), key=_rank)
    ]
    center = name_thing(resource.iri, texts).write(language)
    root = find_release_root(site, request)
    return {"chart": _write_chart(center, groups, language, root), "groups": groups, "query": asked.query}


def _gather(asked: Asked, center: str) -> dict[Relation, list[str]]:
    found: dict[Relation, list[str]] = {}
    for row in asked.rows:
        iri = row["thing"].text
        things = found.setdefault(_read_relation(row), [])
        if iri != center and iri not in things:
            things.append(iri)
    return {relation: things for relation, things in found.items() if things}


def _read_relation(row: Row) -> Relation:
    by, way = row["by"].text, row["way"].text
    # These say the same in either direction.
    is_mutual = by in (f"{_SKOS}related", f"{_SKOS}closeMatch")
    return Relation(by, "to" if is_mutual else way, row["role"].text if "role" in row else "")


def _rank(item: tuple[Relation, Sequence[str]]) -> tuple[int, str, str, str]:
    relation = item[0]
    place = _ORDER.index(relation.by) if relation.by in _ORDER else len(_ORDER)
    return place, relation.by, relation.way, relation.role


def _sort_things(things: Iterable[str], texts: Mapping[str, Texts], language: str) -> list[Named]:
    named = (name_thing(iri, texts) for iri in things)
    return sorted(named, key=lambda thing: (thing.write(language), thing.iri))


def _name_relation(relation: Relation, texts: Mapping[str, Texts], language: str) -> str:
    if relation.role:
        role = name_thing(relation.role, texts).write(language)
        return role if relation.way == "to" else _name_role(role, language)
    name = _list_names(load_texts(language).gettext).get((relation.by, relation.way))
    return name or name_thing(relation.by, texts).write(language)


def _name_role(role: str, language: str) -> str:
    lowered = role[:1].lower() + role[1:]
    return load_texts(language).gettext("Events, as %(role)s") % {"role": lowered}


def _list_names(_: Translate) -> Mapping[tuple[str, str], str]:
    """Return what relations are called as they are seen from the middle, by predicate and way."""
    return {
        (f"{_ORG}subOrganizationOf", "to"): _("Belongs to"),
        (f"{_ORG}subOrganizationOf", "from"): _("Branches and units"),
        (f"{_SKOS}broader", "to"): _("One of"),
        (f"{_SKOS}broader", "from"): _("Takes in"),
        (f"{_SKOS}related", "to"): _("See also"),
        (f"{_SKOS}closeMatch", "to"): _("Nearly the same"),
        (f"{_DCTERMS}isReplacedBy", "to"): _("Replaced by"),
        (f"{_DCTERMS}isReplacedBy", "from"): _("In place of"),
        (f"{_PF}institutionKind", "to"): _("Kind"),
        (f"{_PF}instrumentKind", "to"): _("Kind"),
        (f"{_PF}eventKind", "to"): _("Kind"),
        (f"{_DCTERMS}spatial", "to"): _("Place"),
        (f"{_DCTERMS}subject", "to"): _("Topic"),
        (f"{_PF}issuer", "to"): _("Issued or set up by"),
        (f"{_PF}issuer", "from"): _("Issued or set up"),
        (f"{_DCTERMS}creator", "to"): _("Announced by"),
        (f"{_DCTERMS}creator", "from"): _("Announced"),
        (f"{_PF}document", "to"): _("Documents"),
        (f"{_PF}document", "from"): _("Events"),
        (f"{_PF}recipient", "to"): _("Given to"),
        (f"{_PF}recipient", "from"): _("Titles received"),
        (f"{_PF}about", "to"): _("About"),
        (f"{_PF}about", "from"): _("Outlook on it"),
        **{(f"{_PF}instrument", way): _("Instruments") for way in ("to", "use")},
        **{(f"{_PF}intermediary", way): _("Through") for way in ("to", "use")},
        **{(f"{_PF}target", way): _("For") for way in ("to", "use")},
        (f"{_ORG}hasMember", "to"): _("Members named"),
        (f"{_ORG}hasMember", "from"): _("Counted among"),
        (f"{_PF}indicator", "figure"): _("Figures"),
    }


def _write_chart(center: str, groups: Sequence[Related], language: str, root: str) -> dict[str, Any]:
    drawn = []
    for group, number in zip(groups, share_room([group.number for group in groups], MOST_DRAWN), strict=True):
        nodes = [
            {"label": thing.write(language), "link": find_address(thing.iri, root)} for thing in group.things[:number]
        ]
        drawn.append({"label": group.label, "nodes": nodes, "rest": _name_rest(group.number - number, language)})
    return {"kind": "network", "center": center, "groups": drawn}


def _name_rest(number: int, language: str) -> str:
    if not number:
        return ""
    texts = load_texts(language)
    return texts.ngettext("and %(num)s more", "and %(num)s more", number) % {"num": number}


def share_room(numbers: Sequence[int], room: int) -> list[int]:
    """Return how many of each are taken so that all find room: everyone gets the same before anyone gets more.

    >>> share_room([2, 40, 9], 20), share_room([1, 2], 9)
    ([2, 9, 9], [1, 2])
    """
    taken = [0] * len(numbers)
    while room > 0 and taken != list(numbers):
        for place, number in enumerate(numbers):
            if taken[place] < number and room > 0:
                taken[place] += 1
                room -= 1
    return taken
