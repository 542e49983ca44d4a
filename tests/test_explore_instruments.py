"""The pages of instruments, their uses, sectors and groups have what the graph tells of each, and lead to evidence."""

import json
import re
from collections.abc import Sequence
from html import unescape
from typing import Any

import pyoxigraph as ox
import pytest
from fastapi import FastAPI

from linking import Client, Service
from provfin.assets import find_assets
from provfin.dataset import NAMESPACES
from provfin.release import Release, gather_content, publish
from provfin.settings import read_settings
from provfin.store import BadQueryError
from provfin.turtle import BASE
from provfin.web import resources
from provfin.web.explore.money import flows, instruments, telling
from provfin.web.site import Site

PF, SKOS = NAMESPACES["pf"], NAMESPACES["skos"]
HOSTILE = "</script><img src=x onerror=alert(1)>\"'{{7*7}}"
PAGE = "text/html"
_CHART = re.compile(r'<script type="application/json" class="chart-data">(.*?)</script>', re.DOTALL)
_ENTRY = re.compile(
    r'<li class="depth-(\d)[^"]*"><a href="/id/([^"]+)">([^<]*)</a> <span class="tallies">(.*?)</span></li>', re.DOTALL
)
_ROW = re.compile(r"<tr.*?</tr>", re.DOTALL)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return publish(tmp_path_factory.mktemp("releases"), gather_content(find_assets()))


@pytest.fixture(scope="module")
def quads(release: Release) -> list[ox.Quad]:
    return list(ox.parse(release.data_path.read_bytes(), format=ox.RdfFormat.N_QUADS))


@pytest.fixture(scope="module")
def client(release: Release, quads: list[ox.Quad]) -> Client:
    return make_client(release, quads)[0]


def make_client(release: Release, quads: Sequence[ox.Quad]) -> tuple[Client, Service]:
    store = ox.Store()
    store.extend(quads)
    service = Service(store)
    site = Site(service, release, read_settings())
    app = FastAPI()
    for module in (flows, instruments, resources):
        app.include_router(module.make_router(site))
    return Client(app), service


def read(client: Client, path: str) -> str:
    response = client.get(path, PAGE)
    assert response.status_code == 200, path
    return response.text


def list_subjects(quads: Sequence[ox.Quad], predicate: str, value: str) -> set[str]:
    found: set[str] = set()
    for quad in quads:
        subject: Any = quad.subject
        term: Any = quad.object
        if quad.predicate.value == predicate and term.value == value:
            found.add(subject.value)
    return found


def list_narrower(quads: Sequence[ox.Quad], concept: str) -> set[str]:
    found = list_subjects(quads, f"{SKOS}broader", concept)
    return found | {below for each in found for below in list_narrower(quads, each)}


# Lists


def test_all_instruments_are_listed_below_their_families(client: Client, quads: list[ox.Quad]) -> None:
    entries = _ENTRY.findall(read(client, "/instruments?show=all"))
    known = {
        str(quad.subject)[1:-1].removeprefix(BASE)
        for quad in quads
        if str(quad.object) == f"<{PF}Instrument>" and "/instrument/" in str(quad.subject)
    } - {"instrument/total"}
    assert sorted(path for _, path, *_ in entries) == sorted(known)
    above = {str(q.subject)[1:-1]: str(q.object)[1:-1] for q in quads if q.predicate.value == f"{SKOS}broader"}
    path_of: list[str] = []
    for depth, path, *_ in entries:
        del path_of[int(depth) :]
        assert len(path_of) == int(depth)
        assert above.get(BASE + path, "") == (BASE + path_of[-1] if path_of else "")
        path_of.append(path)


def test_only_those_told_of_are_listed_at_first(client: Client) -> None:
    entries = {path: told for _, path, _, told in _ENTRY.findall(read(client, "/instruments"))}
    assert "1 use" in entries["instrument/relending-and-rediscount"]
    assert "2 uses" in entries["instrument/carbon-reduction-facility"]
    assert "2 amounts" in entries["instrument/carbon-reduction-facility"]
    # A family is there for its members.
    assert entries["instrument/bonds"].strip() == ""
    assert "instrument/targeted-mlf" not in entries


def test_counts_are_those_of_the_graph(client: Client, quads: list[ox.Quad]) -> None:
    told = {
        path: re.search(r"(\d+) uses?\b", text) for _, path, _, text in _ENTRY.findall(read(client, "/instruments"))
    }
    for path, found in told.items():
        uses = {each for each in list_subjects(quads, f"{PF}instrument", BASE + path) if "/use/" in each}
        assert (int(found[1]) if found else 0) == len(uses), path


def test_sectors_and_groups_are_listed(client: Client) -> None:
    text = read(client, "/sectors")
    entries = {path: told for _, path, _, told in _ENTRY.findall(text)}
    assert "3 uses" in entries["target/enterprises"]
    assert "target/total" not in entries
    assert "sector/total" not in entries
    assert "63 figures of it" in entries["sector/households"]


def test_where_loans_went_has_balance_and_growth(client: Client) -> None:
    # As the report prints them: 2.4 trillion and 7.4 %, 1.4 billion without growth, growth of green loans alone.
    rows = [unescape(row) for row in _ROW.findall(read(client, "/sectors?lang=zh"))]
    green = next(row for row in rows if "绿色贷款" in row)
    assert "未述" in green
    assert "+15.0%" in green or "+15%" in green
    ice = next(row for row in rows if "冰雪产业贷款" in row)
    assert "14 亿元" in ice
    balances = [index for index, row in enumerate(rows[1:]) if "#evidence" in row.split("<td")[1]]
    assert balances == list(range(len(balances)))


def test_an_unknown_report_is_not_found(client: Client) -> None:
    response = client.get("/sectors?report=%3Cb%3Eatlantis", PAGE)
    assert response.status_code == 404
    assert "&lt;b&gt;atlantis" in response.text
    assert "/id/target/enterprises" in response.text


@pytest.mark.parametrize("path", ["/instruments", "/sectors"])
def test_an_empty_release_has_pages(release: Release, path: str) -> None:
    client, _ = make_client(release, [])
    assert 'class="empty"' in read(client, path)


@pytest.mark.parametrize("path", ["/instruments", "/sectors", "/id/instrument/digital-rmb"])
def test_a_fault_is_told_as_it_is(release: Release, quads: list[ox.Quad], path: str) -> None:
    client, service = make_client(release, quads)
    service.fault = BadQueryError("line 1, column 1: no")
    assert client.get(path, PAGE).status_code == 400


# Instruments


def test_an_instrument_shows_its_place_and_what_it_did(client: Client) -> None:
    text = read(client, "/id/instrument/structural-instruments?lang=zh")
    assert '<a href="/id/instrument/monetary-policy-instruments">货币政策工具</a>' in text
    assert 'href="/id/instrument/relending-and-rediscount">再贷款、再贴现</a>' in text
    uses = text[text.index('id="uses"') : text.index('id="figures"')]
    # Its own members alone, to any depth: relending, elderly care, carbon, supplementary lending, the new tools.
    for printed in ("573 亿元", "4400 万元", "271 亿元", "452 亿元", "94 亿元", "95 亿元"):
        assert f">{printed}<" in uses
    assert ">695 亿元<" not in uses
    assert "#evidence" in uses
    assert 'href="/flows?report=liaoning-2025&amp;instrument=structural-instruments"' in text


@pytest.mark.parametrize("code", ["structural-instruments", "bonds", "digital-rmb"])
def test_uses_and_figures_are_those_of_it_and_below(client: Client, quads: list[ox.Quad], code: str) -> None:
    whole = f"{BASE}instrument/{code}"
    held = {
        each
        for concept in {whole, *list_narrower(quads, whole)}
        for each in list_subjects(quads, f"{PF}instrument", concept)
    }
    text = read(client, f"/id/instrument/{code}")
    uses = set(re.findall(r'class="more" href="/id/(use/[^"]+)"', text))
    assert uses == {each.removeprefix(BASE) for each in held if "/use/" in each}
    figures = text[text.index('id="figures"') :]
    figures = figures[: figures.index("</table>")]
    linked = set(re.findall(r'href="/id/(observation/[^"]+)#evidence"', figures))
    assert linked == {each.removeprefix(BASE) for each in held if "/observation/" in each}


def test_an_instrument_shows_its_events_outlook_and_names(client: Client) -> None:
    text = read(client, "/id/instrument/structural-instruments?lang=zh")
    assert "/id/event/liaoning-2025/2024/landing-technology-upgrading-relending" in text
    assert "/id/outlook/liaoning-2025/3/structural-instruments" in text
    assert "/id/name-mention/liaoning-2025/" in text


def test_an_instrument_without_a_use_says_so(client: Client) -> None:
    text = read(client, "/id/instrument/targeted-mlf")
    assert "No report tells through whom, for whom or with what amount it was used." in text


def test_what_has_been_replaced_leads_on(client: Client) -> None:
    text = read(client, "/id/instrument/equipment-renewal-relending")
    assert "What has replaced it" in text
    assert '<dd><a href="/id/instrument/technology-upgrading-relending">' in text


@pytest.mark.parametrize("path", ["/id/instrument/total", "/id/target/total", "/id/sector/total"])
def test_the_code_for_all_has_no_portrait(client: Client, path: str) -> None:
    assert "flows.css" not in read(client, path)


def test_of_very_many_uses_some_are_shown(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "MOST_SHOWN", 2)
    text = read(client, "/id/instrument/structural-instruments")
    assert "4 more are found under money flows" in text
    assert len(re.findall(r'class="more" href=', text)) == 2


def test_uses_in_several_reports_stand_together(release: Release, quads: list[ox.Quad]) -> None:
    client, _ = make_client(release, [*quads, *map(_copy, quads)])
    text = read(client, "/id/instrument/relending-and-rediscount")
    assert sorted(set(re.findall(r'href="/id/report/([^"]+)">Liaoning 2024<', text))) == [
        "elsewhere-2025",
        "liaoning-2025",
    ]
    assert len(re.findall(r'class="more" href=', text)) == 4
    flows_page = read(client, "/flows?report=elsewhere-2025&amount=funded")
    assert '<option value="elsewhere-2025" selected>' in flows_page
    assert "/id/observation/liaoning-2025/" not in flows_page


def _copy(quad: ox.Quad) -> ox.Quad:
    """Return what would be told by a report of another name."""
    terms = [_rename_report(term) for term in (quad.subject, quad.predicate, quad.object, quad.graph_name)]
    return ox.Quad(*terms)


def _rename_report(term: Any) -> Any:
    is_named = isinstance(term, ox.NamedNode) and "liaoning-2025" in term.value
    return ox.NamedNode(term.value.replace("liaoning-2025", "elsewhere-2025")) if is_named else term


# Uses


def test_a_use_tells_its_chain_and_figures(client: Client) -> None:
    path = "/id/use/liaoning-2025/relending-and-rediscount/pboc-liaoning/market-entities/2024"
    text = read(client, f"{path}?lang=zh")
    assert re.search(r"<h1>\s*再贷款、再贴现 → 经营主体\s*</h1>", text)
    for linked in ("instrument/relending-and-rediscount", "institution/pboc-liaoning", "target/market-entities"):
        assert f'<dd><a href="/id/{linked}"' in text
    assert "573 亿元" in text
    assert re.search(r"近</span> <a [^>]*>\s*<data[^>]*>5 万户", text)
    assert "提供资金" in text
    assert "2024年内" in text


def test_what_a_use_does_not_tell_is_said(client: Client) -> None:
    text = read(client, "/id/use/liaoning-2025/carbon-pledge-loan/any/any/2024-12-31")
    assert text.count('<dd><span class="untold">not told</span></dd>') == 2
    assert "up to 2024-12-31" in text


# Sectors and groups


def test_a_group_shows_what_reached_it_and_those_below(client: Client, quads: list[ox.Quad]) -> None:
    whole = f"{BASE}target/enterprises"
    held = {
        each
        for concept in {whole, *list_narrower(quads, whole)}
        for each in list_subjects(quads, f"{PF}target", concept)
    }
    text = read(client, "/id/target/enterprises")
    uses = set(re.findall(r'class="more" href="/id/(use/[^"]+)"', text))
    assert uses == {each.removeprefix(BASE) for each in held if "/use/" in each}
    linked = set(re.findall(r'href="/id/(observation/[^"]+)#evidence"', text))
    assert {each.removeprefix(BASE) for each in held if "/observation/" in each} <= linked
    assert 'href="/flows?report=liaoning-2025&amp;target=enterprises"' in text


def test_what_reached_a_group_without_an_instrument_is_told(client: Client) -> None:
    text = read(client, "/id/target/disaster-areas?lang=zh")
    assert "报告未述及为其运用的工具。" in text
    assert "46.7 亿元" in text


def test_indicators_of_a_sector_are_named(client: Client) -> None:
    text = read(client, "/id/target/carbon-reduction")
    assert '<a href="/id/indicator/carbon-tool-loans">' in text


def test_a_holder_has_its_figures_over_time(client: Client, quads: list[ox.Quad]) -> None:
    text = read(client, "/id/sector/households?lang=zh")
    charts = [json.loads(chart) for chart in _CHART.findall(text)]
    assert {chart["kind"] for chart in charts} == {"series"}
    level = next(chart for chart in charts if chart["title"] == "水平")
    assert len(level["periods"]) >= 12
    (yuan,) = [each for each in level["series"] if "人民币" in each["name"]]
    # The first and the last month of the report's table.
    points = [point for point in yuan["points"] if point]
    assert (points[0]["value"], points[-1]["value"]) == _find_values(quads, ("2024-01-31", "2024-12-31"))
    known = {
        each.removeprefix(BASE) for each in list_subjects(quads, f"{PF}institutionalSector", f"{BASE}sector/households")
    }
    assert set(re.findall(r'<a href="/id/(observation/[^"]+)#evidence"', text)) == known


def _find_values(quads: list[ox.Quad], days: tuple[str, str]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for quad in quads:
        subject: Any = quad.subject
        term: Any = quad.object
        if quad.predicate.value.endswith("#obsValue"):
            found[subject.value] = term.value
    name = f"{BASE}observation/liaoning-2025/CN-LN/{{}}/deposits/cny/households/level"
    return tuple(found[name.format(day)] for day in days)


# What is shown is shown as it is


@pytest.mark.parametrize(
    ("path", "concept"),
    [
        ("/instruments", "instrument/digital-rmb"),
        ("/id/instrument/digital-rmb", "instrument/digital-rmb"),
        ("/id/use/liaoning-2025/digital-rmb/any/any/2024-12-31", "instrument/digital-rmb"),
        ("/sectors", "target/enterprises"),
        ("/id/target/elderly-goods-makers", "target/enterprises"),
        ("/id/sector/households", "indicator/deposits"),
    ],
)
def test_hostile_names_stay_names(release: Release, quads: list[ox.Quad], path: str, concept: str) -> None:
    changed = [_rename(quad) if str(quad.subject)[1:-1] == BASE + concept else quad for quad in quads]
    client, _ = make_client(release, changed)
    text = read(client, path)
    assert "<img src=x" not in text
    assert HOSTILE not in text
    assert "onerror=alert" in text or concept.startswith("indicator")


def _rename(quad: ox.Quad) -> ox.Quad:
    if not quad.predicate.value.endswith(("#prefLabel", "#definition", "#altLabel")):
        return quad
    language = getattr(quad.object, "language", None)
    return ox.Quad(quad.subject, quad.predicate, ox.Literal(HOSTILE, language=language), quad.graph_name)


@pytest.mark.parametrize("path", ["/instruments", "/sectors", "/id/instrument/bonds", "/id/target/enterprises"])
def test_pages_are_in_one_language(client: Client, path: str) -> None:
    english, chinese = read(client, f"{path}?lang=en"), read(client, f"{path}?lang=zh")
    assert '<html lang="en">' in english
    assert '<html lang="zh">' in chinese
    for word in (
        "How it was used",
        "What reached it",
        "Sectors and groups",
        "What belongs to it",
        "Told of in reports",
    ):
        assert word not in chinese
