"""Queries over a release, answered as bytes."""

import csv
import io
import json

import pyoxigraph as ox
import pytest

from provfin.assets import find_assets
from provfin.guard import LONGEST_QUERY
from provfin.queries import Query
from provfin.release import VOCABULARY_GRAPH, gather_content
from provfin.store import GRAPH_FORMATS, RESULT_FORMATS, BadQueryError, LocalEngine, NotAcceptableError

ONE_TRIPLE = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 1"


@pytest.fixture(scope="module")
def engine() -> LocalEngine:
    return LocalEngine.load_assets(find_assets())


def _count(engine: LocalEngine, pattern: str, query: Query | None = None) -> int:
    text = f"SELECT (COUNT(*) AS ?n) {pattern}"
    _, rows = engine.select(query or Query(text))
    return int(rows[0][0] or 0)


def test_the_default_graph_is_the_union_of_all(engine: LocalEngine) -> None:
    assert _count(engine, "{ ?s ?p ?o }") == len(set(gather_content(find_assets()).data.splitlines()))


def test_a_query_can_name_its_own_graphs(engine: LocalEngine) -> None:
    in_vocabulary = _count(engine, f"FROM <{VOCABULARY_GRAPH}> {{ ?s ?p ?o }}")
    assert in_vocabulary == gather_content(find_assets()).graphs[VOCABULARY_GRAPH]
    assert _count(engine, "FROM <http://example.org/none> { ?s ?p ?o }") == 0
    assert _count(engine, f"FROM NAMED <{VOCABULARY_GRAPH}> {{ GRAPH ?g {{ ?s ?p ?o }} }}") == in_vocabulary


def test_a_request_can_name_the_graphs_too(engine: LocalEngine) -> None:
    everything = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    in_vocabulary = gather_content(find_assets()).graphs[VOCABULARY_GRAPH]
    assert _count(engine, "", Query(everything, default_graphs=[VOCABULARY_GRAPH])) == in_vocabulary
    assert _count(engine, "", Query(everything, named_graphs=[VOCABULARY_GRAPH])) == 0


@pytest.mark.parametrize("media_type", RESULT_FORMATS)
def test_every_results_format_says_the_same(engine: LocalEngine, media_type: str) -> None:
    query = Query("SELECT ?n ?label { VALUES (?n ?label) { (1.50 '甲,\"乙\"'@zh) (2 UNDEF) } }")
    answer = engine.answer(query, media_type, None)
    assert answer.media_type == media_type
    if media_type == "text/csv":
        rows = list(csv.reader(io.StringIO(answer.body.decode())))
        assert rows == [["n", "label"], ["1.5", '甲,"乙"'], ["2", ""]]
    else:
        parsed = ox.parse_query_results(answer.body, format=RESULT_FORMATS[media_type])
        assert isinstance(parsed, ox.QuerySolutions)
        values = [[solution["n"], solution["label"]] for solution in parsed]
        assert [[str(term) if term else None for term in row] for row in values] == [
            ['"1.5"^^<http://www.w3.org/2001/XMLSchema#decimal>', '"甲,\\"乙\\""@zh'],
            ['"2"^^<http://www.w3.org/2001/XMLSchema#integer>', None],
        ]


@pytest.mark.parametrize("media_type", GRAPH_FORMATS)
def test_every_graph_format_says_the_same(engine: LocalEngine, media_type: str) -> None:
    answer = engine.answer(Query(ONE_TRIPLE), None, media_type)
    assert answer.media_type == media_type
    assert len(list(ox.parse(answer.body, format=GRAPH_FORMATS[media_type]))) == 1


def test_ask_is_answered(engine: LocalEngine) -> None:
    answer = engine.answer(Query("ASK { ?s ?p ?o }"), "application/sparql-results+json", None)
    assert json.loads(answer.body)["boolean"] is True


def test_a_format_of_the_wrong_kind_is_not_acceptable(engine: LocalEngine) -> None:
    with pytest.raises(NotAcceptableError, match="text/turtle"):
        engine.answer(Query(ONE_TRIPLE), "text/csv", None)
    with pytest.raises(NotAcceptableError, match="text/csv"):
        engine.answer(Query("ASK {}"), None, "text/turtle")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("SELECT * { ?s ?p", "line 1, column 12"),
        ("INSERT DATA { <a:a> <a:b> <a:c> }", "line 1, column 1"),
        ("", "line 1, column 1: the query ends"),
        ("SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", "SERVICE"),
        ("SELECT " + "(" * 10_000, "nests"),
    ],
)
def test_bad_queries_are_errors_that_say_where(engine: LocalEngine, text: str, said: str) -> None:
    with pytest.raises(BadQueryError, match=said):
        engine.answer(Query(text), "text/csv", "text/turtle")


@pytest.mark.parametrize(
    ("before", "repeated", "after"),
    [
        ("ASK { FILTER(", "!", "true) }"),
        ("ASK { FILTER(", "1||", "1) }"),
        ("ASK { FILTER(", "1+", "1) }"),
        ("ASK { {}", "UNION{}", "}"),
        ("ASK { ", "OPTIONAL{}", "}"),
    ],
)
def test_the_longest_query_does_not_end_the_process(
    engine: LocalEngine, before: str, repeated: str, after: str
) -> None:
    number = (LONGEST_QUERY - len(before + after)) // len(repeated)
    text = before + repeated * number + after
    assert engine.answer(Query(text), "text/csv", None).body in (b"true", b"false")


def test_only_a_select_makes_a_table(engine: LocalEngine) -> None:
    with pytest.raises(BadQueryError, match="SELECT"):
        engine.select(Query("ASK {}"))
