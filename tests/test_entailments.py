"""What the ontology makes of what is asserted: all of it, nothing else, and nothing twice."""

import re
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import Graph, URIRef
from rdflib.namespace import OWL, RDFS

from provfin.assets import find_assets
from provfin.entailments import ENTAILMENTS_GRAPH, Rule, derive_quads, load_rules
from provfin.errors import InputError
from provfin.queries import Query
from provfin.release import ALIGNMENTS_GRAPH, ONTOLOGY_GRAPH, gather_content, publish, read_quads
from provfin.store import LocalEngine
from provfin.turtle import TYPE

ASSETS = find_assets()
RULES = load_rules(ASSETS)
QUADS = list(read_quads(ASSETS))
# https://www.w3.org/TR/owl2-profiles/#OWL_2_RL, tables 5 and 7.
NAMES = {"cax-sco", "prp-spo1"}

Terms = tuple[object, object, object]


def triple(quad: ox.Quad) -> Terms:
    return quad.subject, quad.predicate, quad.object


DERIVED = {triple(quad) for quad in QUADS if quad.graph_name == ox.NamedNode(ENTAILMENTS_GRAPH)}
ASSERTED = {triple(quad) for quad in QUADS if quad.graph_name != ox.NamedNode(ENTAILMENTS_GRAPH)}


def close(graph: Graph, relation: URIRef) -> dict[ox.NamedNode, set[ox.NamedNode]]:
    """Every term with all that lie above it, however far."""
    below = {node for node in graph.subjects(relation) if isinstance(node, URIRef)}
    return {
        ox.NamedNode(str(node)): {
            ox.NamedNode(str(above))
            for above in graph.transitive_objects(node, relation)
            if above != node and isinstance(above, URIRef)
        }
        for node in below
    }


def derive_otherwise() -> Iterator[Terms]:
    ontology = Graph()
    for name in ("cube", "provfin"):
        ontology.parse(ASSETS.ontology / f"{name}.ttl", format="turtle")
    classes, properties = close(ontology, RDFS.subClassOf), close(ontology, RDFS.subPropertyOf)
    kind = ox.NamedNode(TYPE)
    assert classes
    assert properties
    for subject, predicate, value in ASSERTED:
        assert isinstance(predicate, ox.NamedNode)
        yield from ((subject, above, value) for above in properties.get(predicate, ()))
        if predicate == kind and isinstance(value, ox.NamedNode):
            yield from ((subject, kind, above) for above in classes.get(value, ()))


def test_all_that_follows_is_there_and_nothing_else() -> None:
    assert len(DERIVED) > 1000
    assert set(derive_otherwise()) - ASSERTED == DERIVED


def test_nothing_stands_in_two_graphs() -> None:
    assert not DERIVED & ASSERTED
    assert len(set(QUADS)) == len(DERIVED) + len(ASSERTED)


def test_what_is_derived_is_named_in_the_ontology() -> None:
    ontology = Graph().parse(ASSETS.ontology / "provfin.ttl", format="turtle")
    kinds = (OWL.Class, OWL.DatatypeProperty, OWL.ObjectProperty)
    named = {
        ox.NamedNode(str(term)) for kind in kinds for term in ontology.subjects(None, kind) if isinstance(term, URIRef)
    }
    kind = ox.NamedNode(TYPE)
    assert {value if predicate == kind else predicate for _, predicate, value in DERIVED} <= named


def test_a_release_counts_them_and_every_engine_sees_them(tmp_path: Path) -> None:
    content = gather_content(ASSETS)
    assert content.graphs[ENTAILMENTS_GRAPH] == len(DERIVED)
    release = publish(tmp_path, content)
    asked = Query(f"SELECT (COUNT(*) AS ?n) FROM <{ENTAILMENTS_GRAPH}> {{ ?s ?p ?o }}")
    for engine in (LocalEngine.load_release(release.data_path), LocalEngine.load_assets(ASSETS)):
        assert engine.select(asked) == (["n"], [[str(len(DERIVED))]])


# Rules


def test_rules_bear_the_names_of_the_standard() -> None:
    assert {rule.name for rule in RULES} == NAMES


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_says_in_both_languages_what_it_does(rule: Rule) -> None:
    for key in ("title", "description"):
        for language in ("en", "zh"):
            assert re.search(rf"^# {key}@{language}: \S", rule.text, re.MULTILINE)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_without_a_rule_something_is_lost(rule: Rule) -> None:
    asserted = [quad for quad in QUADS if quad.graph_name != ox.NamedNode(ENTAILMENTS_GRAPH)]
    others = [other for other in RULES if other != rule]
    assert {triple(quad) for quad in derive_quads(asserted, others)} < DERIVED


def example(name: str) -> ox.NamedNode:
    return ox.NamedNode(f"https://example.org/{name}")


def state(subject: str, predicate: ox.NamedNode, value: str, graph: str = "https://example.org/g") -> ox.Quad:
    return ox.Quad(example(subject), predicate, example(value), ox.NamedNode(graph))


def chain(graph: str) -> list[ox.Quad]:
    above, over = ox.NamedNode(str(RDFS.subClassOf)), ox.NamedNode(str(RDFS.subPropertyOf))
    return [
        state("A", above, "B", graph),
        state("B", above, "C", graph),
        state("p", over, "q", graph),
        state("q", over, "r", graph),
        state("x", ox.NamedNode(TYPE), "A"),
        state("x", example("p"), "y"),
        state("x", example("q"), "y"),
    ]


def test_rules_are_applied_until_nothing_new_comes() -> None:
    kind = ox.NamedNode(TYPE)
    assert set(derive_quads(chain(ONTOLOGY_GRAPH), RULES)) == {
        state("x", kind, "B", ENTAILMENTS_GRAPH),
        state("x", kind, "C", ENTAILMENTS_GRAPH),
        state("x", example("r"), "y", ENTAILMENTS_GRAPH),
    }


def test_alignments_are_no_ground() -> None:
    assert not list(derive_quads(chain(ALIGNMENTS_GRAPH), RULES))


@pytest.mark.parametrize("text", ["SELECT * { ?s ?p ?o }", "CONSTRUCT { ?s ?p"])
def test_a_rule_has_to_construct(text: str) -> None:
    with pytest.raises(InputError, match="write a CONSTRUCT query"):
        list(derive_quads(chain(ONTOLOGY_GRAPH), [Rule("prp-wrong", text)]))
