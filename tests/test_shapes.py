"""The shapes promise only what exists; every rule can fail, and fails alone; the graph we publish breaks none."""

import json
import re
from collections import Counter
from difflib import SequenceMatcher
from functools import lru_cache
from pathlib import Path

import pyoxigraph as ox
import pyshacl
import pytest
from rdflib import BNode, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, RDF, RDFS, SH
from rdflib.term import Node

from provfin.assets import find_assets
from provfin.turtle import TYPE, read_turtle
from provfin.validation import Finding, validate

ASSETS = find_assets()
FILES = sorted(ASSETS.shapes.glob("*.ttl"))
CASES = ASSETS.shapes / "cases"
VALID = sorted(CASES.rglob("valid.ttl"))
INVALID = sorted(CASES.rglob("invalid-*.ttl"))
REPORT = ASSETS.graphs / "liaoning-2025"

PF = Namespace("https://w3id.org/provfin/def#")
QB = Namespace("http://purl.org/linked-data/cube#")
SHAPE = "https://w3id.org/provfin/shape/"
PREFIX_OF = {
    "audit-finding": "PF-FND",
    "contribution": "PF-CON",
    "designation": "PF-DES",
    "document-part": "PF-PAR",
    "event": "PF-EVT",
    "evidence": "PF-EVI",
    "institution": "PF-INS",
    "instrument-use": "PF-USE",
    "mention": "PF-MEN",
    "name-mention": "PF-NAM",
    "observation": "PF-OBS",
    "outlook": "PF-OUT",
    "report": "PF-REP",
    "statement": "PF-STA",
    "vocabulary": "PF-VOC",
}
# https://www.w3.org/TR/shacl/, parts 1 and 2 and the core components of part 4.
CORE_CONSTRAINTS = """
    and class closed datatype disjoint equals flags hasValue ignoredProperties in languageIn lessThan lessThanOrEquals
    maxCount maxExclusive maxInclusive maxLength minCount minExclusive minInclusive minLength node nodeKind not or
    pattern property qualifiedMaxCount qualifiedMinCount qualifiedValueShape qualifiedValueShapesDisjoint
    uniqueLang xone
"""
CORE_OTHERS = """
    NodeShape PropertyShape Info Violation Warning severity message name description order group deactivated
    targetClass targetNode targetObjectsOf targetSubjectsOf
    BlankNode BlankNodeOrIRI BlankNodeOrLiteral IRI IRIOrLiteral Literal
    path alternativePath inversePath oneOrMorePath zeroOrMorePath zeroOrOnePath
"""
CONSTRAINTS = {URIRef(f"{SH}{name}") for name in CORE_CONSTRAINTS.split()}
CORE = CONSTRAINTS | {URIRef(f"{SH}{name}") for name in CORE_OTHERS.split()}
TARGETS = (SH.targetClass, SH.targetSubjectsOf)
OPERANDS = (SH["not"], SH.qualifiedValueShape)


@lru_cache
def load(*paths: Path) -> Graph:
    graph = Graph()
    for path in paths:
        for file in sorted(path.rglob("*.ttl")) if path.is_dir() else [path]:
            graph.parse(file)
    return graph


SHAPES = load(*FILES)
TARGETED = {node for target in TARGETS for node in SHAPES.subjects(target)}
PROPERTY_SHAPES = sorted(SHAPES.subjects(RDF.type, SH.PropertyShape), key=str)
NODE_SHAPES = sorted(SHAPES.subjects(RDF.type, SH.NodeShape), key=str)


def is_rule(shape: Node) -> bool:
    """Whether results can name the shape as their source."""
    if shape in PROPERTY_SHAPES:
        return True
    constraints = set(SHAPES.predicates(shape)) & CONSTRAINTS
    return shape in TARGETED and bool(constraints - {SH.property})


RULES = [shape for shape in [*NODE_SHAPES, *PROPERTY_SHAPES] if is_rule(shape)]
CODES = {shape: str(SHAPES.value(shape, DCTERMS.identifier)) for shape in RULES}


def code_of(case: Path) -> str:
    return case.stem.removeprefix("invalid-").upper()


def name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def list_terms(graph: Graph, namespace: str) -> set[Node]:
    return {term for triple in graph for term in triple if isinstance(term, URIRef) and term.startswith(namespace)}


def find_broken(case: Path) -> list[Finding]:
    """What a case breaks of the shapes; a case is too small a graph for the checks over whole ones."""
    return validate([case], checks=False)


# What the files say


def test_there_is_one_file_for_each_promise() -> None:
    assert {file.stem for file in FILES} == set(PREFIX_OF) == {path.name for path in CASES.iterdir()}


def test_every_shacl_term_is_core() -> None:
    assert list_terms(SHAPES, str(SH)) <= CORE


def test_the_list_of_core_terms_is_in_shacl() -> None:
    assert [term for term in CORE if term not in SH] == []


def test_every_own_term_is_in_the_ontology() -> None:
    ontology = load(ASSETS.ontology / "provfin.ttl")
    used = list_terms(SHAPES, PF)
    assert used
    assert used <= set(ontology.subjects(RDF.type))


def test_every_resource_named_is_in_the_vocabulary() -> None:
    used = list_terms(SHAPES, "https://w3id.org/provfin/id/")
    assert used <= set(load(ASSETS.ontology).subjects(RDF.type))


def test_the_shapes_are_well_formed() -> None:
    pyshacl.validate(Graph(), shacl_graph=Graph() + SHAPES, meta_shacl=True)


@pytest.mark.parametrize("file", FILES, ids=name)
def test_a_file_is_alphabetical_and_has_no_comments(file: Path) -> None:
    lines = file.read_text(encoding="utf-8").splitlines()
    subjects = [line.split()[0] for line in lines if line.startswith("shape:")]
    assert subjects == sorted(subjects)
    assert not [line for line in lines if line.lstrip().startswith("#")]


def test_shapes_have_iris() -> None:
    assert all(isinstance(shape, URIRef) and shape.startswith(SHAPE) for shape in [*NODE_SHAPES, *PROPERTY_SHAPES])
    allowed = {RDF.first, RDF.rest, SH.alternativePath, SH.inversePath, SH.oneOrMorePath}
    assert {predicate for subject, predicate, _ in SHAPES if isinstance(subject, BNode)} <= allowed


@pytest.mark.parametrize("file", FILES, ids=name)
def test_codes_are_counted_through_under_the_prefix_of_the_file(file: Path) -> None:
    codes = sorted(str(code) for code in load(file).objects(None, DCTERMS.identifier))
    assert codes == [f"{PREFIX_OF[file.stem]}-{number:03}" for number in range(1, len(codes) + 1)]


def test_a_code_names_one_rule() -> None:
    assert [code for code, count in Counter(CODES.values()).items() if count > 1] == []
    assert set(CODES) == set(SHAPES.subjects(DCTERMS.identifier))


@pytest.mark.parametrize("shape", RULES, ids=lambda shape: CODES[shape])
def test_a_rule_says_in_two_languages_what_to_do(shape: Node) -> None:
    messages = [m for m in SHAPES.objects(shape, SH.message) if isinstance(m, Literal)]
    by_language = {message.language: str(message) for message in messages}
    assert len(messages) == 2
    assert by_language["en"].endswith(".")
    assert by_language["zh"].endswith("。")
    assert re.search("[\u4e00-\u9fff]", by_language["zh"])


@pytest.mark.parametrize("shape", RULES, ids=lambda shape: CODES[shape])
def test_a_rule_has_a_name_and_a_reason_in_two_languages(shape: Node) -> None:
    for predicate, longest in ((SH.name, 60), (SH.description, 200)):
        texts = {text.language: str(text) for text in SHAPES.objects(shape, predicate) if isinstance(text, Literal)}
        assert set(texts) == {"en", "zh"}
        assert len(list(SHAPES.objects(shape, predicate))) == 2
        assert re.search("[\u4e00-\u9fff]", texts["zh"])
        assert max(map(len, texts.values())) <= longest
        assert texts["en"].endswith(".") == (predicate == SH.description)


def test_messages_are_not_repeated() -> None:
    counts = Counter(SHAPES.objects(None, SH.message))
    assert [message for message, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("shape", sorted(TARGETED, key=str), ids=lambda shape: str(shape).removeprefix(SHAPE))
def test_a_node_shape_either_gathers_rules_or_is_one(shape: Node) -> None:
    gathers = (shape, SH.property, None) in SHAPES
    assert gathers != is_rule(shape)
    if gathers:
        languages = {text.language for text in SHAPES.objects(shape, DCTERMS.description) if isinstance(text, Literal)}
        assert languages == {"en", "zh"}


def test_every_property_shape_belongs_to_a_node_shape_with_a_target() -> None:
    gathered = {rule for shape in TARGETED for rule in SHAPES.objects(shape, SH.property)}
    assert gathered == set(PROPERTY_SHAPES)


def test_every_other_node_shape_is_used_by_a_rule() -> None:
    used = {value for operand in OPERANDS for value in SHAPES.objects(None, operand)}
    used |= {value for head in SHAPES.objects(None, SH["or"]) for value in SHAPES.items(head)}
    assert set(NODE_SHAPES) - TARGETED == used


def test_every_breakdown_has_a_rule() -> None:
    ontology = load(ASSETS.ontology / "provfin.ttl")
    common = {PF.indicator, PF.measure}
    breakdowns = {term for term in ontology.subjects(RDF.type, QB.DimensionProperty) if term not in common}
    gathering = URIRef(f"{SHAPE}breakdown")
    assert set(SHAPES.objects(gathering, SH.targetSubjectsOf)) == breakdowns
    found = {SHAPES.value(rule, SH.path): SHAPES.value(rule, SH["class"]) for rule in SHAPES[gathering : SH.property]}
    assert found == {term: ontology.value(term, RDFS.range) for term in breakdowns}


# Cases


@pytest.mark.parametrize("case", VALID, ids=name)
def test_a_valid_case_is_clean(case: Path) -> None:
    assert validate([case], checks=False) == []


@pytest.mark.parametrize("case", INVALID, ids=name)
def test_an_invalid_case_breaks_its_own_rule_alone(case: Path) -> None:
    expected: list[dict[str, str]] = json.loads(case.with_suffix(".json").read_text(encoding="utf-8"))
    found = {(finding.code, finding.focus, finding.severity) for finding in validate([case], checks=False)}
    assert {code for code, _, _ in found} == {code_of(case)}
    assert [{"code": code, "focus": focus, "severity": severity} for code, focus, severity in sorted(found)] == expected


@pytest.mark.parametrize("case", INVALID, ids=name)
def test_an_invalid_case_is_one_edit_from_the_valid_one(case: Path) -> None:
    valid = case.with_name("valid.ttl").read_text(encoding="utf-8").splitlines()
    matcher = SequenceMatcher(None, valid, case.read_text(encoding="utf-8").splitlines(), autojunk=False)
    edits = [edit for edit in matcher.get_opcodes() if edit[0] != "equal"]
    assert len(edits) == 1
    assert max(edits[0][2] - edits[0][1], edits[0][4] - edits[0][3]) <= 1


def test_every_rule_has_a_case() -> None:
    assert {code_of(case) for case in INVALID} == set(CODES.values())


def test_every_case_lies_with_its_shapes() -> None:
    assert [case for case in INVALID if not code_of(case).startswith(PREFIX_OF[case.parent.name])] == []


def test_every_expected_report_has_a_case() -> None:
    assert {path.stem for path in CASES.rglob("*.json")} == {case.stem for case in INVALID}


# The graph of the repository


@pytest.fixture(scope="module")
def findings() -> list[Finding]:
    return validate(checks=False)


def test_the_repository_has_no_findings(findings: list[Finding]) -> None:
    assert findings == []


@pytest.fixture(scope="module")
def met() -> set[str]:
    """The classes and properties that the vocabulary and the report of the repository use, and the classes above."""
    # The report may be free of findings; then the valid case stands in for it.
    files = [*ASSETS.ontology.rglob("*.ttl"), *REPORT.rglob("*.ttl"), CASES / "audit-finding" / "valid.ttl"]
    triples = [triple for file in files for triple in read_turtle(file)]
    used = {triple.predicate.value for triple in triples}
    types = {triple.object for triple in triples if triple.predicate.value == TYPE}
    classes = {URIRef(each.value) for each in types if isinstance(each, ox.NamedNode)}
    above = {str(each) for c in classes for each in load(ASSETS.ontology).transitive_objects(c, RDFS.subClassOf)}
    return used | above


@pytest.mark.parametrize("shape", sorted(TARGETED, key=str), ids=lambda shape: str(shape).removeprefix(SHAPE))
def test_a_node_shape_meets_the_graph(shape: Node, met: set[str]) -> None:
    targets = {str(target) for kind in TARGETS for target in SHAPES.objects(shape, kind)}
    assert targets & met
