"""Owns the cube of a release as SDMX sees it: which structures there are, which components each has, and their codes.

A structure of the graph and its twin for missing values are one here: SDMX lets a value be absent. The components are
those of the graph's structures, and what every observation has besides. Refuses a graph whose structures lack a code
list, naming the property.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from provfin.exports.content import ReleaseContent
from provfin.exports.index import LABEL, NOTATION, PF, PREF_LABEL, Index
from provfin.exports.sdmx.codes import identify_code, write_code_id, write_component_id
from provfin.findings import Text
from provfin.turtle import BASE, PREFIXES

_QB, _SKOS, _DCTERMS = (PREFIXES[name] for name in ("qb", "skos", "dcterms"))
_DIMENSION, _ATTRIBUTE = PREFIXES["sdmx-dimension"], PREFIXES["sdmx-attribute"]
_STRUCTURE = f"{BASE}structure/"
_MISSING = "-missing"
# What the graph has no term for: the observation itself. A concept's identity is its IRI.
OBSERVATION = f"{PF}Observation"
REPORTS = f"{PF}Report"

# Every structure has these dimensions before its own and after them.
_FIRST = (f"{PF}report", f"{_DIMENSION}refArea", f"{PF}indicator")
_LAST = (f"{PF}measure", f"{_DIMENSION}refPeriod")
VALUE = PREFIXES["sdmx-measure"] + "obsValue"
# What is told of an observation, in the order of the columns.
_ATTRIBUTES = (
    f"{_ATTRIBUTE}obsStatus",
    f"{PF}unit",
    f"{_ATTRIBUTE}unitMeasure",
    f"{_ATTRIBUTE}unitMult",
    f"{_ATTRIBUTE}decimals",
    f"{PF}lowerBound",
    f"{PF}upperBound",
    f"{PF}qualifier",
    f"{PF}missingReason",
    f"{PF}comparedWith",
    OBSERVATION,
)
_REQUIRED = {*_FIRST, *_LAST, *_ATTRIBUTES[:4], OBSERVATION}
# Components that SDMX has a name for which the name of the property does not give.
_NAMES = {f"{_DIMENSION}refPeriod": "TIME_PERIOD", OBSERVATION: "OBS_URI"}
_LISTS = {f"{PF}report": REPORTS, f"{PF}comparedWith": f"{BASE}scheme/indicators"}
# Names of types in SDMX; what is not here is a code.
_TYPES = {
    f"{_DIMENSION}refPeriod": "ObservationalTimePeriod",
    VALUE: "Decimal",
    f"{_ATTRIBUTE}unitMult": "Integer",
    f"{_ATTRIBUTE}decimals": "Integer",
    f"{PF}lowerBound": "Decimal",
    f"{PF}upperBound": "Decimal",
    f"{PF}qualifier": "String",
    OBSERVATION: "URI",
}


@dataclass(frozen=True)
class Code:
    """A code: its identifier, the IRI of its concept, and the identifier of the code above it in the same list."""

    id: str
    iri: str
    parent: str | None


@dataclass(frozen=True)
class CodeList:
    """A list of codes, by identifier; `iri` is that of the concept scheme."""

    id: str
    iri: str
    codes: tuple[Code, ...]


@dataclass(frozen=True)
class Concept:
    """What a component measures or tells: its identifier, the IRI of its property, its type or its list of codes."""

    id: str
    iri: str
    type: str
    codes: str | None

    @property
    def is_required(self) -> bool:
        """Whether every observation has it; every dimension is, whichever."""
        return self.iri in _REQUIRED


@dataclass(frozen=True)
class Family:
    """A structure: its identifier, the IRI of the structure in the graph, the identifiers of its dimensions."""

    id: str
    iri: str
    dimensions: tuple[str, ...]


class Cube:
    """The structures, concepts and lists of codes of a release, and what they are called."""

    def __init__(self, content: ReleaseContent) -> None:
        self._index = content.index
        self._own = content.dimensions
        self._reports = content.reports

    @cached_property
    def families(self) -> tuple[Family, ...]:
        """The structures, by identifier."""
        found = {name_family(iri): iri for iri in self._index.subjects(f"{_QB}component") if not iri.endswith(_MISSING)}
        return tuple(Family(name, iri, self._list_dimensions(iri)) for name, iri in sorted(found.items()))

    def _list_dimensions(self, structure: str) -> tuple[str, ...]:
        index = self._index
        parts = index.all(structure, f"{_QB}component")
        has = {iri for part in parts for iri in index.all(part, f"{_QB}dimension")}
        own = [item.iri for item in self._own if item.iri in has]
        return tuple(name_component(iri) for iri in (*_FIRST, *own, *_LAST))

    @cached_property
    def concepts(self) -> dict[str, Concept]:
        """What the components are, by identifier."""
        iris = (*_FIRST, *(item.iri for item in self._own), *_LAST, VALUE, *_ATTRIBUTES)
        return {concept.id: concept for concept in map(self._read_concept, iris)}

    def _read_concept(self, iri: str) -> Concept:
        kind = _TYPES.get(iri, "String")
        scheme = None if iri in _TYPES else _LISTS.get(iri) or self._index.get(iri, f"{_QB}codeList")
        return Concept(name_component(iri), iri, kind, scheme and name_list(scheme))

    @property
    def attributes(self) -> tuple[str, ...]:
        """The identifiers of what is told of an observation."""
        return tuple(name_component(iri) for iri in _ATTRIBUTES)

    @cached_property
    def code_lists(self) -> tuple[CodeList, ...]:
        """The lists of codes that the concepts take, by identifier, whole."""
        schemes = {_LISTS.get(item.iri) or self._index.get(item.iri, f"{_QB}codeList") for item in self._coded}
        return tuple(sorted((self._read_list(scheme) for scheme in schemes), key=lambda item: item.id))

    @property
    def _coded(self) -> Iterator[Concept]:
        return (concept for concept in self.concepts.values() if concept.codes is not None)

    def _read_list(self, scheme: str) -> CodeList:
        if scheme == REPORTS:
            codes = [Code(write_code_id(report.id), report.iri, None) for report in self._reports]
        else:
            codes = [self._read_code(iri, scheme) for iri in self._members[scheme]]
        return CodeList(name_list(scheme), scheme, tuple(sorted(codes, key=lambda code: code.id)))

    @cached_property
    def _members(self) -> dict[str, list[str]]:
        members: dict[str, list[str]] = {}
        for iri in self._index.subjects(f"{_SKOS}inScheme"):
            for scheme in self._index.all(iri, f"{_SKOS}inScheme"):
                members.setdefault(scheme, []).append(iri)
        return members

    def _read_code(self, iri: str, scheme: str) -> Code:
        index = self._index
        above = [place for place in index.all(iri, f"{_SKOS}broader") if scheme in index.all(place, f"{_SKOS}inScheme")]
        # SDMX has one parent for a code; the others stay in the graph.
        parent = identify_code(above[0], index.get(above[0], NOTATION)) if above else None
        return Code(identify_code(iri, index.get(iri, NOTATION)), iri, parent)

    def name(self, iri: str) -> Text:
        """Return what something of the graph is called; what has no name in a language has its name in the other."""
        if iri in _OWN_NAMES:
            return _OWN_NAMES[iri]
        found = (find_text(self._index, iri, predicate) for predicate in (PREF_LABEL, LABEL, f"{_DCTERMS}title"))
        return next((text for text in found if text is not None), Text(iri, iri))

    def define(self, iri: str) -> Text | None:
        """Return the definition of something of the graph, None where it has none."""
        return find_text(self._index, iri, f"{_SKOS}definition")


_OWN_NAMES = {
    REPORTS: Text("Reports", "报告"),
    OBSERVATION: Text("Observation", "观测"),
}


def find_text(index: Index, iri: str, predicate: str) -> Text | None:
    """Return a text in both languages, one standing in for the other; None where there is neither."""
    en, zh = index.label(iri, "en", predicate), index.label(iri, "zh", predicate)
    return Text(en or zh or "", zh or en or "") if en or zh else None


def name_component(iri: str) -> str:
    """Return the identifier of the component that a property is."""
    return _NAMES.get(iri) or write_component_id(iri.rsplit("#", 1)[1])


def name_list(scheme: str) -> str:
    """Return the identifier of the list of codes that a concept scheme is."""
    if scheme == REPORTS:
        return "CL_REPORTS"
    return f"CL_{write_component_id(scheme.rsplit('/', 1)[-1].rsplit('#', 1)[-1])}"


def name_family(structure: str) -> str:
    """Return the identifier of a structure of the graph, the same for its twin of missing values."""
    return write_component_id(structure.removeprefix(_STRUCTURE).removesuffix(_MISSING))
