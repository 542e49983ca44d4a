"""What is refused before a query reaches the parser."""

import pytest

from provfin.guard import DEEPEST_NESTING, LONGEST_QUERY, RefusedQueryError, check_query


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <http://example.org/> { ?s ?p ?o } }",
        "SELECT * { service silent ?where { ?s ?p ?o } }",
        "SELECT * { # SERVICE\n SERVICE<http://example.org/>{ ?s ?p ?o } }",
        'SELECT * { ?s ?p "a\\"" SERVICE <http://example.org/> {} }',
        "SELECT * { ?s ?p '''a'b''' . SERVICE <http://example.org/> {} }",
        "SELECT * { ?s ?p ?o.SERVICE <http://example.org/> {} }",
        "PREFIX : <http://example.org/> SELECT * { SERVICE:x {} }",
        "SELECT * { ?s ?p 1SERVICE <http://example.org/> {} }",
        "PREFIX ex: <http://example.org/> SELECT * { ex:a\\# ?p ?o . SERVICE <http://example.org/> {} }",
    ],
)
def test_calls_to_other_servers_are_refused(text: str) -> None:
    with pytest.raises(RefusedQueryError, match="SERVICE is not allowed"):
        check_query(text)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?service ?p ?o }",
        "SELECT * { ?s ?p 'SERVICE' , \"SERVICE {\" , '''\nSERVICE''' }",
        "SELECT * { <http://example.org/service> ?p ?o } # SERVICE",
        "PREFIX ex: <http://example.org/> SELECT * { ex:service ?p ex:from }",
        "SELECT * { ?s ?p ?o FILTER(?o < 3 && ?o > 1) }",
    ],
)
def test_the_word_in_other_places_is_no_call(text: str) -> None:
    assert check_query(text) is False


def test_a_query_that_names_its_graphs_is_told_apart() -> None:
    assert check_query("SELECT * FROM <http://example.org/g> { ?s ?p ?o }")
    assert check_query("SELECT * from named <http://example.org/g> { ?s ?p ?o }")
    assert not check_query("SELECT ?from { ?from ?p '#from' }")


def test_nesting_and_length_are_bounded() -> None:
    nested = "(" * DEEPEST_NESTING + ")" * DEEPEST_NESTING
    check_query(nested)
    with pytest.raises(RefusedQueryError, match="deep"):
        check_query(f"({nested})")
    check_query("'" + "(" * 1000 + "'")
    for text in ("ASK { FILTER(?x<" + "(" * 500 + ">2) }", "ASK { ex:a\\# ?p " + "(" * 500 + " }"):
        with pytest.raises(RefusedQueryError, match="deep"):
            check_query(text)
    with pytest.raises(RefusedQueryError, match="characters"):
        check_query(" " * (LONGEST_QUERY + 1))
