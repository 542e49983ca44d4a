"""Owns what query editors configure themselves from: prefixes, and the competency questions as runnable examples.

Prefixes are declared as https://www.w3.org/TR/shacl/#sparql-prefixes says, on the ontology; a question is a
`sh:SPARQLExecutable` with its defaults bound, as in https://github.com/sib-swiss/sparql-examples.
"""

from collections.abc import Iterable, Iterator, Mapping

import pyoxigraph as ox

from provfin.dataset.terms import DATASET, NAMESPACES, ONTOLOGY, expand, make_node, make_texts, tell
from provfin.queries import Parameter, Question
from provfin.turtle import BASE

Topics = Mapping[str, Mapping[str, str]]

# The class and the property of each form of query; SHACL has none for DESCRIBE.
_FORMS = {
    "SELECT": ("sh:SPARQLSelectExecutable", "sh:select"),
    "ASK": ("sh:SPARQLAskExecutable", "sh:ask"),
    "CONSTRUCT": ("sh:SPARQLConstructExecutable", "sh:construct"),
}
_QUESTION = f"{BASE}question/"
_PARAMETER = f"{BASE}parameter/"


def describe_prefixes() -> Iterator[ox.Triple]:
    """Yield the prefixes queries are written with, declared on the ontology."""
    for prefix, namespace in sorted(NAMESPACES.items()):
        name = f"{BASE}prefix/{prefix}"
        yield from tell(ONTOLOGY, {"sh:declare": make_node(name)})
        address = ox.Literal(namespace, datatype=expand("xsd:anyURI"))
        yield from tell(
            name, {"rdf:type": expand("sh:PrefixDeclaration"), "sh:prefix": ox.Literal(prefix), "sh:namespace": address}
        )


def describe_questions(questions: Iterable[Question], topics: Topics) -> Iterator[ox.Triple]:
    """Yield each question: what it asks, its query with the defaults bound, its parameters, its topic in words."""
    questions = [question for question in questions if question.form in _FORMS]
    yield from _describe_paths({parameter.name for question in questions for parameter in question.parameters})
    for question in questions:
        name = _QUESTION + question.name
        kind, text = _FORMS[question.form]
        yield from tell(
            name,
            {
                "rdf:type": [expand("sh:SPARQLExecutable"), expand(kind)],
                "rdfs:label": make_texts(question.titles),
                "rdfs:comment": make_texts(question.descriptions),
                "dcterms:identifier": ox.Literal(question.name),
                "schema:keywords": make_texts(topics.get(question.topic, {})),
                "dcterms:isPartOf": make_node(DATASET),
                text: ox.Literal(question.bind().text),
                "sh:prefixes": make_node(ONTOLOGY),
            },
        )
        for place, parameter in enumerate(question.parameters):
            yield from _describe_parameter(name, place, parameter)


def _describe_paths(names: Iterable[str]) -> Iterator[ox.Triple]:
    for name in names:
        yield from tell(_PARAMETER + name, {"rdf:type": expand("rdf:Property"), "rdfs:label": ox.Literal(name)})


def _describe_parameter(question: str, place: int, parameter: Parameter) -> Iterator[ox.Triple]:
    """Yield a parameter as SHACL has them; its path ends in the name of the variable it binds."""
    name = f"{question}/{parameter.name}"
    is_iri = parameter.type == "iri"
    kind = {"sh:nodeKind": expand("sh:IRI")} if is_iri else {"sh:datatype": expand(f"xsd:{parameter.type}")}
    yield from tell(question, {"sh:parameter": make_node(name)})
    yield from tell(
        name,
        {
            "rdf:type": expand("sh:Parameter"),
            "sh:path": make_node(_PARAMETER + parameter.name),
            "sh:order": ox.Literal(str(place), datatype=expand("xsd:integer")),
            "sh:description": make_texts(parameter.help),
            "sh:defaultValue": parameter.parse(parameter.default),
            **kind,
        },
    )
