"""The reports of a release: the list, a report with its outline, its parts: nothing lost, nothing out of order."""

import re
from collections.abc import Iterator

import pytest

from linking import check_page
from provfin.document import parse_document
from provfin.release import Release
from provfin.store import StoreError
from provfin.turtle import BASE
from provfin.web.explore.reports.outline import Part
from reporting import OA, PF, REPORT, Element, Served, publish_here, read_page, serve_here, squeeze

_COPIES = [("jilin-2025", "CN-JL", "2024"), ("jilin-2024", "CN-JL", "2023")]


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return publish_here(tmp_path_factory.mktemp("releases"))


@pytest.fixture(scope="module")
def served(release: Release) -> Served:
    return serve_here(release)


@pytest.fixture(scope="module")
def several(release: Release) -> Served:
    return serve_here(release, _COPIES)


def list_places(served: Served, local: str) -> list[tuple[int, int, str]]:
    """Return where all of a class stand, by another way than the pages: from the quads."""
    found = [
        (int(served.list_objects(iri, f"{OA}start")[0]), int(served.list_objects(iri, f"{OA}end")[0]), iri)
        for iri in served.list_of_class(local)
    ]
    return sorted(found)


# The list


def test_the_list_shows_each_report_with_what_it_holds(served: Served) -> None:
    page = read_page(served.get("/reports"))
    (card,) = page.find_all("li", "card")
    assert card.find("h2").find("a").attributes["href"] == "/id/report/liaoning-2025"
    shown = [int(number.text.replace(",", "")) for number in card.find_all("dd")]
    kinds = ("Mention", "NumericObservation", "Table", "Event", "AuditFinding")
    assert shown == [len(served.list_of_class(kind)) for kind in kinds]
    assert page.find_all("select") == []


def test_reports_are_chosen_by_area_and_year(several: Served) -> None:
    def list_shown(query: str) -> list[str]:
        cards = read_page(several.get(f"/reports?{query}")).find_all("li", "card")
        return [card.find("h2").find("a").attributes["href"].rpartition("/")[2] for card in cards]

    assert list_shown("area=") == ["liaoning-2025", "jilin-2025", "jilin-2024"]
    assert list_shown("area=CN-JL") == ["jilin-2025", "jilin-2024"]
    assert list_shown("area=CN-JL&year=2023") == ["jilin-2024"]
    page = read_page(several.get("/reports?year=2023"))
    assert [option.text for option in page.find_all("option") if "selected" in option.attributes] == ["2023"]


def test_no_report_of_an_area_is_a_page_too(several: Served) -> None:
    text = several.get("/reports?area=CN-XZ")
    assert check_page(text).tags["form"] == 2
    assert "No report of this area" in text
    assert "没有该地区" in several.get("/reports?area=CN-XZ", "zh")


@pytest.mark.parametrize("query", ["page=0", "page=x", f"area={'x' * 41}", "page=99999999999"])
def test_what_is_no_choice_is_refused(served: Served, query: str) -> None:
    response = served.client.get(f"/reports?{query}", "text/html")
    assert response.status_code == 400


def test_many_reports_come_by_the_page(release: Release) -> None:
    many = serve_here(release)
    for number in range(130):
        iri = f"{BASE}report/region-{number:03}"
        many.store.update(
            f"""PREFIX dcterms: <http://purl.org/dc/terms/>
            INSERT DATA {{ GRAPH <{BASE}graph/region-{number:03}> {{ <{iri}> a <{PF}Report> ;
              dcterms:identifier "region-{number:03}" ; dcterms:title "Region {number:03}"@en ;
              dcterms:spatial <{BASE}area/CN-LN> ; dcterms:temporal <{BASE}period/2023> }} }}"""
        )
    first, last = (read_page(many.get(f"/reports?year=2023&page={page}")) for page in (1, 9))
    assert (len(first.find_all("li", "card")), len(last.find_all("li", "card"))) == (60, 10)
    turn = next(link for link in first.find_all("a") if link.attributes.get("rel") == "next")
    assert turn.attributes["href"] == "/reports?area=&year=2023&page=2"


# A report


def test_the_outline_is_that_of_the_text(served: Served, liaoning_source: str) -> None:
    document = parse_document(liaoning_source)
    parts = sorted(document.parts, key=lambda part: part.span)
    outline = read_page(served.get("/id/report/liaoning-2025")).find("ol", "outline")
    shown = [squeeze(link.text) for link in outline.find_all("a")]
    captioned = [title for title in shown if not re.fullmatch(r"(脚)?注.*|署名", title)]
    assert captioned == [squeeze(part.title) for part in parts]


def test_a_part_stands_in_the_part_that_holds_it(served: Served) -> None:
    def walk(items: Element, above: str) -> Iterator[tuple[str, str]]:
        for item in (part for part in items.parts if isinstance(part, Element) and part.tag == "li"):
            iri = BASE + item.find("p").find("a").attributes["href"].removeprefix("/id/")
            yield iri.replace("%C2%B9", "¹"), above
            for below in (part for part in item.parts if isinstance(part, Element) and part.tag == "ol"):
                yield from walk(below, iri)

    outline = read_page(served.get("/id/report/liaoning-2025")).find("ol", "outline")
    shown = dict(walk(outline, REPORT))
    parts = [iri for iri in served.list_of_class("DocumentPart") if iri != REPORT]
    assert sorted(shown) == parts
    assert all(served.list_objects(iri, "http://purl.org/dc/terms/isPartOf") == [above] for iri, above in shown.items())


def test_the_outline_counts_every_figure_once(served: Served) -> None:
    outline = read_page(served.get("/id/report/liaoning-2025")).find("ol", "outline")
    tops = [part for part in outline.parts if isinstance(part, Element) and part.tag == "li"]
    told = [squeeze(top.find("p").find("small").text) for top in tops]
    figures = sum(int(match[1]) for text in told if (match := re.search(r"(\d+) figure", text)))
    statements = sum(int(match[1]) for text in told if (match := re.search(r"(\d+) statement", text)))
    assert figures == len(served.list_of_class("Mention")) == 1448
    kinds = ("Event", "Designation", "InstrumentUse", "OutlookStatement")
    assert statements == sum(len(served.list_of_class(kind)) for kind in kinds)


def test_a_report_names_who_made_it_and_its_tables(served: Served) -> None:
    page = read_page(served.get("/id/report/liaoning-2025", "zh"))
    people = [link for listed in page.find_all("dd", "people") for link in listed.find_all("a")]
    assert len(people) == len(served.list_of_class("Contribution")) == 35
    tables, charts = page.find_all("table", "listed")
    assert [
        row.find("th").find("a").attributes["href"].rpartition("/part/")[2] for row in tables.find_all("tr")[1:]
    ] == [iri.rpartition("/part/")[2] for _, _, iri in list_places(served, "Table")]
    assert len(charts.find_all("tr")) - 1 == len(served.list_of_class("Figure"))
    assert served.list_objects(REPORT, f"{PF}sha256")[0] in page.text


# Parts


@pytest.mark.parametrize("path", ["section/2/1/1", "abstract", "box/1/5", "section/1/2/4"])
def test_a_part_lists_its_figures_as_they_are_read(served: Served, path: str) -> None:
    part = f"{BASE}part/liaoning-2025/{path}"
    printed = [
        (f"m{start}-{end}", served.list_objects(iri, f"{OA}exact")[0])
        for start, end, iri in list_places(served, "Mention")
        if served.list_objects(iri, f"{PF}part") == [part]
    ]
    table = read_page(served.get(f"/id/part/liaoning-2025/{path}")).find("table", "figures")
    rows = table.find("tbody").find_all("tr")
    assert [(row.attributes["id"], row.find("q").text) for row in rows] == printed
    assert printed
    for row in rows:
        value = row.find("td", "number").find("a").attributes["href"]
        assert value == f"{row.find('th').find('a').attributes['href']}#evidence"
        assert row.find("data").text


def test_a_part_tells_its_events(served: Served) -> None:
    page = read_page(served.get("/id/part/liaoning-2025/appendix/1"))
    told = page.find("ul", "told").find_all("li")
    dates = [item.find("time").text for item in told if item.find_all("time")]
    assert len(told) == 10
    assert dates == sorted(dates)
    assert dates[0] == "2024-04-25"


def test_one_part_leads_to_the_next(served: Served) -> None:
    path = "/id/part/liaoning-2025/abstract"
    visited: list[str] = []
    while path and len(visited) < 100:
        visited.append(path)
        (beside,) = read_page(served.get(path)).find_all("nav", "beside")
        links = beside.find_all("a")
        path = next((link.attributes["href"] for link in links if link.attributes.get("rel") == "next"), "")
    assert len(visited) == len(set(visited)) == len(served.list_of_class("DocumentPart")) - 1


def test_the_way_up_is_shown(served: Served) -> None:
    crumbs = read_page(served.get("/id/part/liaoning-2025/box/1/5")).find("ol", "crumbs").find_all("a")
    assert [link.attributes["href"].removeprefix("/id/part/liaoning-2025/") for link in crumbs] == [
        "/reports", "/id/report/liaoning-2025", "section/2", "section/2/1", "box/1"
    ]  # fmt: skip


@pytest.mark.parametrize("path", ["figure/1", "table/1/note/1", "footnote/%C2%B9", "credits", "section/3", "appendix"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_kind_of_part_has_a_page(served: Served, path: str, language: str) -> None:
    check_page(served.get(f"/id/part/liaoning-2025/{path}", language))


# What is not as it should be


def test_a_hostile_title_stays_text(release: Release) -> None:
    hostile = serve_here(release)
    for iri in (REPORT, f"{BASE}part/liaoning-2025/section/2/1/1", f"{BASE}part/liaoning-2025/table/1"):
        for quad in list(hostile.store):
            if quad.subject.value == iri and quad.predicate.value.endswith("/title"):
                hostile.store.remove(quad)
        for language in ("en", "zh"):
            hostile.say(iri, "http://purl.org/dc/terms/title", '"><script>alert(1)</script><img onerror=x>', language)
    paths = [
        "/reports",
        "/id/report/liaoning-2025",
        "/id/part/liaoning-2025/section/2/1/1",
        "/id/part/liaoning-2025/table/1",
    ]
    for path in [*paths, "/id/part/liaoning-2025/table/2"]:
        text = hostile.get(path)
        check_page(text)
        assert "<img onerror" not in text
        assert "<script>alert" not in text


def test_parts_that_hold_each_other_end_somewhere(release: Release) -> None:
    ringed = serve_here(release)
    one, other = (f"{BASE}part/liaoning-2025/section/{path}" for path in ("1", "1/1"))
    ringed.store.update(
        f"""DELETE WHERE {{ GRAPH ?g {{ <{one}> <http://purl.org/dc/terms/isPartOf> ?above }} }} ;
        INSERT DATA {{ GRAPH <{BASE}graph/x> {{ <{one}> <http://purl.org/dc/terms/isPartOf> <{other}> }} }}"""
    )
    outline = read_page(ringed.get("/id/report/liaoning-2025")).find("ol", "outline")
    assert len(outline.find_all("li")) == len(ringed.list_of_class("DocumentPart")) - 1


def test_a_store_that_fails_is_told_of(release: Release) -> None:
    failing = serve_here(release)
    failing.service.fault = StoreError("it is gone")
    for path in ("/reports", "/id/report/liaoning-2025", "/reports/liaoning-2025/text"):
        assert failing.client.get(path, "text/html").status_code == 502


def test_a_part_counts_what_lies_within_it() -> None:
    inner = Part("b", "Table", {}, 5, 6, told={"Mention": 3, "Contribution": 4})
    outer = Part("a", "Section", {}, 0, 2, parts=[inner], told={"Mention": 2, "Event": 1})
    inner.within = outer
    assert (outer.figures, outer.statements, inner.statements) == (5, 1, 0)
    assert inner.trail == [outer]
