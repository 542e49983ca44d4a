"""The Python client: over files and over HTTP it gives the same frames, with figures exactly as the graph has them."""

import datetime as dt
import gzip
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pyoxigraph as ox
import pytest
import rdflib

import provfin
from provfin.assets import find_assets
from provfin.client import Connection, connect
from provfin.client.concepts import Concepts
from provfin.client.endpoints import HttpEndpoint
from provfin.client.frames import make_column, read_results
from provfin.client.terms import bind_values, make_term
from provfin.errors import InputError
from provfin.queries import Query, load_questions
from provfin.release import Release, gather_content, publish
from provfin.settings import read_settings
from provfin.store import BadQueryError, LocalEngine
from provfin.turtle import BASE, PREFIXES
from provfin.web.app import create_app
from serving import LocalService, running

XSD = PREFIXES["xsd"]
GDP = f"{BASE}observation/liaoning-2025/CN-LN/2024/gross-regional-product/level"
VALUES = f"SELECT ?observation ?value WHERE {{ ?observation <{PREFIXES['sdmx-measure']}obsValue> ?value }}"


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return publish(tmp_path_factory.mktemp("releases"), gather_content(find_assets()))


@pytest.fixture(scope="module")
def engine(release: Release) -> LocalEngine:
    return LocalEngine.load_release(release.data_path)


@pytest.fixture(scope="module")
def local(release: Release) -> Connection:
    return connect(release.folder)


# A small server of SPARQL on the loopback, which notes how it was asked and misbehaves at certain addresses.


class Handler(BaseHTTPRequestHandler):
    engine: LocalEngine
    tag: str
    asked: list[tuple[str, str]]
    # What this server answers at addresses of its own.
    own: Mapping[str, tuple[int, str, bytes]]

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self._serve(urlsplit(self.path).query)

    def do_POST(self) -> None:
        self._serve(self.rfile.read(int(self.headers["Content-Length"])).decode())

    def _serve(self, form: str) -> None:
        self.asked.append((self.command, self.headers["Accept"]))
        path = urlsplit(self.path).path
        if self.path in self.own:
            self._send(*self.own[self.path])
        elif path == "/sparql":
            self._answer(parse_qs(form)["query"][0])
        elif path.startswith("/late"):
            time.sleep(3)
        elif path.startswith("/cut"):
            self._send(200, "application/sparql-results+json", b'{"head": {"vars": [', length=1000)
        elif path == "/page":
            self._send(200, "text/html; charset=utf-8", b"<html>hello</html>")
        elif path == "/wrong":
            self._send(200, "application/sparql-results+json", b'{"rows": []}')
        elif path.startswith("/status/"):
            self._refuse(int(path.rsplit("/", 1)[1]))
        else:
            self._send(404, "text/plain", b"\n nothing here \n")

    def _refuse(self, status: int) -> None:
        problem = {"type": "about:blank", "title": "Refused", "status": status, "detail": "it’s “too much”"}
        self._send(status, "application/problem+json", json.dumps(problem, ensure_ascii=False).encode())

    def _answer(self, query: str) -> None:
        accept = self.headers["Accept"]
        graph_type = "application/n-triples" if "n-triples" in accept else None
        results_type = "application/sparql-results+json" if "results+json" in accept else None
        try:
            answer = self.engine.answer(Query(query), results_type, graph_type)
        except BadQueryError as error:
            self._send(400, "application/problem+json", json.dumps({"detail": str(error)}).encode())
        else:
            self._send(200, f"{answer.media_type}; charset=utf-8", answer.body)

    def _send(self, status: int, media_type: str, body: bytes, length: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(length or len(body)))
        self.send_header("ETag", self.tag)
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def serving(
    engine: LocalEngine, tag: str, own: Mapping[str, tuple[int, str, bytes]] | None = None
) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    asked: list[tuple[str, str]] = []
    handler = type("Served", (Handler,), {"engine": engine, "tag": tag, "asked": asked, "own": own or {}})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(1 / 50,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


@pytest.fixture(scope="module")
def server(engine: LocalEngine, release: Release) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    with serving(engine, f'"{release.hash}"') as served:
        yield served


@pytest.fixture(scope="module")
def remote(server: tuple[str, list[tuple[str, str]]]) -> Connection:
    return connect(server[0])


@pytest.fixture(params=["local", "remote"])
def connection(request: pytest.FixtureRequest) -> Connection:
    """The same release, from files and over HTTP."""
    found: Connection = request.getfixturevalue(request.param)
    return found


def frame(answer: object) -> pd.DataFrame:
    assert isinstance(answer, pd.DataFrame)
    return answer


# Answers


def test_every_value_comes_as_the_graph_writes_it(connection: Connection, release: Release) -> None:
    start = f'> <{PREFIXES["sdmx-measure"]}obsValue> "'
    lines = [line for line in release.data_path.read_text(encoding="utf-8").splitlines() if start in line]
    written = {line[1:].split(">", 1)[0]: line.split(start, 1)[1].split('"', 1)[0] for line in lines}
    found = frame(connection.query(VALUES))
    assert len(written) > 1000
    assert {type(value) for value in found["value"]} == {Decimal}
    read = dict(zip(found["observation"], found["value"], strict=True))
    assert read == {observation: Decimal(text) for observation, text in written.items()}
    # The engine keeps the value and not its empty decimals, which sdmx-attribute:decimals tells.
    shown = {name: f"{read[name]:.{len(text.partition('.')[2])}f}" for name, text in written.items()}
    assert shown == written


@pytest.mark.parametrize("name", list(load_questions()))
def test_every_question_is_answered_alike_from_files_and_over_http(
    local: Connection, remote: Connection, name: str
) -> None:
    pd.testing.assert_frame_equal(local.question(name), remote.question(name))


def test_columns_are_typed_by_datatype(connection: Connection) -> None:
    rows = f"""SELECT * WHERE {{ VALUES (?integer ?decimal ?truth ?day ?time ?double ?text ?iri ?mixed ?big) {{
      (1 1.10 true "2024-02-29"^^<{XSD}date> "2024-01-01T00:00:00.5"^^<{XSD}dateTime> 1.5e0 "中"@zh <http://a.org/> 1
       99999999999999999999)
      (UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF)
      (-7 -0.0 false "1900-01-01"^^<{XSD}date> "1999-12-31T23:59:59"^^<{XSD}dateTime> 2e0 "x" <http://b.org/> 2.50 1)
    }} }}"""
    found = frame(connection.query(rows))
    assert {name: str(kind) for name, kind in found.dtypes.items()} == {
        "integer": "Int64", "decimal": "object", "truth": "boolean", "day": "datetime64[s]",
        "time": "datetime64[us]", "double": "Float64", "text": "string", "iri": "string", "mixed": "object",
        "big": "object",
    }  # fmt: skip
    assert found.iloc[1].isna().all()
    assert [str(value) for value in found["decimal"].dropna()] == ["1.1", "0"]
    assert list(found["mixed"].dropna()) == [1, Decimal("2.50")]
    assert list(found["big"].dropna()) == [99999999999999999999, 1]
    assert list(found["day"].dropna()) == [pd.Timestamp("2024-02-29"), pd.Timestamp("1900-01-01")]
    assert list(found["text"].dropna()) == ["中", "x"]


@pytest.mark.parametrize(
    ("text", "datatype", "dtype"),
    [
        ("abc", "decimal", "string"),
        ("2023-02-30", "date", "string"),
        ("2023-02-01Z", "date", "string"),
        ("1_000", "integer", "string"),
        ("2024-01-01T00:00:00.1234567", "dateTime", "string"),
        ("2024-01-01T00:00:00+08:00", "dateTime", "datetime64[us, UTC]"),
        ("INF", "double", "Float64"),
        ("200", "unsignedByte", "Int64"),
        ("2024", "gYear", "string"),
        ("1", "boolean", "boolean"),
    ],
)
def test_a_literal_that_has_no_exact_value_stays_text(text: str, datatype: str, dtype: str) -> None:
    column = make_column([{"type": "literal", "value": text, "datatype": XSD + datatype}, None])
    assert str(column.dtype) == dtype
    if dtype == "string":
        assert column[0] == text


def test_decimals_keep_every_digit_they_come_with() -> None:
    texts = ["1.10", "-0.0", "+5", "0.00000000000000000000000000000000000000000001", "9" * 60 + ".5"]
    column = make_column([{"type": "literal", "value": text, "datatype": f"{XSD}decimal"} for text in texts])
    assert column.dtype == "object"
    assert [f"{value:f}" for value in column] == [text.removeprefix("+") for text in texts]


def test_times_with_zones_are_the_same_instant() -> None:
    cell = {"type": "literal", "value": "2024-01-01T00:00:00+08:00", "datatype": f"{XSD}dateTime"}
    assert make_column([cell])[0] == pd.Timestamp("2023-12-31T16:00:00Z")


def test_no_rows_are_an_empty_frame(connection: Connection) -> None:
    found = frame(connection.query("SELECT ?a ?b WHERE { ?a <http://example.org/none> ?b }"))
    assert (list(found.columns), len(found)) == (["a", "b"], 0)


def test_other_forms_of_query_have_other_answers(connection: Connection) -> None:
    assert connection.query(f"ASK {{ <{GDP}> ?p ?o }}") is True
    assert connection.query("ASK { <http://example.org/none> ?p ?o }") is False
    for form in ("CONSTRUCT { <http://a.org/> <http://b.org/> ?o } WHERE", "DESCRIBE ?o WHERE"):
        graph = connection.query(f"{form} {{ <{GDP}> <{PREFIXES['pf']}unit> ?o }}")
        assert isinstance(graph, rdflib.Graph)
        assert len(graph) > 0


# Parameters


def test_parameters_are_bound_as_terms(connection: Connection) -> None:
    query = f"SELECT ?value WHERE {{ ?figure <{PREFIXES['sdmx-measure']}obsValue> ?value FILTER(?value > ?least) }}"
    assert list(frame(connection.query(query, figure=GDP, least=32612))["value"]) == [Decimal("32612.7")]
    assert frame(connection.query(query, figure=GDP, least=Decimal("32612.7"))).empty
    text = 'x" } ; DROP ALL #'
    assert frame(connection.query("SELECT ?t WHERE { FILTER(isLiteral(?t)) }", t=text))["t"][0] == text


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (True, f'"true"^^<{XSD}boolean>'),
        (10**30, f'"{10**30}"^^<{XSD}integer>'),
        (Decimal("1E+2"), f'"100"^^<{XSD}decimal>'),
        (dt.date(2024, 2, 29), f'"2024-02-29"^^<{XSD}date>'),
        (dt.datetime(2024, 1, 1, tzinfo=dt.UTC), f'"2024-01-01T00:00:00+00:00"^^<{XSD}dateTime>'),
        (pd.Series([7]).iloc[0], f'"7"^^<{XSD}integer>'),
        ('a\n"b"', '"a\\n\\"b\\""'),
        ("https://example.org/a", "<https://example.org/a>"),
        (rdflib.Literal("https://example.org/a"), '"https://example.org/a"'),
        (rdflib.Literal("中", lang="zh"), '"中"@zh'),
        (rdflib.Literal("1", datatype=rdflib.XSD.integer), f'"1"^^<{XSD}integer>'),
        (rdflib.URIRef("urn:a"), "<urn:a>"),
        (ox.Literal("x"), '"x"'),
    ],
)
def test_values_are_written_as_terms(value: object, written: str) -> None:
    assert str(make_term(value)) == written


@pytest.mark.parametrize("value", [1 / 2, None, [1], Decimal("NaN"), rdflib.BNode("b"), rdflib.URIRef("a b")])
def test_values_without_an_exact_term_are_refused(value: object) -> None:
    with pytest.raises(InputError, match="is no RDF term"):
        make_term(value)


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("SELECT ?x { ?x ?p ?o }", "SELECT ?x {|"),
        ("# { ?x\nPREFIX a: <http://{x}> SELECT ?x WHERE { ?x ?p '{' }", "SELECT ?x WHERE {|"),
        ("CONSTRUCT { ?x ?p ?o } WHERE { ?x ?p ?o }", "} WHERE {|"),
        ("SELECT (EXISTS { ?x ?p ?o } AS ?e) WHERE { ?x ?q 1 }", "?e) WHERE {|"),
        ("ASK { ?x ?p ?o { SELECT * WHERE { ?x ?p 1 } } }", "ASK {|"),
        ("CONSTRUCT { ?x ?p ?o }\nWHERE # a note\n  # and another { }\n { ?x ?p ?o }", "another { }\n {|"),
    ],
)
def test_the_clause_stands_at_the_start_of_the_main_pattern(query: str, place: str) -> None:
    bound = bind_values(query, {"x": 1})
    start, found, _ = bound.partition(' VALUES (?x) { ("1"')
    assert found
    assert start.endswith(place[:-1])


def test_parameters_that_fit_nowhere_are_refused(local: Connection) -> None:
    with pytest.raises(InputError, match=r"no variable \?y; its variables: o, p, x"):
        local.query("SELECT ?x { ?x ?p ?o }", y=1)
    with pytest.raises(InputError, match="no WHERE"):
        bind_values("DESCRIBE ?x", {"x": GDP})


# Questions


def test_a_question_takes_typed_parameters(connection: Connection) -> None:
    found = connection.question("bill-discount-rates-by-quarter", year=2024)
    assert list(found["bankAccepted"]) == [Decimal("2.15"), Decimal("1.44"), Decimal("1.21"), Decimal("0.96")]
    assert connection.question("bill-discount-rates-by-quarter", year="1999").empty
    found = connection.question("series-of-an-indicator", indicator="indicator:gross-regional-product")
    assert Decimal("32612.7") in list(found["value"])


@pytest.mark.parametrize(
    ("name", "given", "message"),
    [
        ("no-such", {}, "no such question; one of: .*mergers"),
        ("bill-discount-rates-by-quarter", {"years": 2024}, "no parameter years; its parameters: area, year"),
        ("bill-discount-rates-by-quarter", {"year": "late"}, "'late' is no integer"),
    ],
)
def test_wrong_questions_are_refused_with_what_there_is(
    local: Connection, name: str, given: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        local.question(name, **given)


RESULTS = "application/sparql-results+json"
ONE = json.dumps({
    "head": {"vars": ["figure"]},
    "results": {"bindings": [{"figure": {"type": "literal", "value": "1.10", "datatype": f"{XSD}decimal"}}]},
}).encode()  # fmt: skip


def test_a_server_answers_its_own_question_where_it_has_it(engine: LocalEngine) -> None:
    own = {
        "/questions/only-there?since=2024-01-31&share=1.10&of=https%3A%2F%2Fexample.org%2Fa%2Bb": (200, RESULTS, ONE),
        "/questions/bill-discount-rates-by-quarter": (200, f"{RESULTS}; charset=utf-8", ONE),
        "/questions/mergers": (200, "text/html", b"<html>whatever you ask</html>"),
        "/questions/series-of-an-indicator?indicator=x": (400, "text/plain", b"no parameter indicator"),
    }
    with serving(engine, f'"{"ab" * 32}"', own) as (url, asked), connect(url) as connection:
        given = {"since": dt.date(2024, 1, 31), "share": Decimal("1.10"), "of": "https://example.org/a+b"}
        assert list(connection.question("only-there", **given)["figure"]) == [Decimal("1.10")]
        assert connection.release == "ab" * 32
        assert list(connection.question("bill-discount-rates-by-quarter").columns) == ["figure"]
        assert asked == [("GET", RESULTS)] * 2
        with pytest.raises(InputError, match=r"no parameter indicator \(HTTP 400\); mend the parameters"):
            connection.question("series-of-an-indicator", indicator="x")
        # What is no answer to a question at its address, or no address at all, leaves it to the questions here.
        assert len(connection.question("mergers")) > 1
        rates = connection.question("bill-discount-rates-by-quarter", year=2024)
        assert rates["bankAccepted"][0] == Decimal("2.15")
        with pytest.raises(InputError, match="no such question"):
            connection.question("neither-here-nor-there")


def test_an_endpoint_of_another_name_is_asked_by_query_only(engine: LocalEngine) -> None:
    own = {"/questions/bill-discount-rates-by-quarter": (200, RESULTS, ONE)}
    with serving(engine, '"x"', own) as (url, asked), connect(f"{url}query") as connection:
        with pytest.raises(InputError, match="HTTP 404"):
            connection.question("bill-discount-rates-by-quarter")
        assert len(asked) == 1


def test_questions_of_the_real_server_are_answered_as_from_files(
    local: Connection, release: Release, engine: LocalEngine
) -> None:
    service = LocalService(engine)
    given: dict[str, dict[str, Any]] = {
        "bill-discount-rates-by-quarter": {"year": 2024},
        "series-of-an-indicator": {"indicator": f"{BASE}indicator/gross-regional-product"},
        "mergers": {},
    }
    with running(create_app(release, read_settings(), lambda _: service)) as address, connect(address) as connection:
        for name, parameters in given.items():
            pd.testing.assert_frame_equal(connection.question(name, **parameters), local.question(name, **parameters))
        assert connection.release == release.hash
        with pytest.raises(InputError, match="'late' is no integer"):
            connection.question("bill-discount-rates-by-quarter", year="late")


@pytest.mark.parametrize(("path", "message"), [("late/", "no answer in 1 s"), ("cut/", "cannot be reached")])
def test_a_question_that_breaks_off_is_one_clear_error(engine: LocalEngine, path: str, message: str) -> None:
    with serving(engine, '"x"') as (url, _):
        slow = HttpEndpoint(f"{url}{path}", 1)
        slow.url = f"{url}{path}sparql"
        with pytest.raises(InputError, match=message):
            slow.ask_question("mergers", {})


# Series and provenance


def test_a_series_is_indexed_by_period(connection: Connection) -> None:
    found = connection.series("gross-regional-product", activity="total")
    assert found.index.names == ["start", "end", "code"]
    assert found.index[-1] == (pd.Timestamp("2024-01-01"), pd.Timestamp("2024-12-31"), "2024")
    year = found.iloc[-1]
    assert isinstance(year["value"], Decimal)
    assert (str(year["value"]), year["unit"], year["area"]) == ("32612.7", "100 million yuan", "CN-LN")
    assert (year["observation"], year["report"]) == (GDP, "liaoning-2025")
    assert [str(value) for value in found["value"]] == ["6961.2", "14547", "22549.9", "32612.7"]
    assert "activity" not in found.columns


@pytest.mark.parametrize(
    "name", ["地区生产总值", "GDP", "gross regional  PRODUCT", f"{BASE}indicator/gross-regional-product",
             "indicator:gross-regional-product"],
)  # fmt: skip
def test_an_indicator_goes_by_any_of_its_names(local: Connection, name: str) -> None:
    pd.testing.assert_frame_equal(local.series(name), local.series("gross-regional-product"))


def test_what_is_not_limited_comes_whole_with_its_breakdowns(local: Connection) -> None:
    found = local.series("gross-regional-product")
    assert set(found["activity"]) == {"_T", "primary-industry", "secondary-industry", "tertiary-industry"}
    one = local.series("gross-regional-product", activity="第一产业", area="辽宁", report="liaoning-2025")
    expected = found[found["activity"] == "primary-industry"].drop(columns="activity")
    pd.testing.assert_frame_equal(one, expected)
    assert len(local.series("bill-discount-rate", "rate", bill_type="bank-accepted")) == 4
    assert list(local.series("bill-discount-rate", "rate", billType="bank-accepted")["label"].unique()) != []


def test_names_in_answers_are_of_the_language_asked_for(release: Release) -> None:
    with connect(release.folder, language="zh") as chinese:
        assert set(chinese.series("gross-regional-product", activity="total")["unit"]) == {"亿元"}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"indicator": "gross regional"}, "indicator: none is called gross regional; such as: Gross regional product"),
        ({"indicator": "地区生产总額"}, "such as: .*地区生产总值"),
        ({"indicator": "gross-regional-product", "measure": "levels"}, "measure: none is called levels"),
        ({"indicator": "gross-regional-product", "measure": "share"}, "no figures under the measure share; .*level"),
        ({"indicator": "gross-regional-product", "area": "Atlantis"}, "refArea: none is called Atlantis; .*CN-LN"),
        ({"indicator": "gross-regional-product", "colour": "red"}, "no such breakdown; one of: activity, "),
        ({"indicator": "gross-regional-product", "activity": "zzz"}, "activity: none is called zzz; such as: "),
    ],
)  # fmt: skip
def test_names_that_mean_nothing_are_refused_with_the_nearest(
    local: Connection, given: dict[str, str], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        local.series(**given)


def test_a_name_that_several_have_is_refused() -> None:
    concepts = Concepts("unit", [("http://a.org/x/a", "Same"), ("http://a.org/x/b", "same"), ("http://a.org/x/b", "b")])
    with pytest.raises(InputError, match="several are called SAME; give one of: a, b"):
        concepts.find("SAME")
    assert concepts.find("b") == "http://a.org/x/b"


def test_every_series_is_what_the_graph_has(local: Connection) -> None:
    codes = frame(local.query(f"SELECT DISTINCT ?i ?m WHERE {{ ?o <{PREFIXES['pf']}indicator> ?i ; "
                              f"<{PREFIXES['pf']}measure> ?m ; <{PREFIXES['sdmx-measure']}obsValue> ?v }} "
                              "ORDER BY ?i ?m"))  # fmt: skip
    written = frame(local.query(VALUES)).set_index("observation")["value"]
    for indicator, measure in codes.itertuples(index=False):
        found = local.series(indicator, measure)
        assert not found.empty
        assert not found["observation"].duplicated().any()
        assert list(found["value"]) == list(written[found["observation"]])


def test_provenance_names_every_place(connection: Connection) -> None:
    found = connection.provenance(GDP)
    assert list(found.columns) == [
        "report", "section", "start", "end", "exact", "read_by", "rule", "origin", "mention",
    ]  # fmt: skip
    assert list(found["start"]) == [400, 3072, 21026]
    assert list(found["origin"]) == ["prose", "prose", "table"]
    assert set(found["report"]) == {"liaoning-2025"}
    assert found["section"][0] == "[内容摘要]"
    assert found["section"][2].count(" / ") == 2
    assert (found["read_by"][0], found["rule"][0]) == ("rule", "prose-number")


def test_provenance_tells_a_reviewer_from_a_rule(connection: Connection) -> None:
    found = frame(connection.query(
        f"SELECT ?o {{ ?o <{PREFIXES['pf']}mention>/<{PREFIXES['pf']}readBy> ?rule FILTER(?rule = ?review) }} LIMIT 1",
        review=f"{BASE}rule/review",
    ))  # fmt: skip
    told = connection.provenance(found["o"][0])
    assert set(zip(told["read_by"], told["rule"], strict=True)) >= {("reviewer", "review")}
    assert str(told["read_by"].dtype) == str(told["rule"].dtype) == "string"


def test_provenance_takes_rows(local: Connection) -> None:
    series = local.series("gross-regional-product", activity="total")
    expected = local.provenance(GDP)
    row = next(iter(series[series["observation"] == GDP].itertuples()))
    for figure in (series.iloc[-1], row, {"observation": GDP}, GDP.removeprefix(BASE)):
        pd.testing.assert_frame_equal(local.provenance(figure), expected)
    for bad, message in (
        (f"{GDP}/none", "no such observation"),
        ({"value": 1}, "no observation"),
        (7, "no observation"),
    ):
        with pytest.raises(InputError, match=message):
            local.provenance(bad)


def test_a_place_is_the_printed_text(local: Connection, liaoning_source: str) -> None:
    for row in local.provenance(GDP).to_dict("records"):
        assert liaoning_source[int(row["start"]) : int(row["end"])] == row["exact"]


# Where a connection leads


def test_a_release_is_named_by_its_hash(connection: Connection, release: Release) -> None:
    assert connection.release == release.hash


def test_files_and_folders_give_the_same_figures(local: Connection, release: Release, tmp_path: Path) -> None:
    packed = tmp_path / "packed.nq.gz"
    packed.write_bytes(gzip.compress(release.data_path.read_bytes()))
    expected = local.series("gross-regional-product")
    for source, name in ((None, release.hash), (str(packed), release.hash), (find_assets().graphs, None)):
        with connect(source) as connection:
            assert connection.release == name
            pd.testing.assert_frame_equal(connection.series("gross-regional-product"), expected)


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.txt", b"", "neither N-Quads nor a folder"),
        ("a.nq", b"<a> <b>", "not N-Quads"),
        ("none/a.nq", None, "cannot be read"),
    ],
)
def test_what_is_no_graph_is_refused(tmp_path: Path, name: str, data: bytes | None, message: str) -> None:
    if data is not None:
        (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError, match=message):
        connect(tmp_path / name)


def test_a_language_that_is_not_spoken_is_refused() -> None:
    with pytest.raises(InputError, match="one of: en, zh"):
        connect(language="fr")


def test_a_closed_connection_answers_no_more(release: Release) -> None:
    with connect(release.folder) as connection:
        assert connection.query("ASK {}") is True
    with pytest.raises(InputError, match="the connection is closed"):
        connection.query("ASK {}")
    with pytest.raises(InputError, match="the connection is closed"):
        _ = connection.release


def test_importing_the_package_brings_no_engine_along() -> None:
    code = "import sys, provfin; provfin.connect; print(*{'pandas', 'pyoxigraph', 'SPARQLWrapper'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "\n"


def test_connecting_from_the_package_is_the_same(release: Release) -> None:
    with provfin.connect(release.folder) as connection:
        assert isinstance(connection, Connection)


@pytest.mark.parametrize(("module", "name"), [("pandas", "pandas"), ("SPARQLWrapper", "sparqlwrapper")])
def test_a_library_that_is_missing_is_named(
    monkeypatch: pytest.MonkeyPatch, local: Connection, module: str, name: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(InputError, match=f"is not installed; pip install {name}"):
        _ = local.query("SELECT ?a {}") if name == "pandas" else connect("http://127.0.0.1:1/sparql")


# Over HTTP


def test_long_queries_go_by_post_and_short_ones_by_get(server: tuple[str, list[tuple[str, str]]]) -> None:
    url, asked = server
    with connect(f"{url}sparql") as connection:
        asked.clear()
        connection.query("ASK {}")
        assert connection.query(f'SELECT ("{"长" * 2000}" AS ?x) {{}}').shape == (1, 1)  # type: ignore[union-attr]
        connection.query("DESCRIBE <http://example.org/>")
    assert [method for method, _ in asked] == ["GET", "POST", "GET"]
    assert [accept.split(",")[0] for _, accept in asked] == [
        "application/sparql-results+json", "application/sparql-results+json", "application/n-triples",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "endpoint"),
    [
        ("http://a.org", "http://a.org/sparql"),
        ("http://a.org/", "http://a.org/sparql"),
        ("https://a.org/provfin/", "https://a.org/provfin/sparql"),
        ("https://a.org/query", "https://a.org/query"),
    ],
)
def test_the_address_of_a_server_is_that_of_its_endpoint(given: str, endpoint: str) -> None:
    assert HttpEndpoint(given, 1).url == endpoint


def test_a_server_without_a_tag_names_no_release(engine: LocalEngine) -> None:
    with serving(engine, 'W/"v1"') as (url, _), connect(url) as connection:
        assert connection.release is None


def test_syntax_errors_say_what_the_server_says(connection: Connection) -> None:
    with pytest.raises(InputError, match=r"line 1, column 11: the query ends too early.*; mend the query"):
        connection.query("SELECT * {")


def test_updates_are_refused_before_they_are_sent(server: tuple[str, list[tuple[str, str]]], local: Connection) -> None:
    url, asked = server
    with connect(url) as connection:
        asked.clear()
        with pytest.raises(InputError, match="a release is read-only"):
            connection.query("INSERT DATA { <http://a.org/> <http://a.org/> 1 }")
        assert not asked
    with pytest.raises(InputError, match="query: "):
        local.query("DELETE WHERE { ?s ?p ?o }")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 406, 413, 414, 429, 500, 502, 503])
def test_the_detail_of_a_problem_is_the_error(server: tuple[str, list[tuple[str, str]]], status: int) -> None:
    address = f"{server[0]}status/{status}"
    with connect(address) as connection, pytest.raises(InputError) as caught:
        connection.query("ASK {}")
    assert caught.value.where == address
    assert caught.value.what == f"it’s “too much” (HTTP {status})"
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("nothing", r"nothing here \(HTTP 404\); give the address of a SPARQL endpoint"),
        ("page", "the answer is text/html"),
        ("wrong", "the answer is no SPARQL results in JSON"),
        ("cut", "cannot be reached .*IncompleteRead"),
        ("late", "no answer in 1 s; ask for less"),
    ],
)
def test_servers_that_misbehave_are_one_clear_error(
    server: tuple[str, list[tuple[str, str]]], path: str, message: str
) -> None:
    with connect(f"{server[0]}{path}", seconds=1) as connection, pytest.raises(InputError, match=message):
        connection.query("ASK {}")


def test_a_server_that_is_not_there_is_one_clear_error() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}/sparql"
        with connect(address) as connection, pytest.raises(InputError, match="cannot be reached"):
            connection.query("ASK {}")


def test_results_that_are_none_are_refused() -> None:
    for body in (b"", b"[]", b"\xff", b'{"head": {}}'):
        with pytest.raises(InputError, match="no SPARQL results"):
            read_results(body)
