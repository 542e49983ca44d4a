"""Owns how what is told of a resource reads: statements by predicate, names in both languages, a figure at a glance.

Refuses to leave anything out: what has no name stands there with its IRI.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pyoxigraph as ox

from provfin.dataset import NAMESPACES
from provfin.turtle import BASE, TYPE
from provfin.web.lookup import NAMING, PAGE_SIZE, Resource, Texts

_PLAIN = {NAMESPACES["xsd"] + "string", NAMESPACES["rdf"] + "langString"}
# What tells most comes first; the rest follows by name.
_FIRST = (
    TYPE, *NAMING, *(NAMESPACES["skos"] + name for name in ("altLabel", "definition", "scopeNote", "example")),
    NAMESPACES["dcterms"] + "description", NAMESPACES["rdfs"] + "comment",
)  # fmt: skip
_VALUE = NAMESPACES["sdmx-measure"] + "obsValue"
_UNIT = NAMESPACES["pf"] + "unit"
_SETTING = (
    NAMESPACES["sdmx-dimension"] + "refArea",
    NAMESPACES["sdmx-dimension"] + "refPeriod",
    NAMESPACES["pf"] + "indicator",
    NAMESPACES["pf"] + "measure",
)


@dataclass(frozen=True)
class Term:
    """A node or literal as it is shown: a node has an IRI and perhaps names, a literal a language or a datatype."""

    text: str
    iri: str = ""
    names: Texts | None = None
    language: str = ""
    datatype: str = ""


@dataclass(frozen=True)
class Group:
    """The statements with one predicate: how many there are, those shown, and the page on which they begin."""

    predicate: Term
    terms: Sequence[Term]
    number: int
    page: int = 1


@dataclass(frozen=True)
class Figure:
    """An observation at a glance: its value, the unit, and of what, where and when it is."""

    value: str
    unit: Term | None
    setting: Sequence[Term]


@dataclass(frozen=True)
class View:
    """A resource as it is shown."""

    term: Term
    own: Sequence[Group]
    incoming: Sequence[Group]
    figure: Figure | None


@lru_cache(maxsize=4096)
def shorten(iri: str) -> str:
    """Return a prefixed name, a path under the project's own names, or the IRI.

    >>> shorten("http://www.w3.org/ns/prov#Entity"), shorten("https://w3id.org/provfin/id/mention/a/1-2")
    ('prov:Entity', 'mention/a/1-2')
    """
    for prefix, namespace in NAMESPACES.items():
        local = iri.removeprefix(namespace)
        if local != iri and local and "/" not in local:
            return f"{prefix}:{local}"
    return iri.removeprefix(BASE)


def view_resource(resource: Resource) -> View:
    """Return how a resource is shown."""
    names = resource.names
    return View(
        view_term(ox.NamedNode(resource.iri), names),
        list(_group_own(resource.own, names)),
        list(_group_incoming(resource)),
        _find_figure(resource),
    )


def view_term(term: Any, names: Mapping[str, Texts]) -> Term:
    """Return how a term is shown."""
    if isinstance(term, ox.Literal):
        datatype = "" if term.datatype.value in _PLAIN else shorten(term.datatype.value)
        return Term(term.value, language=term.language or "", datatype=datatype)
    iri = str(term.value)
    return Term(shorten(iri), iri, names.get(iri))


def _group_own(triples: Iterable[ox.Triple], names: Mapping[str, Texts]) -> Iterable[Group]:
    groups: dict[str, list[Any]] = {}
    for triple in sorted(triples, key=_rank):
        groups.setdefault(triple.predicate.value, []).append(triple.object)
    for predicate, values in groups.items():
        terms = [view_term(value, names) for value in values]
        yield Group(view_term(ox.NamedNode(predicate), names), terms, len(terms))


def _rank(triple: ox.Triple) -> tuple[int, str, str]:
    predicate = triple.predicate.value
    return _FIRST.index(predicate) if predicate in _FIRST else len(_FIRST), shorten(predicate), str(triple.object)


def _group_incoming(resource: Resource) -> Iterable[Group]:
    """Yield those on this page, and by their numbers those on others."""
    subjects: dict[str, list[Any]] = {}
    for triple in sorted(resource.incoming, key=str):
        subjects.setdefault(triple.predicate.value, []).append(triple.subject)
    for predicate, number in resource.counts.items():
        terms = [view_term(subject, resource.names) for subject in subjects.get(predicate, [])]
        page = resource.find_page(predicate)
        yield Group(view_term(ox.NamedNode(predicate), resource.names), terms, number, page)


def _find_figure(resource: Resource) -> Figure | None:
    values = {triple.predicate.value: triple.object for triple in resource.own}
    if _VALUE not in values:
        return None
    unit = view_term(values[_UNIT], resource.names) if _UNIT in values else None
    setting = [view_term(values[name], resource.names) for name in _SETTING if name in values]
    return Figure(_text(values[_VALUE]), unit, setting)


def _text(term: Any) -> str:
    return str(term.value)


def number_rows(page: int, shown: int) -> tuple[int, int]:
    """Return the numbers of the first and last statement on a page.

    >>> number_rows(2, 30)
    (101, 130)
    """
    before = (page - 1) * PAGE_SIZE
    return before + 1, before + shown
