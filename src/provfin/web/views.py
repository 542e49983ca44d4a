"""Owns how what is told of a resource reads: statements by predicate, in the language of the page before any other.

Refuses to leave anything out: what has no name stands there with its IRI, what is in another language stands aside.
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
    """The statements with one predicate: how many there are, those shown, and the page on which they begin.

    `others` are texts in languages the page is not in, where it has one in its own.
    """

    predicate: Term
    terms: Sequence[Term]
    number: int
    page: int = 1
    others: Sequence[Term] = ()


@dataclass(frozen=True)
class View:
    """A resource as it is shown: itself, what it is called in other languages, the statements about it and to it."""

    term: Term
    other_names: Texts
    own: Sequence[Group]
    incoming: Sequence[Group]


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


def view_resource(resource: Resource, language: str) -> View:
    """Return how a resource is shown on a page in a language."""
    names = resource.names
    term = view_term(ox.NamedNode(resource.iri), names)
    own = list(_group_own(resource.own, names, language))
    return View(term, _find_other_names(term.names or {}, language), own, list(_group_incoming(resource)))


def _find_other_names(names: Texts, language: str) -> Texts:
    """Return what a thing is called in other languages, where it is called otherwise in that of the page."""
    shown = names.get(language)
    return {code: name for code, name in sorted(names.items()) if shown and code and name != shown}


def view_term(term: Any, names: Mapping[str, Texts]) -> Term:
    """Return how a term is shown."""
    if isinstance(term, ox.Literal):
        datatype = "" if term.datatype.value in _PLAIN else shorten(term.datatype.value)
        return Term(term.value, language=term.language or "", datatype=datatype)
    iri = str(term.value)
    return Term(shorten(iri), iri, names.get(iri))


def _group_own(triples: Iterable[ox.Triple], names: Mapping[str, Texts], language: str) -> Iterable[Group]:
    groups: dict[str, list[Any]] = {}
    for triple in sorted(triples, key=_rank):
        groups.setdefault(triple.predicate.value, []).append(triple.object)
    for predicate, values in groups.items():
        terms = [view_term(value, names) for value in values]
        shown = [term for term in terms if term.language in ("", language)] or terms
        others = [term for term in terms if term not in shown]
        yield Group(view_term(ox.NamedNode(predicate), names), shown, len(terms), others=others)


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


def number_rows(page: int, shown: int) -> tuple[int, int]:
    """Return the numbers of the first and last statement on a page.

    >>> number_rows(2, 30)
    (101, 130)
    """
    before = (page - 1) * PAGE_SIZE
    return before + 1, before + shown
