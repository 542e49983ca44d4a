"""Owns reading the figures of a report back from its Turtle, as the audit looks at them.

What rests on the words of the report (lists) is not in the graph; what the audit of the text found there is told again.
Refuses a folder that holds no report, and a figure the graph tells only half of.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import cached_property
from pathlib import Path

import pyoxigraph as ox

from provfin.audit.figures import (
    BASE_OF_COMPARISON,
    Figure,
    PrintedPlace,
    Slot,
    in_nation,
    is_in_other_currency,
    join_amounts,
    make_bounds,
)
from provfin.audit.findings import AuditFinding
from provfin.audit.network import Bounds
from provfin.errors import InputError
from provfin.periods import parse_period
from provfin.quantity import find_interval
from provfin.turtle import BASE, PREFIXES, TYPE, read_turtle
from provfin.vocabulary import Indicator, Unit, load_vocabulary

_PF = PREFIXES["pf"]
_OA = PREFIXES["oa"]
_LABEL = PREFIXES["rdfs"] + "label"


class StoredReport:
    """The Turtle of one report, to be audited."""

    def __init__(self, folder: Path) -> None:
        """Read the Turtle of a folder; raises `InputError` when there is none, or no report in it."""
        files = sorted(folder.glob("*.ttl"))
        if not files:
            raise InputError("there is no Turtle", where=str(folder), repair="name a report that provfin build wrote")
        self.folder = folder
        self._values: dict[str, dict[str, list[ox.NamedNode | ox.Literal]]] = defaultdict(lambda: defaultdict(list))
        self._by_class: dict[str, list[str]] = defaultdict(list)
        for file in files:
            for triple in read_turtle(file):
                self._add(triple)
        self._vocabulary = load_vocabulary()

    def _add(self, triple: ox.Triple) -> None:
        if not isinstance(triple.subject, ox.NamedNode) or not isinstance(triple.object, ox.NamedNode | ox.Literal):
            return
        if triple.predicate.value == TYPE:
            self._by_class[triple.object.value].append(triple.subject.value)
        else:
            self._values[triple.subject.value][triple.predicate.value].append(triple.object)

    @cached_property
    def id(self) -> str:
        """The identity of the report."""
        reports = self._by_class[f"{_PF}Report"]
        if len(reports) != 1:
            repair = "give the folder of one report"
            raise InputError(f"{len(reports)} reports in one folder", where=str(self.folder), repair=repair)
        return reports[0].rsplit("/", 1)[1]

    def read_figures(self) -> list[Figure]:
        """Return the observations of the report as figures, by their keys; raises `InputError` for half a figure."""
        observations = sorted(self._by_class[f"{_PF}Observation"])
        if not observations:
            raise InputError("no observations", where=str(self.folder), repair="name a report that provfin build wrote")
        return [self._read_figure(iri) for iri in observations]

    def read_told(self) -> Iterator[AuditFinding]:
        """Yield what the audit of the text has found in its words."""
        for iri in sorted(self._by_class[f"{_PF}AuditFinding"]):
            if not self._values[iri][f"{_OA}hasTarget"]:
                yield self._read_finding(iri)

    # Nodes

    def _one(self, node: str, predicate: str) -> str:
        values = self._values[node][predicate]
        if len(values) != 1:
            name = predicate.rsplit("#", 1)[-1].rsplit("/", 1)[-1]
            repair = "run provfin validate; it names all that is missing"
            raise InputError(f"{len(values)} values of {name} at {node}", where=str(self.folder), repair=repair)
        return values[0].value

    def _maybe(self, node: str, predicate: str) -> str | None:
        values = self._values[node][predicate]
        return values[0].value if values else None

    def _text(self, node: str, predicate: str, language: str) -> str:
        texts = (item for item in self._values[node][predicate] if isinstance(item, ox.Literal))
        return next((text.value for text in texts if text.language == language), "")

    # Figures

    def _read_figure(self, iri: str) -> Figure:
        slot, concepts = self._read_slot(iri)
        unit = self._find_unit(self._one(iri, f"{_PF}unit"))
        value = self._maybe(iri, PREFIXES["sdmx-measure"] + "obsValue")
        mentions = [item.value for item in self._values[iri][f"{_PF}mention"]]
        disputed = {item.value for item in self._values[iri][f"{_PF}disputedBy"]}
        places = dict(sorted(((item, self._read_place(item)) for item in mentions), key=_order_places))
        base = self._maybe(iri, _PF + BASE_OF_COMPARISON)
        indicator = self._find_indicator(self._one(iri, f"{_PF}indicator"))
        units = [self._find_unit(self._one(mention, f"{_PF}unit")) for mention in mentions]
        return Figure(
            slot=slot,
            key=iri.removeprefix(f"{BASE}observation/{self.id}/"),
            name=self._text(iri, _LABEL, "zh"),
            name_en=self._text(iri, _LABEL, "en"),
            value=None if value is None else Decimal(value),
            unit=unit,
            factor=unit.factor,
            base=unit.base,
            kind=unit.kind,
            bounds=None if value is None else self._read_bounds(iri, unit),
            places=tuple(places.values()),
            disputed=tuple(place for mention, place in places.items() if mention in disputed),
            is_candidate="/candidate-" in concepts,
            is_compared=base is not None and not base.endswith("/total"),
            is_converted=is_in_other_currency(slot, indicator, units),
            compared=self._find_compared(iri, slot, indicator, base),
        )

    def _read_slot(self, iri: str) -> tuple[Slot, str]:
        indicator, measure = self._one(iri, f"{_PF}indicator"), _step(self._one(iri, f"{_PF}measure"))
        codes = {}
        for name in self._vocabulary.dimensions:
            code = self._maybe(iri, _PF + name)
            if code is not None and not code.endswith("/total") and name != BASE_OF_COMPARISON:
                codes[name] = _step(code)
        period = _step(self._one(iri, PREFIXES["sdmx-dimension"] + "refPeriod"))
        area = _step(self._one(iri, PREFIXES["sdmx-dimension"] + "refArea"))
        slot = Slot(
            area,
            _step(indicator),
            tuple(sorted(codes.items())),
            join_amounts(measure),
            parse_period(period.replace("--", "/")),
        )
        return slot, "/".join(["", _step(indicator), *codes.values()])

    def _read_bounds(self, iri: str, unit: Unit) -> Bounds:
        lower, upper = (Decimal(self._one(iri, f"{_PF}{name}Bound")) for name in ("lower", "upper"))
        return make_bounds(lower, upper, unit.factor)

    def _find_unit(self, iri: str) -> Unit:
        unit = next((unit for unit in self._vocabulary.units.values() if unit.iri == iri), None)
        if unit is None:
            raise InputError(f"no unit {iri}", where=str(self.folder), repair="take one of the vocabulary")
        return unit

    def _find_indicator(self, iri: str) -> Indicator | None:
        return next((item for item in self._vocabulary.indicators.values() if item.iri == iri), None)

    def _find_compared(self, iri: str, slot: Slot, own: Indicator | None, base: str | None) -> Slot | None:
        if base is not None and base.endswith("/nation"):
            return in_nation(slot, own)
        other = self._maybe(iri, f"{_PF}comparedWith")
        indicator = self._find_indicator(other) if other else None
        if indicator is None:
            return None
        codes = {name: member.slug for name, member in indicator.own_members}
        return slot.naming(indicator.code, codes).measuring("yoy_growth")

    def _read_place(self, mention: str) -> PrintedPlace:
        value, part = self._maybe(mention, f"{_PF}printedValue"), self._one(mention, f"{_PF}part")
        place = PrintedPlace(
            int(self._one(mention, f"{_OA}start")),
            int(self._one(mention, f"{_OA}end")),
            self._one(mention, f"{_OA}exact"),
            part.removeprefix(f"{BASE}part/{self.id}/") if "/part/" in part else "",
            self._trail(part),
            self._one(mention, f"{_PF}origin"),
        )
        if value is None:
            return place
        unit, decimals = self._find_unit(self._one(mention, f"{_PF}unit")), self._one(mention, f"{_PF}printedDecimals")
        interval = find_interval(Decimal(value), int(decimals), exact=unit.is_plain_count)
        return replace(place, bounds=make_bounds(interval.lower, interval.upper, unit.factor))

    def _trail(self, part: str) -> str:
        title = self._text(part, PREFIXES["dcterms"] + "title", "zh")
        whole = self._maybe(part, PREFIXES["dcterms"] + "isPartOf")
        above = self._trail(whole) if whole and "/part/" in whole else ""
        return f"{above} / {title}" if above else title

    # Findings

    def _read_finding(self, iri: str) -> AuditFinding:
        rule = self._vocabulary.audit_rules[_step(self._one(iri, f"{_PF}auditRule"))]
        said = {language: self._text(iri, PREFIXES["rdfs"] + "comment", language) for language in ("en", "zh")}
        part = self._maybe(iri, f"{_PF}part") or ""
        exact = self._text(iri, _LABEL, "zh").removeprefix(f"{rule.label}：")
        start, end = (int(self._one(iri, _OA + name)) for name in ("start", "end"))
        where = part.removeprefix(f"{BASE}part/{self.id}/")
        return AuditFinding(
            rule,
            iri.removeprefix(f"{BASE}audit-finding/{self.id}/"),
            self._one(iri, f"{_PF}severity"),
            (),
            {
                "en": said["en"].removeprefix(f"{rule.label_en}: ").removesuffix("."),
                "zh": said["zh"].removeprefix(f"{rule.label}：").removesuffix("。"),
            },
            (PrintedPlace(start, end, exact, where, self._trail(part), "prose"),),
        )


def _order_places(item: tuple[str, PrintedPlace]) -> tuple[Decimal, int]:
    """Order places as those of facts are: the most precise first, then by where they stand."""
    return item[1].bounds.half_width, item[1].start


def _step(iri: str) -> str:
    return iri.rsplit("/", 1)[1]
