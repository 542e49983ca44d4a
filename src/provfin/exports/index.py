"""Owns looking things up in the triples of a release by subject and predicate.

Values are those of the quads themselves, not of a store: a store writes 0.10 as 0.1. Refuses a graph that lacks what
is asked for, naming the node.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from provfin.errors import InputError
from provfin.turtle import PREFIXES

PF = PREFIXES["pf"]
LABEL = PREFIXES["rdfs"] + "label"
NOTATION = PREFIXES["skos"] + "notation"
PREF_LABEL = PREFIXES["skos"] + "prefLabel"

Value = ox.NamedNode | ox.Literal


class Index:
    """The triples of a graph by subject and predicate; what has blank nodes is left out, for no release has any."""

    def __init__(self, triples: Iterable[ox.Quad | ox.Triple]) -> None:
        self._values: dict[str, dict[str, list[Value]]] = defaultdict(dict)
        for triple in triples:
            if isinstance(triple.subject, ox.NamedNode) and isinstance(triple.object, ox.NamedNode | ox.Literal):
                values = self._values[triple.subject.value].setdefault(triple.predicate.value, [])
                values.append(triple.object)

    def subjects(self, predicate: str) -> list[str]:
        """Return the IRIs of all that has this property, in order."""
        return sorted(subject for subject, values in self._values.items() if predicate in values)

    def predicates(self, subject: str) -> Iterable[str]:
        """Return the IRIs of the properties that something has."""
        return self._values.get(subject, {})

    def all(self, subject: str, predicate: str) -> list[str]:
        """Return the values of a property as text, in order, each once."""
        return sorted({value.value for value in self._values.get(subject, {}).get(predicate, [])})

    def find(self, subject: str, predicate: str) -> str | None:
        """Return the value of a property as text, None where it has none; raises `InputError` where it has several."""
        values = self.all(subject, predicate)
        if len(values) > 1:
            raise _doubt(f"more than one {_shorten(predicate)}", subject)
        return values[0] if values else None

    def get(self, subject: str, predicate: str) -> str:
        """Return the one value of a property as text; raises `InputError` where there is none, or several."""
        value = self.find(subject, predicate)
        if value is None:
            raise _doubt(f"no {_shorten(predicate)}", subject)
        return value

    def label(self, subject: str, language: str, predicate: str = PREF_LABEL) -> str | None:
        """Return the label of something in a language, None where it has none."""
        values = self._values.get(subject, {}).get(predicate, [])
        labels = (value.value for value in values if isinstance(value, ox.Literal) and value.language == language)
        return min(labels, default=None)

    def climb(self, subject: str, predicate: str) -> Iterator[str]:
        """Yield something and what it leads to by a property, step by step; raises `InputError` in a circle."""
        seen: set[str] = set()
        place: str | None = subject
        while place is not None:
            if place in seen:
                raise _doubt(f"{_shorten(predicate)} leads back to it", place)
            seen.add(place)
            yield place
            place = self.find(place, predicate)


def _shorten(predicate: str) -> str:
    return predicate.rsplit("#", 1)[-1].rsplit("/", 1)[-1]


def _doubt(what: str, where: str) -> InputError:
    return InputError(what, where=where, repair="run provfin validate on the graph")
