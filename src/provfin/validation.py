"""Owns validating: which promises of the shapes a graph breaks, each as a finding that says how to repair it.

The Turtle of one folder is one data graph. Ontology and vocabulary are at hand in it to look classes up, but are
validated only on their own, once. Refuses to call a graph clean that no shape has anything to say about, and refuses
blank nodes in reports, which could not be named in a finding.
"""

import json
import logging
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

import pyoxigraph as ox
import pyshacl
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.extras.shacl import parse_shacl_path
from rdflib.namespace import DCTERMS, RDF, RDFS, SH, XSD
from rdflib.term import Node

from provfin.assets import find_assets
from provfin.errors import InputError
from provfin.turtle import PREFIXES, read_turtle

VOCABULARY = "vocabulary"
_SEVERITIES: dict[Node, str] = {SH.Violation: "violation", SH.Warning: "warning", SH.Info: "info"}
_TARGETS = (SH.targetClass, SH.targetSubjectsOf)

# Python reads more than https://www.w3.org/TR/xmlschema11-2/#decimal allows: NaN, 1_000, full-width digits.
_NUMBERS = {XSD.decimal: re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)"), XSD.integer: re.compile(r"[+-]?[0-9]+")}
# An ill-typed literal is a finding here; rdflib would log it with a traceback besides.
logging.getLogger("rdflib.term").setLevel(logging.ERROR)

RdfTriple = tuple[Node, Node, Node]


@dataclass(frozen=True)
class Finding:
    """One broken promise: the rule's code and repair, the node it was found at, and the path and value at fault.

    `path` and `value` are empty where the rule has none; `source` is the report's folder, or `vocabulary`.
    """

    severity: str
    code: str
    message_en: str
    message_zh: str
    focus: str
    path: str
    value: str
    source: str


def validate(paths: Sequence[Path] | None = None) -> list[Finding]:
    """Validate Turtle files or folders against the shapes, by default the vocabulary and all reports.

    Findings come in a fixed order. Raises `InputError` for a missing path, a folder without Turtle, a file that is not
    Turtle, a report with blank nodes, and a graph in which no shape (https://www.w3.org/TR/shacl/) meets any node.
    """
    assets = find_assets()
    folders = _gather([assets.ontology, assets.graphs] if paths is None else paths)
    findings = {finding for folder in sorted(folders) for finding in _validate_folder(folder, folders[folder])}
    return sorted(findings, key=lambda item: (item.source, item.code, item.focus, item.path, item.value))


def as_json(findings: Iterable[Finding]) -> str:
    """Return findings as a JSON list, one object each."""
    return json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2) + "\n"


def format_finding(finding: Finding) -> str:
    """Return a finding as plain text: what is wrong and where on one line, then the repair in English and Chinese."""
    fault = " ".join(part for part in (finding.path, finding.value) if part)
    head = f"{finding.source}: {finding.severity} {finding.code} at {finding.focus}"
    return "\n".join([f"{head}: {fault}" if fault else head, f"  {finding.message_en}", f"  {finding.message_zh}"])


# Which files make one graph


def _gather(paths: Iterable[Path]) -> dict[Path, set[Path]]:
    ontology = find_assets().ontology.resolve()
    folders: dict[Path, set[Path]] = defaultdict(set)
    for path in paths:
        for file in _list_turtle(path.resolve()):
            folders[ontology if file.is_relative_to(ontology) else file.parent].add(file)
    if not folders:
        raise InputError("nothing to validate", where="the paths given", repair="give a folder of Turtle")
    return folders


def _list_turtle(path: Path) -> list[Path]:
    if not path.exists():
        raise InputError("not there", where=str(path), repair="give a Turtle file or a folder of Turtle")
    files = list(path.rglob("*.ttl")) if path.is_dir() else [path]
    if not files:
        raise InputError("no Turtle in the folder", where=str(path), repair="give a folder that holds .ttl files")
    return files


# Graphs


def _read(files: Iterable[Path]) -> Iterator[RdfTriple]:
    for file in sorted(files):
        for triple in read_turtle(file):
            yield _to_node(triple.subject), _to_node(triple.predicate), _to_node(triple.object)


def _to_node(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> Node:
    match term:
        case ox.NamedNode():
            return URIRef(term.value)
        case ox.Literal():
            return _to_literal(term)
    return BNode(str(term))


def _to_literal(term: ox.Literal) -> Literal:
    if term.language:
        return Literal(term.value, lang=term.language)
    datatype = URIRef(term.datatype.value)
    number = _NUMBERS.get(datatype)
    literal = Literal(term.value, datatype=datatype)
    if literal.ill_typed or (number and not number.fullmatch(term.value)):
        return Literal(term.value, datatype=URIRef(f"{datatype}-ill-typed"))
    return literal


def _make_graph(triples: Iterable[RdfTriple]) -> Graph:
    graph = Graph()
    for triple in triples:
        graph.add(triple)
    return graph


@lru_cache
def _load_ontology() -> Graph:
    return _make_graph(_read(find_assets().ontology.rglob("*.ttl")))


@lru_cache
def _load_shapes() -> Graph:
    shapes = _make_graph(_read(find_assets().shapes.glob("*.ttl")))
    for prefix, namespace in PREFIXES.items():
        shapes.bind(prefix, namespace, replace=True)
    return shapes


# Aiming shapes


@lru_cache
def _aim_shapes() -> Graph:
    """Return the shapes aimed at marked nodes: `focus shape true` stands for what the targets of the shape meet.

    The marks keep the vocabulary out of focus, and let pySHACL take each property shape over all its nodes at once.
    """
    shapes = _load_shapes()
    aimed = _list_aimed(shapes)
    graph = Graph()
    for subject, predicate, value in shapes:
        if subject in aimed and predicate == SH.property:
            graph.add((value, SH.targetSubjectsOf, subject))
        elif predicate not in _TARGETS:
            graph.add((subject, predicate, value))
    for shape in aimed:
        graph.add((shape, SH.targetSubjectsOf, shape))
    return graph


def _list_aimed(shapes: Graph) -> set[Node]:
    return {shape for target in _TARGETS for shape in shapes.subjects(target)}


def _mark(graph: Graph, own: set[Node]) -> bool:
    shapes = _load_shapes()
    marks = {
        (focus, shape) for shape in _list_aimed(shapes) for focus in _find_focus(graph, shapes, shape) if focus in own
    }
    for focus, shape in marks:
        graph.add((focus, shape, Literal(True)))
    return bool(marks)


def _find_focus(graph: Graph, shapes: Graph, shape: Node) -> Iterator[Node]:
    for target in shapes.objects(shape, SH.targetClass):
        for subclass in graph.transitive_subjects(RDFS.subClassOf, target):
            yield from graph.subjects(RDF.type, subclass)
    for predicate in shapes.objects(shape, SH.targetSubjectsOf):
        yield from graph.subjects(predicate)


# Validating


def _validate_folder(folder: Path, files: Iterable[Path]) -> Iterator[Finding]:
    own = list(_read(files))
    is_vocabulary = folder == find_assets().ontology.resolve()
    if not is_vocabulary:
        _refuse_blank_nodes(own, folder)
    graph = _make_graph([*_load_ontology(), *own])
    if not _mark(graph, {subject for subject, _, _ in own}):
        what = "nothing to validate: no shape meets any node of the graph"
        raise InputError(what, where=str(folder), repair="give the graph of a report, as provfin build writes it")
    _, report, _ = pyshacl.validate(graph, shacl_graph=_aim_shapes(), inplace=True)
    for result in report.objects(None, SH.result):
        yield _make_finding(report, result, VOCABULARY if is_vocabulary else folder.name)


def _refuse_blank_nodes(triples: Iterable[RdfTriple], folder: Path) -> None:
    for subject, predicate, value in triples:
        if isinstance(subject, BNode) or isinstance(value, BNode):
            what = f"a blank node at {predicate} of {subject}"
            raise InputError(what, where=str(folder), repair="give every node an IRI")


def _make_finding(report: Graph, result: Node, source: str) -> Finding:
    shapes, facts = _load_shapes(), dict(report.predicate_objects(result))
    shape = facts[SH.sourceShape]
    path = shapes.value(shape, SH.path)
    return Finding(
        severity=_SEVERITIES[facts[SH.resultSeverity]],
        code=str(shapes.value(shape, DCTERMS.identifier)),
        message_en=_find_message(shape, "en"),
        message_zh=_find_message(shape, "zh"),
        focus=str(facts[SH.focusNode]),
        path=parse_shacl_path(shapes, path).n3(shapes.namespace_manager) if path else "",
        value=str(facts.get(SH.value, "")),
        source=source,
    )


def _find_message(shape: Node, language: str) -> str:
    messages = _load_shapes().objects(shape, SH.message)
    return next(str(message) for message in messages if isinstance(message, Literal) and message.language == language)
