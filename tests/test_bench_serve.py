"""What the comparison of servers rests on: answers of equal meaning, copies of a report, percentiles, whole answers."""

import doctest
import json
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent.parent / "benchmarks"))

import generated
import serving_answers
import serving_tables
from generated import Edition, Pattern, make_content
from serving_answers import find_percentile, read_meaning
from serving_load import BadAnswerError, run_load

from provfin.turtle import BASE

XSD = "http://www.w3.org/2001/XMLSchema#"
RESULTS = "application/sparql-results+json"
TRIPLES = "application/n-triples"
TEMPORAL = "http://purl.org/dc/terms/temporal"
SPATIAL = "http://purl.org/dc/terms/spatial"


@pytest.mark.parametrize("module", [generated, serving_answers, serving_tables], ids=lambda module: module.__name__)
def test_examples_hold(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]


# Meaning


def write_rows(*rows: dict[str, dict[str, str]]) -> bytes:
    return json.dumps({"head": {"vars": []}, "results": {"bindings": rows}}).encode()


def literal(value: str, datatype: str = "", language: str = "") -> dict[str, str]:
    given = {"datatype": f"{XSD}{datatype}" if datatype else "", "xml:lang": language}
    return {"type": "literal", "value": value, **{name: text for name, text in given.items() if text}}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param([literal("1"), literal("2")], [literal("2"), literal("1")], id="order of rows"),
        pytest.param([literal("5.10", "decimal")], [literal("5.1", "decimal")], id="writing of a decimal"),
        pytest.param([literal("a")], [literal("a", "string")], id="string by default"),
        pytest.param([literal("a", language="EN")], [literal("a", language="en")], id="case of a language"),
        pytest.param([literal("5", "integer")], [{**literal("5", "integer"), "type": "typed-literal"}], id="old JSON"),
    ],
)
def test_rows_mean_the_same(one: list[dict[str, str]], other: list[dict[str, str]]) -> None:
    first, second = (write_rows(*({"x": term} for term in terms)) for terms in (one, other))
    assert read_meaning(RESULTS, first) == read_meaning(f"{RESULTS}; charset=utf-8", second)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param([literal("5.1", "decimal")], [literal("5.1", "double")], id="type"),
        pytest.param([literal("5.1", "decimal")], [literal("5.2", "decimal")], id="value"),
        pytest.param([literal("a", language="en")], [literal("a")], id="language"),
        pytest.param([literal("a")], [literal("a"), literal("a")], id="twice"),
        pytest.param([literal("urn:a")], [{"type": "uri", "value": "urn:a"}], id="kind"),
        pytest.param([literal("05")], [literal("5")], id="text of digits"),
    ],
)
def test_rows_differ(one: list[dict[str, str]], other: list[dict[str, str]]) -> None:
    first, second = (write_rows(*({"x": term} for term in terms)) for terms in (one, other))
    assert read_meaning(RESULTS, first) != read_meaning(RESULTS, second)


def test_a_row_without_a_value_is_another_row() -> None:
    whole, part = write_rows({"x": literal("1"), "y": literal("2")}), write_rows({"x": literal("1")})
    assert read_meaning(RESULTS, whole) != read_meaning(RESULTS, part)


def test_triples_are_a_set() -> None:
    a, b = b"<urn:a> <urn:p> <urn:b> .\n", b'<urn:a> <urn:p> "b"@en .\n'
    assert read_meaning(TRIPLES, a + b) == read_meaning(TRIPLES, b + a + a)
    assert read_meaning(TRIPLES, a) != read_meaning(TRIPLES, b)


def test_what_is_cut_short_has_no_meaning() -> None:
    with pytest.raises(ValueError, match=r"Expecting|Unterminated|delimiter"):
        read_meaning(RESULTS, write_rows({"x": literal("1")})[:-3])
    with pytest.raises(SyntaxError):
        read_meaning(TRIPLES, b"<urn:a> <urn:p> <ur")
    with pytest.raises(ValueError, match="neither"):
        read_meaning("text/html", b"")


def test_percentiles_are_values_that_were_measured() -> None:
    assert [find_percentile(range(1, 101), percent) for percent in (1, 50, 99, 100)] == [1, 50, 99, 100]
    assert find_percentile([7], 99) == 7
    assert find_percentile([1, 1000], 50) == 1


# Copies of a report


def quad(subject: str, predicate: str, thing: str, graph: str) -> str:
    return f"<{BASE}{subject}> <{predicate}> {thing} <{BASE}graph/{graph}> .\n"


@pytest.fixture
def pattern() -> Pattern:
    period = f'"2024-02-29"^^<{XSD}date>'
    lines = [
        quad("area/CN-AA", "urn:label", '"A"@en', "vocabulary"),
        quad("area/CN-BB", "urn:label", '"B"@en', "vocabulary"),
        quad("report/here-2025", SPATIAL, f"<{BASE}area/CN-AA>", "here-2025"),
        quad("report/here-2025", TEMPORAL, f"<{BASE}period/2024>", "here-2025"),
        quad("observation/here-2025/x", "urn:on", f"<{BASE}period/2024-02-29>", "here-2025"),
        quad("observation/here-2025/x", "urn:value", '"2024"', "here-2025"),
        quad("observation/here-2025/x", "urn:type", "<urn:Observation>", "entailments"),
        quad("period/2024-02-29", "urn:end", period, "vocabulary"),
        quad("dataset/here-2025", "urn:title", '"here-2025"', "catalogue"),
    ]
    return Pattern("".join(sorted(lines)).encode(), Edition("here-2025", "CN-AA", 2024))


def test_editions_are_all_areas_of_a_year_then_of_the_year_before(pattern: Pattern) -> None:
    names = [edition.report for edition in pattern.list_editions(4)]
    assert names == ["here-2025", "cn-bb-2025", "cn-aa-2024", "cn-bb-2024", "cn-aa-2023"]


def test_a_copy_has_its_own_area_year_and_graph(pattern: Pattern) -> None:
    copy = pattern.copy(Edition("cn-bb-2024", "CN-BB", 2023)).decode()
    assert quad("report/cn-bb-2024", SPATIAL, f"<{BASE}area/CN-BB>", "cn-bb-2024") in copy
    assert quad("observation/cn-bb-2024/x", "urn:on", f"<{BASE}period/2023-02-28>", "cn-bb-2024") in copy
    assert quad("observation/cn-bb-2024/x", "urn:type", "<urn:Observation>", "entailments") in copy
    # A figure that looks like a year is none, and what describes the release is not copied.
    assert quad("observation/cn-bb-2024/x", "urn:value", '"2024"', "cn-bb-2024") in copy
    assert "catalogue" not in copy
    assert copy.count("\n") == 5


def test_a_release_of_copies_is_sorted_counted_and_whole(pattern: Pattern) -> None:
    content = make_content(pattern, 3)
    lines = content.data.decode().splitlines(keepends=True)
    assert lines == sorted(set(lines))
    assert content.graphs == {
        f"{BASE}graph/{name}": count
        for name, count in {
            "catalogue": 1, "cn-aa-2024": 4, "cn-bb-2024": 4, "cn-bb-2025": 4, "entailments": 4, "here-2025": 4,
            "vocabulary": 4,
        }.items()
    }  # fmt: skip
    assert quad("period/2023-02-28", "urn:end", f'"2023-02-28"^^<{XSD}date>', "vocabulary") in lines
    assert set(pattern.data.decode().splitlines(keepends=True)) < set(lines)


def test_the_number_of_copies_comes_nearest_to_the_size_asked_for(pattern: Pattern) -> None:
    assert [pattern.count_copies(quads) for quads in (0, 9, 14, 60)] == [0, 0, 1, 10]


# The client


@pytest.fixture
def port(request: pytest.FixtureRequest) -> Iterator[int]:
    """Yield the port of a server that answers everything with the bytes given as parameter, in two parts."""
    answer: bytes = request.param
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = server.accept()
        with connection:
            while connection.recv(1000):
                connection.sendall(answer[:9])
                connection.sendall(answer[9:])
                if answer == CUT_SHORT:
                    break

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield server.getsockname()[1]
    thread.join(5)
    server.close()
    assert not thread.is_alive()


SIZED = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwhole"
CUT_SHORT = SIZED[:-2]
IN_CHUNKS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nwhole\r\n0\r\n\r\n"


@pytest.mark.parametrize("port", [SIZED, IN_CHUNKS], indirect=True, ids=["by length", "in chunks"])
def test_a_run_ends_with_a_whole_cycle(port: int) -> None:
    outcome = run_load(port, [b"a", b"b", b"c"], 1, 0, cycle=3)
    assert [place for place, _ in outcome.latencies] == [0, 1, 2]
    assert outcome.refused == 0
    assert outcome.rate > 0


@pytest.mark.parametrize("port", [SIZED.replace(b"200", b"503")], indirect=True)
def test_what_is_refused_is_no_answer(port: int) -> None:
    outcome = run_load(port, [b"a"], 1, 0, cycle=2)
    assert (outcome.latencies, outcome.refused) == ([], 2)


@pytest.mark.parametrize(
    "port", [SIZED.replace(b"200", b"500"), CUT_SHORT], indirect=True, ids=["another status", "cut short"]
)
def test_any_other_answer_ends_the_run(port: int) -> None:
    with pytest.raises(BadAnswerError):
        run_load(port, [b"a"], 1, 0)
