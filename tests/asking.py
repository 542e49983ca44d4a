"""How tests ask competency questions, and what they hold an answer to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from provfin.queries import load_questions
from provfin.store import LocalEngine

QUESTIONS = load_questions()
# Questions about work that is left to do: no answer is the best one.
MAY_BE_SILENT = {"set-right-by-a-reviewer", "undeclared-terms"}

Cell = Decimal | str | None


@dataclass(frozen=True)
class Case:
    """What a question must answer: whole columns, or rows that must be among the answer's, in this order."""

    question: str
    columns: Mapping[str, str] = field(default_factory=dict)
    rows: Sequence[str] = ()
    names: str = ""
    count: int | None = None
    given: Mapping[str, str] = field(default_factory=dict)


def ask(engine: LocalEngine, question: str, given: Mapping[str, str] | None = None) -> list[dict[str, Cell]]:
    """Return the rows of a question's answer by column, numbers as decimals."""
    names, rows = engine.select(QUESTIONS[question].bind(given))
    return [dict(zip(names, map(read_cell, row), strict=True)) for row in rows]


def read_cell(text: str | None) -> Cell:
    """Return a cell as a number where it is one, and nothing for a dash."""
    if text is None or text == "—":
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return text


def name_case(case: Case) -> str:
    """Name a case by its question and what it is given."""
    return "-".join([case.question, *(value.rsplit(":", 1)[-1] for value in case.given.values())])


def check_rows(engine: LocalEngine, case: Case) -> None:
    """Assert that the rows of a case are among the answer's, in this order, and as many as it says."""
    names = case.names.split()
    answer = [[row[name] for name in names] for row in ask(engine, case.question, case.given)]
    expected = [[read_cell(cell) for cell in row.split(" | ")] for row in case.rows]
    absent = [row for row in expected if row not in answer]
    assert not absent, f"not in the answer: {absent}"
    places = [answer.index(row) for row in expected]
    assert places == sorted(places), f"in another order: {places}"
    if case.count is not None:
        assert len(answer) == case.count, f"{len(answer)} rows, not {case.count}"
