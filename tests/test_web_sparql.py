"""The SPARQL 1.1 Protocol, the service description and the Graph Store Protocol, over HTTP."""

import gzip
import re
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pyoxigraph as ox
import pytest
from fastapi import FastAPI
from rdflib import RDF, Graph, Namespace, URIRef

from provfin.assets import find_assets
from provfin.release import ONTOLOGY_GRAPH, VOCABULARY_GRAPH, Release, gather_content, publish
from provfin.settings import Settings
from provfin.store import GRAPH_FORMATS, RESULT_FORMATS, LocalEngine
from provfin.web import graphs, sparql
from provfin.web.kept import Kept
from provfin.web.protocol import LONGEST_BODY
from provfin.web.site import Site
from serving import LocalService, running

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
VOID = Namespace("http://rdfs.org/ns/void#")
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
NAMED = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
ASK = "ASK { ?s ?p ?o }"
TRIPLES = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 3"
FORM = {"content-type": "application/x-www-form-urlencoded"}
DIRECT = {"content-type": "application/sparql-query"}


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return publish(tmp_path_factory.mktemp("releases"), gather_content(find_assets()))


@pytest.fixture(scope="module")
def service(release: Release) -> LocalService:
    return LocalService(LocalEngine.load_release(release.data_path))


@pytest.fixture(scope="module")
def client(release: Release, service: LocalService) -> Iterator[httpx.Client]:
    site = Site(service, release, Settings(idle_seconds=1), Kept(1_000_000))
    app = FastAPI()
    app.include_router(sparql.make_router(site))
    app.include_router(graphs.make_router(site))
    with running(app) as address, httpx.Client(base_url=address, trust_env=False) as client:
        yield client


def _ask(client: httpx.Client, query: str, accept: str | None = None, **params: Any) -> httpx.Response:
    headers = {"accept": accept} if accept else {}
    return client.get("/sparql", params={"query": query, **params}, headers=headers)


def _count(response: httpx.Response) -> int:
    assert response.status_code == 200, response.text
    return int(response.json()["results"]["bindings"][0]["n"]["value"])


def _assert_problem(response: httpx.Response, status: int, said: str) -> dict[str, Any]:
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert (problem["status"], bool(problem["title"])) == (status, True)
    assert re.search(said, problem["detail"]), problem["detail"]
    return problem


# Three ways to ask


def test_get_and_both_posts_answer_alike(client: httpx.Client, release: Release) -> None:
    answers = [
        _ask(client, COUNT),
        client.post("/sparql", data={"query": COUNT}),
        client.post("/sparql", content=COUNT, headers=DIRECT),
        client.post("/sparql", content=COUNT, headers={"content-type": "application/sparql-query; charset=UTF-8"}),
    ]
    assert {_count(answer) for answer in answers} == {release.quads}
    assert len({answer.content for answer in answers}) == 1


@pytest.mark.parametrize("way", ["get", "form", "direct"])
@pytest.mark.parametrize(
    ("query", "default", "named", "graphs"),
    [
        (COUNT, [VOCABULARY_GRAPH], [], [VOCABULARY_GRAPH]),
        (COUNT, [VOCABULARY_GRAPH, ONTOLOGY_GRAPH], [], [VOCABULARY_GRAPH, ONTOLOGY_GRAPH]),
        (COUNT, [], [VOCABULARY_GRAPH], []),
        (NAMED, [], [VOCABULARY_GRAPH, ONTOLOGY_GRAPH], [VOCABULARY_GRAPH, ONTOLOGY_GRAPH]),
        (NAMED, [ONTOLOGY_GRAPH], [], []),
        (COUNT, ["http://example.org/none"], [], []),
        # What the request names stands in for what the query names: section 2.1.4.
        (f"SELECT (COUNT(*) AS ?n) FROM <{ONTOLOGY_GRAPH}> {{ ?s ?p ?o }}", [VOCABULARY_GRAPH], [], [VOCABULARY_GRAPH]),
    ],
)
def test_a_request_can_name_its_graphs(
    client: httpx.Client,
    release: Release,
    way: str,
    query: str,
    default: list[str],
    named: list[str],
    graphs: list[str],
) -> None:
    params = {"default-graph-uri": default, "named-graph-uri": named}
    if way == "get":
        answer = client.get("/sparql", params={"query": query, **params})
    elif way == "direct":
        answer = client.post("/sparql", params=params, content=query, headers=DIRECT)
    else:
        answer = client.post("/sparql", data={"query": query, **params})
    assert _count(answer) == sum(release.graphs[graph] for graph in graphs)


# Formats


@pytest.mark.parametrize("media_type", RESULT_FORMATS)
def test_results_come_in_the_format_asked_for(client: httpx.Client, media_type: str) -> None:
    for query, shown in ((COUNT, r"\d{5}"), (ASK, "true")):
        answer = _ask(client, query, media_type)
        assert answer.headers["content-type"].startswith(media_type)
        assert re.search(shown, answer.text)
        assert "Accept" in answer.headers["vary"]


@pytest.mark.parametrize("media_type", GRAPH_FORMATS)
def test_graphs_come_in_the_format_asked_for(client: httpx.Client, media_type: str) -> None:
    for query in (TRIPLES, f"DESCRIBE <{ONTOLOGY_GRAPH.replace('id/graph/ontology', 'def')}>"):
        answer = _ask(client, query, media_type)
        assert answer.headers["content-type"].startswith(media_type)
        assert len(list(ox.parse(answer.content, format=GRAPH_FORMATS[media_type]))) >= 3


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("csv", "text/csv"),
        ("tsv", "text/tab-separated-values"),
        ("xml", "application/sparql-results+xml"),
        ("json", "application/sparql-results+json"),
        ("text/csv", "text/csv"),
        ("application/sparql-results+xml", "application/sparql-results+xml"),
    ],
)
def test_people_can_name_the_format(client: httpx.Client, name: str, media_type: str) -> None:
    by_get = _ask(client, COUNT, "image/png", format=name)
    by_form = client.post("/sparql", data={"query": COUNT, "format": name})
    for answer in (by_get, by_form):
        assert answer.headers["content-type"].startswith(media_type)
    assert _ask(client, TRIPLES, format="rdf+xml").headers["content-type"].startswith("application/rdf+xml")
    assert _ask(client, TRIPLES, format="rdf xml").headers["content-type"].startswith("application/rdf+xml")
    assert _ask(client, TRIPLES, format="ttl").headers["content-type"].startswith("text/turtle")


def test_nothing_acceptable_is_a_problem(client: httpx.Client) -> None:
    _assert_problem(_ask(client, COUNT, "image/png"), 406, "text/csv")
    _assert_problem(_ask(client, TRIPLES, "text/csv"), 406, "text/turtle")
    _assert_problem(_ask(client, COUNT, format="png"), 406, "text/csv")
    _assert_problem(client.get("/sparql", headers={"accept": "image/png"}), 406, "text/turtle")


def test_an_answer_names_its_release(client: httpx.Client, release: Release) -> None:
    for answer in (_ask(client, COUNT), client.post("/sparql", data={"query": COUNT}), client.get("/sparql")):
        assert answer.headers["etag"].startswith(f'W/"{release.hash}.')
        assert answer.headers["cache-control"] == "public, no-cache"


def test_an_answer_is_computed_once_and_a_changing_one_each_time(client: httpx.Client, service: LocalService) -> None:
    query = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c }"
    before = service.asked
    assert _ask(client, query).content == client.post("/sparql", data={"query": query}).content
    assert service.asked == before + 1
    changing = "SELECT (STRUUID() AS ?x) {}"
    first, second = (_ask(client, changing) for _ in range(2))
    assert first.content != second.content
    assert first.headers["cache-control"] == "no-store"
    assert "etag" not in first.headers


# What is refused


def test_a_syntax_error_is_quoted_with_its_place(client: httpx.Client) -> None:
    problem = _assert_problem(_ask(client, "SELECT *\n{ ?s ?p ?o ; }}"), 400, "line 2, column 15: not understood")
    assert (problem["line"], problem["column"]) == (2, 15)
    assert problem["near"] == "{ ?s ?p ?o ; }}"
    assert problem["near"][problem["marked"] :] == "}"
    problem = _assert_problem(_ask(client, "SELECT * { ?s nope:x ?o }"), 400, "prefix nope: is not declared")
    assert problem["line"] == 1


def test_bad_requests_are_problems(client: httpx.Client) -> None:
    for params in ({"query": [COUNT, COUNT]}, {"default-graph-uri": [VOCABULARY_GRAPH]}):
        _assert_problem(client.get("/sparql", params=params), 400, "exactly one")
    _assert_problem(client.post("/sparql", data={"a": "b"}), 400, "exactly one")
    both = client.post("/sparql", params={"query": COUNT}, content=COUNT, headers=DIRECT)
    _assert_problem(both, 400, "exactly one")
    for iri in ("no iri", ":", "a:\nb", "1:b", "http://["):
        _assert_problem(_ask(client, COUNT, **{"default-graph-uri": iri}), 400, "no IRI")
    for malformed in ("%ff", "%zz", "%"):
        _assert_problem(client.get(f"/sparql?query=ASK%7B%7D&a={malformed}"), 400, "not well formed|begins no escape")
        _assert_problem(client.post("/sparql", content=f"query={malformed}", headers=FORM), 400, "well|escape")
    for empty in ("", " ", "\x00"):
        _assert_problem(_ask(client, empty), 400, "line 1")


def test_bodies_of_the_wrong_kind_are_problems(client: httpx.Client) -> None:
    _assert_problem(client.post("/sparql", content="a"), 415, "application/sparql-query")
    _assert_problem(client.post("/sparql", content=COUNT, headers={"content-type": "text/plain"}), 415, "form")
    utf16 = {"content-type": "application/sparql-query; charset=UTF-16"}
    _assert_problem(client.post("/sparql", content=COUNT.encode("utf-16"), headers=utf16), 415, "UTF-8")
    packed = {**DIRECT, "content-encoding": "gzip"}
    _assert_problem(client.post("/sparql", content=gzip.compress(b"ASK {}"), headers=packed), 415, "not compressed")
    for headers in (DIRECT, FORM):
        _assert_problem(client.post("/sparql", content=b"query=\xff", headers=headers), 400, "not UTF-8")
        _assert_problem(client.post("/sparql", content=b" " * (LONGEST_BODY + 1), headers=headers), 413, "longer")


def test_updates_are_refused(client: httpx.Client) -> None:
    _assert_problem(client.post("/sparql", data={"update": "CLEAR ALL"}), 403, "immutable")
    _assert_problem(client.get("/sparql", params={"update": "CLEAR ALL"}), 403, "immutable")
    direct = client.post("/sparql", content="CLEAR ALL", headers={"content-type": "application/sparql-update"})
    _assert_problem(direct, 403, "immutable")
    _assert_problem(_ask(client, "INSERT DATA { <a:a> <a:b> <a:c> }"), 400, "line 1")
    for method in ("PUT", "DELETE", "PATCH"):
        assert client.request(method, "/sparql", params={"query": COUNT}).status_code == 405
        assert client.request(method, "/graphs", params={"graph": VOCABULARY_GRAPH}).status_code == 405


def test_what_could_end_the_process_is_refused(client: httpx.Client) -> None:
    for nested in ("SELECT " + "(" * 10_000, "ASK " + "{" * 10_000, "ASK { " + "[" * 15_000):
        _assert_problem(client.post("/sparql", data={"query": nested}), 400, "nests|characters")
    _assert_problem(_ask(client, "SELECT (<http://example.org/f>(1) AS ?x) {}"), 400, "not supported")
    assert _count(_ask(client, COUNT)) > 1


def test_a_body_that_does_not_come_is_not_waited_for(client: httpx.Client) -> None:
    def dawdle() -> Iterator[bytes]:
        yield b"query="
        # The server gives up after a second; the client finds out when it goes on.
        for _ in range(40):
            time.sleep(1 / 20)
            yield b"A"

    _assert_problem(client.post("/sparql", content=dawdle(), headers=FORM), 408, "in time")


# What the endpoint tells of itself


def test_a_bare_get_describes_the_service(client: httpx.Client, release: Release) -> None:
    for media_type in GRAPH_FORMATS:
        answer = client.get("/sparql", headers={"accept": media_type})
        assert answer.headers["content-type"].startswith(media_type)
    graph = Graph().parse(data=client.get("/sparql").text, format="turtle")
    endpoint = URIRef(f"{client.base_url}/sparql")
    assert (endpoint, RDF.type, SD.Service) in graph
    assert graph.value(endpoint, SD.endpoint) == endpoint
    assert graph.value(endpoint, SD.supportedLanguage) == SD.SPARQL11Query
    assert (endpoint, SD.feature, SD.UnionDefaultGraph) in graph
    dataset = graph.value(endpoint, SD.defaultDataset)
    named = {
        str(graph.value(entry, SD.name)): int(str(graph.value(graph.value(entry, SD.graph), VOID.triples)))
        for entry in graph.objects(dataset, SD.namedGraph)
    }
    assert named == release.graphs
    assert int(str(graph.value(graph.value(dataset, SD.defaultGraph), VOID.triples))) == release.quads


# Whole graphs


def test_a_graph_can_be_read_whole(client: httpx.Client, release: Release) -> None:
    for media_type, form in GRAPH_FORMATS.items():
        answer = client.get("/graphs", params={"graph": VOCABULARY_GRAPH}, headers={"accept": media_type})
        assert answer.headers["content-type"].startswith(media_type)
        assert len(set(ox.parse(answer.content, format=form))) == release.graphs[VOCABULARY_GRAPH]
    union = client.get("/graphs?default", headers={"accept": "application/n-triples"})
    assert len(union.content.splitlines()) == release.quads


def test_wrong_graphs_are_problems(client: httpx.Client) -> None:
    missing = _assert_problem(client.get("/graphs", params={"graph": "http://example.org/none"}), 404, "no graph")
    assert VOCABULARY_GRAPH in missing["graphs"]
    _assert_problem(client.get("/graphs"), 400, r"either \?graph")
    _assert_problem(client.get("/graphs", params={"graph": VOCABULARY_GRAPH, "default": ""}), 400, r"either \?graph")
    wrong = client.get("/graphs", params={"graph": VOCABULARY_GRAPH}, headers={"accept": "text/csv"})
    _assert_problem(wrong, 406, "text/turtle")
