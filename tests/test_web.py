"""The whole server as clients of several kinds use it: real connections, real workers, the real release."""

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from rdflib import Graph
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import CSV, JSON, POST, POSTDIRECTLY, SPARQLWrapper, SPARQLWrapper2
from SPARQLWrapper.SmartWrapper import Bindings

import provfin
from asking import MAY_BE_SILENT
from provfin.assets import find_assets
from provfin.exports import EXPORTS, ReleaseContent
from provfin.queries import load_questions
from provfin.release import Content, Release, gather_content, publish
from provfin.settings import Settings
from provfin.web.app import create_app
from serving import running

COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
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
BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A release before the newest, in which one figure was another."""
    content = gather_content(find_assets())
    figure = b'#obsValue> "32612.7"'
    assert content.data.count(figure) == 1
    data = content.data.replace(figure, b'#obsValue> "32612.6"')
    return publish(tmp_path_factory.mktemp("releases"), Content.from_lines(data.splitlines(keepends=True)))


@pytest.fixture(scope="module")
def release(older: Release) -> Release:
    return publish(older.folder.parent, gather_content(find_assets()))


@pytest.fixture(scope="module")
def address(release: Release) -> Iterator[str]:
    """The address of a real server on a free port of the loopback."""
    with running(create_app(release, Settings(query_seconds=2, log="off"))) as address:
        yield address


@pytest.fixture(scope="module")
def client(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, trust_env=False, timeout=30) as client:
        yield client


def _ask(client: httpx.Client, query: str, accept: str = "application/json") -> httpx.Response:
    return client.get("/sparql", params={"query": query}, headers={"accept": accept})


def _assert_problem(response: httpx.Response, status: int, said: str) -> None:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == status
    assert re.search(said, problem["detail"])


# Every request


@pytest.mark.parametrize(
    "path",
    [
        "/", "/health", "/ready", "/questions", "/questions/fiscal-gap", "/sparql?query=ASK%20%7B%7D", "/sparql",
        "/def", "/graphs?default", "/data", "/releases", "/catalog", "/openapi.json", "/id/indicator/retail-sales.ttl",
    ],
)  # fmt: skip
def test_head_answers_as_get_does_without_a_body(client: httpx.Client, path: str) -> None:
    head, got = client.head(path), client.get(path)
    assert head.status_code == got.status_code == 200
    assert head.headers["content-type"] == got.headers["content-type"]
    assert head.content == b""
    options = client.options(path)
    assert options.status_code == 204
    assert {"GET", "HEAD", "OPTIONS"} <= set(options.headers["allow"].split(", "))


@pytest.mark.parametrize(
    "path", ["/", "/questions", "/sparql?query=ASK%20%7B%7D", "/def", "/id/area/CN-LN", "/graphs?default"]
)
def test_who_has_an_answer_is_not_sent_it_again(client: httpx.Client, release: Release, path: str) -> None:
    first = client.get(path)
    assert release.hash in first.headers["etag"]
    again = client.get(path, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = client.get(path, headers={"if-none-match": '"0"'})
    assert (other.status_code, other.content) == (200, first.content)


def test_a_fault_is_a_fault_whatever_the_client_has(client: httpx.Client, release: Release) -> None:
    held = {"if-none-match": f'W/"{release.hash}"'}
    assert client.get("/sparql?query=nonsense", headers=held).status_code == 400
    assert client.get("/nowhere", headers=held).status_code == 404


def test_who_accepts_gzip_gets_less(client: httpx.Client) -> None:
    query = "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 2000"
    plain = client.get("/sparql", params={"query": query}, headers={"accept-encoding": "identity"})
    packed = client.get("/sparql", params={"query": query}, headers={"accept-encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) * 5 < int(plain.headers["content-length"])
    assert packed.content == plain.content
    assert {"Accept", "Accept-Encoding"} <= {item.strip() for item in packed.headers["vary"].split(",")}


def test_other_origins_may_ask(client: httpx.Client) -> None:
    origin = {"origin": "http://example.org"}
    answer = client.get("/sparql", params={"query": COUNT}, headers=origin)
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "ETag" in answer.headers["access-control-expose-headers"]
    wanted = {**origin, "access-control-request-method": "POST", "access-control-request-headers": "content-type"}
    before = client.options("/sparql", headers=wanted)
    assert before.status_code == 200
    assert "POST" in before.headers["access-control-allow-methods"]


def test_wrong_requests_are_problems(client: httpx.Client) -> None:
    _assert_problem(client.get("/nowhere"), 404, "nothing at /nowhere")
    wrong = client.delete("/sparql")
    _assert_problem(wrong, 405, "Method Not Allowed")
    assert wrong.headers["allow"] == "GET, HEAD, OPTIONS, POST"
    _assert_problem(client.get("/id/%zz"), 400, "begins no escape")
    _assert_problem(client.get("/id/%ff"), 400, "not UTF-8")


# Limits


def test_a_query_ends_at_its_deadline_and_others_do_not_wait(client: httpx.Client, address: str) -> None:
    slow: list[httpx.Response] = []

    def ask_slow() -> None:
        slow.append(httpx.post(f"{address}/sparql", data={"query": RUNAWAY}, trust_env=False, timeout=30))

    threads = [threading.Thread(target=ask_slow) for _ in range(2)]
    for thread in threads:
        thread.start()
    answers = 0
    while any(thread.is_alive() for thread in threads) and answers < 2000:
        assert _ask(client, f"SELECT (COUNT(*) AS ?n{answers}) {{ ?s a ?o }}").status_code == 200
        answers += 1
    for thread in threads:
        thread.join(20)
    assert answers > 5
    for answer in slow:
        _assert_problem(answer, 503, "longer than 2 s.*LIMIT")
        assert answer.json()["limit"] == "time"


def test_an_answer_too_large_is_refused_whole(release: Release) -> None:
    with running(create_app(release, Settings(answer_megabytes=1, log="off"))) as address:
        answer = httpx.get(f"{address}/sparql", params={"query": "SELECT * { ?s ?p ?o }"}, trust_env=False, timeout=30)
        _assert_problem(answer, 413, "LIMIT")
        assert answer.json()["limit"] == "size"


def test_no_query_makes_the_server_call_elsewhere(client: httpx.Client) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(1)
        there = f"http://127.0.0.1:{listener.getsockname()[1]}/sparql"
        for query in (
            f"SELECT * {{ SERVICE <{there}> {{ ?s ?p ?o }} }}",
            f"SELECT * {{ SERVICE SILENT <{there}> {{ ?s ?p ?o }} }}",
            f"SELECT * {{ BIND(<{there}> AS ?x) SERVICE ?x {{ ?s ?p ?o }} }}",
            f"LOAD <{there}>",
        ):
            assert _ask(client, query).status_code == 400
        assert _ask(client, f"SELECT * FROM <{there}> {{ ?s ?p ?o }}").json()["results"]["bindings"] == []
        assert _ask(client, "SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }").json()["results"]["bindings"] == []
        with pytest.raises(TimeoutError):
            listener.accept()


def test_a_client_far_away_has_an_allowance(release: Release) -> None:
    with running(create_app(release, Settings(requests_per_minute=60, log="off"))) as address:
        far = {"x-forwarded-for": "192.0.2.1"}
        statuses = [httpx.get(f"{address}/health", headers=far, trust_env=False).status_code for _ in range(15)]
        assert statuses.count(429) >= 3
        assert httpx.get(f"{address}/health", trust_env=False).status_code == 200


def test_other_origins_may_read_a_refusal_and_preflights_are_free(release: Release) -> None:
    with running(create_app(release, Settings(requests_per_minute=60, log="off"))) as address:
        far = {"x-forwarded-for": "192.0.2.1", "origin": "http://example.org"}
        wanted = {**far, "access-control-request-method": "GET"}
        before = [httpx.options(f"{address}/health", headers=wanted, trust_env=False) for _ in range(15)]
        assert {answer.status_code for answer in before} == {200}
        answers = [httpx.get(f"{address}/health", headers=far, trust_env=False) for _ in range(15)]
        assert {answer.status_code for answer in answers} == {200, 429}
        assert {answer.headers.get("access-control-allow-origin") for answer in answers} == {"*"}


# Releases


def test_older_releases_stay_queryable(client: httpx.Client, release: Release, older: Release) -> None:
    listed = {item["hash"]: item for item in client.get("/releases").json()}
    assert {release.hash, older.hash} <= set(listed)
    assert [item["hash"] for item in listed.values() if item["newest"]] == [release.hash]
    for each, value in ((older, "32612.6"), (release, "32612.7")):
        answer = client.get(f"/releases/{each.hash[:16]}/sparql", params={"query": GDP}, headers={"accept": "text/csv"})
        assert answer.text.split() == ["value", value]
        assert each.hash in answer.headers["etag"]
        assert "immutable" in answer.headers["cache-control"]
    question = client.get(
        f"/releases/{older.hash[:16]}/questions/gdp-by-sector-and-quarter", headers={"accept": "text/csv"}
    )
    assert "32612.6" in question.text
    _assert_problem(client.get("/releases/0000000000000000/sparql"), 404, "0000000000000000")


def test_differences_between_releases_have_an_address(client: httpx.Client, release: Release, older: Release) -> None:
    path = f"/releases/{older.hash[:16]}..{release.hash[:16]}"
    text = client.get(path, headers={"accept": "text/plain"})
    assert "32612.6" in text.text
    assert older.hash in text.headers["etag"]
    assert release.hash in text.headers["etag"]
    held = {"accept": "text/plain", "if-none-match": text.headers["etag"]}
    assert client.get(path, headers=held).status_code == 304
    assert "32612.7" in json.dumps(client.get(path).json())
    assert len(Graph().parse(data=client.get(path, headers={"accept": "text/turtle"}).text, format="turtle")) > 3


def test_several_servers_on_one_folder_answer_alike(client: httpx.Client, release: Release) -> None:
    with running(create_app(release, Settings(log="off"))) as other:
        for path in ("/sparql?query=ASK%20%7B%7D", "/questions/fiscal-gap", "/id/area/CN-LN"):
            first = client.get(path, headers={"host": "example.org"})
            second = httpx.get(f"{other}{path}", headers={"host": "example.org"}, trust_env=False)
            assert (first.headers["etag"], first.content) == (second.headers["etag"], second.content)


# Downloads


@pytest.mark.parametrize("name", EXPORTS)
def test_every_file_of_every_export_is_found_from_the_list(client: httpx.Client, release: Release, name: str) -> None:
    listed = {item["name"]: item for item in client.get("/data").json()}
    assert list(listed) == list(EXPORTS)
    written = EXPORTS[name].write(ReleaseContent.from_release(release))
    assert {item["name"] for item in listed[name]["files"]} == set(written)
    for item in listed[name]["files"]:
        answer = client.get(item["address"])
        assert answer.status_code == 200
        assert answer.content == written[item["name"]]
        assert answer.headers["content-type"].startswith(item["mediaType"])
        assert answer.headers["content-type"].count("charset=") <= 1
        assert item["name"] in answer.headers["content-disposition"]
        held = client.get(item["address"], headers={"if-none-match": answer.headers["etag"]})
        assert (held.status_code, held.content) == (304, b"")
    first = client.get(listed[name]["address"])
    assert first.status_code == 307
    assert first.headers["location"] == httpx.URL(listed[name]["files"][0]["address"]).path
    alone = client.get(listed[name]["address"], headers={"accept": "application/json"})
    assert alone.json() == listed[name]


def test_a_large_file_is_sent_in_gzip_or_in_parts_to_who_asks_so(client: httpx.Client) -> None:
    path = "/data/turtle/provfin.ttl"
    whole = client.get(path, headers={"accept-encoding": "identity"})
    packed = client.get(path, headers={"accept-encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) * 5 < int(whole.headers["content-length"])
    assert packed.content == whole.content
    assert "Accept-Encoding" in packed.headers["vary"]
    part = client.get(path, headers={"accept-encoding": "identity", "range": "bytes=1000000-1000999"})
    assert (part.status_code, part.content) == (206, whole.content[1_000_000:1_001_000])


def test_an_older_release_can_be_downloaded(client: httpx.Client, older: Release) -> None:
    answer = client.get(f"/releases/{older.hash[:16]}/data/csv", follow_redirects=True)
    assert answer.url.path.startswith(f"/releases/{older.hash[:16]}/data/csv/")
    assert "32612.6" in answer.text
    assert "immutable" in answer.headers["cache-control"]


def test_wrong_downloads_are_problems(client: httpx.Client) -> None:
    _assert_problem(client.get("/data/nonsense"), 404, "there are .*csv")
    _assert_problem(client.get("/data/csv/nonsense"), 404, r"it has .*\.csv")


# Operations


def test_health_and_readiness(client: httpx.Client, release: Release) -> None:
    health = client.get("/health").json()
    assert (health["status"], health["release"], health["quads"]) == ("ok", release.hash, release.quads)
    assert client.get("/ready").json() == {"status": "ready"}


def test_metrics_tell_of_requests_and_workers(client: httpx.Client) -> None:
    _ask(client, COUNT)
    text = client.get("/metrics").text
    assert re.search(r'provfin_requests_total\{method="GET",route="/sparql",status="200"\} [1-9]', text)
    assert re.search(r'provfin_workers\{release="\w+",state="idle"\} [1-9]', text)
    assert re.search(r'provfin_workers_killed_total\{release="\w+",why="time"\} \d', text)
    assert re.search(r'provfin_kept_asked_total\{found="yes",what="replies"\} \d', text)


def _start_server(folder: Path, **settings: str) -> tuple["subprocess.Popen[str]", int]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {**os.environ, "PROVFIN_PORT": str(port), **settings}
    code = """
import sys
from pathlib import Path
from provfin.commands.serve import run_server
from provfin.release import open_newest
from provfin.settings import read_settings
run_server(open_newest(Path(sys.argv[1])), read_settings())
"""
    command = [sys.executable, "-c", code, str(folder)]
    server = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    for _ in range(600):
        try:
            httpx.get(f"http://127.0.0.1:{port}/health", trust_env=False)
        except httpx.TransportError:
            assert server.poll() is None
            time.sleep(1 / 20)
        else:
            break
    return server, port


def _list_children(pid: int) -> list[int]:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    children = [int(word) for word in found.stdout.split()]
    return children + [below for child in children for below in _list_children(child)]


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_signal_ends_the_server_gracefully(older: Release) -> None:
    server, port = _start_server(older.folder.parent, PROVFIN_LOG="json")
    try:
        children = _list_children(server.pid)
        assert len(children) >= 2
        answers: list[int] = []

        def ask() -> None:
            half = "{ SELECT ?%s { ?%s ?p ?o } LIMIT 2000 }"
            query = f"SELECT (COUNT(*) AS ?n) {{ {half % ('a', 'a')} {half % ('b', 'b')} }}"
            answers.append(
                httpx.post(f"http://127.0.0.1:{port}/sparql", data={"query": query}, trust_env=False).status_code
            )

        thread = threading.Thread(target=ask)
        thread.start()
        time.sleep(1 / 10)
        server.send_signal(signal.SIGTERM)
        _, err = server.communicate(timeout=30)
        thread.join(10)
        assert server.returncode in (0, -signal.SIGTERM)
        assert answers == [200]
        assert [json.loads(line)["event"] for line in err.splitlines()] == ["request", "request"]
        assert not any(map(_is_alive, children))
    finally:
        if server.poll() is None:
            server.kill()
            server.communicate()


# Clients


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


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")
def test_sparqlwrapper_reads_graphs(address: str) -> None:
    wrapper = SPARQLWrapper(f"{address}/sparql")
    wrapper.setQuery("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 3")
    found = wrapper.queryAndConvert()
    assert isinstance(found, Graph)
    assert len(found) == 3
    bound = SPARQLWrapper2(f"{address}/sparql")
    bound.setQuery(GDP)
    answered = bound.query()
    assert isinstance(answered, Bindings)
    assert [row["value"].value for row in answered.bindings] == ["32612.7"]


def test_rdflib_reads_through_the_endpoint(address: str) -> None:
    graph = Graph(SPARQLStore(f"{address}/sparql"))
    rows = [str(row[0]) for row in graph.query(GDP)]  # type: ignore[index]
    assert rows == ["32612.7"]


def test_our_own_client_reads_through_the_endpoint(address: str) -> None:
    with provfin.connect(f"{address}/sparql") as there, provfin.connect() as here:
        asked = there.series("gross-regional-product")
        assert len(asked) > 3
        assert asked.equals(here.series("gross-regional-product"))


def test_many_clients_at_once_get_their_own_answers(address: str) -> None:
    async def ask_all() -> list[str]:
        async with httpx.AsyncClient(base_url=address, trust_env=False, timeout=30) as client:
            queries = [f"SELECT ({number} AS ?n) {{}}" for number in range(200)]
            answers = await asyncio.gather(
                *(client.post("/sparql", data={"query": query}, headers={"accept": "text/csv"}) for query in queries)
            )
            return [answer.text.split()[1] for answer in answers]

    assert asyncio.run(ask_all()) == [str(number) for number in range(200)]


# Pages


def test_the_page_of_questions_links_to_every_one(client: httpx.Client) -> None:
    pages = [client.get(path, headers=BROWSER) for path in ("/", "/questions")]
    assert all(page.headers["content-type"].startswith("text/html") for page in pages)
    some, links = (re.findall(r'href="(/questions/[^"]+)"', page.text) for page in pages)
    assert set(links) == {f"/questions/{name}" for name in load_questions()}
    assert set(some) <= set(links)
    for link in links:
        is_full = bool(client.get(link, headers={"accept": "application/json"}).json()["results"]["bindings"])
        assert is_full or link.rsplit("/", 1)[1] in MAY_BE_SILENT, link


def test_the_openapi_description_is_served(client: httpx.Client) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert {"/sparql", "/graphs", "/health", "/questions", "/data", "/releases"} <= set(paths)
    assert {f"/questions/{name}" for name in load_questions()} <= set(paths)


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
