"""Question files: their headers, and how parameters enter a query."""

from pathlib import Path

import pyoxigraph as ox
import pytest

from provfin.errors import InputError
from provfin.queries import Parameter, find_question, load_questions, read_question

HEADER = """# title@en: What is there?
# title@zh: 有什么？
# description@en: All there is.
# description@zh: 全部。
"""
BODY = """SELECT ?s
WHERE {
  ?s ?p ?o .
}
"""


def _write(folder: Path, text: str) -> Path:
    path = folder / "what-is-there.rq"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_question_knows_its_texts_and_parameters(tmp_path: Path) -> None:
    line = "# param: year integer 2024 | year of it@en | 年份@zh\n"
    question = read_question(_write(tmp_path, HEADER + line + BODY))
    assert question.name == "what-is-there"
    assert question.titles == {"en": "What is there?", "zh": "有什么？"}
    assert question.descriptions["zh"] == "全部。"
    assert question.parameters == (Parameter("year", "integer", "2024", {"en": "year of it", "zh": "年份"}),)


def test_parameters_enter_as_whole_terms(tmp_path: Path) -> None:
    lines = "# param: s iri area:CN-LN | a@en | 甲@zh\n# param: o string x | b@en | 乙@zh\n"
    question = read_question(_write(tmp_path, HEADER + lines + BODY))
    text = question.bind({"o": 'a" } #\n'}).text
    assert 'VALUES (?s ?o) { (<https://w3id.org/provfin/id/area/CN-LN> "a\\" } #\\n") }' in text
    store = ox.Store()
    term = ox.NamedNode("https://w3id.org/provfin/id/area/CN-LN")
    store.add(ox.Quad(term, ox.NamedNode("http://example.org/p"), ox.Literal('a" } #\n')))
    store.add(ox.Quad(term, ox.NamedNode("http://example.org/p"), ox.Literal("other")))
    found = store.query(text)
    assert isinstance(found, ox.QuerySolutions)
    assert len(list(found)) == 1


def test_a_question_without_parameters_stays_as_it_is(tmp_path: Path) -> None:
    question = read_question(_write(tmp_path, HEADER + BODY))
    assert question.bind().text == question.text


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("iri", "http://example.org/a", "no iri"),
        ("iri", "period:2024-01--2024-02", "http://example.org/ }"),
        ("integer", "-3", "3.5"),
        ("decimal", "3.50", "three"),
        ("date", "2024-02-29", "2023-02-29"),
    ],
)
def test_values_are_checked_against_their_type(kind: str, good: str, bad: str) -> None:
    parameter = Parameter("x", kind, good, {})
    assert parameter.parse(good).value
    with pytest.raises(ValueError, match="is no"):
        parameter.parse(bad)


@pytest.mark.parametrize("missing", HEADER.splitlines(keepends=True))
def test_an_incomplete_header_is_refused(tmp_path: Path, missing: str) -> None:
    with pytest.raises(InputError, match="add it to the header"):
        read_question(_write(tmp_path, HEADER.replace(missing, "") + BODY))


def test_a_malformed_parameter_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a parameter"):
        read_question(_write(tmp_path, HEADER + "# param: year 2024\n" + BODY))


def test_a_query_without_its_own_where_line_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="WHERE"):
        read_question(_write(tmp_path, HEADER + "SELECT ?s { ?s ?p ?o }"))


def test_wrong_bindings_say_what_is_right() -> None:
    question = find_question("fiscal-gap")
    with pytest.raises(InputError, match="no parameter colour; its parameters: area, year"):
        question.bind({"colour": "red"})
    with pytest.raises(InputError, match="'soon' is no integer; such as 2024"):
        question.bind({"year": "soon"})


def test_an_unknown_question_names_those_there_are() -> None:
    with pytest.raises(InputError, match="fiscal-gap"):
        find_question("no-such")
    assert find_question("fiscal-gap") is load_questions()["fiscal-gap"]
