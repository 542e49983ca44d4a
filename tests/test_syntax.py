"""Where a query stops being SPARQL, and why."""

import pyoxigraph as ox
import pytest

from provfin.syntax import describe_fault, read_cause


def _describe(text: str) -> str:
    with pytest.raises(SyntaxError) as caught:
        ox.Store().query(text)
    return describe_fault(text, caught.value.msg)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("SELECT ?s WHERE { ?s ?p }", "line 1, column 19: not understood from here on: '?s ?p }'"),
        ("SELECT ?s WHERE\n{ ?s ?p ?o } LIMT 3", "line 2, column 14: not understood from here on: 'LIMT 3'"),
        ("SELECT *\n{ ?s ?p ?o ; }}", "line 2, column 15: not understood from here on: '}'"),
        ("SELECT * {\n\n 中文 ?p ?o }", "line 3, column 2: not understood from here on: '中文 ?p ?o }'"),
        ("SELECT *\t{\n\t\t?s\t?p ?o }\tLIMT\t3", "line 2, column 14: not understood from here on: 'LIMT 3'"),
        ("SELECT * {\r\n\t?s ?p ?o } # \u2028\n LIMT 3", "line 3, column 2: not understood from here on: 'LIMT 3'"),
        ("ASK {\n\t?s\tfoaf:name ?o }", "line 2, column 5: the prefix foaf: is not declared"),
        ("SELECT (COUNT(?x) AS n) { ?s ?p ?o }", "line 1, column 22: not understood from here on: 'n) { ?s ?p ?o }'"),
        ("SELECT * {", "line 1, column 11: the query ends too early"),
        ("", "line 1, column 1: the query ends too early"),
        ("SELECT * { ?s foaf:name ?o }", "line 1, column 15: the prefix foaf: is not declared"),
        ("PREFIX a: <a:>\nASK { a:b ?p 'c:d', \"e:f\" ; g:h 1 }", "line 2, column 29: the prefix g: is not declared"),
        ("SELECT (COUNT(?x) AS ?n) ?y {?x ?y ?z}", "line 1, column 39: The SELECT contains a variable that is unbound"),
    ],
)  # fmt: skip
def test_a_fault_has_a_place_and_a_cause(text: str, said: str) -> None:
    assert _describe(text) == said


def test_an_escape_is_as_long_as_it_is_written() -> None:
    text = r"ASK { ?\u4e2d <a:\U00020000> '\u4e2d\u6587' } LIMT 3"
    assert _describe(text) == f"line 1, column {text.index('LIMT') + 1}: not understood from here on: 'LIMT 3'"


def test_where_an_escape_may_be_structure_the_engine_says_where() -> None:
    text = r"ASK \u007B ?s ?p ?o } LIMT 3"
    said = "line 1, column 5: expected one of (, *, <"
    assert describe_fault(text, "error at 1:5: expected one of (, *, <") == said


def test_what_neither_parser_places_is_said_as_it_is() -> None:
    assert describe_fault("ASK {}", "the data are damaged") == "the data are damaged"
    assert describe_fault("ASK {}", "error at 3:4: expected GRAPH") == "line 3, column 4: expected GRAPH"


def test_lists_of_characters_are_left_out() -> None:
    assert read_cause("expected one of ['0' ..= '9'\n| '\\u{00B7}'], ASK, [_]") == "expected one of ASK"
    assert read_cause("expected [_]") == "expected something else"


def test_deep_nesting_does_not_matter() -> None:
    text = "ASK { FILTER(" + "(" * 90 + "1" + ")" * 89 + ") }"
    assert _describe(text).startswith("line 1, column ")
