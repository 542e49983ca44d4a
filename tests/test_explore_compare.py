"""Comparisons say what the report says, keep all in their address, and refuse what cannot be read in one chart."""

import asyncio
import json
import re
from decimal import Decimal
from html import unescape
from typing import Any

import httpx
import pyoxigraph as ox
import pytest
from fastapi import FastAPI

from linking import Client, Service
from provfin.assets import find_assets
from provfin.release import Release, gather_content, publish
from provfin.settings import read_settings
from provfin.turtle import BASE
from provfin.web import sparql
from provfin.web.explore.series import compare
from provfin.web.explore.series.comparisons import list_comparisons
from provfin.web.explore.series.matrices import write_number
from provfin.web.explore.series.series import parse_key
from provfin.web.site import Site

GROWTH = "s=deposits.yoy_growth.CN-LN&s=loans.yoy_growth.CN-LN"
_CHART = re.compile(r'<script type="application/json" class="chart-data">(.*?)</script>', re.DOTALL)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    release: Release = publish(tmp_path_factory.mktemp("releases"), gather_content(find_assets()))
    store = ox.Store()
    store.extend(ox.parse(release.data_path.read_bytes(), format=ox.RdfFormat.N_QUADS))
    return Site(Service(store), release, read_settings())


@pytest.fixture(scope="module")
def client(site: Site) -> Client:
    app = FastAPI()
    for module in (sparql, compare):
        app.include_router(module.make_router(site))
    return Client(app)


def get(client: Client, path: str) -> httpx.Response:
    response = client.get(path, "text/html")
    assert response.status_code == 200, response.text[:300]
    return response


def read_charts(client: Client, path: str) -> list[dict[str, Any]]:
    return [json.loads(text) for text in _CHART.findall(get(client, path).text)]


def list_printed(source: str, name: str, nth: int = 0) -> list[Decimal | None]:
    """Return the figures of a row of the appendix of the report, None for a dash."""
    rows = [line.split("\t") for line in source.splitlines() if name in line.split("\t")[:2] and line.count("\t") > 11]
    return [None if text == "—" else Decimal(text) for text in rows[nth][-12:]]


def list_drawn(chart: dict[str, Any], place: int) -> list[Decimal | None]:
    return [point and Decimal(point["value"]) for point in chart["series"][place]["points"]]


def test_growth_of_deposits_and_loans_is_that_of_the_report(client: Client, liaoning_source: str) -> None:
    (chart,) = read_charts(client, f"/compare?{GROWTH}")
    assert [series["name"] for series in chart["series"]] == ["Deposits outstanding", "Loans outstanding"]
    assert list_drawn(chart, 0) == list_printed(liaoning_source, "金融机构各项存款同比增长（%）")
    assert list_drawn(chart, 1) == list_printed(liaoning_source, "金融机构各项贷款同比增长（%）")
    assert chart["units"] == ["%"]


@pytest.mark.parametrize(
    ("series", "name", "nth"),
    [
        ("loans.level.CN-LN.maturity=short-term", "其中：短期", 0),
        ("loans.mom_change_abs.CN-LN", "各项贷款余额比上月增加（亿元）", 0),
        ("deposits.level.CN-LN.currency-scope=foreign", "金融机构外币存款余额（亿美元）", 0),
        ("deposits.yoy_growth.CN-LN.currency-scope=cny.sector=households", "其中：住户存款", 3),
        ("fiscal-revenue.level.CN-LN", "地方财政收入", 0),
        ("exports.yoy_growth.CN-LN", "出口", 1),
        ("trade-balance.level.CN-LN", "进出口差额（出口 — 进口）", 0),
    ],
)
def test_a_series_is_a_row_of_the_report(
    client: Client, liaoning_source: str, series: str, name: str, nth: int
) -> None:
    (chart,) = read_charts(client, f"/compare?s={series}")
    assert list_drawn(chart, 0) == list_printed(liaoning_source, name, nth)


def test_the_table_has_the_same_figures_each_with_its_evidence(client: Client) -> None:
    path = f"/compare?{GROWTH}"
    page = get(client, path).text
    (chart,) = read_charts(client, path)
    for series in chart["series"]:
        for point in series["points"]:
            number = write_number(Decimal(point["value"]), 1, is_change=True)
            row = (
                rf'<a href="{re.escape(point["link"])}"><data [^>]*>(?:<span[^>]*>▼</span>)?{re.escape(number)}</data>'
            )
            assert re.search(row, page)


def test_two_units_have_two_axes_and_three_have_charts_of_their_own(client: Client) -> None:
    (chart,) = read_charts(client, "/compare?s=deposits.level.CN-LN&s=deposits.yoy_growth.CN-LN")
    assert [series["unit"] for series in chart["series"]] == [0, 1]
    path = "/compare?s=deposits.level.CN-LN&s=deposits.yoy_growth.CN-LN&s=foreign-investment-used.level.CN-LN"
    charts = read_charts(client, path)
    assert [chart["units"] for chart in charts] == [["100 million yuan"], ["%"], ["100 million US dollars"]]
    assert [chart["series"][0]["color"] for chart in charts] == [0, 1, 2]
    assert "These series have 3 units." in get(client, path).text


def test_the_first_figure_may_stand_for_a_hundred(client: Client) -> None:
    (chart,) = read_charts(client, "/compare?s=deposits.level.CN-LN&s=loans.level.CN-LN&index=1")
    deposits, loans = list_drawn(chart, 0), list_drawn(chart, 1)
    assert (deposits[0], loans[0]) == (Decimal("100.0"), Decimal("100.0"))
    assert deposits[-1] == (Decimal("84967.0") / Decimal("81166.1") * 100).quantize(Decimal("0.1"))
    assert chart["units"] == ["1 = 100"]
    assert "84,967.0" in chart["series"][0]["points"][-1]["text"]


def test_points_of_different_spans_meet_at_their_end(client: Client) -> None:
    (chart,) = read_charts(client, "/compare?s=loans.yoy_growth.CN-LN&s=gross-regional-product.yoy_growth.CN-LN")
    assert (len(chart["periods"]), chart["periods"][2]) == (12, "Mar 2024")
    product = chart["series"][1]
    assert [place for place, point in enumerate(product["points"]) if point] == [2, 5, 8, 11]
    assert product["points"][2]["text"] == "+5.4% · Jan–Mar 2024"
    assert product["connect"] is True


def test_lines_bars_and_logarithms_are_in_the_address(client: Client) -> None:
    (bars,) = read_charts(client, f"/compare?{GROWTH}&type=bar")
    assert {series["type"] for series in bars["series"]} == {"bar"}
    path = "/compare?s=deposits.level.CN-LN&s=bill-financing.level.CN-LN"
    assert "scale=log" in get(client, path).text
    assert read_charts(client, f"{path}&scale=log")[0]["log"] is True
    assert read_charts(client, f"/compare?{GROWTH}&scale=log")[0]["log"] is False


def test_adding_takes_two_steps_without_a_script(client: Client) -> None:
    page = get(client, f"/compare?{GROWTH}&indicator=Retail+sales+of+consumer+goods").text
    found = [unescape(each) for each in re.findall(r'href="/compare\?([^"]+)#add"', page)]
    wanted = next(each for each in found if "retail-sales.yoy_growth.CN-LN" in each)
    (chart,) = read_charts(client, f"/compare?{wanted}")
    assert len(chart["series"]) == 3
    assert "added" in get(client, f"/compare?{wanted}").text


@pytest.mark.parametrize("text", ["deposits", "Deposits outstanding", "各项存款余额", "DEPOSITS OUTSTANDING"])
def test_an_indicator_is_found_by_any_of_its_names(client: Client, text: str) -> None:
    page = get(client, f"/compare?indicator={text}").text
    assert "s=deposits.level.CN-LN&amp;indicator=deposits" in page


def test_several_indicators_are_offered_and_none_is_told(client: Client) -> None:
    many = get(client, "/compare?indicator=loan").text
    assert many.count("#add") > 3
    assert "Which of these do you mean?" in many
    none = get(client, "/compare?indicator=<script>x</script>").text
    assert "No indicator that has figures is called" in none
    assert "<script>x" not in none


def test_removing_leaves_the_others(client: Client) -> None:
    page = get(client, f"/compare?{GROWTH}&type=bar").text
    links = [unescape(each) for each in re.findall(r'class="remove" rel="nofollow" href="/compare\?([^"]+)"', page)]
    assert links == ["s=loans.yoy_growth.CN-LN&type=bar", "s=deposits.yoy_growth.CN-LN&type=bar"]


@pytest.mark.parametrize("path", ["/compare", "/compare/embed"])
@pytest.mark.parametrize(
    "query",
    ["s=nonsense", "s=a.b.c", "s=", "s=loans.level.XX", "s=%00", "s=<b>.<b>.<b>", "s=loans.level.CN-LN.sector=<b>"],
)
def test_what_is_no_series_is_told(client: Client, path: str, query: str) -> None:
    page = get(client, f"{path}?{query}").text
    assert "<b>" not in page
    assert 'class="notice"' in page or path.endswith("embed")
    assert not _CHART.findall(page)


def test_more_series_than_can_be_told_apart_are_left_out(client: Client) -> None:
    indicators = ("deposits", "loans", "exports", "imports", "retail-sales", "fiscal-revenue", "fiscal-expenditure")
    query = "&".join(f"s={name}.yoy_growth.CN-LN" for name in (*indicators, "foreign-trade", "bill-financing"))
    page = get(client, f"/compare?{query}").text
    assert "At most 8 series are compared" in page
    assert "<code>bill-financing.yoy_growth.CN-LN</code>" in page


def test_the_query_of_a_comparison_has_exactly_its_figures(client: Client) -> None:
    (chart,) = read_charts(client, f"/compare?{GROWTH}&s=retail-sales.level.CN-LN")
    rows = client.get(chart["csv"]).text.split()
    shown = [point["link"].partition("#")[0] for series in chart["series"] for point in series["points"] if point]
    values = [row for row in rows[1:] if row.split(",")[4]]
    assert {row.rpartition(",")[2].removeprefix(BASE) for row in values} == {
        link.removeprefix("/id/") for link in shown
    }
    assert len(values) == len(shown)


def test_the_chart_alone_may_stand_in_pages_of_others(client: Client) -> None:
    page = get(client, f"/compare/embed?{GROWTH}&lang=zh")
    assert page.headers["content-security-policy"].endswith("frame-ancestors *")
    assert get(client, "/compare").headers["content-security-policy"].endswith("frame-ancestors 'none'")
    assert f'href="http://server.test/compare?{GROWTH.replace("&", "&amp;")}"' in page.text
    assert "资料来源：" in page.text
    assert "<nav" not in page.text
    snippet = re.search(r"&lt;iframe src=&#34;|&lt;iframe src=\"([^\"]+)\"", get(client, f"/compare?{GROWTH}").text)
    assert snippet
    assert unescape(snippet[1]) == f"http://server.test/compare/embed?{GROWTH}&lang=en"


def test_ready_comparisons_are_found_in_the_data(site: Site, client: Client) -> None:
    ready = asyncio.run(list_comparisons(site, f"{BASE}area/CN-LN", "en"))
    assert 6 <= len(ready) <= 12
    growing = [{key.address for key in each.keys} for each in ready]
    assert any({"deposits.yoy_growth.CN-LN", "loans.yoy_growth.CN-LN"} <= keys for keys in growing)
    links = [
        unescape(each)
        for each in re.findall(r'<li class="card"><a href="(/compare\?[^"]+)"', get(client, "/compare").text)
    ]
    assert len(links) == len(ready)
    for link in links:
        charts = read_charts(client, link)
        assert sum(len(chart["series"]) for chart in charts) >= 2


def test_what_is_told_of_an_area_alone_is_not_of_others(site: Site) -> None:
    assert asyncio.run(list_comparisons(site, f"{BASE}area/CN-XX", "zh")) == []
    assert parse_key("loans.level.CN-XX").area == "CN-XX"
