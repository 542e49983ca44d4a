"""Owns the differences of two releases as RDF, in terms of PROV, DCAT, VoID and Data Cube.

A figure as one release has it is an entity of its own, a specialization of the observation; the states that both
releases have of it are alternates of each other. What tells them apart is a comparison, which used both releases and
made the collections of figures that it found revised, added and so on. It may be asked for either way round, so that
nothing here says which release was made first, or that one came out of the other. Values are literals as the releases
have them. Refuses blank nodes.
https://www.w3.org/TR/prov-o/ https://www.w3.org/TR/vocab-dcat-3/ https://www.w3.org/TR/void/
"""

from collections.abc import Iterator
from urllib.parse import quote

import pyoxigraph as ox

from provfin.dataset import NAMESPACES
from provfin.dataset.terms import expand, make_count
from provfin.differences.changes import Change, Comparison, Kind
from provfin.differences.editions import PF, STATUS, VALUE, Figure, Named
from provfin.differences.sources import Origin
from provfin.release import name_release, shorten_hash
from provfin.turtle import BASE, TYPE, shorten_iri, sort_triples

_TITLES = {"en": "Differences of release {new} from release {old}", "zh": "发布版 {new} 与发布版 {old} 的差异"}
_Term = ox.NamedNode | ox.Literal
_SETS = ("added", "withdrawn", "changed")


def write_graph(comparison: Comparison) -> str:
    """Return the differences as Turtle."""
    triples = sort_triples(_Telling(comparison).triples())
    data = ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=dict(NAMESPACES))
    assert data is not None
    return data.decode()


def _decimal(text: str | None) -> ox.Literal | None:
    return None if text is None else ox.Literal(text, datatype=expand("xsd:decimal"))


def _name(named: Named | None) -> str | None:
    return None if named is None else named.iri


def _link(named: Named | None) -> ox.NamedNode | None:
    return None if named is None else ox.NamedNode(named.iri)


class _Telling:
    """Tells one comparison in triples."""

    def __init__(self, comparison: Comparison) -> None:
        self._comparison = comparison
        self._old = name_release(comparison.old.hash)
        self._new = name_release(comparison.new.hash)
        self._activity = f"{self._new}/compared-with/{shorten_hash(comparison.old.hash)}"

    def triples(self) -> Iterator[ox.Triple]:
        """Yield what is told of the releases, of the activity between them, of figures and of classes."""
        yield from self._tell_release(self._old, self._comparison.old)
        yield from self._tell_release(self._new, self._comparison.new)
        if self._old != self._new:
            yield from self._tell_activity()
        for change in self._comparison.changes:
            yield from self._tell_change(change)
        yield from self._tell_collections()
        yield from self._tell_resources()

    def _tell(
        self, subject: str, predicate: str, *objects: ox.NamedNode | ox.Literal | str | None
    ) -> Iterator[ox.Triple]:
        """Yield a statement for each object: a term, or the IRI of a resource."""
        for item in objects:
            if item is not None:
                term = ox.NamedNode(item) if isinstance(item, str) else item
                key = TYPE if predicate == "a" else expand(predicate).value
                yield ox.Triple(ox.NamedNode(subject), ox.NamedNode(key), term)

    def _tell_release(self, iri: str, origin: Origin) -> Iterator[ox.Triple]:
        yield from self._tell(iri, "a", *map(expand, ("dcat:Dataset", "prov:Entity", "void:Dataset")))
        yield from self._tell(iri, "dcterms:identifier", ox.Literal(origin.hash))
        yield from self._tell(iri, "dcat:version", ox.Literal(shorten_hash(origin.hash)))

    def _tell_activity(self) -> Iterator[ox.Triple]:
        yield from self._tell(self._activity, "a", expand("prov:Activity"))
        yield from self._tell(self._activity, "prov:used", self._old, self._new)
        for language, title in _TITLES.items():
            text = title.format(old=self._old.rsplit("/", 1)[1], new=self._new.rsplit("/", 1)[1])
            yield from self._tell(self._activity, "rdfs:label", ox.Literal(text, language=language))

    def _tell_change(self, change: Change) -> Iterator[ox.Triple]:
        old = self._name_state(self._old, change.old)
        new = self._name_state(self._new, change.new)
        if change.old and old:
            yield from self._tell_figure(old, self._old, change.old)
        if change.new and new:
            yield from self._tell_figure(new, self._new, change.new)
        if old and new:
            yield from self._tell(old, "prov:alternateOf", new)
            yield from self._tell(new, "prov:alternateOf", old)
        yield from self._tell(f"{self._activity}/{change.kind}", "prov:hadMember", old, new)

    def _tell_collections(self) -> Iterator[ox.Triple]:
        for kind in Kind:
            if self._comparison.select(kind):
                iri = f"{self._activity}/{kind}"
                yield from self._tell(iri, "a", *map(expand, ("prov:Collection", "prov:Entity")))
                yield from self._tell(iri, "prov:wasGeneratedBy", self._activity)

    @staticmethod
    def _name_state(release: str, figure: Figure | None) -> str | None:
        if figure is None:
            return None
        iri = figure.this.iri
        return f"{release}/{iri.removeprefix(BASE) if iri.startswith(BASE) else quote(iri, safe='')}"

    def _tell_figure(self, iri: str, release: str, figure: Figure) -> Iterator[ox.Triple]:
        yield from self._tell(iri, "a", expand("prov:Entity"))
        yield from self._tell(iri, "prov:specializationOf", figure.this.iri)
        yield from self._tell(iri, "dcterms:isPartOf", release)
        yield from self._tell(iri, "dcterms:source", _name(figure.report))
        yield from self._tell(iri, "prov:wasQuotedFrom", *(place.mention for place in figure.places))
        for language, label in figure.this.labels.items():
            yield from self._tell(iri, "rdfs:label", ox.Literal(label, language=language or None))
        for predicate, value in (
            (VALUE, _decimal(figure.value)),
            (f"{PF}valueInBaseUnit", _decimal(figure.base_value)),
            (f"{PF}lowerBound", _decimal(figure.lower)),
            (f"{PF}upperBound", _decimal(figure.upper)),
            (f"{PF}unit", _link(figure.unit)),
            (STATUS, _link(figure.status)),
            (f"{PF}missingReason", _link(figure.missing)),
        ):
            if value is not None:
                yield ox.Triple(ox.NamedNode(iri), ox.NamedNode(predicate), value)

    def _tell_resources(self) -> Iterator[ox.Triple]:
        """Yield a set for the resources added, withdrawn and changed, with a partition for each class in it."""
        for kind in _SETS:
            counts = {
                name: vars(found)[kind] for name, found in self._comparison.resources.items() if vars(found)[kind]
            }
            whole = f"{self._activity}/resources/{kind}"
            if not counts:
                continue
            yield from self._tell(whole, "a", expand("void:Dataset"), expand("prov:Entity"))
            yield from self._tell(whole, "prov:wasGeneratedBy", self._activity)
            for name, number in counts.items():
                part = f"{whole}/{quote(shorten_iri(name, NAMESPACES), safe=':')}"
                yield from self._tell(whole, "void:classPartition", part)
                yield from self._tell(part, "a", expand("void:Dataset"))
                yield from self._tell(part, "void:class", name)
                yield from self._tell(part, "void:entities", make_count(number))
