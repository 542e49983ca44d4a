"""The questions over HTTP: forms, typed parameters, problems, citations, and what OpenAPI tells of them."""

import asyncio
import csv
import io
import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from xml.etree import ElementTree

import httpx
import jsonschema
import openpyxl
import pyarrow.parquet as pq
import pyoxigraph as ox
import pytest
import rdflib
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st

from asking import QUESTIONS
from linking import check_page
from provfin import citations, queries
from provfin.assets import find_assets
from provfin.citations import hash_answer, make_citation
from provfin.errors import InputError
from provfin.queries import Query, Question, load_topics
from provfin.release import Release
from provfin.settings import read_settings
from provfin.store import Answer, ExceededError, Limit, LocalEngine
from provfin.turtle import PREFIXES
from provfin.web import questions
from provfin.web.questions.forms import BIBTEX, CSL, PARQUET, SPARQL, XLSX
from provfin.web.questions.openapi import describe_components, describe_paths
from provfin.web.questions.published import STORED
from provfin.web.site import Site

RELEASE = Release("ab" * 32, Path("none"), {})
JSON, TSV, XML = "application/sparql-results+json", "text/tab-separated-values", "application/sparql-results+xml"
LASTING = "http://testserver/releases/abababababababab/"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8"
CONSTRUCT = """# a graph
CONSTRUCT { ?area a ?type }
WHERE {
  ?area a ?type .
  FILTER(?area = <https://w3id.org/provfin/id/area/CN-LN>)
}
"""


class Client:
    """Asks an application in this process."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    def get(
        self, path: str, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        return asyncio.run(self._get(path, params or None, headers))

    async def _get(
        self, path: str, params: Mapping[str, str] | None, headers: Mapping[str, str] | None
    ) -> httpx.Response:
        transport = httpx.ASGITransport(self._app)
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            return await client.get(path, params=params, headers=headers)


class LocalService:
    """Answers in this process, as workers would in theirs."""

    def __init__(self, engine: LocalEngine) -> None:
        self.engine = engine

    async def start(self) -> None:
        """Do nothing."""

    async def stop(self) -> None:
        """Do nothing."""

    async def answer(self, query: Query, results_type: str | None, graph_type: str | None) -> Answer:
        return await asyncio.to_thread(self.engine.answer, query, results_type, graph_type)


class ForgetfulService(LocalService):
    """Knows of no questions, as a release that was published before releases held theirs."""

    async def answer(self, query: Query, results_type: str | None, graph_type: str | None) -> Answer:
        if query is STORED:
            return LocalEngine(ox.Store()).answer(query, results_type, graph_type)
        return await super().answer(query, results_type, graph_type)


class TiredService(LocalService):
    """Exceeds its time whatever it is asked, except which questions there are."""

    async def answer(self, query: Query, results_type: str | None, graph_type: str | None) -> Answer:
        if query is STORED:
            return await super().answer(query, results_type, graph_type)
        raise ExceededError(Limit.time, "the query took more than 30 s; ask for less")


@pytest.fixture(scope="module")
def engine() -> LocalEngine:
    return LocalEngine.load_assets(find_assets())


def _make_app(service: LocalService, path: str = "", base_url: str | None = None) -> FastAPI:
    app = FastAPI()
    app.include_router(questions.make_router(Site(service, RELEASE, read_settings(base_url=base_url), path=path)))
    questions.document_questions(app)
    return app


@pytest.fixture(scope="module")
def client(engine: LocalEngine) -> Client:
    return Client(_make_app(LocalService(engine)))


def _get(client: Client, path: str, accept: str = "", **fields: str) -> Any:
    return client.get(f"/questions{path}", params=fields, headers={"accept": accept} if accept else {})


def _read_links(header: str) -> list[tuple[str, str]]:
    return re.findall(r'<([^>]*)>; rel="([^"]*)"', header)


# Forms


@pytest.mark.parametrize(
    ("form", "accept", "media_type"),
    [
        ("", "", JSON),
        ("", "*/*", JSON),
        ("", "application/json", JSON),
        ("", BROWSER, "text/html"),
        ("", "text/csv;q=0.5, application/xml;q=0.4", "text/csv"),
        ("", "application/xml", XML),
        ("", XLSX, XLSX),
        ("", PARQUET, PARQUET),
        ("", "text/turtle", "text/turtle"),
        ("", SPARQL, SPARQL),
        ("csv", BROWSER, "text/csv"),
        ("TSV", "", TSV),
        ("json", BROWSER, JSON),
        ("xml", "", XML),
        ("xlsx", BROWSER, XLSX),
        ("parquet", BROWSER, PARQUET),
        ("turtle", BROWSER, "text/turtle"),
        ("ttl", "", "text/turtle"),
        ("rq", BROWSER, SPARQL),
        ("html", "text/csv", "text/html"),
    ],
)
def test_an_answer_comes_in_the_form_asked_for(client: Client, form: str, accept: str, media_type: str) -> None:
    answer = _get(client, "/fiscal-gap", accept, **({"format": form} if form else {}))
    assert answer.status_code == 200
    assert answer.headers["content-type"].split(";")[0] == media_type
    assert answer.headers["etag"].startswith(f'W/"{RELEASE.hash}.')
    assert "accept" in answer.headers["vary"].lower()
    saved = media_type in {XLSX, PARQUET}
    assert answer.headers.get("content-disposition", "inline").startswith("attachment" if saved else "inline")


@pytest.mark.parametrize("path", ["", "/fiscal-gap", "/fiscal-gap/citation"])
def test_what_nobody_offers_is_not_acceptable(client: Client, path: str) -> None:
    for answer in (_get(client, path, "image/png"), _get(client, path, format="png")):
        assert answer.status_code == 406
        assert answer.headers["content-type"] == "application/problem+json"
        assert "json" in answer.json()["detail"]


@pytest.mark.parametrize("name", QUESTIONS)
def test_rows_are_those_of_the_engine_in_text_forms(client: Client, engine: LocalEngine, name: str) -> None:
    query = QUESTIONS[name].bind()
    names, rows = engine.select(query)
    texts = [[cell or "" for cell in row] for row in rows]
    assert list(csv.reader(io.StringIO(_get(client, f"/{name}", "text/csv").text, newline=""))) == [names, *texts]
    assert _get(client, f"/{name}", TSV).content == engine.answer(query, TSV, None).body
    found = _get(client, f"/{name}").json()
    link = found["head"].pop("link")
    assert found == json.loads(engine.answer(query, JSON, None).body)
    assert link == [
        f"{make_citation(RELEASE.hash, QUESTIONS[name], '', base='http://testserver/').url}".replace("?", "/citation?")
    ]


def test_xml_names_its_citation_and_stays_well_formed(client: Client, engine: LocalEngine) -> None:
    answer = _get(client, "/fiscal-gap", XML, year="2023")
    space = "{http://www.w3.org/2005/sparql-results#}"
    (link,) = ElementTree.fromstring(answer.content).iter(f"{space}link")
    assert link.attrib["href"] in {address for address, _ in _read_links(answer.headers["link"])}
    ask = QUESTIONS["fiscal-gap"].bind({"year": "2023"})
    expected = engine.answer(ask, XML, None).body.decode()
    assert re.sub(r"<link [^>]*>", "", answer.text) == expected


def test_saved_forms_hold_the_citation_of_the_same_answer(client: Client) -> None:
    fields = {"year": "2024", "accessed": "2026-01-31"}
    cited = _get(client, "/fiscal-gap/citation", CSL, **fields).json()[0]
    parquet = pq.read_schema(io.BytesIO(_get(client, "/fiscal-gap", PARQUET, **fields).content))
    assert json.loads(parquet.metadata[b"citation"]) == cited
    sheet = openpyxl.load_workbook(io.BytesIO(_get(client, "/fiscal-gap", XLSX, **fields).content))["citation"]
    facts = dict(sheet.iter_rows(values_only=True))
    assert facts["answer (SHA-256)"] == cited["custom"]["answer_sha256"]
    graph = rdflib.Graph().parse(data=_get(client, "/fiscal-gap", "text/turtle", **fields).content, format="turtle")
    references = [str(value) for value in graph.objects(None, rdflib.DCTERMS.bibliographicCitation)]
    assert references == [_get(client, "/fiscal-gap/citation", "text/plain", **fields).text.strip()]


def test_the_query_itself_can_be_had_with_its_parameters_bound(client: Client) -> None:
    answer = _get(client, "/fiscal-gap", SPARQL, year="2023")
    assert answer.text == QUESTIONS["fiscal-gap"].bind({"year": "2023"}).text
    assert answer.headers["content-disposition"] == 'inline; filename="fiscal-gap.rq"'


def test_a_construct_is_answered_as_a_graph(engine: LocalEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    client, texts = Client(_make_app(ForgetfulService(engine))), {"en": "a", "zh": "甲"}
    monkeypatch.setitem(QUESTIONS, "graph", Question("graph", texts, texts, (), CONSTRUCT))
    assert QUESTIONS is queries.load_questions()
    turtle = _get(client, "/graph")
    assert turtle.headers["content-type"].startswith("text/turtle")
    triples = {quad.triple for quad in ox.parse(turtle.content, format=ox.RdfFormat.TURTLE)}
    assert triples
    assert len(pq.read_table(io.BytesIO(_get(client, "/graph", PARQUET).content))) == len(triples)
    assert _get(client, "/graph", "text/csv").status_code == 406
    lines = _get(client, "/graph", "application/n-triples").content
    assert _get(client, "/graph/citation").json()[0]["custom"]["answer_sha256"] == hash_answer(lines)


# Parameters


def test_parameters_reach_the_query(client: Client, engine: LocalEngine) -> None:
    given = {"currency": "currency-scope:cny", "year": "2024"}
    expected = engine.answer(QUESTIONS["deposit-loan-ratio"].bind(given), TSV, None).body
    assert _get(client, "/deposit-loan-ratio", TSV, **given).content == expected
    assert _get(client, "/deposit-loan-ratio", TSV).content != expected


@pytest.mark.parametrize(
    ("path", "told", "about"),
    [
        ("/fiscal-gap?year=soon", "'soon' is no integer; such as 2024", ("year", "integer", "2024")),
        ("/fiscal-gap?year=", "'' is no integer", ("year", "integer", "2024")),
        ("/fiscal-gap?year=2_024", "is no integer", ("year", "integer", "2024")),
        ("/fiscal-gap?year=２０２４", "is no integer", ("year", "integer", "2024")),
        ("/fiscal-gap?year=2023&year=2024", "given more than once", ("year", "integer", "2024")),
        ("/fiscal-gap?area=no%20iri", "is no IRI", ("area", "iri", "https://w3id.org/provfin/id/area/CN-LN")),
        ("/fiscal-gap?area=area:x%3E", "is no IRI", ("area", "iri", "https://w3id.org/provfin/id/area/CN-LN")),
        ("/credit-by-direction?date=20241231", "is no date", ("date", "date", "2024-12-31")),
        ("/credit-by-direction?date=2024-02-30", "is no date", ("date", "date", "2024-12-31")),
        ("/against-the-nation?floor=1e3", "is no decimal", ("floor", "decimal", "0")),
        ("/against-the-nation?floor=NaN", "is no decimal", ("floor", "decimal", "0")),
        ("/fiscal-gap?colour=red", "no parameter colour; its parameters: area, year", None),
        ("/fiscal-gap?colour=red&colour=blue", "given more than once", None),
        ("/fiscal-gap?format=csv&format=csv", "given more than once", None),
        ("/fiscal-gap?accessed=today", "accessed: 'today' is no date; write it as 2026-01-31", None),
        ("/fiscal-gap?accessed=2026-02-30", "is no date", None),
        ("/fiscal-gap?year=%zz", "not well formed", None),
        ("/fiscal-gap?year=%ff", "not well formed", None),
    ],
)
@pytest.mark.parametrize("part", ["", "/citation"])
def test_a_wrong_parameter_is_named_with_its_type_and_an_example(
    client: Client, path: str, told: str, about: tuple[str, str, str] | None, part: str
) -> None:
    name, _, query = path.partition("?")
    answer = client.get(f"/questions{name}{part}?{query}")
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert told in problem["detail"]
    found = tuple(problem[key] for key in ("parameter", "expected", "example") if key in problem)
    assert found == (about or ())
    jsonschema.validate(problem, describe_components()["schemas"]["Problem"])


@pytest.mark.parametrize("name", queries.RESERVED)
def test_what_every_address_takes_is_no_name_for_a_parameter(tmp_path: Path, name: str) -> None:
    path = tmp_path / "odd.rq"
    text = (find_assets().questions / "fiscal-gap.rq").read_text(encoding="utf-8")
    path.write_text(re.sub(r"# param: year", f"# param: {name}", text), encoding="utf-8")
    with pytest.raises(InputError, match=f"a parameter named {name}"):
        queries.read_question(path)


def test_a_file_without_a_query_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "odd.rq"
    text = (find_assets().questions / "fiscal-gap.rq").read_text(encoding="utf-8")
    path.write_text(text.replace("SELECT", "COUNT"), encoding="utf-8")
    with pytest.raises(InputError, match="no line begins with SELECT"):
        queries.read_question(path)


def test_text_from_outside_stays_text(client: Client) -> None:
    name, parameter = next(
        (name, item.name)
        for name, question in QUESTIONS.items()
        for item in question.parameters
        if item.type == "string"
    )
    nasty = '") } } DROP ALL # \\ \n'
    answer = _get(client, f"/{name}", "text/csv", **{parameter: nasty})
    assert answer.status_code == 200
    assert len(answer.text.splitlines()) == 1


@given(value=st.text(max_size=40), form=st.sampled_from(["csv", "json", "xml", "xlsx", "turtle", "parquet", "html"]))
@settings(max_examples=60)
def test_no_text_breaks_an_address(client: Client, value: str, form: str) -> None:
    for name, question in QUESTIONS.items():
        if any(item.type == "string" for item in question.parameters):
            fields = {item.name: value for item in question.parameters if item.type == "string"}
            assert _get(client, f"/{name}", format=form, **fields).status_code == 200
    for parameter in ("area", "year"):
        answer = _get(client, "/fiscal-gap", **{parameter: value, "format": form})
        assert answer.status_code in {200, 400}


def test_a_long_parameter_makes_no_head_that_proxies_refuse(client: Client) -> None:
    name = next(name for name, question in QUESTIONS.items() if any(p.type == "string" for p in question.parameters))
    parameter = next(item.name for item in QUESTIONS[name].parameters if item.type == "string")
    answer = _get(client, f"/{name}", **{parameter: "甲" * 2000})
    assert answer.status_code == 200
    assert [rel for _, rel in _read_links(answer.headers["link"])] == ["license"]
    assert "%E7%94%B2" in answer.json()["head"]["link"][0]


def test_a_query_too_long_to_be_asked_is_a_bad_request(client: Client) -> None:
    name = next(name for name, question in QUESTIONS.items() if any(p.type == "string" for p in question.parameters))
    parameter = next(item.name for item in QUESTIONS[name].parameters if item.type == "string")
    answer = _get(client, f"/{name}", "text/csv", **{parameter: "x" * 25_000})
    assert answer.status_code == 400
    assert "characters" in answer.json()["detail"]


def test_an_unknown_question_is_not_found_but_those_like_it_are_named(client: Client) -> None:
    for path in ("/fiscal-gaps", "/fiscal-gaps/citation"):
        answer = _get(client, path)
        assert answer.status_code == 404
        assert "fiscal-gap)" in answer.json()["detail"]


def test_a_limit_is_told_with_its_status() -> None:
    client = Client(_make_app(TiredService(LocalEngine(ox.Store()))))
    for form in ("csv", "xlsx", "html"):
        answer = _get(client, "/fiscal-gap", format=form)
        assert answer.status_code == 503
        assert answer.json()["limit"] == "time"
    assert _get(client, "/fiscal-gap", format="rq").status_code == 200


# Citations


@pytest.mark.parametrize("name", ["fiscal-gap", "tools-and-sectors", "undeclared-terms"])
def test_anyone_can_compute_the_hash_of_an_answer_again(client: Client, name: str, tmp_path: Path) -> None:
    (tmp_path / "answer.tsv").write_bytes(_get(client, f"/{name}", TSV).content)
    command = "LC_ALL=C sort answer.tsv | sha256sum"
    found = subprocess.run(["sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=10)
    cited = _get(client, f"/{name}/citation").json()[0]["custom"]["answer_sha256"]
    assert found.stdout.split()[0] == cited


@pytest.mark.parametrize(
    ("form", "accept", "media_type", "begins"),
    [
        ("", "", CSL, "["),
        ("", "application/json", "application/json", "["),
        ("csl", "", CSL, "["),
        ("json", "", "application/json", "["),
        ("", BIBTEX, BIBTEX, "@misc{provfin-fiscal-gap-"),
        ("bibtex", "", BIBTEX, "@misc{"),
        ("bib", BROWSER, BIBTEX, "@misc{"),
        ("", "text/plain", "text/plain", "ProvFin. "),
        ("gbt7714", BROWSER, "text/plain", "ProvFin. "),
    ],
)
def test_a_citation_comes_in_the_form_asked_for(
    client: Client, form: str, accept: str, media_type: str, begins: str
) -> None:
    answer = _get(client, "/fiscal-gap/citation", accept, **({"format": form} if form else {}))
    assert answer.headers["content-type"].split(";")[0] == media_type
    assert answer.text.startswith(begins)


def test_a_citation_names_the_reports_of_the_release(client: Client, engine: LocalEngine) -> None:
    report = "https://w3id.org/provfin/id/report/liaoning-2025"
    names = "SELECT ?title ?publisher WHERE { ?r dcterms:title ?title ; dc:publisher ?publisher"
    prefixes = f"PREFIX dc: <{PREFIXES['dc']}> PREFIX dcterms: <{PREFIXES['dcterms']}> "
    _, rows = engine.select(Query(f"{prefixes}{names} FILTER(?r = <{report}> && LANG(?title) = LANG(?publisher)) }}"))
    texts = [text or "" for row in rows for text in row]
    assert len(texts) == 4
    cited = _get(client, "/fiscal-gap/citation").json()[0]
    assert [item["id"] for item in cited["custom"]["reports"]] == [report]
    reference = _get(client, "/fiscal-gap/citation", format="gbt7714").text
    page = unescape(_get(client, "/fiscal-gap", BROWSER).text)
    for text in texts:
        assert text in cited["note"] or text in reference
        assert text in page


def test_reports_too_many_to_be_named_are_counted(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(citations, "MOST_NAMED", 0)
    page = _get(client, "/fiscal-gap", BROWSER).text
    address = LASTING.removesuffix("/")
    assert f'<a href="{address}">1 report<' in page
    assert f"Figures: 1 reports, listed at {address}" in _get(client, "/fiscal-gap/citation").json()[0]["note"]


def test_the_day_of_reading_is_the_readers(client: Client) -> None:
    path = "/fiscal-gap/citation"
    assert "[2026-01-31]" in _get(client, path, format="gbt7714", accessed="2026-01-31").text
    assert "urldate = {2026-01-31}" in _get(client, path, format="bibtex", accessed="2026-01-31").text
    assert _get(client, path).content == _get(client, path, accessed="").content


def test_answers_link_to_where_they_stay_true(client: Client) -> None:
    for form in ("csv", "json", "xlsx", "html", "rq"):
        links = _read_links(
            _get(client, "/fiscal-gap", format=form, year="2023", accessed="2026-01-31").headers["link"]
        )
        assert [rel for _, rel in links] == ["cite-as", "describedby", "describedby", "license"]
        parameters = "area=https://w3id.org/provfin/id/area/CN-LN&year=2023"
        assert links[0][0] == f"{LASTING}questions/fiscal-gap?{parameters}"
        assert links[1][0] == f"{LASTING}questions/fiscal-gap/citation?{parameters}&accessed=2026-01-31"
        assert links[2][0] == f"http://testserver/questions/fiscal-gap?{parameters}&format=rq"


def test_an_older_release_cites_the_same_address(client: Client, engine: LocalEngine) -> None:
    now = _get(client, "/fiscal-gap")
    outer = FastAPI()
    outer.mount("/releases/abababababababab", _make_app(LocalService(engine), "releases/abababababababab/"))
    older = Client(outer)
    linked = urlsplit(now.json()["head"]["link"][0])
    cited = older.get(linked.path, dict(parse_qsl(linked.query))).json()[0]
    then = older.get("/releases/abababababababab/questions/fiscal-gap")
    assert cited["URL"] == _read_links(now.headers["link"])[0][0] == _read_links(then.headers["link"])[0][0]
    assert then.headers["cache-control"].endswith("immutable")
    assert cited["custom"] == _get(client, "/fiscal-gap/citation").json()[0]["custom"]


def test_a_public_address_is_in_all_that_is_kept(engine: LocalEngine) -> None:
    public = "https://data.example.org/provfin/"
    client = Client(_make_app(LocalService(engine), base_url=public))
    cited = _get(client, "/fiscal-gap/citation").json()[0]
    assert cited["URL"].startswith(f"{public}releases/abababababababab/questions/")
    answer = _get(client, "/fiscal-gap")
    assert all(address.startswith(public) for address, rel in _read_links(answer.headers["link"]) if rel != "license")
    assert 'href="/provfin/questions/fiscal-gap?' in _get(client, "/fiscal-gap", BROWSER).text
    assert all(item["links"]["answer"].startswith(public) for item in _get(client, "").json())


# The list, pages, and OpenAPI


def test_all_questions_are_listed_with_links(client: Client) -> None:
    listed = {item["name"]: item for item in _get(client, "").json()}
    assert list(listed) == list(QUESTIONS)
    item = listed["fiscal-gap"]
    assert item["title"] == QUESTIONS["fiscal-gap"].titles
    assert [entry["type"] for entry in item["parameters"]] == ["iri", "integer"]
    assert {key: client.get(link).status_code for key, link in item["links"].items()} == {
        "answer": 200,
        "citation": 200,
        "query": 200,
    }


def test_every_question_has_a_topic_and_every_topic_a_question() -> None:
    assert {question.topic for question in QUESTIONS.values()} == set(load_topics())
    assert all(set(labels) == {"en", "zh"} for labels in load_topics().values())


def test_the_list_for_people_is_by_topic(client: Client) -> None:
    page = _get(client, "", BROWSER)
    assert page.headers["content-type"].startswith("text/html")
    for name in QUESTIONS:
        assert f'href="/questions/{name}"' in page.text
    places = [page.text.index(f'id="topic-{topic}"') for topic in load_topics()]
    assert places == sorted(places)


def test_the_page_of_an_answer_shows_all_there_is_to_it(client: Client) -> None:
    page = _get(client, "/fiscal-gap", BROWSER, year="2024", accessed="2026-01-31").text
    question = QUESTIONS["fiscal-gap"]
    for text in (question.titles["en"], question.descriptions["en"], "[DS/OL]", "[2026-01-31]", RELEASE.hash):
        assert text in unescape(page)
    assert re.search(r'<input[^>]*name="year"[^>]*value="2024"', page)
    for form in ("csv", "tsv", "json", "xml", "xlsx", "parquet", "turtle", "rq", "csl", "bibtex", "gbt7714"):
        (link,) = re.findall(rf'href="(/questions/fiscal-gap[^"]*format={form})"', page)
        assert client.get(link.replace("&amp;", "&")).status_code == 200
    assert "/query?query=" in page
    check_page(page)


def test_a_page_of_a_question_is_in_one_language(client: Client) -> None:
    question = QUESTIONS["fiscal-gap"]
    for language, other in (("en", "zh"), ("zh", "en")):
        pages = [_get(client, path, BROWSER, lang=language).text for path in ("", "/fiscal-gap")]
        for page in map(unescape, pages):
            assert f'<html lang="{language}">' in page
            assert question.titles[language] in page
        # The text of a query has both, as its file does.
        said = [re.sub(r"<pre.*?</pre>", "", unescape(page), flags=re.DOTALL) for page in pages]
        assert question.titles[other] not in said[0]
        assert question.descriptions[other] not in "".join(said)


def test_cells_of_an_answer_are_linked_and_marked(client: Client) -> None:
    page = unescape(_get(client, "/deposits-by-sector", BROWSER).text)
    assert re.search(r'<td class="number">\d', page)
    assert '<td lang="zh">' in page
    assert "<td lang=" not in _get(client, "/deposits-by-sector", BROWSER, lang="zh").text


def test_a_page_shows_markup_as_text(client: Client) -> None:
    name, parameter = next(
        (name, item.name)
        for name, question in QUESTIONS.items()
        for item in question.parameters
        if item.type == "string"
    )
    page = _get(client, f"/{name}", BROWSER, **{parameter: '"><b>x</b>'}).text
    assert "<b>x" not in page
    assert "&lt;b&gt;x" in page


def test_a_page_says_when_it_shows_only_the_first_rows(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("provfin.web.questions.page.MOST_ROWS", 2)
    page = _get(client, "/deposit-loan-ratio", BROWSER).text
    assert page.count("<tr>") == 3
    assert "the first 2 are shown" in page


@pytest.fixture(scope="module")
def document(client: Client) -> Mapping[str, Any]:
    found: dict[str, Any] = client.get("/openapi.json").json()
    return found


@pytest.mark.parametrize("name", QUESTIONS)
def test_openapi_tells_of_every_question_with_its_typed_parameters(document: Mapping[str, Any], name: str) -> None:
    question = QUESTIONS[name]
    operation = document["paths"][f"/questions/{name}"]["get"]
    assert all(title in operation["summary"] for title in question.titles.values())
    assert all(text in operation["description"] for text in question.descriptions.values())
    told = {item["name"]: item for item in (_resolve(document, item) for item in operation["parameters"])}
    assert list(told) == [*(item.name for item in question.parameters), "format", "accessed"]
    for item in question.parameters:
        schema = told[item.name]["schema"]
        assert str(schema["default"]) == item.default
        assert schema["type"] == ("integer" if item.type == "integer" else "string")
        assert schema.get("format") == {"integer": "int64", "string": None}.get(item.type, item.type)
        assert all(text in told[item.name]["description"] for text in item.help.values())
        jsonschema.validate(schema["default"], schema)
    assert set(operation["responses"]) == {"200", "304", "400", "404", "406", "413", "429", "503"}
    assert {"text/csv", XLSX, PARQUET, "text/turtle", JSON, "text/html"} <= set(
        operation["responses"]["200"]["content"]
    )


def _resolve(document: Mapping[str, Any], item: Mapping[str, Any]) -> Any:
    if "$ref" not in item:
        return item
    found: Any = document
    for step in item["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return found


def _list_references(item: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(item, dict):
        if "$ref" in item:
            yield item
        for value in item.values():
            yield from _list_references(value)
    elif isinstance(item, list | tuple):
        for value in item:
            yield from _list_references(value)


def test_the_openapi_document_is_whole(document: Mapping[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    references = list(_list_references(document["paths"]))
    assert len(references) > len(QUESTIONS)
    assert all(_resolve(document, item) for item in references)
    identifiers = [way["get"]["operationId"] for way in document["paths"].values()]
    assert len(identifiers) == len(set(identifiers))
    assert set(describe_paths()) <= set(document["paths"])
    for path, way in document["paths"].items():
        for item in (_resolve(document, item) for item in way["get"].get("parameters", [])):
            assert item["in"] == ("path" if f"{{{item['name']}}}" in path else "query")
            assert item["required"] == (item["in"] == "path")
            jsonschema.Draft202012Validator.check_schema(item["schema"])
        for response in way["get"]["responses"].values():
            assert _resolve(document, response)["description"]


def test_answers_are_as_openapi_describes_them(client: Client, document: Mapping[str, Any]) -> None:
    jsonschema.validate(_get(client, "/fiscal-gap").json(), document["components"]["schemas"]["Results"])
    statuses = {"/fiscal-gap?year=x": 400, "/nothing": 404, "/fiscal-gap?format=png": 406}
    for path, status in statuses.items():
        answer = client.get(f"/questions{path}")
        assert answer.status_code == status
        jsonschema.validate(answer.json(), document["components"]["schemas"]["Problem"])
