"""Owns the competency questions: SPARQL files with titles, descriptions and typed parameters in their header.

A parameter is checked against its type and enters the query as a whole RDF term, in a VALUES clause at the start of
its WHERE; text from outside is never pasted. What comes out is plain SPARQL 1.1 that any endpoint answers.
Refuses a file whose header is incomplete.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path

import pyoxigraph as ox

from provfin.assets import find_assets
from provfin.errors import InputError
from provfin.store import Query
from provfin.turtle import ALL_PREFIXES, PREFIXES

_HEADER = re.compile(r"#\s*(?P<key>title|description|param)(?:@(?P<language>en|zh))?\s*:\s*(?P<value>.+)")
_PARAMETER = re.compile(
    r"(?P<name>\w+)\s+(?P<type>iri|string|integer|decimal|date)\s+(?P<default>.*?)"
    r"\s*\|\s*(?P<en>.+?)@en\s*\|\s*(?P<zh>.+?)@zh"
)
_WHERE = re.compile(r"^WHERE \{$", re.MULTILINE)
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
_PREFIXED = re.compile(r"(?P<prefix>[\w-]+):(?P<local>[^\s/]*)")

Term = ox.NamedNode | ox.Literal


@dataclass(frozen=True)
class Parameter:
    """A variable of a question that is bound from outside: its type, its default as text, its help."""

    name: str
    type: str
    default: str
    help: Mapping[str, str]

    def parse(self, text: str) -> Term:
        """Return text as an RDF term of this parameter's type; raises ValueError saying what was expected.

        >>> Parameter("year", "integer", "2024", {}).parse("2023").value
        '2023'
        """
        return _parse_iri(text) if self.type == "iri" else _parse_literal(text, self.type)


@dataclass(frozen=True)
class Question:
    """A competency question: its name, what it asks and answers in each language, its parameters, its SPARQL."""

    name: str
    titles: Mapping[str, str]
    descriptions: Mapping[str, str]
    parameters: tuple[Parameter, ...]
    text: str

    def bind(self, given: Mapping[str, str] | None = None) -> Query:
        """Return the query with its parameters bound, defaults filling in.

        Raises `InputError` for an unknown parameter or a value that is not of its type.
        """
        given = given or {}
        unknown = sorted(set(given) - {parameter.name for parameter in self.parameters})
        if unknown:
            known = ", ".join(parameter.name for parameter in self.parameters) or "none"
            raise InputError(f"no parameter {unknown[0]}", where=self.name, repair=f"its parameters: {known}")
        terms = {}
        for parameter in self.parameters:
            text = given.get(parameter.name, parameter.default)
            try:
                terms[parameter.name] = parameter.parse(text)
            except ValueError as error:
                where = f"{self.name}, parameter {parameter.name}"
                raise InputError(str(error), where=where, repair=f"such as {parameter.default}") from error
        return Query(_insert_values(self.text, terms))


def _insert_values(text: str, terms: Mapping[str, Term]) -> str:
    if not terms:
        return text
    names = " ".join(f"?{name}" for name in terms)
    row = " ".join(str(term) for term in terms.values())
    return _WHERE.sub(lambda match: f"{match[0]}\n  VALUES ({names}) {{ ({row}) }}", text, count=1)


def _parse_iri(text: str) -> ox.NamedNode:
    prefixed = _PREFIXED.fullmatch(text)
    if prefixed is not None and prefixed["prefix"] in ALL_PREFIXES:
        return ox.NamedNode(ALL_PREFIXES[prefixed["prefix"]] + prefixed["local"])
    if _IRI.fullmatch(text) is None:
        raise ValueError(f"{text!r} is no IRI")
    return ox.NamedNode(text)


def _parse_literal(text: str, kind: str) -> ox.Literal:
    checks: Mapping[str, Callable[[str], object]] = {
        "integer": int,
        "decimal": Decimal,
        "date": dt.date.fromisoformat,
        "string": str,
    }
    try:
        checks[kind](text)
    except (ValueError, InvalidOperation) as error:
        raise ValueError(f"{text!r} is no {kind}") from error
    return ox.Literal(text, datatype=ox.NamedNode(PREFIXES["xsd"] + kind))


@lru_cache
def load_questions(folder: Path | None = None) -> dict[str, Question]:
    """Return the questions of a folder (this installation's by default) under their names, in order."""
    folder = folder or find_assets().questions
    return {path.stem: read_question(path) for path in sorted(folder.glob("*.rq"))}


def find_question(name: str) -> Question:
    """Return a question by its name; raises `InputError` naming those there are."""
    questions = load_questions()
    if name not in questions:
        raise InputError("no such question", where=name, repair=f"one of: {', '.join(questions)}")
    return questions[name]


def read_question(path: Path) -> Question:
    """Read a question file; raises `InputError` when its header is incomplete."""
    text = path.read_text(encoding="utf-8")
    found = [match for line in text.splitlines() if (match := _HEADER.fullmatch(line.strip()))]
    titles = {match["language"]: match["value"] for match in found if match["key"] == "title"}
    descriptions = {match["language"]: match["value"] for match in found if match["key"] == "description"}
    for key, texts in (("title", titles), ("description", descriptions)):
        for language in ("en", "zh"):
            if language not in texts:
                raise InputError(f"no {key}@{language}", where=str(path), repair="add it to the header")
    if _WHERE.search(text) is None:
        raise InputError("no line 'WHERE {'", where=str(path), repair="write the query's main WHERE on its own line")
    parameters = tuple(_read_parameter(match["value"], path) for match in found if match["key"] == "param")
    return Question(path.stem, titles, descriptions, parameters, text)


def _read_parameter(value: str, path: Path) -> Parameter:
    match = _PARAMETER.fullmatch(value.strip())
    if match is None:
        repair = "write: name type default | help@en | 说明@zh"
        raise InputError(f"not a parameter: {value}", where=str(path), repair=repair)
    return Parameter(match["name"], match["type"], match["default"], {"en": match["en"], "zh": match["zh"]})
