"""Owns exporting the graph for other tools: one JSON record per mention.

It reads Turtle, not the reader's memory, so an export says what the graph says. Refuses a graph that lacks what a
record needs, naming the node.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from provfin.assets import find_assets
from provfin.errors import InputError
from provfin.mentions import ROLES
from provfin.quantity import drop_empty_decimals, write_decimal
from provfin.turtle import PREFIXES, read_turtle

PF = PREFIXES["pf"]
_PREF_LABEL = PREFIXES["skos"] + "prefLabel"
_NOTATION = PREFIXES["skos"] + "notation"
_LABEL = PREFIXES["rdfs"] + "label"
# The dimensions that every structure has; the others are breakdowns.
_COMMON = {f"{PF}indicator", f"{PF}measure"}

Record = dict[str, Any]


def find_turtle(folder: Path) -> list[Path]:
    """Return the Turtle files below a folder; raises `InputError` when there are none."""
    paths = sorted(folder.rglob("*.ttl"))
    if not paths:
        raise InputError("no Turtle files", where=str(folder), repair="give a folder that extract or build wrote")
    return paths


def export_records(folder: Path | None = None) -> list[Record]:
    """Return one record per mention of the graph in a folder (all data by default), in reading order."""
    assets = find_assets()
    paths = find_turtle(folder or assets.graphs)
    return make_records(triple for path in paths + find_turtle(assets.ontology) for triple in read_turtle(path))


def make_records(triples: Iterable[ox.Triple]) -> list[Record]:
    """Return one record per mention of a graph and its vocabulary, in reading order.

    Raises `InputError` where the graph lacks what a record needs.
    """
    return sorted(
        _Index(triples).records(), key=lambda record: (record["report"], record["start"], record["observation"])
    )


class _Index:
    """The triples of a graph by subject and predicate."""

    def __init__(self, triples: Iterable[ox.Triple]) -> None:
        self._values: dict[str, dict[str, list[ox.NamedNode | ox.Literal]]] = defaultdict(lambda: defaultdict(list))
        for triple in triples:
            if isinstance(triple.subject, ox.NamedNode) and isinstance(triple.object, ox.NamedNode | ox.Literal):
                self._values[triple.subject.value][triple.predicate.value].append(triple.object)

    def records(self) -> Iterator[Record]:
        """Yield a record for each mention of each observation."""
        for observation, values in self._values.items():
            for mention in values.get(f"{PF}mention", []):
                yield self._make_record(observation, mention.value)

    def _make_record(self, observation: str, mention: str) -> Record:
        unit = self._one(mention, f"{PF}unit")
        report = self._one(observation, f"{PF}report")
        return {
            "observation": observation,
            "mention": mention,
            "report": report.rsplit("/", 1)[1],
            "start": int(self._one(mention, PREFIXES["oa"] + "start")),
            "end": int(self._one(mention, PREFIXES["oa"] + "end")),
            "exact": self._one(mention, PREFIXES["oa"] + "exact"),
            "section": self._trail(self._one(mention, f"{PF}part"), report),
            "indicator": self._one(observation, f"{PF}indicator"),
            "indicator_label": self._label(observation, _LABEL),
            "measure": self._code(self._one(observation, f"{PF}measure")),
            **self._make_value(mention, unit),
            "period": self._code(self._one(observation, PREFIXES["sdmx-dimension"] + "refPeriod")),
            "area": self._code(self._one(observation, PREFIXES["sdmx-dimension"] + "refArea")),
            "dimensions": {
                name: self._code(self._one(observation, PF + name))
                for name in self._breakdowns(observation)
                if name not in ROLES
            },
            **{role: self._name_role(observation, role) for role in ROLES},
            "qualifier": next((value.value for value in self._values[mention].get(f"{PF}qualifier", [])), None),
            "origin": self._one(mention, f"{PF}origin"),
            "read_by": "reviewer" if "/rule/review" in self._one(mention, f"{PF}readBy") else "rule",
        }

    def _name_role(self, observation: str, role: str) -> str | None:
        """Return the name of who did it, with what or for whom; None where the report does not tell."""
        codes = self._values[observation].get(PF + role, [])
        told = [code.value for code in codes if self._code(code.value) != "_T"]
        return self._label(told[0], _PREF_LABEL) if told else None

    def _make_value(self, mention: str, unit: str) -> Record:
        base = self._one(unit, f"{PF}baseUnit")
        printed = self._values[mention].get(f"{PF}printedValue")
        value = value_base = None
        if printed:
            decimals = int(self._one(mention, f"{PF}printedDecimals"))
            number = Decimal(printed[0].value)
            value = f"{number:.{decimals}f}"
            value_base = write_decimal(drop_empty_decimals(number * Decimal(self._one(unit, f"{PF}factor"))))
        return {
            "value": value,
            "unit": self._label(unit, _PREF_LABEL),
            "value_base": value_base,
            "base_unit": self._label(base, _PREF_LABEL),
        }

    def _one(self, subject: str, predicate: str) -> str:
        values = self._values[subject].get(predicate)
        if not values:
            what = f"no {predicate.rsplit('#', 1)[-1]}"
            raise InputError(what, where=subject, repair="run provfin validate on the graph")
        return values[0].value

    def _label(self, subject: str, predicate: str) -> str:
        labels = self._values[subject].get(predicate, [])
        return next((label.value for label in labels if isinstance(label, ox.Literal) and label.language == "zh"), "")

    def _code(self, concept: str) -> str:
        return self._one(concept, _NOTATION)

    def _trail(self, part: str, report: str) -> str:
        titles = []
        while part != report:
            titles.append(self._label(part, PREFIXES["dcterms"] + "title"))
            part = self._one(part, PREFIXES["dcterms"] + "isPartOf")
        return " / ".join(reversed(titles))

    @cached_property
    def _dimension_properties(self) -> set[str]:
        components = (values.get(PREFIXES["qb"] + "dimension", []) for values in self._values.values())
        found = {value.value for properties in components for value in properties}
        return {iri for iri in found if iri.startswith(PF)} - _COMMON

    def _breakdowns(self, observation: str) -> list[str]:
        return sorted(iri.removeprefix(PF) for iri in self._values[observation] if iri in self._dimension_properties)
