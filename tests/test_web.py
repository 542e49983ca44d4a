"""The endpoint over HTTP, as clients of several kinds use it."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pyoxigraph as ox
import pytest
import uvicorn
from fastapi import FastAPI
from rdflib import Graph
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import CSV, JSON, POST, POSTDIRECTLY, SPARQLWrapper

from asking import MAY_BE_SILENT
from provfin.assets import find_assets
from provfin.queries import load_questions
from provfin.release import Release, gather_content, publish
from provfin.store import GRAPH_FORMATS, RESULT_FORMATS, LocalEngine
from provfin.web.app import create_app
from provfin.web.sparql import LONGEST_BODY, negotiate

COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
TRIPLES = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 3"
GDP = """
PREFIX indicator: <https://w3id.org/provfin/id/indicator/>
PREFIX measure: <https://w3id.org/provfin/id/measure/>
PREFIX period: <https://w3id.org/provfin/id/period/>
PREFIX pf: <https://w3id.org/provfin/def#>
PREFIX activity: <https://w3id.org/provfin/id/activity/>
PREFIX sdmx-dimension: <http://purl.org/linked-data/sdmx/2009/dimension#>
PREFIX sdmx-measure: <http://purl.org/linked-data/sdmx/2009/measure#>
SELECT ?value {
  ?o pf:indicator indicator:gross-regional-product ; pf:measure measure:level ; pf:activity activity:total ;
     sdmx-dimension:refPeriod period:2024 ; sdmx-measure:obsValue ?value
}"""


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return publish(tmp_path_factory.mktemp("releases"), gather_content(find_assets()))


@pytest.fixture(scope="module")
def address(release: Release) -> Iterator[str]:
    """The address of a real server on a free port of the loopback."""
    with _running(create_app(LocalEngine.load_release(release.data_path), release)) as address:
        yield address


@contextmanager
def _running(app: FastAPI) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    for _ in range(500):
        if server.started:
            break
        thread.join(0.01)
    assert server.started
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(5)


@pytest.fixture(scope="module")
def client(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, trust_env=False) as client:
        yield client


def _ask(client: httpx.Client, query: str, accept: str | None = None) -> httpx.Response:
    return client.get("/sparql", params={"query": query}, headers={"accept": accept} if accept else {})


def test_get_and_both_posts_answer_alike(client: httpx.Client) -> None:
    got = _ask(client, COUNT)
    form = client.post("/sparql", data={"query": COUNT})
    direct = client.post("/sparql", content=COUNT, headers={"content-type": "application/sparql-query"})
    assert got.status_code == form.status_code == direct.status_code == 200
    assert got.json() == form.json() == direct.json()
    assert int(got.json()["results"]["bindings"][0]["n"]["value"]) > 30_000


@pytest.mark.parametrize("media_type", RESULT_FORMATS)
def test_results_come_in_the_format_asked_for(client: httpx.Client, media_type: str) -> None:
    response = _ask(client, GDP, media_type)
    assert response.headers["content-type"].startswith(media_type)
    assert "32612.7" in response.text
    assert "Accept" in response.headers["vary"]


@pytest.mark.parametrize("media_type", GRAPH_FORMATS)
def test_graphs_come_in_the_format_asked_for(client: httpx.Client, media_type: str) -> None:
    response = _ask(client, TRIPLES, media_type)
    assert response.headers["content-type"].startswith(media_type)
    assert len(list(ox.parse(response.content, format=GRAPH_FORMATS[media_type]))) == 3


@pytest.mark.parametrize(
    ("accept", "results", "graph"),
    [
        (None, "application/sparql-results+json", "text/turtle"),
        ("", "application/sparql-results+json", "text/turtle"),
        ("*/*", "application/sparql-results+json", "text/turtle"),
        ("text/html, */*;q=0.1", "application/sparql-results+json", "text/turtle"),
        ("text/csv;q=0.5, text/tab-separated-values", "text/tab-separated-values", None),
        ("application/json", "application/sparql-results+json", "application/ld+json"),
        ("application/xml", "application/sparql-results+xml", None),
        ("text/*", "text/csv", "text/turtle"),
        ("application/n-triples", None, "application/n-triples"),
        ("text/csv;q=0", None, None),
        ("image/png", None, None),
        ("nonsense", None, None),
    ],
)
def test_negotiation(accept: str | None, results: str | None, graph: str | None) -> None:
    assert negotiate(accept) == (results, graph)


def _assert_problem(response: httpx.Response, status: int, said: str) -> None:
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == status
    assert problem["title"]
    assert re.search(said, problem["detail"])


def test_nothing_acceptable_is_a_problem(client: httpx.Client) -> None:
    _assert_problem(_ask(client, COUNT, "image/png"), 406, "text/csv")
    _assert_problem(_ask(client, TRIPLES, "text/csv"), 406, "text/turtle")


def test_bad_requests_are_problems(client: httpx.Client) -> None:
    _assert_problem(_ask(client, "SELECT * { ?s"), 400, "1:1[0-9]")
    _assert_problem(client.get("/sparql"), 400, "exactly one")
    _assert_problem(client.get("/sparql", params=[("query", COUNT), ("query", COUNT)]), 400, "exactly one")
    _assert_problem(client.post("/sparql", data={"update": "CLEAR ALL"}), 400, "read-only")
    _assert_problem(client.post("/sparql", content="a"), 415, "application/sparql-query")
    _assert_problem(client.get("/sparql", params={"query": COUNT, "default-graph-uri": "no iri"}), 400, "no IRI")
    for iri in (":", "a:\nb", "1:b", "http://["):
        graph = {"query": COUNT, "default-graph-uri": iri}
        _assert_problem(client.get("/sparql", params=graph), 400, "no IRI")
    _assert_problem(client.get("/sparql?query=%ff"), 400, "not well formed")
    wrong = {"content-type": "application/sparql-query"}
    _assert_problem(client.post("/sparql", content=b"\xff", headers=wrong), 400, "utf-8")
    _assert_problem(client.post("/sparql", content=b" " * (LONGEST_BODY + 1), headers=wrong), 413, "longer")
    _assert_problem(client.get("/nowhere"), 404, "Not Found")
    _assert_problem(client.delete("/sparql"), 405, "Method Not Allowed")


def test_deep_nesting_is_refused_and_the_server_lives(client: httpx.Client) -> None:
    _assert_problem(client.post("/sparql", data={"query": "SELECT " + "(" * 10_000}), 400, "nests")
    assert client.get("/health").status_code == 200


def test_a_request_can_name_its_graphs(client: httpx.Client) -> None:
    none = client.get("/sparql", params={"query": COUNT, "default-graph-uri": "http://example.org/none"})
    assert none.json()["results"]["bindings"][0]["n"]["value"] == "0"


@pytest.mark.parametrize("path", ["/", "/health", "/questions", "/questions/fiscal-gap", "/sparql?query=ASK%20%7B%7D"])
def test_head_answers_as_get_does_without_a_body(client: httpx.Client, path: str) -> None:
    head, got = client.head(path), client.get(path)
    assert head.status_code == got.status_code == 200
    assert head.headers["content-type"] == got.headers["content-type"]
    assert head.content == b""


def test_health_names_the_release(client: httpx.Client, release: Release) -> None:
    health = client.get("/health").json()
    assert (health["status"], health["release"], health["quads"]) == ("ok", release.hash, release.quads)


def test_other_origins_may_ask(client: httpx.Client) -> None:
    response = client.get("/health", headers={"origin": "http://example.org"})
    assert response.headers["access-control-allow-origin"] == "*"


def test_the_page_to_start_from_links_to_every_question(client: httpx.Client) -> None:
    page = client.get("/")
    assert page.headers["content-type"].startswith("text/html")
    links = re.findall(r'href="(/questions/[^"]+)"', page.text)
    assert links == [f"/questions/{name}" for name in load_questions()]
    for link in links:
        is_full = bool(client.get(link).json()["results"]["bindings"])
        assert is_full or link.rsplit("/", 1)[1] in MAY_BE_SILENT, link


def test_questions_take_parameters(client: httpx.Client) -> None:
    listed = client.get("/questions").json()
    assert {item["name"] for item in listed} == set(load_questions())
    yuan = client.get("/questions/monthly-household-deposits", headers={"accept": "text/csv"}).text
    total = client.get(
        "/questions/monthly-household-deposits",
        params={"currency": "currency-scope:total"},
        headers={"accept": "text/csv"},
    ).text
    assert "62501.3" in total
    assert "62109.6" in yuan


def test_a_browser_gets_a_page_with_the_answer(client: httpx.Client) -> None:
    browser = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
    page = client.get("/questions/fiscal-gap", headers=browser)
    assert page.headers["content-type"].startswith("text/html")
    assert "<td>-3947.4</td>" in page.text
    assert "VALUES (?area ?year)" in page.text
    empty = client.get("/questions/fiscal-gap", params={"year": "1999"}, headers=browser)
    assert "No rows." in empty.text


def test_what_goes_into_a_page_is_escaped(client: httpx.Client) -> None:
    hostile = {"period": "http://example.org/a&b"}
    page = client.get("/questions/evidence-of-a-figure", params=hostile, headers={"accept": "text/html"})
    assert "a&amp;b" in page.text
    assert "a&b" not in page.text


def test_wrong_questions_are_problems(client: httpx.Client) -> None:
    _assert_problem(client.get("/questions/no-such"), 404, "no-such")
    _assert_problem(client.get("/questions/fiscal-gap?year=soon"), 400, "'soon' is no integer")
    _assert_problem(client.get("/questions/fiscal-gap?colour=red"), 400, "no parameter colour")
    injected = client.get("/questions/fiscal-gap", params={"area": "http://a> } #"})
    _assert_problem(injected, 400, "no IRI")


def test_sparqlwrapper_asks_by_every_way(address: str) -> None:
    wrapper = SPARQLWrapper(f"{address}/sparql")
    wrapper.setQuery(GDP)
    wrapper.setReturnFormat(JSON)
    found = wrapper.queryAndConvert()
    assert isinstance(found, dict)
    assert found["results"]["bindings"][0]["value"]["value"] == "32612.7"
    wrapper.setMethod(POST)
    assert wrapper.queryAndConvert() == found
    wrapper.setRequestMethod(POSTDIRECTLY)
    wrapper.setReturnFormat(CSV)
    table = wrapper.queryAndConvert()
    assert isinstance(table, bytes)
    assert table.decode().split() == ["value", "32612.7"]


def test_rdflib_reads_through_the_endpoint(address: str) -> None:
    graph = Graph(SPARQLStore(f"{address}/sparql"))
    rows = [str(row[0]) for row in graph.query(GDP)]  # type: ignore[index]
    assert rows == ["32612.7"]


def test_the_openapi_description_is_served(client: httpx.Client) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert {"/sparql", "/health", "/questions", "/questions/{name}"} <= set(paths)
    assert json.dumps(paths)


README = (find_assets().root / "README.md").read_text(encoding="utf-8")


def _trim(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip().splitlines()]


def test_the_readme_shows_what_http_answers(client: httpx.Client) -> None:
    shown = re.search(r"\$ curl -H 'Accept: (\S+)' 'http://127\.0\.0\.1:8000(\S+)'\n(.*?)```", README, re.DOTALL)
    assert shown is not None
    response = client.get(shown[2], headers={"accept": shown[1]})
    assert _trim(response.text) == _trim(shown[3])


def test_the_readme_shows_what_python_prints(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    shown = re.search(r"```python\n(.*?)```\n+```text\n(.*?)```", README, re.DOTALL)
    assert shown is not None
    exec(shown[1].replace("http://127.0.0.1:8000", address), {})
    assert _trim(capsys.readouterr().out) == _trim(shown[2])
