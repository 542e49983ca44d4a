"""Which format, coding and tag a client accepts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provfin.store import GRAPH_FORMATS, RESULT_FORMATS
from provfin.web.negotiation import SHORT_NAMES, accepts_coding, choose_named, choose_type, matches_tag

RESULTS, GRAPHS = list(RESULT_FORMATS), list(GRAPH_FORMATS)
JSON, TURTLE = "application/sparql-results+json", "text/turtle"


@pytest.mark.parametrize(
    ("accept", "results", "graph"),
    [
        (None, JSON, TURTLE),
        ("", JSON, TURTLE),
        ("*/*", JSON, TURTLE),
        ("text/html, */*;q=0.1", JSON, TURTLE),
        ("text/csv;q=0.5, text/tab-separated-values", "text/tab-separated-values", None),
        ("application/json", JSON, "application/ld+json"),
        ("application/xml", "application/sparql-results+xml", "application/rdf+xml"),
        ("text/*", "text/csv", TURTLE),
        ("application/n-triples", None, "application/n-triples"),
        ("text/csv;q=0", None, None),
        ("image/png", None, None),
        ("nonsense", None, None),
        # The most specific range decides, wherever it stands: RFC 9110, 12.5.1.
        ("*/*;q=0.9, text/csv;q=0.1", JSON, TURTLE),
        ("text/csv;q=0, text/*;q=0.8, application/*;q=0.1", "text/tab-separated-values", TURTLE),
        ("application/sparql-results+json;q=0, */*", "application/sparql-results+xml", TURTLE),
        ("TEXT/CSV", "text/csv", None),
        ('application/ld+json;profile="http://www.w3.org/ns/json-ld#expanded"', None, "application/ld+json"),
        # A client that names the type itself and a synonym means the type.
        (
            "application/json;q=0.2, application/sparql-results+json;q=0, text/csv;q=0.1",
            "text/csv",
            "application/ld+json",
        ),
    ],
)
def test_the_best_accepted_type_is_chosen(accept: str | None, results: str | None, graph: str | None) -> None:
    assert (choose_type(accept, RESULTS), choose_type(accept, GRAPHS)) == (results, graph)


@given(st.lists(st.tuples(st.sampled_from(RESULTS), st.integers(0, 1000)), min_size=1, unique_by=lambda item: item[0]))
def test_no_offered_type_is_liked_better_than_the_chosen(weights: list[tuple[str, int]]) -> None:
    header = ", ".join(f"{name};q={weight // 1000}.{weight % 1000:03}" for name, weight in weights)
    chosen = choose_type(header, RESULTS)
    best = max(weight for _, weight in weights)
    assert (chosen is None) == (best == 0)
    assert chosen is None or dict(weights)[chosen] == best


def test_short_names_stand_for_what_is_offered() -> None:
    assert choose_named("csv", RESULTS) == "text/csv"
    assert choose_named("json", RESULTS) == JSON
    assert choose_named("json", GRAPHS) == "application/ld+json"
    assert choose_named("xml", GRAPHS) == "application/rdf+xml"
    assert choose_named(TURTLE, GRAPHS) == TURTLE
    assert choose_named("png", GRAPHS) is None
    assert {name for name in SHORT_NAMES if choose_named(name, RESULTS + GRAPHS) is None} == {"html", "xlsx", "parquet"}


def test_codings() -> None:
    assert accepts_coding("gzip, deflate, br", "gzip")
    assert accepts_coding("*", "gzip")
    assert not accepts_coding("*;q=0", "gzip")
    assert not accepts_coding("identity", "gzip")
    assert not accepts_coding(None, "gzip")
    assert not accepts_coding("gzip;q=0, *", "gzip")


def test_tags_are_compared_weakly() -> None:
    assert matches_tag('W/"a"', '"a"')
    assert matches_tag('"b", "a"', 'W/"a"')
    assert matches_tag("*", '"a"')
    assert not matches_tag('"ab"', '"a"')
    assert not matches_tag("a", '"a"')
    assert not matches_tag(None, '"a"')
