"""Owns the controlled vocabulary as the reader uses it: indicators, units, measures, code lists, cube structures.

Everything is read from the Turtle files in `ontology/`; adding a concept there is all it takes to teach the reader.
Refuses a vocabulary that lacks what reading needs, naming the concept.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TypeVar

from rdflib import Graph, Namespace, URIRef
from rdflib.namespace import DCTERMS, RDF, SKOS
from rdflib.term import Literal, Node

from provfin.assets import find_assets
from provfin.errors import InputError
from provfin.quantity import fold_width

PF = Namespace("https://w3id.org/provfin/def#")
ID = Namespace("https://w3id.org/provfin/id/")
QUDT = Namespace("http://qudt.org/schema/qudt/")
QB = Namespace("http://purl.org/linked-data/cube#")

T = TypeVar("T")

_COMMON_DIMENSIONS = {"indicator", "measure"}


def normalise(text: str) -> str:
    """Bring a printed label to the form labels are compared in: half-width, without white space, lower case.

    >>> normalise("合 计（亿元）")
    '合计(亿元)'
    """
    return "".join(fold_width(text).split()).lower()


@dataclass(frozen=True)
class Concept:
    """A SKOS concept: a code of a code list. `names` are its labels as normalised text."""

    iri: str
    code: str
    label: str
    scheme: str
    names: frozenset[str] = frozenset()
    name_part: str = ""
    label_en: str = ""
    is_candidate: bool = False

    @property
    def slug(self) -> str:
        """The last step of the IRI, as it stands in IRIs made from this concept."""
        return self.iri.rsplit("/", 1)[1]

    @property
    def is_total(self) -> bool:
        """Whether the code stands for the whole (`_T` in SDMX)."""
        return self.code == "_T"


@dataclass(frozen=True)
class Unit(Concept):
    """A unit as printed, with the factor that leads to its base unit and its QUDT quantity kind."""

    base: str = ""
    kind: str = ""
    factor: Decimal = Decimal(1)
    exponent: int = 0

    @property
    def is_ratio(self) -> bool:
        """Whether it is a percentage or the like."""
        return self.kind == "DimensionlessRatio"

    @property
    def is_plain_count(self) -> bool:
        """Whether a figure in it counts single things, so that a whole number is exact."""
        return self.kind == "Count" and self.exponent == 0


@dataclass(frozen=True)
class Dimension:
    """A breakdown: its property, the path step of its codes, and its codes."""

    name: str
    iri: str
    scheme: str
    members: tuple[Concept, ...] = field(repr=False)
    # From the slug of a code to that of the next broader one.
    broader: Mapping[str, str] = field(default_factory=dict, repr=False, hash=False)

    @cached_property
    def total(self) -> Concept:
        """The code for the whole."""
        return next(member for member in self.members if member.is_total)

    def find(self, text: str) -> Concept | None:
        """Return the code that a printed label names, or None."""
        wanted = normalise(text)
        return next((member for member in self.members if wanted in member.names), None)

    def candidate(self, text: str) -> Concept:
        """Return a candidate code for a printed label that no code of the list has."""
        label = "".join(text.split())
        step = self.total.iri.rsplit("/", 1)[0]
        return Concept(
            f"{step}/candidate-{escape_iri(label)}", f"candidate-{label}", label, self.scheme,
            frozenset({normalise(label)}), label, label, is_candidate=True,
        )  # fmt: skip


@dataclass(frozen=True)
class Structure:
    """A family of observations: its data structure definition and the breakdowns its observations have."""

    iri: str
    dimensions: tuple[Dimension, ...]

    @property
    def slug(self) -> str:
        """The last step of the IRI."""
        return self.iri.rsplit("/", 1)[1]


@dataclass(frozen=True)
class Indicator(Concept):
    """What can be measured: its family, whether a stock or flow, and how its bare figures are meant."""

    structure: Structure | None = None
    is_stock: bool = False
    measure: str = "level"
    unit: Unit | None = None
    templates: tuple[str, ...] = ()
    topics: frozenset[str] = frozenset()
    # The codes of the wholes it is part of (skos:broader) and of what it belongs with (skos:related).
    kin: frozenset[str] = frozenset()
    # Short names that stand for it only where one of its kin has been spoken of.
    context_names: frozenset[str] = frozenset()
    # Codes that every figure of it has: the tool of 碳减排支持工具发放额.
    own_members: tuple[tuple[str, Concept], ...] = ()
    # The codes of the wholes it is part of, and of what a share is a share of.
    wholes: frozenset[str] = frozenset()
    numerator: str = ""
    denominator: str = ""

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """The breakdowns of its observations."""
        return self.structure.dimensions if self.structure else ()

    @property
    def named_dimensions(self) -> tuple[Dimension, ...]:
        """The breakdowns its names can tell: deposits share a structure with loans, but are not told by maturity."""
        return tuple(item for item in self.dimensions if any(item.name in template for template in self.templates))


@dataclass(frozen=True)
class AuditRule(Concept):
    """What figures have to meet, and how grave it is where they do not."""

    severity: str = "violation"


@dataclass(frozen=True)
class Vocabulary:
    """All concepts a reader needs, under their codes."""

    indicators: dict[str, Indicator]
    units: dict[str, Unit]
    measures: dict[str, Concept]
    areas: dict[str, Concept]
    dimensions: dict[str, Dimension]
    structures: dict[str, Structure]
    missing_reasons: dict[str, Concept]
    # Phrases that end a label and tell its measure, longest first, each with the measure's code.
    measure_phrases: tuple[tuple[str, str], ...]
    # Under the last step of their IRIs; their codes are those of findings.
    audit_rules: dict[str, AuditRule]

    @cached_property
    def _units_by_name(self) -> dict[str, Unit]:
        return {name: unit for unit in self.units.values() for name in unit.names}

    @cached_property
    def _missing_marks(self) -> dict[str, Concept]:
        return {name: reason for reason in self.missing_reasons.values() for name in reason.names}

    def find_unit(self, text: str) -> Unit | None:
        """Return the unit printed as `text`, or None."""
        return self._units_by_name.get(normalise(text))

    def find_missing_reason(self, text: str) -> Concept | None:
        """Return why there is no figure when `text` is a mark such as a dash, else None."""
        return self._missing_marks.get(normalise(text))

    def find_area(self, text: str) -> Concept | None:
        """Return the area `text` names, or None."""
        wanted = normalise(text)
        return next((area for area in self.areas.values() if wanted in area.names), None)


def escape_iri(text: str) -> str:
    """Escape what may not stand in an IRI step; Chinese characters may and stay readable.

    >>> escape_iri("民营 银行/其他")
    '民营%20银行%2F其他'
    """
    return "".join(_escape_character(character) for character in text)


def _escape_character(character: str) -> str:
    if character.isalnum() or character in "-._~()":
        return character
    return "".join(f"%{byte:02X}" for byte in character.encode())


def _slug(node: Node) -> str:
    return str(node).rsplit("/", 1)[1]


@lru_cache
def load_vocabulary(folder: Path | None = None) -> Vocabulary:
    """Read the vocabulary from an ontology folder (this installation's by default).

    Raises `InputError` when a file does not parse or a concept lacks what reading needs.
    """
    folder = folder or find_assets().ontology
    graph = Graph()
    for path in sorted(folder.rglob("*.ttl")):
        try:
            graph.parse(path, format="turtle")
        except Exception as error:  # rdflib raises many kinds for bad Turtle
            raise InputError(f"not readable as Turtle ({error})", where=str(path), repair="mend the file") from error
    return _Loader(graph, folder).load()


class _Loader:
    """Turns the vocabulary graph into typed concepts."""

    def __init__(self, graph: Graph, folder: Path) -> None:
        self.graph = graph
        self.folder = folder
        self.concepts_by_scheme: dict[Node, list[Node]] = {}
        for concept, scheme in sorted(graph.subject_objects(SKOS.inScheme), key=str):
            self.concepts_by_scheme.setdefault(scheme, []).append(concept)

    def load(self) -> Vocabulary:
        units = {unit.code: unit for unit in self._units()}
        dimensions = {dimension.name: dimension for dimension in self._dimensions()}
        structures = {structure.iri: structure for structure in self._structures(dimensions)}
        return Vocabulary(
            indicators={item.code: item for item in self._indicators(structures, units)},
            units=units,
            measures=self._scheme("measures"),
            areas=self._scheme("areas"),
            dimensions=dimensions,
            structures={item.slug: item for item in structures.values()},
            missing_reasons=self._scheme("missing-reasons"),
            measure_phrases=tuple(self._measure_phrases()),
            audit_rules={rule.slug: rule for rule in self._audit_rules()},
        )

    def _measure_phrases(self) -> list[tuple[str, str]]:
        found = [
            (normalise(phrase), str(self._one(node, SKOS.notation)))
            for node in self.concepts_by_scheme.get(ID["scheme/measures"], [])
            for phrase in self._texts(node, SKOS.hiddenLabel)
        ]
        return sorted(found, key=lambda pair: (-len(pair[0]), pair))

    def _audit_rules(self) -> Iterator[AuditRule]:
        for node in self.concepts_by_scheme.get(ID["scheme/audit-rules"], []):
            yield AuditRule(*self._common(node), severity=str(self._one(node, PF.severity)))

    def _scheme(self, name: str) -> dict[str, Concept]:
        members = (self._concept(node) for node in self.concepts_by_scheme.get(ID[f"scheme/{name}"], []))
        return {member.code: member for member in members}

    def _concept(self, node: Node) -> Concept:
        return Concept(*self._common(node))

    def _common(self, node: Node) -> tuple[str, str, str, str, frozenset[str], str, str]:
        labels = {
            normalise(str(label))
            for predicate in (SKOS.prefLabel, SKOS.altLabel, SKOS.hiddenLabel)
            for label in self._texts(node, predicate)
        }
        return (
            str(node),
            str(self._one(node, SKOS.notation)),
            next(self._texts(node, SKOS.prefLabel), ""),
            str(self._one(node, SKOS.inScheme)),
            frozenset(labels),
            next(self._texts(node, PF.namePart), ""),
            next(self._texts(node, SKOS.prefLabel, "en"), ""),
        )

    def _texts(self, node: Node, predicate: URIRef, language: str = "zh") -> Iterator[str]:
        for value in sorted(self.graph.objects(node, predicate), key=str):
            if isinstance(value, Literal) and value.language == language:
                yield str(value)

    def _one(self, node: Node, predicate: URIRef) -> Node:
        value = self.graph.value(node, predicate)
        if value is None:
            what = f"{node} has no {predicate.rsplit('#', 1)[-1].rsplit('/', 1)[-1]}"
            raise InputError(what, where=str(self.folder), repair="add it to the vocabulary file")
        return value

    def _declared(self, known: Mapping[str, T], node: Node, predicate: URIRef) -> T:
        named = self._one(node, predicate)
        if str(named) not in known:
            repair = "declare it, or name one that is declared"
            raise InputError(f"{node} names {named}, which is not declared", where=str(self.folder), repair=repair)
        return known[str(named)]

    def _units(self) -> Iterator[Unit]:
        for node in self.concepts_by_scheme.get(ID["scheme/units"], []):
            base = self._one(node, PF.baseUnit)
            yield Unit(
                *self._common(node),
                base=str(self._one(base, SKOS.notation)),
                kind=str(self._one(node, QUDT.hasQuantityKind)).rsplit("/", 1)[1],
                factor=Decimal(str(self._one(node, PF.factor))),
                exponent=int(str(self._one(node, PF.exponent))),
            )

    def _list_wholes(self, node: Node) -> Iterator[str]:
        for other in self.graph.transitive_objects(node, SKOS.broader):
            if other is not None and other != node:
                yield str(self._one(other, SKOS.notation))

    def _list_codes(self, node: Node, predicate: URIRef) -> Iterator[str]:
        return (str(self._one(other, SKOS.notation)) for other in self.graph.objects(node, predicate))

    def _dimensions(self) -> Iterator[Dimension]:
        for node in sorted(self.graph.subjects(RDF.type, QB.DimensionProperty), key=str):
            name = str(node).rsplit("#", 1)[1]
            if str(node).startswith(str(PF)) and name not in _COMMON_DIMENSIONS:
                scheme = self._one(node, QB.codeList)
                nodes = self.concepts_by_scheme.get(scheme, [])
                broader = {
                    _slug(item): _slug(above) for item in nodes for above in self.graph.objects(item, SKOS.broader)
                }
                yield Dimension(name, str(node), str(scheme), tuple(map(self._concept, nodes)), broader)

    def _structures(self, dimensions: dict[str, Dimension]) -> Iterator[Structure]:
        by_iri = {dimension.iri: dimension for dimension in dimensions.values()}
        for node in sorted(self.graph.subjects(RDF.type, QB.DataStructureDefinition), key=str):
            ordered = []
            for component in self.graph.objects(node, QB.component):
                dimension = self.graph.value(component, QB.dimension)
                if str(dimension) in by_iri:
                    ordered.append((int(str(self._one(component, QB.order))), by_iri[str(dimension)]))
            yield Structure(str(node), tuple(dimension for _, dimension in sorted(ordered, key=lambda pair: pair[0])))

    def _list_own_members(self, node: Node, structure: Structure) -> Iterator[tuple[str, Concept]]:
        for dimension in structure.dimensions:
            if self.graph.value(node, URIRef(dimension.iri)) is not None:
                members = {item.iri: item for item in dimension.members}
                yield dimension.name, self._declared(members, node, URIRef(dimension.iri))

    def _indicators(self, structures: dict[str, Structure], units: dict[str, Unit]) -> Iterator[Indicator]:
        by_iri = {unit.iri: unit for unit in units.values()}
        for node in self.concepts_by_scheme.get(ID["scheme/indicators"], []):
            structure = self._declared(structures, node, PF.structure)
            wholes = frozenset(self._list_wholes(node))
            yield Indicator(
                *self._common(node),
                structure=structure,
                own_members=tuple(self._list_own_members(node, structure)),
                is_stock=str(self._one(node, PF.nature)).endswith("/stock"),
                measure=str(self._one(self._one(node, PF.defaultMeasure), SKOS.notation)),
                unit=self._declared(by_iri, node, PF.defaultUnit),
                templates=tuple(self._texts(node, PF.nameTemplate)),
                kin=wholes | frozenset(self._list_codes(node, SKOS.related)),
                context_names=frozenset(normalise(name) for name in self._texts(node, PF.contextName)),
                topics=frozenset(str(topic) for topic in self.graph.objects(node, DCTERMS.subject)),
                wholes=wholes,
                numerator=next(self._list_codes(node, PF.numerator), ""),
                denominator=next(self._list_codes(node, PF.denominator), ""),
            )
