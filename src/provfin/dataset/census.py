"""Owns counting what a release holds: triples, entities, classes, properties, and what leads from which to what.

It counts distinct triples, as a query over the union of graphs meets them. Refuses to look into the catalogue: what is
described is the data, not its description.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

import pyoxigraph as ox

from provfin.turtle import PREFIXES, TYPE

# A quad as the numbers of its terms: comparing numbers is what makes counting quick.
Row = tuple[int, int, int, int]
Numbers = tuple[int, ...]


@dataclass(frozen=True)
class Extent:
    """How much a set of triples holds; subjects, objects, properties and classes are distinct ones."""

    triples: int
    subjects: int
    objects: int
    properties: int
    classes: int


@dataclass(frozen=True)
class Way:
    """From which class which property leads to what: a class, or the datatype of a literal."""

    subject_class: str
    predicate: str
    target: str
    is_datatype: bool


class Census:
    """The counts of a set of quads."""

    def __init__(self, quads: Iterable[ox.Quad], derived_graph: str) -> None:
        """Take in quads; what is in `derived_graph` follows from the rest."""
        numbers: dict[Any, int] = {}

        def find_number(term: Any) -> int:
            return numbers.setdefault(term, len(numbers))

        self._type = find_number(ox.NamedNode(TYPE))
        self._derived = find_number(ox.NamedNode(derived_graph))
        rows = {tuple(map(find_number, quad)) for quad in quads}
        self._terms = list(numbers)
        same = _find_same(self._terms)
        self._rows: set[Row] = {(s, p, same.get(o, o), g) for s, p, o, g in rows}

    @cached_property
    def whole(self) -> Extent:
        """The extent of all graphs together."""
        return self._measure(self._rows)

    @cached_property
    def graphs(self) -> Mapping[str, Extent]:
        """The extent of each named graph."""
        return {self._name(graph): self._measure(rows) for graph, rows in _group(self._rows, 3)}

    @cached_property
    def properties(self) -> Mapping[str, Extent]:
        """The extent of the triples of each property."""
        return {self._name(predicate): self._measure(rows) for predicate, rows in _group(self._rows, 1)}

    @cached_property
    def entities(self) -> Mapping[str, int]:
        """How many things each class has."""
        found = Counter(number for numbers in self._classes.values() for number in numbers)
        return {self._name(number): count for number, count in found.items()}

    @cached_property
    def class_properties(self) -> Mapping[tuple[str, str], int]:
        """How many triples things of a class have with a property."""
        found: Counter[tuple[int, int]] = Counter()
        for (classes, predicate, _), count in self._count_ways(self._classes).items():
            found.update({(number, predicate): count for number in classes})
        return {(self._name(number), self._name(predicate)): count for (number, predicate), count in found.items()}

    @cached_property
    def class_triples(self) -> Mapping[str, int]:
        """How many triples tell of things of a class."""
        found: Counter[str] = Counter()
        for (name, _), count in self.class_properties.items():
            found[name] += count
        return found

    @cached_property
    def ways(self) -> Mapping[Way, int]:
        """How many triples lead from a class by a property to a class or datatype, for classes that are told.

        Ways between classes that only follow from these are as many again, and say nothing new.
        """
        found: Counter[Way] = Counter()
        for (classes, predicate, target), count in self._count_ways(self._told).items():
            is_datatype = isinstance(target, str)
            targets = [target] if isinstance(target, str) else list(map(self._name, target))
            name = self._name(predicate)
            found.update({Way(self._name(own), name, to, is_datatype): count for to in targets for own in classes})
        return found

    def list_values(self, predicate: str) -> list[str]:
        """Return the IRIs and texts a property has as values, each once, in order."""
        number = self._find(predicate)
        return sorted({self._terms[row[2]].value for row in self._rows if row[1] == number})

    def find_first(self, class_iri: str) -> str | None:
        """Return the first thing of a class, in the order of names."""
        number = self._find(class_iri)
        return min((self._name(thing) for thing, classes in self._classes.items() if number in classes), default=None)

    def _find(self, iri: str) -> int | None:
        node = ox.NamedNode(iri)
        return self._terms.index(node) if node in self._terms else None

    def _name(self, number: int) -> str:
        return str(self._terms[number].value)

    def _measure(self, rows: Collection[Row]) -> Extent:
        subjects, predicates, objects, _ = map(set, zip(*rows, strict=True)) if rows else [set[int]()] * 4
        classes = {row[2] for row in rows if row[1] == self._type}
        return Extent(len(rows), len(subjects), len(objects), len(predicates), len(classes))

    @cached_property
    def _classes(self) -> Mapping[int, Numbers]:
        return _list_classes(row for row in self._rows if row[1] == self._type)

    @cached_property
    def _told(self) -> Mapping[int, Numbers]:
        return _list_classes(row for row in self._rows if row[1] == self._type and row[3] != self._derived)

    def _count_ways(self, classes: Mapping[int, Numbers]) -> Mapping[tuple[Numbers, int, Numbers | str], int]:
        """How many triples lead from things of some classes by a property to things of some, or to a datatype."""
        targets: list[Numbers | str] = [
            term.datatype.value if isinstance(term, ox.Literal) else self._told.get(number, ())
            for number, term in enumerate(self._terms)
        ]
        return Counter(
            (classes.get(subject, ()), predicate, targets[value]) for subject, predicate, value, _ in self._rows
        )


def _find_same(terms: Iterable[Any]) -> Mapping[int, int]:
    """Return for each decimal the first of the same value: stores hold numbers by value, so that 5.0 and 5 are one."""
    decimal = ox.NamedNode(PREFIXES["xsd"] + "decimal")
    first: dict[Decimal, int] = {}
    return {
        number: first.setdefault(Decimal(term.value), number)
        for number, term in enumerate(terms)
        if isinstance(term, ox.Literal) and term.datatype == decimal
    }


def _group(rows: Iterable[Row], place: int) -> Iterable[tuple[int, list[Row]]]:
    groups: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row[place]].append(row)
    return groups.items()


def _list_classes(rows: Iterable[Row]) -> Mapping[int, Numbers]:
    found: dict[int, set[int]] = defaultdict(set)
    for subject, _, value, _ in rows:
        found[subject].add(value)
    return {subject: tuple(sorted(numbers)) for subject, numbers in found.items()}
