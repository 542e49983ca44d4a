"""Owns reading the observations of a release, each with its codes, its value and the places it is printed at.

Every table, SDMX message and sheet is made of these; they come from the quads alone, so an export says what the graph
says. Figures are decimals exactly as the graph writes them. Refuses a graph that lacks what an observation needs,
naming the node.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

import pyoxigraph as ox

from provfin.errors import InputError
from provfin.exports.index import LABEL, NOTATION, PF, PREF_LABEL, Index
from provfin.mentions import ROLES
from provfin.quantity import read_decimal
from provfin.turtle import PREFIXES, TYPE

_DCTERMS, _OA, _QB, _SKOS = (PREFIXES[name] for name in ("dcterms", "oa", "qb", "skos"))
_ATTRIBUTE, _DIMENSION = PREFIXES["sdmx-attribute"], PREFIXES["sdmx-dimension"]
_VALUE = PREFIXES["sdmx-measure"] + "obsValue"
# https://www.iso.org/standard/72483.html: the country, then one to three letters or digits.
_ISO_3166_2 = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")
# The dimensions that every structure has and a table names by themselves; the others are breakdowns.
_COMMON = {f"{PF}indicator", f"{PF}measure", f"{_DIMENSION}refArea", f"{_DIMENSION}refPeriod"}


@dataclass(frozen=True)
class Code:
    """A concept of a code list: its IRI, its code, and its labels where it has them."""

    iri: str
    code: str
    label_zh: str | None
    label_en: str | None

    @property
    def is_total(self) -> bool:
        """Whether it stands for all values of its dimension, or for none being told."""
        return self.code == "_T"


@dataclass(frozen=True)
class Area(Code):
    """An area; `iso_3166_2` is the code of the subdivision it is or lies in, `gb_2260` its own code in GB/T 2260."""

    iso_3166_2: str | None
    gb_2260: str | None


@dataclass(frozen=True)
class Period(Code):
    """A day or a span of days, the last one included."""

    start: date
    end: date
    is_instant: bool


@dataclass(frozen=True)
class Unit(Code):
    """A unit: a value in it times `factor`, or ten to the power of `exponent`, is one in the unit `base`."""

    factor: Decimal
    exponent: int
    base: Code


@dataclass(frozen=True)
class Dimension:
    """A dimension of the cube that not every structure has: its property's IRI, its name (`rateBand`), its labels."""

    iri: str
    name: str
    label_zh: str | None
    label_en: str | None
    order: int

    @property
    def is_role(self) -> bool:
        """Whether it names who did it, with what or for whom, and not a part of a whole."""
        return self.name in ROLES


@dataclass(frozen=True)
class Mention:
    """A place where an observation is printed: code points `start` to before `end`, and what stands there.

    `value` is the figure in `unit`, None for a dash. `section` has the titles from the outermost part to the smallest.
    """

    iri: str
    report: str
    start: int
    end: int
    exact: str
    section: tuple[str, ...]
    origin: str
    rule: str
    read_by: str
    value: Decimal | None
    decimals: int | None
    unit: Unit
    qualifier: str | None
    is_disputed: bool


@dataclass(frozen=True)
class Observation:
    """What a report asserts of one place in the cube; `value`, `lower` and `upper` are in `unit`, None if missing.

    The figure stands for a value from `lower` on and below `upper`. `breakdowns` and `roles` have the code of each
    dimension that the structure of the observation has, by name.
    """

    iri: str
    report: str
    dataset: str
    structure: str
    label_zh: str | None
    label_en: str | None
    indicator: Code
    measure: Code
    area: Area
    period: Period
    breakdowns: Mapping[str, Code]
    roles: Mapping[str, Code]
    compared_with: Code | None
    value: Decimal | None
    decimals: int | None
    unit: Unit
    base_value: Decimal | None
    lower: Decimal | None
    upper: Decimal | None
    status: Code
    missing_reason: Code | None
    mentions: tuple[Mention, ...]

    @property
    def base_unit(self) -> Code:
        """The unit of `base_value`."""
        return self.unit.base

    @property
    def qualifier(self) -> str | None:
        """The word that makes the value approximate; None where a place prints the same value without one."""
        same = [item.qualifier for item in self.mentions if (item.value, item.unit) == (self.value, self.unit)]
        return None if None in same else next(iter(same), None)


def read_observations(triples: Iterable[ox.Quad | ox.Triple] | Index) -> list[Observation]:
    """Return the observations of a release by IRI; raises `InputError` where the graph lacks what one needs.

    The triples are those of all its graphs: the names of indicators are in that of the vocabulary.
    """
    reader = _Reader(triples if isinstance(triples, Index) else Index(triples))
    return [reader.read(iri) for iri in reader.index.subjects(f"{_QB}dataSet")]


def read_dimensions(index: Index) -> list[Dimension]:
    """Return the dimensions that some structure has and not all, in the order of the cube."""
    components = {
        iri: component
        for component in index.subjects(f"{_QB}dimension")
        for iri in index.all(component, f"{_QB}dimension")
        if iri not in _COMMON and iri.startswith(PF)
    }
    found = (_read_dimension(index, iri, component) for iri, component in components.items())
    return sorted(found, key=lambda dimension: (dimension.order, dimension.name))


def _read_dimension(index: Index, iri: str, component: str) -> Dimension:
    order = int(index.get(component, f"{_QB}order"))
    return Dimension(iri, iri.removeprefix(PF), *_name(index, iri, LABEL), order)


def _name(index: Index, iri: str, predicate: str) -> tuple[str | None, str | None]:
    return index.label(iri, "zh", predicate), index.label(iri, "en", predicate)


def _to_decimal(text: str, where: str) -> Decimal:
    value = read_decimal(text)
    if value is None:
        raise InputError(f"{text!r} is no decimal", where=where, repair="run provfin validate on the graph")
    return value


class _Reader:
    """Reads observations out of an index; codes and mentions that several share are read once."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self._codes: dict[str, Code] = {}
        self._areas: dict[str, Area] = {}
        self._periods: dict[str, Period] = {}
        self._units: dict[str, Unit] = {}
        self._sections: dict[str, tuple[str, ...]] = {}

    @cached_property
    def _dimensions(self) -> list[Dimension]:
        return read_dimensions(self.index)

    def read(self, iri: str) -> Observation:
        """Return one observation."""
        index = self.index
        dataset = index.get(iri, f"{_QB}dataSet")
        members = {item: index.find(iri, item.iri) for item in self._dimensions}
        codes = {item: self._code(member) for item, member in members.items() if member is not None}
        return Observation(
            iri,
            report=self._name_report(index.get(iri, f"{PF}report")),
            dataset=dataset,
            structure=index.get(dataset, f"{_QB}structure"),
            label_zh=index.label(iri, "zh", LABEL),
            label_en=index.label(iri, "en", LABEL),
            indicator=self._code(index.get(iri, f"{PF}indicator")),
            measure=self._code(index.get(iri, f"{PF}measure")),
            area=self._area(index.get(iri, f"{_DIMENSION}refArea")),
            period=self._period(index.get(iri, f"{_DIMENSION}refPeriod")),
            breakdowns={item.name: code for item, code in codes.items() if not item.is_role},
            roles={item.name: code for item, code in codes.items() if item.is_role},
            compared_with=self._find_code(iri, f"{PF}comparedWith"),
            value=self._find_decimal(iri, _VALUE),
            decimals=self._find_whole(iri, f"{_ATTRIBUTE}decimals"),
            unit=self._unit(index.get(iri, f"{PF}unit")),
            base_value=self._find_decimal(iri, f"{PF}valueInBaseUnit"),
            lower=self._find_decimal(iri, f"{PF}lowerBound"),
            upper=self._find_decimal(iri, f"{PF}upperBound"),
            status=self._code(index.get(iri, f"{_ATTRIBUTE}obsStatus")),
            missing_reason=self._find_code(iri, f"{PF}missingReason"),
            mentions=self._read_mentions(iri),
        )

    # Codes

    def _code(self, iri: str) -> Code:
        if iri not in self._codes:
            self._codes[iri] = Code(iri, *self._name(iri, PREF_LABEL))
        return self._codes[iri]

    def _name(self, iri: str, predicate: str) -> tuple[str, str | None, str | None]:
        return self.index.get(iri, NOTATION), *_name(self.index, iri, predicate)

    def _find_code(self, iri: str, predicate: str) -> Code | None:
        found = self.index.find(iri, predicate)
        return None if found is None else self._code(found)

    def _area(self, iri: str) -> Area:
        if iri not in self._areas:
            codes = (self.index.get(place, NOTATION) for place in self.index.climb(iri, f"{_SKOS}broader"))
            iso = next((code for code in codes if _ISO_3166_2.fullmatch(code)), None)
            self._areas[iri] = Area(iri, *self._name(iri, PREF_LABEL), iso, self.index.find(iri, f"{PF}gbCode"))
        return self._areas[iri]

    def _period(self, iri: str) -> Period:
        if iri not in self._periods:
            start, end = (date.fromisoformat(self.index.get(iri, f"{PF}period{side}")) for side in ("Start", "End"))
            is_instant = f"{PREFIXES['time']}Instant" in self.index.all(iri, TYPE)
            self._periods[iri] = Period(iri, *self._name(iri, LABEL), start, end, is_instant)
        return self._periods[iri]

    def _unit(self, iri: str) -> Unit:
        if iri not in self._units:
            factor = _to_decimal(self.index.get(iri, f"{PF}factor"), iri)
            exponent = int(self.index.get(iri, f"{PF}exponent"))
            base = self._code(self.index.get(iri, f"{PF}baseUnit"))
            self._units[iri] = Unit(iri, *self._name(iri, PREF_LABEL), factor, exponent, base)
        return self._units[iri]

    # Values

    def _find_decimal(self, iri: str, predicate: str) -> Decimal | None:
        text = self.index.find(iri, predicate)
        return None if text is None else _to_decimal(text, iri)

    def _find_whole(self, iri: str, predicate: str) -> int | None:
        text = self.index.find(iri, predicate)
        return None if text is None else int(text)

    # Mentions

    def _read_mentions(self, observation: str) -> tuple[Mention, ...]:
        disputed = self.index.all(observation, f"{PF}disputedBy")
        found = (self._mention(iri, iri in disputed) for iri in self.index.all(observation, f"{PF}mention"))
        return tuple(sorted(found, key=lambda mention: (mention.report, mention.start, mention.end)))

    def _mention(self, iri: str, is_disputed: bool) -> Mention:
        index = self.index
        rule = index.get(iri, f"{PF}readBy")
        return Mention(
            iri,
            report=self._name_report(index.get(iri, f"{PF}report")),
            start=int(index.get(iri, f"{_OA}start")),
            end=int(index.get(iri, f"{_OA}end")),
            exact=index.get(iri, f"{_OA}exact"),
            section=self._section(index.get(iri, f"{PF}part")),
            origin=index.get(iri, f"{PF}origin"),
            rule=rule.rsplit("/", 1)[1],
            read_by="reviewer" if "/rule/review" in rule else "rule",
            value=self._find_decimal(iri, f"{PF}printedValue"),
            decimals=self._find_whole(iri, f"{PF}printedDecimals"),
            unit=self._unit(index.get(iri, f"{PF}unit")),
            qualifier=index.find(iri, f"{PF}qualifier"),
            is_disputed=is_disputed,
        )

    def _section(self, part: str) -> tuple[str, ...]:
        """Return the titles of the parts that hold one; the report itself, which nothing holds, is left out."""
        if part not in self._sections:
            parts = list(self.index.climb(part, f"{_DCTERMS}isPartOf"))
            titles = [self.index.label(place, "zh", f"{_DCTERMS}title") or "" for place in parts[:-1]]
            self._sections[part] = tuple(reversed(titles))
        return self._sections[part]

    @staticmethod
    def _name_report(iri: str) -> str:
        return iri.rsplit("/", 1)[1]
