"""The pages of indicators have every figure there is of each, where the report has it, and nothing mixed up."""

import asyncio
import json
import re
from collections import defaultdict
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pyoxigraph as ox
import pytest
from fastapi import FastAPI

from linking import Client, Service
from provfin.assets import find_assets
from provfin.dataset import NAMESPACES
from provfin.errors import InputError
from provfin.periods import parse_period
from provfin.release import Release, gather_content, publish
from provfin.settings import read_settings
from provfin.turtle import BASE
from provfin.web import resources, sparql
from provfin.web.explore.asking import ask_page, load_page_queries
from provfin.web.explore.series import compare, indicators
from provfin.web.explore.series.register import load_register
from provfin.web.explore.series.series import (
    DIMENSIONS,
    Key,
    Point,
    Series,
    list_offered_kinds,
    parse_key,
    read_series,
)
from provfin.web.explore.spans import write_period, write_ticks
from provfin.web.site import Site

PF, DIMENSION = NAMESPACES["pf"], NAMESPACES["sdmx-dimension"]
AREA = f"{BASE}area/CN-LN"
HOSTILE = "</script><img src=x onerror=alert(1)>\"'{{7*7}}"
_CHART = re.compile(r'<script type="application/json" class="chart-data">(.*?)</script>', re.DOTALL)
_EVIDENCE = re.compile(r'href="/id/(observation/[^"]+)#evidence"')


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return publish(tmp_path_factory.mktemp("releases"), gather_content(find_assets()))


@pytest.fixture(scope="module")
def quads(release: Release) -> list[ox.Quad]:
    return list(ox.parse(release.data_path.read_bytes(), format=ox.RdfFormat.N_QUADS))


@pytest.fixture(scope="module")
def site(quads: list[ox.Quad], release: Release) -> Site:
    return make_site(quads, release)


@pytest.fixture(scope="module")
def client(site: Site) -> Client:
    return make_client(site)


@pytest.fixture(scope="module")
def told(quads: list[ox.Quad]) -> dict[str, dict[str, str]]:
    """What the graph tells of each observation, read from the quads alone."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for quad in quads:
        subject: Any = quad.subject
        if subject.value.startswith(f"{BASE}observation/"):
            term: Any = quad.object
            found[subject.value][quad.predicate.value] = term.value
    return found


def make_site(quads: list[ox.Quad], release: Release) -> Site:
    store = ox.Store()
    store.extend(quads)
    return Site(Service(store), release, read_settings())


def make_client(site: Site) -> Client:
    app = FastAPI()
    for module in (sparql, resources, indicators, compare):
        app.include_router(module.make_router(site))
    return Client(app)


def read_charts(response: httpx.Response) -> list[dict[str, Any]]:
    assert response.status_code == 200, response.text[:300]
    return [json.loads(text) for text in _CHART.findall(response.text)]


def get(client: Client, path: str) -> httpx.Response:
    return client.get(path, "text/html")


def list_numbers(source: str, name: str, nth: int = 0) -> list[str]:
    """Return the printed figures of a row of the tables of the appendix, found by the name it begins with."""
    rows = [line.split("\t") for line in source.splitlines() if name in line.split("\t")[:2] and line.count("\t") > 11]
    return rows[nth][-12:]


# Series


@pytest.mark.parametrize(
    "address",
    [
        "loans.level.CN-XX",
        "loans.yoy_growth.CN-XX.currency-scope=cny.sector=households@month",
        "share.share.CN-XX.rate-band=lpr-to-lpr-plus-0.5@cumulative",
        "a.b.c.rate-band=lpr-plus-0.5-to-1.5.sector=households",
    ],
)
def test_an_address_is_read_as_it_is_written(address: str) -> None:
    assert parse_key(address).address == address


@pytest.mark.parametrize(
    "address",
    ["", "loans", "loans.level", "loans.level.CN-XX.colour=red", "loans.level.CN-XX@week", "a b.c.d", "a.b.c."],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(InputError, match="not a series"):
        parse_key(address)


def test_the_order_of_breakdowns_and_totals_make_no_other_series() -> None:
    written = "loans.level.CN-XX.sector=households.maturity=total.currency-scope=cny"
    assert parse_key(written).address == "loans.level.CN-XX.currency-scope=cny.sector=households"


def test_queries_know_every_breakdown_of_the_graph(told: dict[str, dict[str, str]]) -> None:
    used = {name for about in told.values() for name in about if name.startswith(PF)}
    known = {dimension.iri for dimension in DIMENSIONS.values()}
    coded = {name for name in used if any(f"{BASE}" in about.get(name, "") for about in told.values())}
    others = {"indicator", "measure", "unit", "report", "mention", "disputedBy", "missingReason"}
    assert coded - {PF + name for name in others} == known
    for name in ("indicator-figures", "compare-figures", "compare-series"):
        text = load_page_queries()[name].text
        assert all(f'".{each.name}="' in text and f"pf:{each.term} " in text for each in DIMENSIONS.values())


def test_queries_name_series_as_the_graph_tells_them(site: Site, told: dict[str, dict[str, str]]) -> None:
    for indicator in ("general-loan-share", "deposits", "loans-granted", "high-tech-manufacturing-value-added"):
        asked = asyncio.run(
            ask_page(site, "indicator-figures", {"indicator": f"{BASE}indicator/{indicator}", "area": AREA})
        )
        assert asked.rows
        for row in asked.rows:
            about = told[row["observation"].text]
            key = parse_key(row["series"].text)
            expected = {name: about.get(each.iri, each.name_code("total")) for name, each in DIMENSIONS.items()}
            assert {name: each.name_code(key.find_code(name)) for name, each in DIMENSIONS.items()} == expected
            assert (key.indicator_iri, key.measure_iri) == (about[f"{PF}indicator"], about[f"{PF}measure"])


def test_no_line_has_two_figures_at_one_time(site: Site, told: dict[str, dict[str, str]]) -> None:
    numbers = 0
    for indicator in sorted({about[f"{PF}indicator"] for about in told.values()}):
        asked = asyncio.run(ask_page(site, "indicator-figures", {"indicator": indicator, "area": AREA}))
        for series in read_series(asked.rows):
            for kind in list_offered_kinds([series]):
                ends = [point.period.end for point in series.pick(kind).points]
                assert len(set(ends)) == len(ends)
                numbers += 1
    assert numbers > 300


def make_series(*codes: str) -> Series:
    points = [Point(parse_period(code), Decimal(1), "unit", 0, code, "report") for code in codes]
    return Series(Key("i", "level", "a"), points)


@pytest.mark.parametrize(
    ("codes", "offered"),
    [
        (["2024-01-31", "2024-02-29"], ["date"]),
        (["2024-01", "2024-01/2024-02", "2024-01/2024-03", "2024"], ["cumulative"]),
        (["2024-01", "2024-02", "2024-03"], ["month"]),
        (["2024-01/2024-03", "2024-04/2024-06", "2024-07/2024-09", "2024-10/2024-12"], ["quarter"]),
        (["2023", "2024"], ["year"]),
        (["2023", "2024-01/2024-02", "2024-01/2024-03", "2024"], ["cumulative", "year"]),
        (["2024-01", "2024-02", "2024-03", "2024"], ["month", "year"]),
        (["2023-07/2024-06"], ["other"]),
    ],
)
def test_running_totals_and_single_spans_are_lines_of_their_own(codes: list[str], offered: list[str]) -> None:
    assert list_offered_kinds([make_series(*codes)]) == offered


def test_periods_read_as_people_write_them() -> None:
    codes = ("2023-12-31", "2024-01-31", "2024-02-29")
    assert write_ticks([parse_period(code) for code in codes], "en", "date") == ["Dec\n2023", "Jan\n2024", "Feb"]
    spans = [parse_period(code) for code in ("2024-01", "2024-01/2024-02", "2024")]
    assert write_ticks(spans, "zh", "cumulative") == ["1月\n2024年", "1—2月", "1—12月"]
    assert [write_period(span, "en", "cumulative") for span in spans] == ["Jan 2024", "Jan–Feb 2024", "Jan–Dec 2024"]
    assert write_period(parse_period("2024-12-31"), "zh") == "2024年12月末"
    assert write_period(parse_period("2024-06-15"), "zh") == "2024年6月15日"
    assert write_period(parse_period("2023-07/2024-06"), "en") == "Jul 2023 – Jun 2024"


# Portraits


def test_every_figure_of_every_indicator_is_on_its_page(client: Client, told: dict[str, dict[str, str]]) -> None:
    expected: dict[tuple[str, str], set[str]] = defaultdict(set)
    for iri, about in told.items():
        area = about[f"{DIMENSION}refArea"].rpartition("/")[2]
        expected[about[f"{PF}indicator"].removeprefix(BASE), area].add(iri.removeprefix(BASE))
    assert len(expected) > 200
    for (indicator, area), observations in sorted(expected.items()):
        page = get(client, f"/id/{indicator}?area={area}")
        table = page.text.partition('id="table"')[2].partition('id="about"')[0]
        found = [unescape(each) for each in _EVIDENCE.findall(table)]
        assert (indicator, sorted(found)) == (indicator, sorted(observations))


def test_the_chart_of_deposits_is_the_row_of_the_report(client: Client, liaoning_source: str) -> None:
    (chart,) = read_charts(get(client, "/id/indicator/deposits"))
    drawn = [[point["value"] for point in series["points"]] for series in chart["series"]]
    printed = [
        list_numbers(liaoning_source, name)
        for name in ("金融机构各项存款余额（亿元）", "金融机构各项存款同比增长（%）")
    ]
    assert [list(map(Decimal, row)) for row in drawn] == [list(map(Decimal, row)) for row in printed]
    assert chart["units"] == ["100 million yuan", "%"]
    assert [series["unit"] for series in chart["series"]] == [0, 1]


def test_what_households_hold_is_the_row_of_the_report(client: Client, liaoning_source: str) -> None:
    (chart,) = read_charts(get(client, "/id/indicator/deposits?measure=level&by=sector"))
    drawn = {series["name"]: [Decimal(point["value"]) for point in series["points"]] for series in chart["series"]}
    assert drawn["Households"] == list(map(Decimal, list_numbers(liaoning_source, "其中：住户存款")))
    assert drawn["Non-financial corporations"] == list(map(Decimal, list_numbers(liaoning_source, "非金融企业存款")))
    assert len(drawn) == 3


def test_running_totals_leave_a_gap_where_a_dash_is_printed(client: Client, liaoning_source: str) -> None:
    (chart,) = read_charts(get(client, "/id/indicator/retail-sales?measure=level"))
    printed = list_numbers(liaoning_source, "社会消费品零售总额（亿元）")
    assert printed[0] == "—"
    (series,) = chart["series"]
    assert [point and Decimal(point["value"]) for point in series["points"]] == [None, *map(Decimal, printed[1:])]
    assert (series["connect"], series["type"]) == (False, "bar")
    assert chart["periods"][1] == "Jan–Feb 2024"


def test_a_quarterly_series_has_no_months(client: Client) -> None:
    (chart,) = read_charts(get(client, "/id/indicator/gross-regional-product?measure=level"))
    assert chart["periods"] == ["Jan–Mar 2024", "Jan–Jun 2024", "Jan–Sep 2024", "Jan–Dec 2024"]
    assert [point["value"] for point in chart["series"][0]["points"]] == ["6961.2", "14547", "22549.9", "32612.7"]


def test_one_moment_is_a_ranking(client: Client) -> None:
    (chart,) = read_charts(get(client, "/id/indicator/banking-outlets"))
    assert chart["layout"] == "ranking"
    assert chart["periods"][0] == "Large commercial banks"
    points = chart["series"][0]["points"]
    assert [Decimal(point["value"]) for point in points[:3]] == [2909, 1903, 1670]
    assert points[0]["link"].endswith("/banking-outlets/large-commercial-banks/count#evidence")


def test_levels_and_growth_of_parts_stand_in_charts_of_their_own(client: Client) -> None:
    charts = read_charts(
        get(client, "/id/indicator/gross-regional-product?measure=level&measure=yoy_growth&by=activity")
    )
    assert [chart["units"] for chart in charts] == [["100 million yuan"], ["%"]]
    assert [len(chart["series"]) for chart in charts] == [4, 4]


def test_what_the_audit_found_is_marked(client: Client) -> None:
    page = get(client, "/id/indicator/inclusive-small-business-loans").text
    assert 'class="flag"' in page
    assert "/id/audit-finding/liaoning-2025/restatement/" in page
    assert 'class="flag"' not in get(client, "/id/indicator/visitors").text


def test_every_switch_leads_to_figures(client: Client) -> None:
    seen: set[str] = set()
    waiting = [""]
    while waiting and len(seen) < 60:
        query = waiting.pop()
        seen.add(query)
        page = get(client, f"/id/indicator/deposits{query}")
        assert page.status_code == 200
        assert 'class="notice"' not in page.text
        assert "#evidence" in page.text
        found = (unescape(each) for each in re.findall(r'href="(\?[^"#]+)#figures"', page.text))
        waiting += [each for each in found if each not in seen and each not in waiting]
    assert len(seen) > 30


@pytest.mark.parametrize(
    "query", ["measure=nonsense", "by=colour", "kind=week", "sector=martians", "measure=<b>&by=%22%27", "by=%00"]
)
def test_what_there_is_not_is_told_and_the_nearest_shown(client: Client, query: str) -> None:
    page = get(client, f"/id/indicator/deposits?{query}")
    assert page.status_code == 200
    assert 'class="notice"' in page.text
    assert read_charts(page)
    assert "<b>" not in page.text


@pytest.mark.parametrize("query", ["area=XX", "since=abc", "since=99999", "since=2024", "area=<i>", "page=1&since=-1"])
def test_odd_areas_and_years_do_no_harm(client: Client, query: str) -> None:
    page = get(client, f"/id/indicator/deposits?{query}")
    assert page.status_code == 200
    assert read_charts(page)


def test_an_indicator_without_figures_says_so(client: Client) -> None:
    page = get(client, "/id/indicator/5g-base-stations")
    assert page.status_code == 200
    assert "No report of this release has a figure of this indicator." in page.text
    assert not read_charts(page)


def test_the_download_has_exactly_the_figures_of_the_page(client: Client, told: dict[str, dict[str, str]]) -> None:
    page = get(client, "/id/indicator/loans")
    address = unescape(re.findall(r'href="(/sparql\?[^"]+format=csv)"', page.text)[0])
    rows = client.get(address).text.split()
    assert rows[0] == "series,period,start,end,value,unit,decimals,report,observation"
    expected = {iri for iri, about in told.items() if about[f"{PF}indicator"] == f"{BASE}indicator/loans"}
    assert {row.rpartition(",")[2] for row in rows[1:]} == expected
    assert len(rows) - 1 == len(expected)
    told_json = client.get(address.removesuffix("csv") + "json").json()
    assert len(told_json["results"]["bindings"]) == len(expected)


def test_the_page_tells_what_the_vocabulary_tells(client: Client) -> None:
    page = get(client, "/id/indicator/foreign-trade?lang=zh").text
    about = page.partition('id="about"')[2].partition("</dl>")[0]
    assert "/id/topic/trade" in about
    assert "进出口" in about
    assert "/id/indicator/private-enterprise-trade-share" in about


# Several areas and reports


def add_figures(quads: list[ox.Quad]) -> list[ox.Quad]:
    """Return the figures of retail sales once more: of another area, and of a later report that differs."""
    old, new = "observation/liaoning-2025/CN-LN/", "observation/liaoning-2026/CN-LN/"
    more: list[ox.Quad] = []
    for quad in quads:
        subject: Any = quad.subject
        if f"/{old}" not in subject.value or "/retail-sales/level" not in subject.value:
            continue
        term: Any = quad.object
        is_area = quad.predicate.value == f"{DIMENSION}refArea"
        elsewhere = ox.NamedNode(subject.value.replace("CN-LN", "CN-JL"))
        more.append(
            ox.Quad(elsewhere, quad.predicate, ox.NamedNode(f"{BASE}area/CN-JL") if is_area else term, quad.graph_name)
        )
        if "/2024/" in subject.value:
            is_report, is_value = quad.predicate.value == f"{PF}report", quad.predicate.value.endswith("obsValue")
            term = ox.NamedNode(f"{BASE}report/liaoning-2026") if is_report else term
            term = ox.Literal("10800.5", datatype=term.datatype) if is_value else term
            more.append(ox.Quad(ox.NamedNode(subject.value.replace(old, new)), quad.predicate, term, quad.graph_name))
    return [*quads, *more]


def test_areas_are_lines_and_the_newest_report_is_drawn(quads: list[ox.Quad], release: Release) -> None:
    client = make_client(make_site(add_figures(quads), release))
    page = get(client, "/id/indicator/retail-sales?measure=level&area=CN-LN&area=CN-JL")
    (chart,) = read_charts(page)
    drawn = {series["name"]: series["points"][-1]["value"] for series in chart["series"]}
    assert drawn == {"Liaoning": "10800.5", "Jilin": "10778.3"}
    table = page.text.partition('id="table"')[2]
    assert "10,778.3</a> report/liaoning-2025" in table
    alone = read_charts(get(client, "/id/indicator/retail-sales?measure=level&area=CN-JL"))[0]
    assert (
        alone["series"][0]["points"][-1]["link"]
        == "/id/observation/liaoning-2025/CN-JL/2024/retail-sales/level#evidence"
    )
    assert '<option value="CN-JL" selected>' in get(client, "/indicators?area=CN-JL").text


def test_a_hostile_name_is_only_text(quads: list[ox.Quad], release: Release) -> None:
    label = ox.NamedNode(NAMESPACES["skos"] + "prefLabel")
    things = {
        f"{BASE}indicator/deposits",
        f"{BASE}sector/households",
        f"{BASE}measure/level",
        f"{BASE}unit/hundred-million-cny",
    }
    kept = [quad for quad in quads if not (quad.predicate == label and getattr(quad.subject, "value", "") in things)]
    graph = ox.NamedNode(f"{BASE}graph/vocabulary")
    hostile = [
        ox.Quad(ox.NamedNode(thing), label, ox.Literal(HOSTILE, language=language), graph)
        for thing in things
        for language in ("en", "zh")
    ]
    client = make_client(make_site([*kept, *hostile], release))
    paths = (
        "/id/indicator/deposits?measure=level&by=sector",
        "/indicators",
        "/compare",
        "/compare?s=deposits.level.CN-LN.sector=households&s=loans.level.CN-LN&indicator=deposits",
        "/compare/embed?s=deposits.level.CN-LN.sector=households",
    )
    for path in paths:
        page = get(client, path)
        assert page.status_code == 200
        assert "<img src=x" not in page.text
        assert "onerror" in page.text
        assert page.text.count("<script") == page.text.count("</script>")
    (chart,) = read_charts(get(client, paths[0]))
    assert any(HOSTILE in series["name"] for series in chart["series"])


# The list


def test_the_list_has_every_indicator_that_has_figures(client: Client, told: dict[str, dict[str, str]]) -> None:
    counts: dict[str, int] = defaultdict(int)
    for about in told.values():
        if about[f"{DIMENSION}refArea"] == AREA:
            counts[about[f"{PF}indicator"].removeprefix(BASE)] += 1
    page = get(client, "/indicators").text
    rows = re.findall(
        r'<th scope="row"[^>]*><a href="/id/(indicator/[^"]+)">.*?<td class="number">([\d,]+)</td></tr>',
        page,
        re.DOTALL,
    )
    assert {name: int(number.replace(",", "")) for name, number in rows} == counts
    assert len(rows) == len(counts)


def test_the_list_shows_the_latest_figure_of_the_whole(client: Client) -> None:
    page = get(client, "/indicators?q=gross regional product&lang=en").text
    assert "3.26 trillion yuan" in page
    assert "/id/observation/liaoning-2025/CN-LN/2024/gross-regional-product/level#evidence" in page
    assert "/id/observation/liaoning-2025/CN-LN/2024/gross-regional-product/yoy_growth#evidence" in page


@pytest.mark.parametrize(("query", "most"), [("q=存款", 20), ("topic=trade", 20), ("q=deposit&topic=deposits", 10)])
def test_the_list_can_be_narrowed(client: Client, query: str, most: int) -> None:
    page = get(client, f"/indicators?{query}").text
    assert 1 < page.count('<th scope="row"') < most


def test_the_list_may_show_what_has_no_figures(client: Client, site: Site) -> None:
    register = asyncio.run(load_register(site))
    page = get(client, "/indicators?all=1").text
    assert page.count('<th scope="row"') == len(register.entries) > 900


def test_an_empty_list_leads_on(client: Client) -> None:
    page = get(client, "/indicators?q=<script>alert(1)</script>")
    assert page.status_code == 200
    assert "No indicator fits." in page.text
    assert "<script>alert" not in page.text


def test_pages_are_made_from_queries_that_can_be_opened(client: Client) -> None:
    page = get(client, "/id/indicator/deposits").text
    opened = re.findall(r'href="/query\?query=([^"]+)"', page)
    assert opened
    query = parse_qs(urlsplit(f"/?query={unescape(opened[0])}").query)["query"][0]
    assert "VALUES (?indicator ?area ?since)" in query


def test_no_query_of_a_page_is_without_an_answer(site: Site) -> None:
    names = [path.stem for path in sorted(Path(find_assets().pages).glob("*.rq"))]
    own = [name for name in names if name.startswith(("indicator-", "compare-"))]
    assert len(own) >= 10
    for name in own:
        assert asyncio.run(ask_page(site, name)).rows, name
