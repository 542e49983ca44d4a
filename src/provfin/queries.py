"""Owns the competency questions: SPARQL files with titles, descriptions and typed parameters in their header.

A parameter is checked against its type and enters the query as a whole RDF term, in a VALUES clause at the start of
its WHERE; text from outside is never pasted. What comes out is plain SPARQL 1.1 that any endpoint answers.
Refuses a file whose header is incomplete, and a parameter named as what every address of a question takes.
"""

import datetime as dt
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import pyoxigraph as ox

from provfin.assets import find_assets
from provfin.errors import InputError
from provfin.turtle import ALL_PREFIXES, PREFIXES

_HEADER = re.compile(r"#\s*(?P<key>title|description|topic|param)(?:@(?P<language>en|zh))?\s*:\s*(?P<value>.+)")
_PARAMETER = re.compile(
    r"(?P<name>\w+)\s+(?P<type>iri|string|integer|decimal|date)\s+(?P<default>.*?)"
    r"\s*\|\s*(?P<en>.+?)@en\s*\|\s*(?P<zh>.+?)@zh"
)
_WHERE = re.compile(r"^WHERE \{$", re.MULTILINE)
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
_PREFIXED = re.compile(r"(?P<prefix>[\w-]+):(?P<local>[^\s/]*)")
_FORM = re.compile(r"^\s*(?P<form>SELECT|ASK|CONSTRUCT|DESCRIBE)\b", re.MULTILINE | re.IGNORECASE)

# The lexical forms of XML Schema, of numbers as long as every engine holds exactly: https://www.w3.org/TR/xmlschema11-2/
PATTERNS: Mapping[str, str] = {
    "integer": r"[+\-]?[0-9]{1,18}",
    "decimal": r"[+\-]?([0-9]{1,18}([.][0-9]{0,18})?|[.][0-9]{1,18})",
    "date": r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
}
# What the addresses of a question take beside its parameters: the form of the answer, the day it was asked for in a
# citation, and the language of pages.
RESERVED = ("format", "accessed", "lang")

Term = ox.NamedNode | ox.Literal


@dataclass(frozen=True)
class Query:
    """A query and the data it is asked of; unless it or the request names graphs, the union of all."""

    text: str
    default_graphs: Sequence[str] = ()
    named_graphs: Sequence[str] = ()


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


class ParameterError(InputError):
    """Say which parameter of a question was given wrongly; None where it has none of that name."""

    def __init__(self, what: str, *, where: str, repair: str, parameter: Parameter | None = None) -> None:
        super().__init__(what, where=where, repair=repair)
        self.parameter = parameter


@dataclass(frozen=True)
class Question:
    """A competency question: its name, what it asks and answers in each language, its parameters, its SPARQL."""

    name: str
    titles: Mapping[str, str]
    descriptions: Mapping[str, str]
    parameters: tuple[Parameter, ...]
    text: str
    topic: str = ""

    @property
    def form(self) -> str:
        """Return what the query asks for: SELECT, ASK, CONSTRUCT or DESCRIBE."""
        found = _FORM.search(self.text)
        assert found is not None
        return found["form"].upper()

    def read_terms(self, given: Mapping[str, str] | None = None) -> dict[str, Term]:
        """Return the term of every parameter in the order of the header, defaults filling in; raises as `bind` does."""
        given = given or {}
        unknown = sorted(set(given) - {parameter.name for parameter in self.parameters})
        if unknown:
            known = ", ".join(parameter.name for parameter in self.parameters) or "none"
            raise ParameterError(f"no parameter {unknown[0]}", where=self.name, repair=f"its parameters: {known}")
        return {item.name: self._read_term(item, given.get(item.name, item.default)) for item in self.parameters}

    def _read_term(self, parameter: Parameter, text: str) -> Term:
        try:
            return parameter.parse(text)
        except ValueError as error:
            where, repair = f"{self.name}, parameter {parameter.name}", f"such as {parameter.default}"
            raise ParameterError(str(error), where=where, repair=repair, parameter=parameter) from error

    def bind(self, given: Mapping[str, str] | None = None) -> Query:
        """Return the query with its parameters bound, defaults filling in.

        Raises `ParameterError` for an unknown parameter or a value that is not of its type.
        """
        return Query(_insert_values(self.text, [self.read_terms(given)]))

    def bind_each(self, given: Sequence[Mapping[str, str]]) -> Query:
        """Return the query asked for each of several sets of parameters at once; raises as `bind` does."""
        return Query(_insert_values(self.text, [self.read_terms(each) for each in given]))

    def unbind(self) -> "Question":
        """Return the question as its file had it, where its text has the defaults bound, as `bind` writes them."""
        return replace(self, text=self.text.replace(_write_values([self.read_terms()]), "", 1))


def _insert_values(text: str, rows: Sequence[Mapping[str, Term]]) -> str:
    return _WHERE.sub(lambda match: match[0] + _write_values(rows), text, count=1)


def _write_values(rows: Sequence[Mapping[str, Term]]) -> str:
    if not rows or not rows[0]:
        return ""
    names = " ".join(f"?{name}" for name in rows[0])
    written = " ".join(f"({' '.join(map(str, row.values()))})" for row in rows)
    return f"\n  VALUES ({names}) {{ {written} }}"


def _parse_iri(text: str) -> ox.NamedNode:
    prefixed = _PREFIXED.fullmatch(text)
    if prefixed is not None and prefixed["prefix"] in ALL_PREFIXES:
        full = ALL_PREFIXES[prefixed["prefix"]] + prefixed["local"]
    else:
        full = text
    if _IRI.fullmatch(full) is None:
        raise ValueError(f"{text!r} is no IRI")
    return ox.NamedNode(full)


def _parse_literal(text: str, kind: str) -> ox.Literal:
    fault = f"{text!r} is no {kind}"
    if re.fullmatch(PATTERNS.get(kind, r"(?s:.*)"), text) is None:
        raise ValueError(fault)
    if kind == "date":
        try:
            dt.date.fromisoformat(text)
        except ValueError as error:
            raise ValueError(fault) from error
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


@lru_cache
def load_topics(folder: Path | None = None) -> dict[str, Mapping[str, str]]:
    """Return the topics of a folder of questions with their label in each language, in the order they are shown."""
    path = (folder or find_assets().questions).parent / "topics.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def read_question(path: Path) -> Question:
    """Read a question file; raises `InputError` when its header is incomplete."""
    return parse_question(path.stem, path.read_text(encoding="utf-8"), str(path))


def parse_question(name: str, text: str, where: str) -> Question:
    """Return the question of a name that a text holds; raises `InputError` naming `where` it is incomplete."""
    found = [match for line in text.splitlines() if (match := _HEADER.fullmatch(line.strip()))]
    titles = {match["language"]: match["value"] for match in found if match["key"] == "title"}
    descriptions = {match["language"]: match["value"] for match in found if match["key"] == "description"}
    for key, texts in (("title", titles), ("description", descriptions)):
        for language in ("en", "zh"):
            if language not in texts:
                raise InputError(f"no {key}@{language}", where=where, repair="add it to the header")
    if _FORM.search(text) is None:
        raise InputError("no line begins with SELECT", where=where, repair="begin the query's form on its own line")
    if _WHERE.search(text) is None:
        raise InputError("no line 'WHERE {'", where=where, repair="write the query's main WHERE on its own line")
    parameters = tuple(_read_parameter(match["value"], where) for match in found if match["key"] == "param")
    topic = next((match["value"].strip() for match in found if match["key"] == "topic"), "")
    return Question(name, titles, descriptions, parameters, text, topic)


def _read_parameter(value: str, where: str) -> Parameter:
    match = _PARAMETER.fullmatch(value.strip())
    if match is None:
        repair = "write: name type default | help@en | 说明@zh"
        raise InputError(f"not a parameter: {value}", where=where, repair=repair)
    if match["name"] in RESERVED:
        raise InputError(f"a parameter named {match['name']}", where=where, repair="name it otherwise")
    return Parameter(match["name"], match["type"], match["default"], {"en": match["en"], "zh": match["zh"]})
