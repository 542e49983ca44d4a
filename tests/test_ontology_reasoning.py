"""That the ontology is OWL 2 DL, that the whole report agrees with it, and that wrong data would not."""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

import pytest
from rdflib import BNode, Graph, Literal, Namespace, URIRef
from rdflib.namespace import OWL, PROV, RDF, RDFS, SKOS, XSD
from rdflib.term import Node

from reasoning import ASSETS, ContradictionError, Triple, find_profile, make_world, read_turtle, reason

ID = "https://w3id.org/provfin/id/"
OA = Namespace("http://www.w3.org/ns/oa#")
ORG = Namespace("http://www.w3.org/ns/org#")
PF = Namespace("https://w3id.org/provfin/def#")
PROBE = Namespace("https://example.org/probe/")
QB = Namespace("http://purl.org/linked-data/cube#")
SDMX_ATTRIBUTE = Namespace("http://purl.org/linked-data/sdmx/2009/attribute#")
SDMX_DIMENSION = Namespace("http://purl.org/linked-data/sdmx/2009/dimension#")
SDMX_MEASURE = Namespace("http://purl.org/linked-data/sdmx/2009/measure#")

# Classes that nothing can belong to: a reasoner that does not say so of each has not understood the ontology.
PROBES: dict[URIRef, list[URIRef | tuple[URIRef, Literal]]] = {
    PROBE.DocumentAsChange: [PF.PolicyDocument, ORG.ChangeEvent],
    PROBE.EventAsConcept: [PF.Event, SKOS.Concept],
    PROBE.EventYetOutlook: [PF.Event, PF.OutlookStatement],
    PROBE.FigureYetMissing: [PF.MissingObservation, (PF.valueInBaseUnit, Literal(Decimal(1)))],
    PROBE.FindingAsFigure: [PF.AuditFinding, PF.Observation],
    PROBE.MissingYetNumeric: [PF.MissingObservation, PF.NumericObservation],
    PROBE.PlaceAsReading: [PF.Mention, PF.Reading],
    PROBE.ProductYetProgramme: [PF.FinancialProduct, PF.Programme],
    PROBE.WordsAsValue: [(PF.valueInBaseUnit, Literal("many"))],
}

# Those used here of https://www.w3.org/TR/owl2-syntax/#Datatype_Maps.
MAPPED = {XSD.boolean, XSD.decimal, XSD.integer, XSD.nonNegativeInteger, XSD.positiveInteger, XSD.string}

# A finding, as the audit writes them; a report need not have any.
FINDING = """
    @prefix oa: <http://www.w3.org/ns/oa#> .
    @prefix pf: <https://w3id.org/provfin/def#> .
    @prefix probe: <https://example.org/probe/> .

    probe:finding a pf:AuditFinding ; pf:auditRule probe:rule ; pf:report probe:report ; pf:severity "violation" ;
        pf:residual 0.2 ; pf:tolerance 0.1 ; pf:likelyCulprit probe:figure .
    probe:rule a pf:AuditRule .
    probe:figure a pf:Observation .
    probe:report a pf:Report .
"""


# Profile


def write_ontology(folder: Path, sources: Iterable[Path], more: str = "") -> Path:
    """Write an ontology and what imports it into one file, under the header of the former."""
    graph = read_turtle(sources)
    for header in set(graph.subjects(RDF.type, OWL.Ontology)) - {URIRef(str(PF).rstrip("#"))}:
        graph.remove((header, None, None))
    graph.parse(data=more, format="turtle")
    path = folder / "ontology.ttl"
    graph.serialize(path, format="turtle")
    return path


def test_the_ontology_alone_is_owl_2_dl() -> None:
    assert find_profile(ASSETS.ontology / "provfin.ttl") == "OWL 2 DL"


def test_ontology_vocabulary_and_alignments_together_are_owl_2_dl(tmp_path: Path) -> None:
    assert find_profile(write_ontology(tmp_path, [ASSETS.ontology])) == "OWL 2 DL"


def test_every_datatype_of_the_ontology_is_in_the_map_of_owl_2() -> None:
    # The checker lets xsd:date pass, which the map has not: https://www.w3.org/TR/owl2-syntax/#Datatype_Maps.
    ontology = read_turtle([ASSETS.ontology])
    properties = set(ontology.subjects(RDF.type, OWL.DatatypeProperty))
    ranges = {node for item in properties for node in ontology.objects(item, RDFS.range)} - {RDFS.Literal}
    literals = {node.datatype for node in ontology.objects() if isinstance(node, Literal) and not node.language}
    used = {node for node in ranges | literals if str(node).startswith((str(XSD), str(RDF), str(RDFS)))}
    assert used
    assert used <= MAPPED


@pytest.mark.parametrize(
    "fault",
    [
        "pf:mention a owl:DatatypeProperty .",
        '<https://example.org/x> pf:indicator "loans" .',
        "pf:Undeclared rdfs:subClassOf pf:Report .",
        "pf:mention a owl:TransitiveProperty . pf:Mention rdfs:subClassOf "
        '[ a owl:Restriction ; owl:onProperty pf:mention ; owl:maxCardinality "1"^^xsd:nonNegativeInteger ] .',
    ],
    ids=["two-kinds-of-property", "words-for-a-thing", "undeclared-class", "cardinality-of-a-transitive-one"],
)
def test_what_is_not_owl_2_dl_is_found(tmp_path: Path, fault: str) -> None:
    prefixes = "".join(
        f"@prefix {name}: <{space}> .\n" for name, space in {"owl": OWL, "pf": PF, "rdfs": RDFS, "xsd": XSD}.items()
    )
    assert find_profile(write_ontology(tmp_path, sorted(ASSETS.ontology.glob("*.ttl")), prefixes + fault)) != "OWL 2 DL"


# The whole


def add_probes(graph: Graph) -> None:
    for probe, parts in PROBES.items():
        graph.add((probe, RDF.type, OWL.Class))
        for part in parts:
            graph.add((probe, RDFS.subClassOf, add_restriction(graph, *part) if isinstance(part, tuple) else part))


def add_restriction(graph: Graph, predicate: URIRef, value: Literal) -> BNode:
    restriction = BNode()
    graph.add((restriction, RDF.type, OWL.Restriction))
    graph.add((restriction, OWL.onProperty, predicate))
    graph.add((restriction, OWL.hasValue, value))
    return restriction


@lru_cache
def load_all() -> Graph:
    return read_turtle([ASSETS.ontology, ASSETS.graphs])


def test_ontology_and_all_data_agree_and_only_impossible_classes_are_empty() -> None:
    world = make_world(load_all())
    add_probes(world)
    assert reason(world) == {str(probe) for probe in PROBES}


# Wrong data


def first(kind: URIRef, *said: URIRef) -> Node:
    """The first thing of a class by its IRI that says something under each of the predicates."""
    found = (node for node in sorted(load_all().subjects(RDF.type, kind), key=str))
    return next(node for node in found if all((node, predicate, None) in load_all() for predicate in said))


NUMERIC, MISSING = first(PF.NumericObservation, PF.mention), first(PF.MissingObservation, PF.mention)
MENTION, EVENT = first(PF.Mention, PF.printedDecimals), first(PF.Event, PF.participation)
PARTICIPATION = first(PF.Participation, PF.participant)
STARTS = [NUMERIC, MISSING, MENTION, EVENT, PARTICIPATION, first(PF.InstrumentUse, PF.lent)]


def reach(graph: Graph, starts: list[Node], steps: int) -> set[Node]:
    """All that can be reached over so many links."""
    reached, edge = set(starts), set(starts)
    for _ in range(steps):
        edge = {value for node in edge for value in graph.objects(node) if not isinstance(value, Literal)} - reached
        reached |= edge
    return reached


def draw_sample() -> Iterator[Triple]:
    """The ontology without the codes, and what is two links away from one thing of each kind."""
    yield from read_turtle(sorted(ASSETS.ontology.glob("*.ttl")))
    for node in reach(load_all(), STARTS, 2):
        yield from describe(node)
    yield from Graph().parse(data=FINDING, format="turtle")


@lru_cache
def load_sample() -> Graph:
    return make_world(draw_sample())


def another(kind: URIRef, than: Node | None) -> Node:
    """Another code of a class."""
    return next(node for node in sorted(load_all().subjects(RDF.type, kind), key=str) if node != than)


def describe(node: Node) -> Iterator[Triple]:
    """What is said of a thing that is no term."""
    return load_all().triples((node, None, None)) if str(node).startswith(ID) else iter(())


def add(*triples: Triple) -> Callable[[Graph], None]:
    """A mutation that states more; the things it speaks of are described too."""

    def mutate(graph: Graph) -> None:
        about = [triple for said in triples for node in said for triple in describe(node)]
        for triple in make_world([*triples, *about]):
            graph.add(triple)

    return mutate


def swap(subject: Node, predicate: URIRef, value: Node) -> Callable[[Graph], None]:
    """A mutation that states something else."""

    def mutate(graph: Graph) -> None:
        assert (subject, predicate, None) in graph
        add((subject, predicate, value))(graph)
        for other in set(graph.objects(subject, predicate)) - {value}:
            graph.remove((subject, predicate, other))

    return mutate


def value_of(node: Node, predicate: URIRef) -> Node | None:
    return load_all().value(node, predicate)


PERIOD = value_of(NUMERIC, SDMX_DIMENSION.refPeriod)
assert PERIOD is not None
MUTATIONS: dict[str, Callable[[Graph], None]] = {
    "a-dash-with-a-value": add((MISSING, SDMX_MEASURE.obsValue, Literal(Decimal(1)))),
    "a-finding-about-a-place": add((PROBE.finding, OA.hasTarget, MENTION)),
    "a-finding-by-two-kinds-of-rule": swap(PROBE.finding, PF.auditRule, another(PF.ReadingRule, None)),
    "a-grade-of-its-own": swap(PROBE.finding, PF.severity, Literal("grave")),
    "a-missing-figure-that-is-numeric": add((NUMERIC, RDF.type, PF.MissingObservation)),
    "a-negative-count": swap(MENTION, PF.printedDecimals, Literal(-1)),
    "a-period-as-an-indicator": swap(NUMERIC, PF.indicator, PERIOD),
    "a-place-of-two-beginnings": add((MENTION, OA.start, Literal(0))),
    "a-place-that-is-an-activity": add((MENTION, RDF.type, PROV.Activity)),
    "an-event-to-come": add((EVENT, RDF.type, PF.OutlookStatement)),
    "an-observation-that-is-a-mention": add((NUMERIC, RDF.type, PF.Mention)),
    "an-origin-of-its-own": swap(MENTION, PF.origin, Literal("chart")),
    "an-observation-taking-part": swap(PARTICIPATION, PF.participant, NUMERIC),
    "a-tool-that-is-an-institution": add((another(PF.PolicyInstrument, None), RDF.type, PF.Institution)),
    "a-unit-as-an-area": swap(NUMERIC, SDMX_DIMENSION.refArea, another(PF.Unit, None)),
    "a-word-as-a-value": swap(NUMERIC, PF.valueInBaseUnit, Literal("many")),
    "two-areas": add((NUMERIC, SDMX_DIMENSION.refArea, another(PF.Area, value_of(NUMERIC, SDMX_DIMENSION.refArea)))),
    "two-ends-of-a-period": add((PERIOD, PF.periodEnd, Literal("1999-12-31", datatype=XSD.date))),
    "two-measures": add((NUMERIC, PF.measure, another(PF.Measure, value_of(NUMERIC, PF.measure)))),
    "two-values": add((NUMERIC, SDMX_MEASURE.obsValue, Literal(Decimal("-12345.6")))),
}


def test_the_sample_is_right_before_it_is_made_wrong() -> None:
    sample = load_sample()
    assert set(STARTS) <= set(sample.subjects())
    assert reason(sample) == set()


@pytest.mark.parametrize("name", MUTATIONS)
def test_the_reasoner_objects_to(name: str) -> None:
    mutated = Graph() + load_sample()
    MUTATIONS[name](mutated)
    assert set(mutated) != set(load_sample())
    with pytest.raises(ContradictionError):
        reason(mutated)
