"""The ontology and its vocabulary: what every term and concept has, and how they stand to each other."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from itertools import combinations
from pathlib import Path

import pytest
from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCAT, DCTERMS, OWL, RDF, RDFS, SDO, SKOS
from rdflib.term import Node

from provfin.assets import find_assets
from provfin.vocabulary import Indicator, load_vocabulary, normalise

ASSETS = find_assets()
ONTOLOGY = ASSETS.ontology / "provfin.ttl"
ALIGNMENTS = ASSETS.ontology / "alignments.ttl"
HEADER = URIRef("https://w3id.org/provfin/def")

PF = Namespace("https://w3id.org/provfin/def#")
QB = Namespace("http://purl.org/linked-data/cube#")
SCHEME = Namespace("https://w3id.org/provfin/id/scheme/")
LABELS = (SKOS.prefLabel, SKOS.altLabel, SKOS.hiddenLabel)
PROPERTY_KINDS = {OWL.AnnotationProperty, OWL.DatatypeProperty, OWL.ObjectProperty}
LANGUAGES = {"en", "zh"}


@lru_cache
def load_graph(*paths: Path) -> Graph:
    graph = Graph()
    for path in paths:
        for file in sorted(path.rglob("*.ttl")) if path.is_dir() else [path]:
            graph.parse(file, format="turtle")
    return graph


def list_terms(graph: Graph) -> list[URIRef]:
    return sorted({node for node in graph.subjects() if isinstance(node, URIRef) and node in PF})


def list_concepts(graph: Graph) -> list[URIRef]:
    return sorted(node for node in set(graph.subjects(RDF.type, SKOS.Concept)) if isinstance(node, URIRef))


def list_schemes(graph: Graph) -> list[URIRef]:
    return sorted(node for node in set(graph.subjects(RDF.type, SKOS.ConceptScheme)) if isinstance(node, URIRef))


def languages_of(graph: Graph, node: Node, predicate: URIRef) -> list[str | None]:
    texts = [text for text in graph.objects(node, predicate) if isinstance(text, Literal) and text.strip()]
    return sorted((text.language for text in texts), key=str)


def shorten(nodes: Iterable[Node]) -> list[str]:
    return sorted(re.split(r"[#/]", str(node))[-1] for node in nodes)


VOCABULARY = load_graph(ASSETS.ontology)
CONCEPTS = list_concepts(VOCABULARY)


# Terms


@pytest.mark.parametrize("predicate", [RDFS.label, SKOS.definition])
def test_every_term_says_what_it_is_in_both_languages(predicate: URIRef) -> None:
    graph = load_graph(ONTOLOGY)
    terms = list_terms(graph)
    assert len(terms) > 50
    assert not shorten(term for term in terms if languages_of(graph, term, predicate) != sorted(LANGUAGES))


def test_terms_stand_in_alphabetical_order() -> None:
    found = re.findall(r"^pf:(\w+) ", ONTOLOGY.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(found) == shorten(list_terms(load_graph(ONTOLOGY)))
    assert found == sorted(found)


def test_all_terms_are_declared_in_one_file() -> None:
    elsewhere = load_graph(*[path for path in sorted(ASSETS.ontology.rglob("*.ttl")) if path != ONTOLOGY])
    assert set(elsewhere.subjects(RDF.type))
    assert not shorten(term for term in list_terms(elsewhere) if (term, RDF.type, None) in elsewhere)


@pytest.mark.parametrize("path", sorted(ASSETS.ontology.rglob("*.ttl")), ids=lambda path: path.stem)
def test_prose_stands_in_annotations_never_in_comments(path: Path) -> None:
    quoted = r'<[^<>"{}|^`\\\s]*>|"(?:[^"\\\n]|\\.)*"'
    assert "#" not in re.sub(quoted, "", path.read_text(encoding="utf-8"))


def test_every_term_in_use_is_declared_as_what_it_is_used_as() -> None:
    graph = load_graph(ASSETS.ontology, ASSETS.shapes, ASSETS.graphs)
    kinds: dict[Node, set[Node]] = defaultdict(set)
    for term in list_terms(load_graph(ONTOLOGY)):
        kinds[term] |= set(load_graph(ONTOLOGY).objects(term, RDF.type))
    used = {node for triple in graph for node in triple if isinstance(node, URIRef) and node in PF}
    assert not shorten(used - set(kinds))
    assert not shorten(node for node in used & set(graph.predicates()) if not kinds[node] & PROPERTY_KINDS)
    assert not shorten(node for node in used & set(graph.objects(None, RDF.type)) if OWL.Class not in kinds[node])


def test_every_term_named_in_a_query_is_declared() -> None:
    declared = set(shorten(list_terms(load_graph(ONTOLOGY))))
    named = {
        (path.name, term)
        for folder in (ASSETS.questions, ASSETS.checks)
        for path in sorted(folder.glob("*.rq"))
        for term in re.findall(r"(?<![\w-])pf:(\w+)", path.read_text(encoding="utf-8"))
    }
    assert named
    assert not {(file, term) for file, term in named if term not in declared}


# Alignments


def test_the_alignments_are_an_ontology_of_their_own() -> None:
    graph = load_graph(ALIGNMENTS)
    assert set(graph.subjects(RDF.type, OWL.Ontology)) == {HEADER + "/alignments"}
    assert set(graph.objects(None, OWL.imports)) == {HEADER}


def list_aligned() -> list[tuple[URIRef, URIRef]]:
    graph = load_graph(ALIGNMENTS)
    predicates = (RDFS.subClassOf, RDFS.subPropertyOf, SKOS.closeMatch, SKOS.exactMatch)
    found = [pair for predicate in predicates for pair in graph.subject_objects(predicate)]
    return [(own, foreign) for own, foreign in found if isinstance(own, URIRef) and isinstance(foreign, URIRef)]


def test_what_is_aligned_exists_on_both_sides() -> None:
    known = set(load_graph(ONTOLOGY).subjects(RDF.type)) | set(load_graph(ASSETS.ontology / "vocabulary").subjects())
    aligned = list_aligned()
    assert not shorten({own for own, _ in aligned} - known)
    kept = [
        (space, foreign) for _, foreign in aligned for space in (DCAT, DCTERMS, SDO) if foreign.startswith(str(space))
    ]
    assert {space for space, _ in kept} == {DCAT, DCTERMS, SDO}
    assert not [foreign for space, foreign in kept if foreign not in space]


def test_each_alignment_of_a_term_has_its_reason() -> None:
    text = (ASSETS.root / "docs" / "decisions" / "0016-alignments.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    terms = [(own, foreign) for own, foreign in list_aligned() if own in PF]
    assert terms
    names = [(f"`pf:{shorten([own])[0]}`", f":{shorten([foreign])[0]}`") for own, foreign in terms]
    assert not [pair for pair in names if not any(pair[0] in row and pair[1] in row for row in rows)]


# Concepts


def test_every_concept_has_a_code_a_scheme_and_a_name_in_both_languages() -> None:
    declared = set(list_schemes(VOCABULARY))
    faults = {
        concept
        for concept in CONCEPTS
        if len(list(VOCABULARY.objects(concept, SKOS.notation))) != 1
        or len(set(VOCABULARY.objects(concept, SKOS.inScheme)) & declared) != 1
        or languages_of(VOCABULARY, concept, SKOS.prefLabel) != sorted(LANGUAGES)
    }
    assert len(CONCEPTS) > 100
    assert not shorten(faults)


def test_every_concept_of_the_vocabulary_is_of_a_class_of_its_own() -> None:
    own = [concept for concept in CONCEPTS if str(concept).startswith("https://w3id.org/provfin/")]
    classes = {concept: [kind for kind in VOCABULARY.objects(concept, RDF.type) if str(kind) in PF] for concept in own}
    assert not shorten(concept for concept, kinds in classes.items() if len(kinds) != 1)


@pytest.mark.parametrize("kind", [PF.Indicator, PF.Measure], ids=["indicators", "measures"])
def test_definitions_are_in_both_languages(kind: URIRef) -> None:
    concepts = list(VOCABULARY.subjects(RDF.type, kind))
    assert concepts
    lacking = [node for node in concepts if languages_of(VOCABULARY, node, SKOS.definition) != sorted(LANGUAGES)]
    assert not shorten(lacking)


def test_no_code_is_given_twice_in_a_scheme() -> None:
    codes = Counter(
        (str(scheme), str(code))
        for concept, scheme in VOCABULARY.subject_objects(SKOS.inScheme)
        for code in VOCABULARY.objects(concept, SKOS.notation)
    )
    assert not [key for key, times in codes.items() if times > 1]


# https://www.w3.org/TR/skos-reference/#L1567: S13, the three kinds of label are pairwise disjoint.
@pytest.mark.parametrize(("one", "other"), list(combinations(LABELS, 2)), ids=lambda kind: str(kind).rsplit("#")[-1])
def test_kinds_of_label_share_no_label(one: URIRef, other: URIRef) -> None:
    shared = {
        (*shorten([concept]), str(label))
        for concept in CONCEPTS
        for label in set(VOCABULARY.objects(concept, one)) & set(VOCABULARY.objects(concept, other))
    }
    assert not shared


def test_broader_leads_to_concepts_of_the_same_scheme_and_never_round() -> None:
    for narrower, broader in VOCABULARY.subject_objects(SKOS.broader):
        assert set(VOCABULARY.objects(narrower, SKOS.inScheme)) == set(VOCABULARY.objects(broader, SKOS.inScheme))
    above = {node: list(VOCABULARY.objects(node, SKOS.broader)) for node in CONCEPTS}
    reached = {
        node: {further for step in steps for further in VOCABULARY.transitive_objects(step, SKOS.broader)}
        for node, steps in above.items()
    }
    assert any(reached.values())
    assert not shorten(node for node, found in reached.items() if node in found)


@pytest.mark.parametrize("scheme", list_schemes(VOCABULARY), ids=lambda scheme: shorten([scheme])[0])
def test_no_two_concepts_of_a_scheme_have_the_same_chinese_name(scheme: URIRef) -> None:
    owners: dict[str, set[str]] = defaultdict(set)
    for concept in VOCABULARY.subjects(SKOS.inScheme, scheme):
        for predicate in LABELS:
            for label in VOCABULARY.objects(concept, predicate):
                if isinstance(label, Literal) and label.language == "zh":
                    owners[normalise(str(label))].update(shorten([concept]))
    assert owners
    assert not {name: sorted(concepts) for name, concepts in owners.items() if len(concepts) > 1}


# Structures


def list_components(structure: Node) -> dict[Node, int]:
    """The dimensions of a structure, each with its order."""
    components = set(VOCABULARY.objects(structure, QB.component))
    orders = ((VOCABULARY.value(item, QB.dimension), VOCABULARY.value(item, QB.order)) for item in components)
    return {dimension: int(str(order)) for dimension, order in orders if dimension is not None}


STRUCTURES = sorted(VOCABULARY.subjects(RDF.type, QB.DataStructureDefinition), key=str)


@pytest.mark.parametrize("structure", STRUCTURES, ids=lambda structure: shorten([structure])[0])
def test_the_dimensions_of_a_structure_stand_in_one_order_the_comparison_base_last(structure: Node) -> None:
    orders = list_components(structure)
    breakdowns = {dimension: order for dimension, order in orders.items() if dimension != PF.measure}
    assert len(set(orders.values())) == len(orders)
    assert max(breakdowns, key=lambda dimension: breakdowns[dimension]) == PF.comparisonBase


@pytest.mark.parametrize("structure", STRUCTURES, ids=lambda structure: shorten([structure])[0])
def test_the_iris_of_two_codes_of_a_structure_never_end_alike(structure: Node) -> None:
    # In the IRI of an observation its codes stand one behind the other by their last steps, totals left out.
    own = [item for item in list_components(structure) if str(item) in PF and item not in {PF.indicator, PF.measure}]
    schemes = [VOCABULARY.value(item, QB.codeList) for item in own]
    steps = Counter(
        step for scheme in schemes for step in shorten(VOCABULARY.subjects(SKOS.inScheme, scheme)) if step != "total"
    )
    assert all(schemes)
    assert [step for step, times in steps.items() if times > 1] == []


def test_a_structure_of_missing_values_has_the_dimensions_of_the_other() -> None:
    found = {shorten([structure])[0]: list_components(structure) for structure in STRUCTURES}
    pairs = {name: f"{name}-missing" for name in found if not name.endswith("-missing")}
    assert set(found) == {*pairs, *pairs.values()}
    assert [name for name, twin in pairs.items() if found[name] != found[twin]] == []


# Names and units


def names_in(template: str) -> list[str]:
    places = re.findall(r"\{([^{}|]*)(?:\|[^{}]*)?\}", template)
    return [name for place in places for name in place.split(",") if name]


TEMPLATES = [
    pytest.param(indicator, template, id=f"{indicator.code}: {template}")
    for indicator in load_vocabulary().indicators.values()
    for template in indicator.templates
]


@pytest.mark.parametrize(("indicator", "template"), TEMPLATES)
def test_a_name_template_names_breakdowns_whose_codes_can_be_said(indicator: Indicator, template: str) -> None:
    dimensions = {dimension.name: dimension for dimension in indicator.dimensions}
    names = names_in(template)
    assert re.fullmatch(r"(?:\[[^][{}]+\]|\{[\w,]+(?:\|[^][{}|]+)?\}|[^][{}|])+", template)
    assert len(names) == len(set(names))
    assert not set(names) - set(dimensions)
    members = [member for name in names for member in dimensions[name].members]
    assert not [member.iri for member in members if not member.is_total and not member.name_part]


def test_an_indicator_with_a_breakdown_has_a_place_for_it_in_its_name() -> None:
    indicators = load_vocabulary().indicators.values()
    without = [item.code for item in indicators if item.templates and not any(map(names_in, item.templates))]
    assert TEMPLATES
    assert not without


def test_the_factor_of_a_unit_is_its_power_of_ten_in_a_base_unit_of_its_kind() -> None:
    units = load_vocabulary().units
    assert units
    for unit in units.values():
        base = units[unit.base]
        assert unit.factor == Decimal(10) ** unit.exponent, unit.code
        assert (base.base, base.exponent, base.kind) == (base.code, 0, unit.kind), unit.code
