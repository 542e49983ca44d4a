"""Owns what a request asks: which question, with which parameters, and the day a citation names.

Refuses what is given twice, has no name in the question's header, or is not of its type.
"""

import datetime as dt
import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from fastapi import Request, Response

from provfin.errors import InputError
from provfin.queries import PATTERNS, RESERVED, ParameterError, Query, Question, Term
from provfin.web.problems import make_problem
from provfin.web.requests import BAD_PERCENT

_MOST_FIELDS = 100


class UnknownQuestionError(LookupError):
    """Says that there is no question of a name, and which have names like it."""


@dataclass(frozen=True)
class Asked:
    """A question as it is asked: its parameters as they were given, and those bound."""

    question: Question
    given: Mapping[str, str]
    terms: Mapping[str, Term]
    query: Query
    accessed: dt.date | None

    @property
    def parameters(self) -> dict[str, str]:
        """Return the value of every parameter as text, defaults among them."""
        return {name: term.value for name, term in self.terms.items()}


def read_asked(questions: Mapping[str, Question], name: str, request: Request) -> Asked:
    """Return what a request asks of the question of a name.

    Raises `UnknownQuestionError`, and `InputError` (a `ParameterError` where it is about a parameter).
    """
    question = questions.get(name)
    if question is None:
        near = ", ".join(difflib.get_close_matches(name, questions)) or "none is called alike"
        raise UnknownQuestionError(f"no question is named {name} ({near}); questions lists them all")
    fields = _read_fields(question, request.scope["query_string"].decode("latin-1"))
    given = {key: value for key, value in fields.items() if key not in RESERVED}
    accessed = _read_date(fields.get("accessed", ""))
    return Asked(question, given, question.read_terms(given), question.bind(given), accessed)


def _read_fields(question: Question, text: str) -> dict[str, str]:
    fault = InputError("the parameters are not well formed", where="the address", repair="write them as escaped UTF-8")
    if BAD_PERCENT.search(text):
        raise fault
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise fault from error
    fields: dict[str, str] = {}
    for key, value in pairs:
        if key in fields:
            found = next((item for item in question.parameters if item.name == key), None)
            where = f"{question.name}, parameter {key}"
            raise ParameterError("given more than once", where=where, repair="give one value", parameter=found)
        fields[key] = value
    return fields


def _read_date(text: str) -> dt.date | None:
    """Return the day of reading, None for an empty field of a form."""
    if not text:
        return None
    try:
        if re.fullmatch(PATTERNS["date"], text):
            return dt.date.fromisoformat(text)
    except ValueError:
        pass
    raise InputError(f"{text!r} is no date", where="accessed", repair="write it as 2026-01-31")


def explain_parameter(error: ParameterError) -> Response:
    """Return the problem of a wrong parameter: with its name, type, what it is for, and a value that would do."""
    about = error.parameter
    if about is None:
        return make_problem(400, str(error))
    return make_problem(
        400, str(error), parameter=about.name, expected=about.type, example=about.default, help=dict(about.help)
    )
