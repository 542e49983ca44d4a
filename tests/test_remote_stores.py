"""A real release in real stores: published, proved, asked every question, published again, and spoilt."""

import asyncio
import hashlib
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import httpx
import pyoxigraph as ox
import pytest
from typer.testing import CliRunner

from provfin.assets import find_assets
from provfin.cli import app
from provfin.errors import InputError
from provfin.queries import Query, load_questions
from provfin.release import ONTOLOGY_GRAPH, VOCABULARY_GRAPH, Content, Release, gather_content, name_release, publish
from provfin.remote import RemoteStore, publication, publish_release
from provfin.remote.graphs import NOTES_GRAPH
from provfin.settings import Settings, read_settings
from provfin.store import RESULT_FORMATS, BadQueryError, ExceededError, LocalEngine, StoreError
from provfin.turtle import PREFIXES
from provfin.web.app import create_app
from serving import running
from stores import RunningStore, running_oxigraph, running_virtuoso

JSON = "application/sparql-results+json"
LONGEST_CELL = 40

# Questions a store answers wrongly, with the reason; a test fails when one of them is answered well.
KNOWN_TO_FAIL: dict[str, dict[str, str]] = {"oxigraph": {}, "virtuoso": {}}

T = TypeVar("T")


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return publish(tmp_path_factory.mktemp("releases"), gather_content(find_assets()))


@pytest.fixture(scope="session")
def engine(release: Release) -> LocalEngine:
    return LocalEngine.load_release(release.data_path)


@dataclass(frozen=True)
class Published:
    name: str
    store: RunningStore
    release: Release

    @property
    def settings(self) -> Settings:
        user, password = self.store.user, self.store.password
        return read_settings(store=self.store.query, store_user=user, store_password=password)

    def publish(self, release: Release) -> bool:
        return asyncio.run(publish_release(release, self.store.graphs, self.settings)).is_new

    def use(self, work: Callable[[RemoteStore], Awaitable[T]], release: Release | None = None) -> T:
        async def run() -> T:
            remote = RemoteStore(self.settings, release or self.release)
            await remote.start()
            try:
                return await work(remote)
            finally:
                await remote.stop()

        return asyncio.run(run())

    def answer(self, queries: Sequence[Query], media_type: str = "text/csv", graph_type: str = "") -> list[bytes]:
        async def ask(remote: RemoteStore) -> list[bytes]:
            return [(await remote.answer(query, media_type, graph_type)).body for query in queries]

        return self.use(ask)

    def change(self, method: str, graph: str, data: bytes = b"") -> None:
        auth = httpx.DigestAuth(self.store.user, self.store.password) if self.store.user else None
        headers = {"Content-Type": "application/n-triples"}
        with httpx.Client(auth=auth, trust_env=False) as client:
            response = client.request(method, self.store.graphs, params={"graph": graph}, content=data, headers=headers)
            response.raise_for_status()


@pytest.fixture(scope="session", params=["oxigraph", "virtuoso"])
def published(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, release: Release
) -> Iterator[Published]:
    folder = tmp_path_factory.mktemp(request.param)
    with running_oxigraph(folder) if request.param == "oxigraph" else running_virtuoso(folder) as store:
        found = Published(request.param, store, release)
        assert found.publish(release)
        yield found


def make_release(folder: Path, text: str) -> Release:
    """Publish a small release with one graph."""
    graph = VOCABULARY_GRAPH
    data = "".join(f"{line} <{graph}> .\n" for line in sorted(text.splitlines())).encode()
    return publish(folder, Content(data, hashlib.sha256(data).hexdigest(), {graph: data.count(b"\n")}))


def test_every_question_is_answered_as_by_our_own_engine(published: Published, engine: LocalEngine) -> None:
    questions = load_questions()
    queries = [question.bind() for question in questions.values()]
    expected = [engine.answer(query, JSON, None).body for query in queries]
    triples = zip(questions, published.answer(queries, JSON), expected, strict=True)
    assert len(questions) > 70
    assert {name for name, found, known in triples if found != known} == set(KNOWN_TO_FAIL[published.name])


def test_every_results_format_is_written_as_here(published: Published, engine: LocalEngine) -> None:
    queries = [
        load_questions()["bill-discount-rates-by-quarter"].bind(),
        Query("ASK { ?s ?p ?o }"),
        Query("ASK { ?s ?p 'nothing' }"),
    ]
    for media_type in RESULT_FORMATS:
        expected = [engine.answer(query, media_type, None).body for query in queries]
        assert published.answer(queries, media_type) == expected


def test_a_graph_comes_back_as_it_was_published(published: Published, engine: LocalEngine) -> None:
    query = Query(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{ONTOLOGY_GRAPH}> {{ ?s ?p ?o }} }}")
    for media_type, format_ in (("text/turtle", ox.RdfFormat.TURTLE), ("application/ld+json", ox.RdfFormat.JSON_LD)):
        found, expected = (
            {quad.triple for quad in ox.parse(body, format=format_)}
            for body in (*published.answer([query], JSON, media_type), engine.answer(query, JSON, media_type).body)
        )
        assert len(found) == published.release.graphs[ONTOLOGY_GRAPH]
        assert found == expected


COUNT = "SELECT (COUNT(?s) AS ?n)"
DATASETS = [
    Query(f"{COUNT} {{ ?s ?p ?o }}"),
    Query(f"{COUNT} {{ GRAPH ?g {{ ?s ?p ?o }} }}"),
    Query("SELECT ?g (COUNT(?s) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g"),
    Query(f"{COUNT} FROM <{ONTOLOGY_GRAPH}> {{ ?s ?p ?o }}"),
    Query(f"{COUNT} FROM <{ONTOLOGY_GRAPH}> FROM <{VOCABULARY_GRAPH}> {{ ?s ?p ?o }}"),
    Query(f"{COUNT} FROM <{ONTOLOGY_GRAPH}> {{ GRAPH ?g {{ ?s ?p ?o }} }}"),
    Query(f"{COUNT} FROM NAMED <{ONTOLOGY_GRAPH}> {{ ?s ?p ?o }}"),
    Query(f"{COUNT} FROM NAMED <{ONTOLOGY_GRAPH}> {{ GRAPH ?g {{ ?s ?p ?o }} }}"),
    Query(f"{COUNT} FROM <http://example.org/none> {{ ?s ?p ?o }}"),
    Query(f"{COUNT} {{ ?s ?p ?o }}", default_graphs=[ONTOLOGY_GRAPH]),
    Query(f"{COUNT} FROM <{VOCABULARY_GRAPH}> {{ ?s ?p ?o }}", default_graphs=[ONTOLOGY_GRAPH]),
    Query(f"{COUNT} {{ ?s ?p ?o }}", named_graphs=[ONTOLOGY_GRAPH]),
    Query(f"{COUNT} {{ GRAPH ?g {{ ?s ?p ?o }} }}", named_graphs=[ONTOLOGY_GRAPH]),
]


def test_every_way_to_name_graphs_means_the_same(published: Published, engine: LocalEngine) -> None:
    published.change("PUT", "http://example.org/other", b"<urn:a> <urn:b> <urn:c> .\n")

    assert published.answer(DATASETS) == [engine.answer(query, "text/csv", None).body for query in DATASETS]


def test_other_data_of_the_store_cannot_be_reached(published: Published) -> None:
    graph = "http://example.org/secret"
    published.change("PUT", graph, b"<urn:a> <urn:b> <urn:secret> .\n")
    queries = [
        Query("SELECT ?o { ?s <urn:b> ?o }"),
        Query("SELECT ?o { GRAPH ?g { ?s <urn:b> ?o } }"),
        Query(f"SELECT ?o {{ GRAPH <{graph}> {{ ?s <urn:b> ?o }} }}"),
        Query(f"SELECT ?o FROM <{graph}> {{ ?s <urn:b> ?o }}"),
        Query(f"SELECT ?o FROM NAMED <{graph}> {{ GRAPH ?g {{ ?s <urn:b> ?o }} }}"),
        Query("SELECT ?o { ?s <urn:b> ?o }", default_graphs=[graph]),
    ]
    assert published.answer(queries) == [b"o\r\n"] * len(queries)


def test_the_same_server_answers_from_the_store(published: Published) -> None:
    settings = published.settings
    served = create_app(published.release, settings, lambda release: RemoteStore(settings, release))
    with running(served) as address, httpx.Client(base_url=address, trust_env=False) as client:
        rows = client.get("/questions/bill-discount-rates-by-quarter", headers={"Accept": "text/csv"})
        fault = client.get("/sparql", params={"query": "SELECT * { ?s ?p"})
        graph = client.get("/sparql", params={"query": f"DESCRIBE <{VOCABULARY_GRAPH}>"})
    assert rows.text.splitlines()[1] == "2024-01/2024-03,2.15,2.9"
    assert published.release.hash[:16] in rows.headers["ETag"]
    assert (fault.status_code, graph.status_code) == (400, 200)


def test_the_stores_own_words_tell_what_is_wrong_with_a_query(published: Published) -> None:
    with pytest.raises(BadQueryError, match=r"(?i)error|expected"):
        published.answer([Query("SELECT * { ?s ?p }")])


@pytest.fixture(scope="session", params=["oxigraph", "virtuoso"])
def spare(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStore]:
    """A store for small releases: this Virtuoso cuts answers as Debian's would."""
    folder = tmp_path_factory.mktemp("spare")
    with running_oxigraph(folder) if request.param == "oxigraph" else running_virtuoso(folder, rows=10_000) as store:
        yield store


@pytest.fixture
def empty(spare: RunningStore, tmp_path: Path) -> Published:
    """A store without a release, and a small release that is not in it."""
    found = Published("spare", spare, make_release(tmp_path / "releases", "<urn:a> <urn:b> <urn:c>"))
    found.change("PUT", NOTES_GRAPH, b"<urn:a> <urn:b> <urn:c> .\n")
    return found


def test_publishing_again_changes_nothing(empty: Published) -> None:
    assert empty.publish(empty.release)
    before = _read_graph(empty, NOTES_GRAPH)
    assert not empty.publish(empty.release)
    assert _read_graph(empty, NOTES_GRAPH) == before
    assert before


def _read_graph(published: Published, graph: str) -> set[ox.Triple]:
    form = {"query": "CONSTRUCT WHERE { ?s ?p ?o }", "default-graph-uri": graph}
    response = httpx.post(
        published.store.query, data=form, headers={"Accept": "application/n-triples"}, trust_env=False
    )
    return {quad.triple for quad in ox.parse(response.raise_for_status().content, format=ox.RdfFormat.N_TRIPLES)}


def test_a_store_that_was_spoilt_is_found_out_and_repaired(empty: Published) -> None:
    value = f"<urn:o> <{PREFIXES['sdmx-measure']}obsValue> "
    figure, other = (f'{value} "{number}"^^<{PREFIXES["xsd"]}decimal>' for number in ("2.50", "2.51"))
    release = make_release(empty.release.folder.parent, figure)
    assert empty.publish(release)
    whole = name_release(release.hash)
    for spoilt in (f"{figure} .\n<urn:a> <urn:b> <urn:c> .\n", f"{other} .\n"):
        empty.change("PUT", whole, spoilt.encode())
        assert empty.publish(release)
        assert not empty.publish(release)


def test_releases_follow_each_other_and_none_is_seen_by_half(empty: Published, tmp_path: Path) -> None:
    first, second = (
        empty.release,
        make_release(tmp_path / "releases", "<urn:a> <urn:b> <urn:d>\n<urn:a> <urn:b> <urn:e>"),
    )
    with pytest.raises(InputError, match=r"does not hold release .* none that is whole"):
        empty.answer([])
    assert empty.publish(first)

    async def see(remote: RemoteStore) -> list[bytes]:
        query = Query("SELECT ?o { ?s ?p ?o } ORDER BY ?o")
        seen = [(await remote.answer(query, "text/csv", None)).body]
        assert (await publish_release(second, empty.store.graphs, empty.settings)).is_new
        with pytest.raises(StoreError, match=f"but {second.hash[:16]}"):
            await remote.answer(query, "text/csv", None)
        assert (await publish_release(first, empty.store.graphs, empty.settings)).is_new
        # The same release, published once more, is answered from without a new start.
        return [*seen, (await remote.answer(query, "text/csv", None)).body]

    assert empty.use(see) == [b"o\r\nurn:c\r\n"] * 2
    assert not _read_graph(empty, name_release(second.hash))


def test_no_reader_sees_half_of_a_release_while_another_is_published(empty: Published, tmp_path: Path) -> None:
    releases = [
        make_release(
            tmp_path / "releases", "\n".join(f"<urn:a> <urn:b> <urn:{kind}:{number}>" for number in range(500))
        )
        for kind in "xy"
    ]
    query = Query(f"SELECT DISTINCT ?kind {{ {{ ?s ?p ?o }} UNION {{ GRAPH <{VOCABULARY_GRAPH}> {{ ?s ?p ?o }} }} "
                  "BIND(SUBSTR(STR(?o), 5, 1) AS ?kind) }")  # fmt: skip
    empty.publish(releases[0])
    is_reading, is_done, seen, refused = threading.Event(), threading.Event(), list[bytes](), list[str]()

    async def read(remote: RemoteStore) -> None:
        while not is_done.is_set():
            try:
                seen.append((await remote.answer(query, "text/csv", None)).body)
                is_reading.set()
            except (StoreError, ExceededError) as error:
                refused.append(str(error))

    reader = threading.Thread(target=empty.use, args=(read, releases[0]))
    reader.start()
    try:
        assert is_reading.wait(30)
        for release in (*releases[::-1], *releases[::-1]):
            empty.publish(release)
    finally:
        is_done.set()
        reader.join(30)
    assert not reader.is_alive()
    assert set(seen) == {b"kind\r\nx\r\n"}
    assert refused


def test_two_publishers_at_once_leave_nothing_that_is_called_whole(
    empty: Published, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_release(tmp_path / "releases", "<urn:a> <urn:b> <urn:d>")
    prove = publication._Publisher._find_fault

    async def prove_late(publisher: publication._Publisher) -> str | None:
        fault = await prove(publisher)
        monkeypatch.undo()
        await publish_release(other, empty.store.graphs, empty.settings)
        return fault

    monkeypatch.setattr(publication._Publisher, "_find_fault", prove_late)
    with pytest.raises(InputError, match="publish one at a time"):
        empty.publish(empty.release)
    for release in (empty.release, other):
        with pytest.raises(InputError, match="none that is whole"):
            empty.use(lambda _: asyncio.sleep(0), release)
    assert empty.publish(other)


def test_a_release_is_read_once_for_all_its_graphs(
    empty: Published, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    graphs = {f"http://example.org/{number}": 1 for number in range(5)}
    value = f'<{PREFIXES["sdmx-measure"]}obsValue> "2.50"^^<{PREFIXES["xsd"]}decimal>'
    data = "".join(f"<urn:o:{graph[-1]}> {value} <{graph}> .\n" for graph in graphs).encode()
    release = publish(tmp_path / "releases", Content(data, hashlib.sha256(data).hexdigest(), graphs))
    read, passes = publication._read_triples, list[Release]()

    def count(release: Release) -> Iterator[tuple[str, bytes]]:
        passes.append(release)
        return read(release)

    monkeypatch.setattr(publication, "_read_triples", count)
    assert empty.publish(release)
    # Once for the graph that holds all, and once for all that have names.
    assert len(passes) == 2
    for graph in graphs:
        empty.change("PUT", graph, f"<urn:o:{graph[-1]}> {value.replace('2.50', '2.51')} .\n".encode())
        assert empty.publish(release)


def test_a_publisher_is_not_held_to_the_limits_of_readers(empty: Published, monkeypatch: pytest.MonkeyPatch) -> None:
    value = f"<{PREFIXES['sdmx-measure']}obsValue>"
    lines = "\n".join(
        f'<urn:{"o" * 200}:{number}> {value} "{number}"^^<{PREFIXES["xsd"]}decimal>' for number in range(9000)
    )
    large = replace(empty, release=make_release(empty.release.folder.parent, lines))
    monkeypatch.setenv("PROVFIN_ANSWER_MEGABYTES", "1")
    assert large.publish(large.release)


def test_a_publication_that_broke_off_leaves_no_answers_and_is_made_good(empty: Published) -> None:
    broken = replace(empty.release, graphs={VOCABULARY_GRAPH: 7})
    with pytest.raises(InputError, match=r"is not published .* has 1 triples in .*, not 7"):
        empty.publish(broken)
    with pytest.raises(InputError, match="none that is whole"):
        empty.answer([])
    assert empty.publish(empty.release)
    assert empty.answer([Query("SELECT ?o { ?s ?p ?o }")]) == [b"o\r\nurn:c\r\n"]


def test_a_store_that_cuts_answers_is_not_served_from(empty: Published) -> None:
    triples = "\n".join(f"<urn:a> <urn:b> <urn:{number}>" for number in range(10_001))
    large = replace(empty, release=make_release(empty.release.folder.parent, triples))
    large.publish(large.release)
    if empty.store.user:
        with pytest.raises(InputError, match="would cut answers; raise its limit"):
            large.answer([])
    else:
        assert large.answer([Query("ASK { ?s ?p <urn:10000> }")]) == [b"true"]


def test_the_command_publishes_and_says_what_it_did(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROVFIN_HOME", str(tmp_path))
    small = make_release(tmp_path / "releases", "<urn:a> <urn:b> <urn:c>")
    with running_oxigraph(tmp_path) as store:
        arguments = ["publish", "--store", store.query, "--graph-store-url", store.graphs, "--release", small.hash]
        told = [CliRunner().invoke(app, arguments) for _ in range(2)]
    assert [result.exit_code for result in told] == [0, 0], told
    assert "is published: 1 quads in 1 graphs, 0 figures" in told[0].stderr
    assert "was there already, whole" in told[1].stderr


def test_an_oxigraph_that_gives_up_halfway_is_not_believed(tmp_path: Path, release: Release) -> None:
    pairs = "{ ?a ?b ?c . ?d ?e ?f FILTER(CONTAINS(STR(?c), STR(?f))) }"
    with running_oxigraph(tmp_path, "--timeout-s", "1") as store:
        found = Published("oxigraph", store, release)
        found.publish(release)
        for query in (
            f"SELECT ?a ?d {pairs}",
            f"CONSTRUCT {{ ?a ?b ?d }} {pairs}",
            f"SELECT (COUNT(?a) AS ?n) {pairs}",
        ):
            with pytest.raises(ExceededError, match="gave up"):
                found.answer([Query(query)], graph_type="text/turtle")
