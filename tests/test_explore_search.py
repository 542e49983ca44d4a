"""The search: what is found, in which order, and that nothing a reader types is anything but text."""

import re
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import Graph
from rdflib.namespace import SKOS

from altering import copy_report, list_lines, list_lines_without_report, serve, write_name
from linking import Client, Page
from provfin.assets import find_assets
from provfin.queries import load_questions
from provfin.web.explore.asking import Cell
from provfin.web.explore.search.names import KINDS, Names, make_names
from provfin.web.explore.search.search import mark_words, name_kinds
from provfin.web.explore.search.spelling import Speller, spell
from provfin.web.language import LANGUAGES

ID = "https://w3id.org/provfin/id/"
RESULT = re.compile(r'<p class="name"><a href="([^"]+)">', re.DOTALL)
# What an index of its own language could take for an operator, and what a page could take for its own.
HOSTILE = [
    '"', '""', "'", '" OR "1"="1', "a AND NOT b", "NEAR(a b)", "words:x", "{pairs} : x", "*", "^a", "a*b", "(", ")",
    "-", "--", "%",
    "\\", "\x00", "存款\x00", "存款 OR 贷款", "存款*", "'; DROP TABLE label; --", "<script>alert(1)</script>",
    "{{ 7 * 7 }}", "%s%d",
    "../../etc/passwd", "javascript:alert(1)", "\u202e", "😀", "。、，", "a" * 5000, "存" * 5000, "x " * 500,
]  # fmt: skip


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Client:
    return serve(tmp_path_factory.mktemp("search"), list_lines())


def search(client: Client, text: str, rest: str = "&lang=zh") -> list[str]:
    """Return the paths of what is found, below `/id/` where they are."""
    page = client.get(f"/search?q={quote(text)}{rest}")
    assert page.status_code == 200, page.text
    return [found.removeprefix("/id/") for found in RESULT.findall(page.text)]


def suggest(client: Client, text: str, language: str = "zh") -> list[dict[str, str]]:
    answer = client.get(f"/search/suggestions?q={quote(text)}&lang={language}")
    assert answer.headers["content-type"] == "application/json"
    suggestions: list[dict[str, str]] = answer.json()["suggestions"]
    return suggestions


# Finding


@pytest.mark.parametrize(
    ("text", "first"),
    [
        # Two characters, as most words have.
        ("大连", "area/CN-210200"),
        ("存款", "indicator/deposits"),
        ("贷款", "indicator/loans"),
        ("进口", "indicator/imports"),
        # Aliases and abbreviations of the vocabulary.
        ("GDP", "indicator/gross-regional-product"),
        ("ｇｄｐ", "indicator/gross-regional-product"),
        ("CPI", "indicator/consumer-price-index"),
        ("PSL", "instrument/pledged-supplementary-lending"),
        ("MLF", "instrument/medium-term-lending-facility"),
        ("郑商所", "institution/zhengzhou-commodity-exchange"),
        ("农商行", "institution/rural-commercial-banks"),
        ("五篇大文章", "instrument/five-priorities"),
        ("支农支小再贷款", "instrument/agriculture-and-small-business-relending"),
        # Parts of names, in any order.
        ("农村商业", "institution/rural-commercial-banks"),
        ("碳减排支持", "instrument/carbon-reduction-facility"),
        ("辽宁 人民银行", "institution/pboc-liaoning"),
        # A spelling that reports use.
        ("工业电热燃气水", "indicator/utilities-value-added"),
        # English: words by their beginnings, in any case.
        ("deposits", "indicator/deposits"),
        ("GROSS REG", "indicator/gross-regional-product"),
        ("relend", "instrument/relending"),
        ("dalian", "area/CN-210200"),
        ("people's bank liaoning", "institution/pboc-liaoning"),
        # What is no concept: an event, a document by its number, a part, a plan, an honour.
        ("史料馆", "event/liaoning-2025/2024-09-29/"),
        ("辽银发〔2024〕66号", "document/pboc-liaoning/"),
        ("五女山", "designation/liaoning-2025/"),
        ("盘活存量", "outlook/liaoning-2025/3/existing-funds"),
        ("主要存贷款指标", "part/liaoning-2025/appendix/table/1"),
    ],
)
def test_what_is_asked_for_comes_first(client: Client, text: str, first: str) -> None:
    found = search(client, text)
    assert found, text
    assert found[0].startswith(quote(first)), found[:5]


@pytest.mark.parametrize(
    ("short", "long"),
    [("辽宁", "辽宁省"), ("大连", "大连市"), ("新疆", "新疆维吾尔自治区"), ("辽宁分行", "辽宁省分行")],
)
def test_the_short_name_of_an_area_finds_what_its_long_one_does(client: Client, short: str, long: str) -> None:
    found = search(client, short)
    assert found == search(client, long)
    assert len(found) > 1


def test_the_name_of_the_province_finds_the_province(client: Client) -> None:
    assert (
        search(client, "辽宁")[0]
        == search(client, "辽宁省")[0]
        == search(client, "Liaoning", "&lang=en")[0]
        == "area/CN-LN"
    )


def test_what_was_found_by_an_alias_says_so(client: Client) -> None:
    page = client.get("/search?q=GDP&lang=en").text
    assert re.search(r'also called <span lang="zh"><mark>GDP</mark></span>', page)
    assert "found by another spelling" in client.get(f"/search?q={quote('工业电热燃气水')}&lang=en").text


def test_every_name_and_alias_of_the_vocabulary_finds_its_own(names: Names) -> None:
    folder = find_assets().ontology / "vocabulary"
    checked = 0
    for file in ("indicators-finance", "institutions", "instruments", "areas", "targets"):
        graph = Graph().parse(folder / f"{file}.ttl", format="turtle")
        labels = [
            (thing, str(label)) for by in (SKOS.prefLabel, SKOS.altLabel) for thing, label in graph.subject_objects(by)
        ]
        for thing, label in sorted(labels)[::9]:
            if str(thing).endswith("/total") or "/scheme/" in str(thing):
                continue
            found = [hit for hit in names.search(label) if hit.fit == "exact"]
            assert str(thing) in {hit.thing.iri for hit in found}, (thing, label)
            checked += 1
    assert checked > 200


def test_every_question_is_found_and_leads_to_its_answer(client: Client) -> None:
    for name, question in list(load_questions().items())[::15]:
        for text in (*question.titles.values(), name):
            assert search(client, text)[0] == f"/questions/{name}"
    assert client.get("/questions/fiscal-gap", "text/html").status_code == 200


def test_results_can_be_narrowed_to_a_kind_and_turned(client: Client) -> None:
    page = client.get(f"/search?q={quote('贷款')}&lang=en").text
    counts = dict(re.findall(r'kind=(\w+)"[^>]*>[^<]*<span class="count">([\d,]+)<', page))
    total = re.search(r'aria-current="true">All <span class="count">(\d+)<', page)
    assert total is not None
    assert sum(map(int, counts.values())) == int(total[1])
    everything: list[str] = []
    for number in range(1, -(-int(counts["indicator"]) // 20) + 1):
        everything += search(client, "贷款", f"&kind=indicator&page={number}")
    assert len(everything) == len(set(everything)) == int(counts["indicator"])
    assert all(path.startswith("indicator/") for path in everything)


def test_a_kind_can_be_browsed_without_a_word(client: Client) -> None:
    events = [path for page in (1, 2) for path in search(client, "", f"&kind=event&page={page}")]
    told = {
        line.split()[0]
        for line in list_lines()
        if b"22-rdf-syntax-ns#type> <https://w3id.org/provfin/def#Event>" in line
    }
    assert len(set(events)) == len(told)
    assert search(client, "", "&kind=area")[0] == "area/CN-LN"


@pytest.mark.parametrize("rest", ["&kind=nonsense", "&page=0", "&page=999", "&page=x", "&kind=<script>"])
def test_what_cannot_be_is_refused_in_words(client: Client, rest: str) -> None:
    page = client.get(f"/search?q=a{rest}")
    assert page.status_code == 400
    assert len(page.json()["detail"]) > 10


def test_nothing_found_says_what_to_do(client: Client) -> None:
    page = client.get(f"/search?q={quote('龘龘龘')}&lang=en").text
    assert "Nothing is called “龘龘龘”." in page
    assert "Try fewer or shorter words" in page
    assert 'href="/institutions"' in page
    assert "Press / on any page" in client.get("/search?lang=en").text
    elsewhere = client.get(f"/search?q={quote('大连商品交易所')}&kind=topic&lang=en").text
    assert "found among all kinds" in elsewhere


def test_what_fits_only_in_part_is_said_to(client: Client) -> None:
    page = client.get(f"/search?q={quote('辽宁存款')}&lang=en").text
    assert "No name has all of it; these have a part." in page
    assert {"area/CN-LN", "indicator/deposits"} <= set(search(client, "辽宁存款"))
    assert "No name has all of it" not in client.get(f"/search?q={quote('存款')}&lang=en").text


# Figures and names


@pytest.mark.parametrize("text", ["32612.7", "32,612.7", "32612.7 ", "\uff13\uff12\uff16\uff11\uff12.7", "+32612.7"])
def test_a_number_finds_where_it_is_printed_so(client: Client, text: str) -> None:
    page = client.get(f"/search?q={quote(text)}&lang=zh").text
    found = re.findall(r'<a href="([^"]+)#evidence">', page)
    assert found == ["/id/observation/liaoning-2025/CN-LN/2024/gross-regional-product/level"]


def test_a_number_is_found_as_often_as_the_report_prints_it_for_something(client: Client, liaoning_source: str) -> None:
    printed = re.compile(rb'ns/oa#exact> "35\.7%"')
    mentions = {line.split()[0] for line in list_lines() if printed.search(line)}
    assert liaoning_source.count("35.7%") == len(mentions) == 3
    # Two of them say the same; the third contradicts what the report says elsewhere.
    observations = {line.split()[0] for line in list_lines() if b"def#mention>" in line and line.split()[2] in mentions}
    page = client.get("/search?q=35.7%25&lang=en").text
    found = {f"<{ID}{path}>".encode() for path in re.findall(r'href="/id/([^"]+)#evidence">', page)}
    assert found == observations
    assert len(found) == 2


def test_a_fall_is_found_by_its_number_and_a_unit_tells_numbers_apart(client: Client) -> None:
    fall = client.get("/search?q=0.5%25&lang=en").text
    assert "/foreign-trade/yoy_growth#evidence" in fall
    billions, percent = (client.get(f"/search?q={quote(text)}").text for text in ("3.3万亿元", "3.3%"))
    assert "/gross-regional-product/level#evidence" in billions
    assert "/gross-regional-product/level#evidence" not in percent
    assert "/freight/yoy_growth#evidence" in percent


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("indicator:loans", "/id/indicator/loans"),
        ("pf:Observation", "/def#Observation"),
        (f"{ID}area/CN-LN", "/id/area/CN-LN"),
        ("/id/area/CN-LN", "/id/area/CN-LN"),
        ("indicator/loans", "/id/indicator/loans"),
        ("observation/liaoning-2025/CN-LN/2024/gross-regional-product/level", None),
        ("https://w3id.org/provfin/def#Area", "/def#Area"),
    ],
)
def test_a_name_of_the_graph_leads_to_its_page(client: Client, text: str, address: str | None) -> None:
    response = client.get(f"/search?q={quote(text, safe='')}")
    assert response.status_code == 303
    assert response.headers["location"] == (address or f"/id/{text}")


@pytest.mark.parametrize(
    "text",
    ["https://example.org/", "prov:Entity", "indicator:nowhere", "//example.org/a", "javascript:alert(1)", f"{ID}x y"],
)
def test_what_is_no_name_of_the_graph_leads_nowhere(client: Client, text: str) -> None:
    assert client.get(f"/search?q={quote(text, safe='')}").status_code == 200


# Suggestions


def test_suggestions_are_the_first_results(client: Client) -> None:
    found = suggest(client, "存款")
    assert len(found) == 8
    assert [each["address"].removeprefix("/id/") for each in found] == search(client, "存款")[:8]
    assert found[0]["name"] == "各项存款余额"
    assert suggest(client, "存款", "en")[0] == {
        "name": "Deposits outstanding", "lang": "en", "alias": "", "kind": "Indicators",
        "address": "/id/indicator/deposits",
    }  # fmt: skip
    assert suggest(client, "GDP", "en")[0]["alias"] == "GDP"
    assert suggest(client, "  ") == suggest(client, "龘") == []


def test_a_number_is_suggested_as_a_figure(client: Client) -> None:
    first = suggest(client, "32612.7", "en")[0]
    assert first["kind"] == "Figure"
    assert first["name"].startswith("Gross regional product · 2024 · 32,612.7")
    assert first["address"].endswith("/gross-regional-product/level#evidence")


# What readers type


@pytest.mark.parametrize("text", HOSTILE)
def test_what_looks_like_an_operator_is_text(client: Client, text: str) -> None:
    for language in LANGUAGES:
        page = client.get(f"/search?q={quote(text)}&lang={language}")
        assert page.status_code == 200
        seen = Page()
        seen.feed(page.text)
        assert seen.styled == []
        assert "<script>alert" not in page.text
    assert client.get(f"/search/suggestions?q={quote(text)}").status_code == 200


@settings(max_examples=200)
@given(st.text(max_size=40) | st.text(st.sampled_from("\"'*^:(){}-+ ANDORNTE存款贷 \\\x00"), max_size=40))
def test_no_text_breaks_the_index(names: Names, text: str) -> None:
    for hit in names.search(text):
        assert hit.thing.kind in KINDS


def test_a_hostile_name_is_only_a_name(tmp_path: Path) -> None:
    hostile = "zqx <img src=x onerror=alert(1)> \"quoted\" 'too'"
    alias = "zqx</script><script>alert(2)</script>"
    lines = [
        *list_lines_without_report(),
        write_name("area/CN-ZZ", "prefLabel", hostile),
        write_name("area/CN-ZZ", "altLabel", alias),
    ]
    kind = b"<http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://w3id.org/provfin/def#Area>"
    lines.append(
        b"<https://w3id.org/provfin/id/area/CN-ZZ> " + kind + b" <https://w3id.org/provfin/id/graph/vocabulary> .\n"
    )
    client = serve(tmp_path, lines)
    for text in ("zqx", "zqx</script>", "img"):
        page = client.get(f"/search?q={quote(text)}&lang=en").text
        assert "<img" not in page.replace('<img src="/static/', "")
        assert "<script>alert" not in page
        assert "/id/area/CN-ZZ" in page
    assert suggest(client, "zqx", "en")[0]["name"] == hostile


# The order


@pytest.fixture(scope="module")
def names() -> Names:
    """The index of this checkout, made as a server makes it."""
    return make_names(list(_read_rows()), {}, {})


def _read_rows() -> list[dict[str, Cell]]:
    """Return names by a way of its own: from the files of the vocabulary."""
    kinds = {
        "indicators": "indicator",
        "institutions": "institution",
        "instruments": "instrument",
        "areas": "area",
        "targets": "target",
    }
    hows = {SKOS.prefLabel: "name", SKOS.altLabel: "alias", SKOS.hiddenLabel: "spelling"}
    rows = []
    for path in sorted((find_assets().ontology / "vocabulary").glob("*.ttl")):
        kind = kinds.get(path.stem.partition("-")[0])
        if kind is None or path.stem == "institution-kinds":
            continue
        for by, how in hows.items():
            for thing, name in Graph().parse(path, format="turtle").subject_objects(by):
                rows.append(make_row(str(thing), kind, how, str(name), getattr(name, "language", "") or ""))
    return rows


def make_row(thing: str, kind: str, how: str, name: str, language: str = "zh") -> dict[str, Cell]:
    return {
        "thing": Cell(thing, is_iri=True), "kind": Cell(kind), "class": Cell("pf:X", is_iri=True),
        "how": Cell(how), "name": Cell(name, language=language),
    }  # fmt: skip


def find(rows: list[dict[str, Cell]], text: str, figures: dict[str, int] | None = None) -> list[str]:
    return [hit.thing.iri for hit in make_names(rows, figures or {}, {}).search(text)]


def test_an_exact_name_goes_before_a_beginning_before_an_alias_before_a_part() -> None:
    rows = [
        make_row("inside", "indicator", "name", "各项存款"),
        make_row("alias", "indicator", "name", "别的"),
        make_row("alias", "indicator", "alias", "存款余额"),
        make_row("start", "indicator", "name", "存款余额"),
        make_row("exact", "indicator", "name", "存款"),
        make_row("spelling", "indicator", "name", "另外"),
        make_row("spelling", "indicator", "spelling", "大量存款"),
        make_row("exact-alias", "indicator", "name", "其他"),
        make_row("exact-alias", "indicator", "alias", "存款"),
    ]
    assert find(rows, "存款") == ["exact", "exact-alias", "start", "alias", "inside", "spelling"]


def test_of_names_that_fit_alike_that_goes_first_of_which_more_is_told() -> None:
    rows = [make_row(thing, "indicator", "name", f"存款{thing}") for thing in ("a", "b", "c")]
    assert find(rows, "存款", {"b": 40, "c": 3}) == ["b", "c", "a"]
    # What reports tell much of goes before a name that only begins so.
    rows.append(make_row("much", "indicator", "name", "各项存款余额"))
    assert find(rows, "存款", {"much": 200})[0] == "much"


def test_a_thing_of_two_kinds_is_one_of_the_first() -> None:
    rows = [make_row("x", "code", "name", "贷款"), make_row("x", "instrument", "name", "贷款")]
    hits = make_names(rows, {}, {}).search("贷款")
    assert [hit.thing.kind for hit in hits] == ["instrument"]


# The form in which names are compared


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ＧＤＰ", "gdp"),
        ("Café", "CAFE"),
        ("“五篇大文章”", "五篇大文章"),
        ("支农、支小", "支农支小"),
        ("R&D经费", "r d经费"),
        ("表 1", "表1"),
        ("辽银发〔2024〕66号", "辽银发 2024 66号"),
    ],
)
def test_texts_that_say_the_same_are_compared_alike(one: str, other: str) -> None:
    assert spell(one).key == spell(other).key


@given(st.text(max_size=60))
def test_what_is_compared_has_nothing_an_index_could_misread(text: str) -> None:
    spelling = Speller([("辽宁省", "辽宁")]).spell(text)
    assert all(run and not re.search(r"\s", run) for run in spelling.runs)
    assert not re.search(r"[\"'*^:(){}\x00]", f"{spelling.pairs}{spelling.signs}{spelling.words}")


def test_words_are_marked_where_they_begin() -> None:
    assert mark_words("Loans and new loans", ["loan"]) == [
        ("Loan", True), ("s and new ", False), ("loan", True), ("s", False),
    ]  # fmt: skip
    assert mark_words("floating", ["loa"]) == [("floating", False)]
    assert mark_words("各项存款", ["存款"]) == [("各项", False), ("存款", True)]
    assert mark_words("a.bc a+c", ["b+"]) == [("a.bc a+c", False)]
    assert mark_words("", ["a"]) == []


# Names for all


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_has_a_name(language: str) -> None:
    assert list(name_kinds(language)) == list(KINDS)
    assert len(set(name_kinds(language).values())) == len(KINDS)


def test_several_reports_are_told_apart(tmp_path: Path) -> None:
    client = serve(tmp_path, [*list_lines(), *copy_report("jilin-2025", "CN-JL", "2024")])
    found = search(client, "主要存贷款指标")
    assert {path for path in found if path.endswith("/appendix/table/1")} == {
        f"part/{report}/appendix/table/1" for report in ("jilin-2025", "liaoning-2025")
    }
    assert '<span class="in">' in client.get(f"/search?q={quote('主要存贷款指标')}").text
