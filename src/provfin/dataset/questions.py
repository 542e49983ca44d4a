"""Owns the competency questions in a release: what editors run, and what each question is for good.

Editors list every `sh:SPARQLExecutable` and run it as it is (https://github.com/sib-swiss/sparql-examples), so that is
what the query is with its defaults bound, once for each question. It is an example of the template: the text of the
file with its header, and the parameters that are bound in it, as `sh:Parameterizable` alone. A question without
parameters is its own template. Refuses DESCRIBE, for which SHACL has no property.
"""

from collections.abc import Iterable, Iterator, Mapping

import pyoxigraph as ox

from provfin.dataset.terms import DATASET, ONTOLOGY, expand, make_count, make_node, make_texts, tell
from provfin.queries import Parameter, Question
from provfin.turtle import BASE

Topics = Mapping[str, Mapping[str, str]]

# The class and the property of each form of query.
_FORMS = {
    "SELECT": ("sh:SPARQLSelectExecutable", "sh:select"),
    "ASK": ("sh:SPARQLAskExecutable", "sh:ask"),
    "CONSTRUCT": ("sh:SPARQLConstructExecutable", "sh:construct"),
}
_QUESTION = f"{BASE}question/"
_PARAMETER = f"{BASE}parameter/"


def describe_questions(questions: Iterable[Question], topics: Topics) -> Iterator[ox.Triple]:
    """Yield each question: what it asks, its query with the defaults bound, its template, its topic in words."""
    questions = [question for question in questions if question.form in _FORMS]
    yield from _describe_paths({parameter.name for question in questions for parameter in question.parameters})
    for question in questions:
        yield from _describe_example(question, topics)
        if question.parameters:
            yield from _describe_template(question)


def _describe_paths(names: Iterable[str]) -> Iterator[ox.Triple]:
    for name in names:
        yield from tell(_PARAMETER + name, {"rdf:type": expand("rdf:Property"), "rdfs:label": ox.Literal(name)})


def _describe_example(question: Question, topics: Topics) -> Iterator[ox.Triple]:
    kind, text = _FORMS[question.form]
    name = _QUESTION + question.name
    yield from tell(
        name,
        {
            "rdf:type": [expand("sh:SPARQLExecutable"), expand(kind)],
            "rdfs:label": make_texts(question.titles),
            "rdfs:comment": make_texts(question.descriptions),
            "dcterms:identifier": ox.Literal(question.name),
            "schema:keywords": make_texts(topics.get(question.topic, {})),
            "schema:exampleOfWork": [make_node(_name_template(name))] if question.parameters else [],
            "dcterms:isPartOf": make_node(DATASET),
            text: ox.Literal(question.bind().text),
            "sh:prefixes": make_node(ONTOLOGY),
        },
    )


def _name_template(name: str) -> str:
    return f"{name}/template"


def _describe_template(question: Question) -> Iterator[ox.Triple]:
    name = _name_template(_QUESTION + question.name)
    yield from tell(
        name,
        {
            "rdf:type": expand("sh:Parameterizable"),
            "rdfs:label": make_texts(question.titles),
            _FORMS[question.form][1]: ox.Literal(question.text),
            "sh:prefixes": make_node(ONTOLOGY),
        },
    )
    for place, parameter in enumerate(question.parameters):
        yield from _describe_parameter(name, place, parameter)


def _describe_parameter(template: str, place: int, parameter: Parameter) -> Iterator[ox.Triple]:
    """Yield a parameter as SHACL has them; its path ends in the name of the variable it binds."""
    name = f"{template}/{parameter.name}"
    is_iri = parameter.type == "iri"
    kind = {"sh:nodeKind": expand("sh:IRI")} if is_iri else {"sh:datatype": expand(f"xsd:{parameter.type}")}
    yield from tell(template, {"sh:parameter": make_node(name)})
    yield from tell(
        name,
        {
            "rdf:type": expand("sh:Parameter"),
            "sh:path": make_node(_PARAMETER + parameter.name),
            "sh:order": make_count(place),
            "sh:description": make_texts(parameter.help),
            "sh:defaultValue": parameter.parse(parameter.default),
            **kind,
        },
    )
