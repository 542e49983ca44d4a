"""Owns telling two releases apart: which figures were revised, added, withdrawn, and what else is told differently.

Figures are the same when they have one IRI, or one report and the same dimensions; a report is the same when it was
read from the same bytes. A decimal is the same when it has the same value, however many zeros it is written with.
Refuses to judge which of two releases is right, or which was made first.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Self

import pyoxigraph as ox

from provfin.differences.editions import (
    AREA,
    MENTION,
    PERIOD,
    PF,
    STATUS,
    VALUE,
    Description,
    Edition,
    Figure,
    is_observation,
    list_iris,
)
from provfin.differences.renaming import Renaming
from provfin.differences.sources import Group, Origin, SortedQuads
from provfin.quantity import read_decimal
from provfin.turtle import PREFIXES

_ATTRIBUTE = PREFIXES["sdmx-attribute"]
_ASPECTS = {
    VALUE: "value",
    f"{PF}valueInBaseUnit": "base_value",
    f"{PF}unit": "unit",
    f"{_ATTRIBUTE}unitMeasure": "unit",
    f"{_ATTRIBUTE}unitMult": "unit",
    f"{PF}lowerBound": "bounds",
    f"{PF}upperBound": "bounds",
    f"{_ATTRIBUTE}decimals": "bounds",
    STATUS: "status",
    f"{PF}missingReason": "status",
    f"{PREFIXES['rdfs']}label": "label",
    MENTION: "evidence",
    f"{PF}disputedBy": "evidence",
    # Where a release lacks the cube structures, these are dimensions all the same.
    AREA: "dimensions",
    PERIOD: "dimensions",
    f"{PF}indicator": "dimensions",
    f"{PF}measure": "dimensions",
}
_REVISING = {"value", "base_value", "unit", "bounds", "status", "dimensions"}
_DECIMAL = f"{PREFIXES['xsd']}decimal"


_Key = frozenset[tuple[str, str]]


class Kind(StrEnum):
    """What became of a figure."""

    revised = "revised"
    added = "added"
    withdrawn = "withdrawn"
    labels = "labels_changed"
    evidence = "evidence_changed"
    other = "otherwise_changed"
    spelling = "spelling_changed"


@dataclass(frozen=True)
class Change:
    """A figure as the old release has it and as the new one does, and in what they differ."""

    old: Figure | None
    new: Figure | None
    aspects: tuple[str, ...] = ()

    @property
    def figure(self) -> Figure:
        """The figure as the new release has it, else as the old one did."""
        figure = self.new or self.old
        assert figure is not None
        return figure

    @property
    def kind(self) -> Kind:
        """What became of the figure; what changes a value goes before what only changes its name or place."""
        if self.old is None or self.new is None:
            return Kind.withdrawn if self.new is None else Kind.added
        if _REVISING & set(self.aspects):
            return Kind.revised
        found = {"label": Kind.labels, "evidence": Kind.evidence}
        unlike = Kind.spelling if self.aspects == ("spelling",) else Kind.other
        return next((found[aspect] for aspect in ("label", "evidence") if aspect in self.aspects), unlike)


@dataclass(frozen=True)
class Counts:
    """How many resources of a class are new, gone, or told differently."""

    added: int = 0
    withdrawn: int = 0
    changed: int = 0


@dataclass(frozen=True)
class Comparison:
    """What two releases differ in; statements are those asserted, whichever graph they stand in."""

    old: Origin
    new: Origin
    changes: tuple[Change, ...]
    resources: Mapping[str, Counts]
    statements: Counts

    @classmethod
    def find(cls, old: SortedQuads, new: SortedQuads) -> Self:
        """Return what two sorted sets of quads differ in."""
        pair = _Pair(Edition(old), Edition(new))
        changed = pair.learn_differences() if old.origin.hash != new.origin.hash else []
        observations = [iri for iri in changed if pair.is_observation(iri)]
        others = [iri for iri in changed if not pair.is_observation(iri)]
        observations += sorted(set(pair.list_affected(others)) - set(observations))
        changes = sorted(pair.list_changes(observations), key=lambda change: change.figure.this.iri)
        resources, statements = pair.count_resources(others), pair.count_statements(changed)
        return cls(old.origin, new.origin, tuple(changes), resources, statements)

    @property
    def is_empty(self) -> bool:
        """Whether both assert the same."""
        return not (self.statements.added or self.statements.withdrawn)

    def select(self, kind: Kind) -> list[Change]:
        """Return the changes of a kind, by observation."""
        return [change for change in self.changes if change.kind is kind]


def _meet(old: Iterator[Group], new: Iterator[Group]) -> Iterator[tuple[list[bytes], list[bytes]]]:
    """Yield the lines of each subject that differ, from two runs of groups in the order of their subjects."""
    left, right = next(old, None), next(new, None)
    while left or right:
        is_old = right is None or (left is not None and left[0] <= right[0])
        is_new = left is None or (right is not None and right[0] <= left[0])
        lines = (left[1] if left and is_old else [], right[1] if right and is_new else [])
        if lines[0] != lines[1]:
            yield lines
        left = next(old, None) if is_old else left
        right = next(new, None) if is_new else right


def _find_unlike(told: Description, retold: Description) -> dict[str, bool]:
    """Return the predicates under which other terms are told, and of each whether other values are meant."""
    keys = (key for key in {*told, *retold} if told.get(key) != retold.get(key))
    return {key: _read_values(told.get(key, ())) != _read_values(retold.get(key, ())) for key in keys}


def _read_values(terms: Iterable[ox.NamedNode | ox.Literal]) -> set[Decimal | ox.NamedNode | ox.Literal]:
    """Return terms, decimals among them by their value (https://www.w3.org/TR/xmlschema11-2/#decimal)."""
    return {_read_value(term) for term in terms}


def _read_value(term: ox.NamedNode | ox.Literal) -> Decimal | ox.NamedNode | ox.Literal:
    if isinstance(term, ox.NamedNode) or term.datatype.value != _DECIMAL:
        return term
    value = read_decimal(term.value)
    return term if value is None else value


def _group(keys: Iterable[tuple[str, _Key]]) -> dict[_Key, list[str]]:
    found: dict[_Key, list[str]] = defaultdict(list)
    for iri, key in keys:
        if key:
            found[key].append(iri)
    return found


class _Pair:
    """The old and the new edition side by side; what both have goes by its name in the new one."""

    def __init__(self, old: Edition, new: Edition) -> None:
        self._old = old
        self._new = new
        self._renaming = Renaming.find(old.sources, new.sources)

    def learn_differences(self) -> list[str]:
        """Read all subjects whose lines differ; return those of which other things are asserted, in order."""
        met = list(_meet(self._old.quads.groups(), self._new.quads.groups()))
        found = set(self._old.learn(line for lines, _ in met for line in lines))
        found |= set(self._new.learn(line for _, lines in met for line in lines))
        changed = (iri for iri in found if self._old.describe(iri) != self._new.describe(iri))
        return sorted({iri if self._new.describe(iri) else self._renaming.forth(iri) for iri in changed})

    def _tell(self, iri: str) -> tuple[Description, Description]:
        return self._old.describe(self._renaming.back(iri)), self._new.describe(iri)

    def is_observation(self, iri: str) -> bool:
        return any(map(is_observation, self._tell(iri)))

    def list_affected(self, changed: Iterable[str]) -> list[str]:
        """Return observations that are told as before and whose mentions are not."""
        return [iri for iri in self._new.list_mentioning(changed) if all(self._tell(iri))]

    def list_changes(self, observations: Iterable[str]) -> Iterator[Change]:
        """Yield the change of each observation that is told otherwise, or whose evidence is."""
        gone: list[str] = []
        come: list[str] = []
        for iri in observations:
            old, new = self._tell(iri)
            if old and new:
                yield self._compare(self._renaming.back(iri), iri)
            elif old:
                gone.append(self._renaming.back(iri))
            else:
                come.append(iri)
        renamed = self._match(gone, come)
        for iri in gone:
            match = renamed.get(iri)
            yield self._compare(iri, match) if match else Change(self._old.read_figure(iri), None)
        yield from (Change(None, self._new.read_figure(iri)) for iri in sorted(set(come) - set(renamed.values())))

    def _match(self, gone: Iterable[str], come: Iterable[str]) -> dict[str, str]:
        """Return the new IRI of each observation that has another one and the same dimensions."""
        if not (gone and come):
            return {}
        keys = (
            _group((iri, self._find_old_key(iri)) for iri in gone),
            _group((iri, self._new.find_key(iri)) for iri in come),
        )
        common = [(keys[0][key], keys[1][key]) for key in keys[0] if key in keys[1]]
        return {old[0]: new[0] for old, new in common if len(old) == len(new) == 1}

    def _find_old_key(self, iri: str) -> _Key:
        return frozenset((key, self._renaming.forth(code)) for key, code in self._old.find_key(iri))

    def _compare(self, old: str, new: str) -> Change:
        told, retold = self._renaming.translate(self._old.describe(old)), self._new.describe(new)
        aspects = self._list_aspects(told, retold, is_matched=self._renaming.forth(old) != new)
        if old != new:
            aspects.add("iri")
        for mention in {*list_iris(told, MENTION), *list_iris(retold, MENTION)}:
            before, after = self._tell(mention)
            if unlike := _find_unlike(self._renaming.translate(before), after):
                aspects.add("evidence" if any(unlike.values()) else "spelling")
        return Change(self._old.read_figure(old), self._new.read_figure(new), tuple(sorted(aspects)))

    def _list_aspects(self, told: Description, retold: Description, *, is_matched: bool) -> set[str]:
        unlike = _find_unlike(told, retold)
        if is_matched:
            # It is the same observation for having the same dimensions, so only totals may differ.
            unlike = {key: unlike[key] for key in unlike.keys() - self._old.dimensions - self._new.dimensions}
        return {self._find_aspect(key) if is_other else "spelling" for key, is_other in unlike.items()}

    def _find_aspect(self, predicate: str) -> str:
        is_dimension = predicate in self._old.dimensions | self._new.dimensions
        return _ASPECTS.get(predicate) or ("dimensions" if is_dimension else "other")

    def count_resources(self, changed: Iterable[str]) -> dict[str, Counts]:
        """Return how many resources of each class were added, withdrawn and changed."""
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        for iri in changed:
            old, new = self._tell(iri)
            classes = (self._new if new else self._old).list_classes(iri)
            for name in classes or [f"{PREFIXES['rdfs']}Resource"]:
                counts[name]["changed" if old and new else "withdrawn" if old else "added"] += 1
        return {name: Counts(**found) for name, found in sorted(counts.items())}

    def count_statements(self, changed: Iterable[str]) -> Counts:
        """Return how many statements were added and withdrawn."""
        counts = Counts()
        for iri in changed:
            names = (self._renaming.back(iri), iri)
            old, new = (
                {(name, key, term) for key, terms in told.items() for term in terms}
                for name, told in zip(names, self._tell(iri), strict=True)
            )
            counts = Counts(counts.added + len(new - old), counts.withdrawn + len(old - new))
        return counts
