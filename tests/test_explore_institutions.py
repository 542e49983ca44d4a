"""Institutions are those of the graph, with all that is told of each; types of them are as the table prints them."""

import re
from html import unescape
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest

from altering import copy_report, list_lines, list_lines_without_report, serve, write_name
from linking import Client, Page
from provfin.turtle import BASE
from provfin.web.explore.institutions.register import fold

PREFIXES = """PREFIX pf: <https://w3id.org/provfin/def#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""
ROW = re.compile(r"<tr>(.*?)</tr>", re.DOTALL)
CELL = re.compile(r"<t[dh][^>]*>(.*?)</t[dh]>", re.DOTALL)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Client:
    return serve(tmp_path_factory.mktemp("institutions"), list_lines())


@pytest.fixture(scope="module")
def store() -> ox.Store:
    store = ox.Store()
    store.extend(ox.parse(b"".join(list_lines()), format=ox.RdfFormat.N_QUADS))
    return store


def get(client: Client, path: str) -> httpx.Response:
    response = client.get(path, "text/html")
    assert response.status_code == 200, response.text[:500]
    return response


def read_text(markup: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def check_markup(response: httpx.Response) -> Page:
    page = Page()
    page.feed(response.text)
    assert page.open == []
    assert page.tags["h1"] == 1
    assert page.styled == []
    assert len(page.ids) == len(set(page.ids))
    return page


def count(store: ox.Store, pattern: str) -> int:
    found = store.query(f"{PREFIXES}SELECT DISTINCT ?x WHERE {{ {pattern} }}", use_default_graph_as_union=True)
    assert isinstance(found, ox.QuerySolutions)
    return len(list(found))


def read_rows(client: Client, path: str) -> dict[str, list[str]]:
    """Return the cells of the rows of a page's tables by their first."""
    rows = [[read_text(cell) for cell in CELL.findall(row)] for row in ROW.findall(get(client, path).text)]
    return {row[0]: row[1:] for row in rows if len(row) > 1}


# The list


def test_all_that_reports_speak_of_are_listed(client: Client, store: ox.Store) -> None:
    told = count(
        store,
        "?x a pf:Institution ; pf:institutionKind ?k . { ?m pf:refersTo|pf:issuer|pf:intermediary|pf:recipient ?x } "
        "UNION { ?p pf:participation/pf:participant ?x } UNION { ?o pf:actor ?x ; a pf:Observation } "
        "UNION { ?s <http://purl.org/dc/terms/creator> ?x }",
    )
    text = get(client, "/institutions").text
    assert f"{told} institutions" in text
    listed = {link for link in check_markup(get(client, "/institutions")).links if link.startswith("/id/institution/")}
    assert len({link.partition("#")[0] for link in listed}) == told
    known = count(store, "?x a pf:Institution ; pf:institutionKind ?k")
    assert f"{known - told} more are known" in text
    assert f"{known} institutions" in get(client, "/institutions?all=yes").text


@pytest.mark.parametrize(
    ("column", "pattern"),
    [
        (1, "?x pf:refersTo <{0}>"),
        (2, "?x pf:participation/pf:participant <{0}>"),
        (4, "?x pf:issuer <{0}>"),
        (5, "?x pf:intermediary <{0}>"),
        (6, "?x pf:actor <{0}> ; a pf:Observation"),
    ],
)
def test_what_is_told_of_an_institution_is_counted(client: Client, store: ox.Store, column: int, pattern: str) -> None:
    row = read_rows(client, "/institutions")["People's Bank of China, Liaoning Branch"]
    number = count(store, pattern.format(f"{BASE}institution/pboc-liaoning"))
    assert row[column] == str(number)
    assert number > 0


def test_a_number_leads_to_what_it_counts(client: Client) -> None:
    row = next(row for row in ROW.findall(get(client, "/institutions").text) if "/institution/pboc-liaoning#" in row)
    places = set(re.findall(r'href="/id/institution/pboc-liaoning#([a-z]+)"', row))
    assert places == {"printed", "events", "issued", "uses", "figures"}
    assert places <= set(check_markup(get(client, "/id/institution/pboc-liaoning")).ids)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("q=辽信通", {"Liaoxintong"}),
        ("q=liaoxin", {"Liaoxintong"}),
        ("q=China  construction", {"China Construction Bank", "China Construction Bank, Liaoning Branch"}),
        ("q=央行&kind=central-bank&all=yes", {"People's Bank of China"}),
        ("kind=museum", {"Northeast Red Finance Museum"}),
    ],
)
def test_institutions_are_found_by_any_name_and_by_kind(client: Client, query: str, names: set[str]) -> None:
    rows = read_rows(client, f"/institutions?{query}")
    assert names <= set(rows)
    assert len(rows) - 1 <= len(names) + 1


def test_a_kind_takes_in_those_within_it(client: Client, store: ox.Store) -> None:
    number = count(store, f"?x pf:institutionKind/skos:broader* <{BASE}institution-kind/bank> . ?x a pf:Institution")
    assert f"{number} institutions" in get(client, "/institutions?kind=bank&all=yes").text


def test_a_kind_there_is_not_is_said_to_be_none(client: Client) -> None:
    response = client.get("/institutions?kind=guild", "application/json")
    assert response.status_code == 404
    assert "central-bank" in response.text


def test_a_name_nothing_has_says_so(client: Client) -> None:
    response = get(client, "/institutions?q=%3Cb%3Enobody")
    assert 'class="empty"' in response.text
    assert 'value="&lt;b&gt;nobody"' in response.text
    check_markup(response)


def test_spellings_are_folded() -> None:
    assert fold("  Bank of\u3000China ") == fold("BANK of china")


# Types of institution


def read_banking_table(source: str) -> dict[str, list[str]]:
    """Return the rows of the first table of the report by their names."""
    start = source.index("机构类别\t")
    lines = source[start : source.index("注：", start)].splitlines()[2:]
    rows = (line.split("\t") for line in lines if line.count("\t") == 4)
    return {row[0].partition("、")[2] or row[0].replace(" ", ""): row[1:] for row in rows}


def test_types_of_institution_are_as_the_table_prints_them(client: Client, liaoning_source: str) -> None:
    printed = read_banking_table(liaoning_source)
    assert len(printed) == 13
    text = get(client, "/institutions/types?lang=zh").text
    heads = [read_text(head) for head in re.findall(r'<th scope="col" class="number">(.*?)</th>', text, re.DOTALL)]
    order = [
        next(place for place, head in enumerate(heads) if word in head) for word in ("网点", "从业", "资产", "法人")
    ]
    shown = []
    for row in ROW.findall(text)[1:]:
        values = re.findall(r'<td class="number">(.*?)</td>', row, re.DOTALL)
        exact = [re.findall(r'value="([^"]+)"|>(—)<', value) for value in values]
        shown.append([re.sub(r"[^0-9.—]", "", "".join(exact[place][0])) for place in order if exact[place]])
    assert sorted(shown) == sorted(printed.values())
    assert shown[-1] == printed["合计"]


def test_a_figure_of_a_type_leads_to_its_evidence(client: Client) -> None:
    text = get(client, "/id/institution-type/city-commercial-banks").text
    address = re.search(r'href="(/id/observation/[^"]+)#evidence"><data[^>]*value="33,398', text)
    assert address is not None
    evidence = get(client, address[1]).text
    assert "33398" in read_text(evidence[evidence.index('id="evidence"') :]).replace(",", "")


def test_of_several_reports_one_is_chosen(tmp_path: Path) -> None:
    lines = [*list_lines(), *copy_report("jilin-2025", "CN-JL", "2024")]
    client = serve(tmp_path, lines)
    assert "Jilin, 2024-12-31" in read_text(get(client, "/institutions/types?report=jilin-2025").text)
    assert "Liaoning, 2024-12-31" in read_text(get(client, "/institutions/types?report=liaoning-2025").text)
    assert client.get("/institutions/types?report=nowhere", "application/json").status_code == 404


def test_without_a_report_the_pages_say_what_is_missing(tmp_path: Path) -> None:
    client = serve(tmp_path, list_lines_without_report())
    for path in ("/institutions/types", "/id/institution/liaoxintong", "/id/institution-type/city-commercial-banks"):
        response = get(client, path)
        assert 'class="empty"' in response.text
        check_markup(response)
    check_markup(get(client, "/institutions"))


# Portraits


def test_a_platform_has_its_figures_with_units_and_evidence(client: Client) -> None:
    text = get(client, "/id/institution/liaoxintong?lang=zh").text
    for shown in ("2326 亿元", "15.2 万户", "235 万次"):
        assert shown in read_text(text)
    assert len(re.findall(r'/id/observation/[^"]+#evidence', text)) >= 7


def test_a_branch_has_what_it_did_got_and_issued(client: Client) -> None:
    text = read_text(get(client, "/id/institution/pboc-liaoning").text)
    for told in (
        "Belongs to People's Bank of China",
        "Events 13",
        "关于金融支持冰雪经济发展的指导意见",
        "Finance Nurtures the Seedlings",
        "Instruments used through it 3",
        "57.3 billion yuan",
        "Where it is named 10",
    ):
        assert told in text


def test_every_place_that_names_an_institution_is_told(client: Client, store: ox.Store, liaoning_source: str) -> None:
    name = "辽信通"
    places = [match.start() for match in re.finditer(name, liaoning_source)]
    text = get(client, "/id/institution/liaoxintong").text
    shown = [
        int(start) for start in re.findall(r"name-mention/liaoning-2025/([0-9]+)-", text[text.index('id="printed"') :])
    ]
    assert set(shown) <= set(places) | {place - 1 for place in places}
    assert len(set(shown)) == count(store, f"?x pf:refersTo <{BASE}institution/liaoxintong>")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_institution_has_a_portrait(client: Client, store: ox.Store, language: str) -> None:
    found = store.query(
        f"{PREFIXES}SELECT DISTINCT ?x WHERE {{ "
        "VALUES ?c { pf:Institution pf:InstitutionGroup pf:InstitutionType } ?x a ?c }",
        use_default_graph_as_union=True,
    )
    assert isinstance(found, ox.QuerySolutions)
    iris = sorted(str(row["x"].value) for row in found)
    assert len(iris) > 400
    for iri in iris[::9]:
        check_markup(get(client, f"/id/{iri.removeprefix(BASE)}?lang={language}"))


def test_a_group_tells_how_many_and_who_is_named(client: Client) -> None:
    path = "/id/institution-group/liaoning-2025/2024-06-20-merger-liaoning-rural-commercial-bank"
    text = read_text(get(client, path).text)
    assert "How many 36" in text
    assert "Members named Liaoning Xinmin Rural Commercial Bank" in text


def test_a_hostile_name_is_only_text(tmp_path: Path) -> None:
    hostile = '</script><img src=x onerror="alert(1)">'
    lines = [line for line in list_lines() if not (b"institution/liaoxintong> " in line and b"prefLabel" in line)]
    named = write_name("institution/liaoxintong", "prefLabel", hostile)
    client = serve(tmp_path, [*lines, named])
    for path in ("/institutions", "/id/institution/liaoxintong", "/events", "/institutions?q=img"):
        response = get(client, path)
        assert "<img src=x" not in response.text
        assert "&lt;img src=x" in response.text
        check_markup(response)
