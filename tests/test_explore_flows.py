"""The page of money flows says what the report says: who, for whom, how much, and what may not be compared or added."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
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
from provfin.web.explore.asking import load_page_queries
from provfin.web.explore.hierarchy import Hierarchy
from provfin.web.explore.money import flows
from provfin.web.explore.money.uses import Amount, Use, UseFigure, list_amounts, place_amounts
from provfin.web.site import Site

PF = NAMESPACES["pf"]
QUANTITY = "http://qudt.org/vocab/quantitykind/"
YI, WAN = 100_000_000, 10_000
HOSTILE = "</script><img src=x onerror=alert(1)>\"'{{7*7}}"
_CHART = re.compile(r'<script type="application/json" class="chart-data">(.*?)</script>', re.DOTALL)
_CHOICE = re.compile(r'<a class="chip" href="/flows\?([^"]*)"[^>]*>([^<]*) <span class="tally">(\d+)</span>')

# Read from the report by eye: kind and time, then instrument, through whom, for whom, and the amount in yuan.
SAID: dict[tuple[str, str], set[tuple[str, str, str, int]]] = {
    ("lent", "in-2024"): {
        ("self-employed-campaigns", "", "self-employed", 739 * YI),
        ("non-financial-corporate-debt-instruments", "", "", 548 * YI),
        ("movables-financing", "zhongzheng-receivables-platform", "", 235 * YI),
        ("technology-innovation-notes", "", "", 35 * YI),
        ("private-technology-innovation-notes", "", "", 10 * YI),
        ("two-renewals-notes", "", "", 10 * YI),
        ("consumption-vouchers", "", "", 4 * YI),
        ("inclusive-elderly-care-relending", "financial-institutions", "elderly-goods-makers", 4400 * WAN),
        ("ice-and-snow-industry-loan", "financial-institutions", "large-and-personal-equipment", 3000 * WAN),
    },
    ("lent", "to-2024-12-31"): {
        ("tech-enterprise-campaign", "financial-institutions", "enterprises", 221 * YI),
        ("pledged-supplementary-lending", "financial-institutions", "three-major-projects", 94 * YI),
        ("intellectual-property-pledge-financing", "", "enterprises", 84 * YI),
        ("new-instruments", "financial-institutions", "enterprises-and-projects", 20 * YI),
        ("water-saving-loan", "financial-institutions", "water-saving", 9350 * WAN),
        ("carbon-pledge-loan", "", "", 3825 * WAN),
    },
    ("funded", "in-2024"): {
        ("monetary-policy-instruments", "pboc-liaoning", "five-priority-areas", 695 * YI),
        ("relending-and-rediscount", "pboc-liaoning", "market-entities", 573 * YI),
    },
    ("funded", "to-2024-12-31"): {("carbon-reduction-facility", "pboc-liaoning", "", 271 * YI)},
    ("granted", "to-2024-12-31"): {
        ("new-instruments", "financial-institutions", "enterprises-and-projects", 95 * YI),
    },
    ("leveraged", "to-2024-12-31"): {
        ("carbon-reduction-facility", "financial-institutions", "carbon-reduction", 452 * YI),
    },
    ("effect", "in-2024"): {
        ("tax-and-fee-cuts", "", "innovation-and-manufacturing", 670 * YI),
        ("existing-mortgage-rate-cut", "financial-institutions", "residents", 41 * YI),
    },
    ("effect", "to-2024-12-31"): {("interest-subsidy", "first-loan-centres", "enterprises", 1574 * WAN)},
}
# Amounts that count something else each: bonds redeemed, settled, paid, outstanding.
SAID_OTHERWISE = {"665 亿元", "285 亿元", "444 亿元", "14 亿元"}


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
    for module in (flows, resources):
        app.include_router(module.make_router(site))
    return Client(app), service


def read_chart(response: httpx.Response) -> dict[str, Any]:
    assert response.status_code == 200
    found = _CHART.search(response.text)
    assert found is not None
    chart: dict[str, Any] = json.loads(found[1])
    assert chart["kind"] == "flow"
    return chart


def read_flows(chart: dict[str, Any]) -> set[tuple[str, str, str, int]]:
    """Return what a chart says: codes of instrument, through whom, for whom, and the amount in yuan."""
    codes = {node["id"]: (node["column"], node["id"].rpartition("/")[2]) for node in chart["nodes"]}
    found = set()
    for flow in chart["flows"]:
        told = dict(codes[step] for step in flow["path"])
        named = (told[0], told.get(1, ""), told[2] if not told[2].endswith("2 ") else "")
        found.add((*named, int(Decimal(flow["value"]))))
    return found


@pytest.mark.parametrize(("kind", "when"), SAID)
def test_flows_are_what_the_report_says(client: Client, kind: str, when: str) -> None:
    chart = read_chart(client.get(f"/flows?amount={kind}&when={when}"))
    assert read_flows(chart) == SAID[kind, when]


def test_what_cannot_be_compared_is_listed_and_not_drawn(client: Client) -> None:
    text = client.get("/flows?amount=other&lang=zh").text
    assert _CHART.search(text) is None
    listed = text[text.index('class="uses"') : text.index("</table>")]
    assert set(re.findall(r">([\d,]+ [亿万]元)<", listed)) == SAID_OTHERWISE


def test_no_amount_of_money_is_lost(client: Client, quads: list[ox.Quad]) -> None:
    choices = [
        (parse_qs(unescape(query)), int(number)) for query, _, number in _CHOICE.findall(client.get("/flows").text)
    ]
    kinds = {told["amount"][0]: number for told, number in choices if "when" not in told}
    store = ox.Store()
    store.extend(quads)
    counted = store.query(
        f"""PREFIX pf: <{PF}> SELECT (COUNT(*) AS ?number) WHERE {{
          ?use a pf:InstrumentUse ; pf:figure ?figure .
          ?figure pf:unit ?unit . ?unit pf:baseUnit <{BASE}unit/cny> }}""",
        use_default_graph_as_union=True,
    )
    assert isinstance(counted, ox.QuerySolutions)
    (row,) = counted
    assert sum(kinds.values()) == int(row["number"].value)
    assert {kind: number for kind, number in kinds.items() if kind != "other"} == Counter(
        {kind: sum(len(said) for (each, _), said in SAID.items() if each == kind) for kind, _ in SAID}
    )


def test_every_use_is_on_the_page_once(client: Client, quads: list[ox.Quad]) -> None:
    uses = {
        str(q.subject)[1:-1] for q in quads if str(q.object) == f"<{PF}InstrumentUse>" and "/use/" in str(q.subject)
    }
    text = client.get("/flows").text
    for use in uses:
        assert text.count(f'class="more" href="/id/{use.removeprefix(BASE)}"') == 1, use


def test_amounts_are_the_printed_ones(client: Client, quads: list[ox.Quad], liaoning_source: str) -> None:
    mentions: dict[str, str] = {}
    places: dict[tuple[str, str], int] = {}
    for quad in quads:
        subject: Any = quad.subject
        term: Any = quad.object
        local = quad.predicate.value.rpartition("#")[2]
        if local == "mention":
            mentions.setdefault(subject.value, term.value)
        elif local in ("start", "end") and "/mention/" in subject.value:
            places[subject.value, local] = int(term.value)
    seen = 0
    for kind, when in SAID:
        for flow in read_chart(client.get(f"/flows?amount={kind}&when={when}"))["flows"]:
            mention = mentions[BASE + flow["link"].removeprefix("/id/").removesuffix("#evidence")]
            printed = liaoning_source[places[mention, "start"] : places[mention, "end"]]
            number, scale = re.fullmatch(r"([\d.]+)\s*([亿万])元", printed).groups()  # type: ignore[union-attr]
            assert Decimal(flow["value"]) == Decimal(number) * (YI if scale == "亿" else WAN)
            seen += 1
    assert seen == 23


def test_what_may_be_part_of_another_shares_no_node_with_it(client: Client) -> None:
    chart = read_chart(client.get("/flows?amount=lent&when=in-2024"))
    layers = {node["id"]: node["layer"] for node in chart["nodes"]}
    for flow in chart["flows"]:
        assert {layers[step] for step in flow["path"]} == {flow["layer"]}
    found = {node["id"].rpartition("/")[2]: node["layer"] for node in chart["nodes"] if node["column"] == 0}
    assert {code: layer for code, layer in found.items() if layer} == {
        "technology-innovation-notes": 1,
        "two-renewals-notes": 1,
        "private-technology-innovation-notes": 2,
    }


def test_counts_and_effects_stand_beside_amounts(client: Client) -> None:
    row = find_row(client.get("/flows?amount=funded&when=in-2024&lang=zh").text, "relending-and-rediscount")
    assert "573 亿元" in row
    assert "近" in row
    assert "5 万户" in row


def test_a_use_without_an_amount_says_so(client: Client) -> None:
    assert "no amount printed" in find_row(client.get("/flows").text, "three-credits")


def test_an_amount_of_a_city_says_which(client: Client) -> None:
    assert "Dalian" in find_row(client.get("/flows").text, "digital-rmb")
    assert "Liaoning<" not in find_row(client.get("/flows").text, "three-credits")


def test_amounts_for_somebody_without_a_use_are_listed(client: Client) -> None:
    text = client.get("/flows?lang=zh").text
    rest = text[text.index('id="others"') :]
    # Through the credit platform, the first-loan centres, two banks and the central budget.
    for printed in ("2326 亿元", "449 亿元", "3 亿元", "1448 万元", "46.7 亿元"):
        assert printed in rest


def find_row(text: str, instrument: str) -> str:
    rows = [row for row in re.findall(r"<tr.*?</tr>", text, re.DOTALL) if f'/id/instrument/{instrument}"' in row]
    assert rows
    return str(rows[0])


# What is asked for


def test_a_family_holds_its_members(client: Client) -> None:
    chart = read_chart(client.get("/flows?instrument=corporate-credit-bonds&amount=lent"))
    assert {code for code, *_ in read_flows(chart)} == {
        "non-financial-corporate-debt-instruments",
        "technology-innovation-notes",
        "private-technology-innovation-notes",
        "two-renewals-notes",
    }


def test_a_sector_holds_those_below_it(client: Client) -> None:
    text = client.get("/flows?target=market-entities&amount=lent&when=to-2024-12-31").text
    chart = read_chart(client.get("/flows?target=market-entities&amount=lent&when=to-2024-12-31"))
    assert {target for _, _, target, _ in read_flows(chart)} == {"enterprises"}
    assert '<option value="market-entities" selected>' in text


def test_choices_keep_what_else_is_asked(client: Client) -> None:
    for query, *_ in _CHOICE.findall(client.get("/flows?target=enterprises").text):
        told = parse_qs(unescape(query))
        assert told["target"] == ["enterprises"]
        assert client.get(f"/flows?{unescape(query)}").status_code == 200


def test_the_address_of_a_choice_shows_it(client: Client) -> None:
    text = client.get("/flows?amount=effect&when=to-2024-12-31").text
    current = re.findall(r'<a class="chip" href="([^"]*)" aria-current="true"', text)
    assert [parse_qs(urlsplit(unescape(address)).query)["amount"] for address in current] == [["effect"], ["effect"]]
    assert "There is no amount of the kind or time" not in text


@pytest.mark.parametrize("query", ["amount=gift", "when=in-1066", "amount=%00&when=%3Cscript%3E"])
def test_what_there_is_not_is_said(client: Client, query: str) -> None:
    response = client.get(f"/flows?{query}")
    assert response.status_code == 200
    assert "There is no amount of the kind or time that was asked for" in response.text
    assert "<script>" not in response.text


@pytest.mark.parametrize("query", ["instrument=abacus", "target=nobody", "instrument=..%2F..%2Fdef"])
def test_no_flow_is_a_page_of_its_own(client: Client, query: str) -> None:
    response = client.get(f"/flows?{query}")
    assert response.status_code == 200
    assert 'class="empty"' in response.text
    assert _CHART.search(response.text) is None


def test_an_unknown_report_is_not_found(client: Client) -> None:
    response = client.get("/flows?report=%3Cb%3Eatlantis")
    assert response.status_code == 404
    assert "&lt;b&gt;atlantis" in response.text
    assert 'value="liaoning-2025"' in response.text


def test_an_empty_release_has_a_page(release: Release) -> None:
    client, _ = make_client(release, [])
    response = client.get("/flows")
    assert response.status_code in (200, 404)
    assert "This release holds no report." in response.text


def test_a_fault_is_told_as_it_is(release: Release, quads: list[ox.Quad]) -> None:
    client, service = make_client(release, quads)
    service.fault = BadQueryError("line 1, column 1: no")
    assert client.get("/flows").status_code == 400


def test_hostile_names_stay_names(release: Release, quads: list[ox.Quad]) -> None:
    named = {
        f"{BASE}instrument/relending-and-rediscount",
        f"{BASE}target/market-entities",
        f"{BASE}institution/pboc-liaoning",
        f"{BASE}report/liaoning-2025",
    }
    changed = [_rename(quad) if str(quad.subject)[1:-1] in named else quad for quad in quads]
    client, _ = make_client(release, changed)
    response = client.get("/flows?amount=funded&when=in-2024")
    assert "<img src=x" not in response.text
    labels = [node["label"] for node in read_chart(response)["nodes"]]
    assert labels.count(HOSTILE) >= 3
    assert response.text.count(HOSTILE) == 0


def _rename(quad: ox.Quad) -> ox.Quad:
    if not quad.predicate.value.endswith(("#prefLabel", "#label", "/title")):
        return quad
    language = getattr(quad.object, "language", None)
    return ox.Quad(quad.subject, quad.predicate, ox.Literal(HOSTILE, language=language), quad.graph_name)


def test_pages_tell_the_query_they_are_made_of(client: Client) -> None:
    text = client.get("/flows").text
    (query,) = re.findall(r'href="/query\?query=([^"]*)"', text)
    asked = parse_qs(f"query={unescape(query)}")["query"][0]
    assert "InstrumentUse" in asked
    assert f"<{BASE}report/liaoning-2025>" in asked


def test_queries_of_these_pages_are_described() -> None:
    queries = [
        query for name, query in load_page_queries().items() if name.startswith(("flows-", "instrument-", "sector-"))
    ]
    assert len(queries) >= 15
    assert all(set(query.titles) == {"en", "zh"} for query in queries)


# Amounts that may hold one another

TREE = Hierarchy({"family": "", "tool": "family", "loan": "tool", "other": ""}, {})
TARGETS = Hierarchy({"all-firms": "", "small-firms": "all-firms", "people": ""}, {})
AREAS = Hierarchy({"province": "", "city": "province"}, {})


def make_amount(instrument: str, value: int, target: str = "", through: str = "", area: str = "province") -> Amount:
    figure = UseFigure(
        f"o/{instrument}/{target}/{through}/{area}", "lent", "i", "n", "level", Decimal(value), Decimal(value), "u",
        "q", area, "p", False, "",
    )  # fmt: skip
    return Amount(Use("", "r", instrument, through, target, [figure]), figure)


def place(*amounts: Amount) -> dict[str, tuple[str, int]]:
    placed = place_amounts(amounts, TREE, TARGETS, AREAS)
    assert {each.amount.figure.iri for each in placed} == {amount.figure.iri for amount in amounts}
    return {each.amount.figure.iri: (each.within.figure.iri if each.within else "", each.layer) for each in placed}


@pytest.mark.parametrize(
    ("whole", "part"),
    [
        (make_amount("family", 9), make_amount("loan", 2, "people")),
        (make_amount("family", 9, "people"), make_amount("tool", 2)),
        (make_amount("tool", 9), make_amount("tool", 2, "people")),
        (make_amount("tool", 9, "all-firms"), make_amount("tool", 2, "small-firms")),
        (make_amount("tool", 9), make_amount("tool", 2, through="bank")),
        (make_amount("tool", 9), make_amount("tool", 2, area="city")),
    ],
)
def test_a_wider_amount_may_hold_a_narrower(whole: Amount, part: Amount) -> None:
    for given in ((whole, part), (part, whole)):
        found = place(*given)
        assert found[part.figure.iri] == (whole.figure.iri, 1)
        assert found[whole.figure.iri] == ("", 0)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (make_amount("tool", 9), make_amount("other", 2)),
        (make_amount("tool", 9, "people"), make_amount("tool", 2, "all-firms")),
        (make_amount("tool", 9, through="bank"), make_amount("tool", 2, through="fund")),
        (make_amount("family", 9, area="city"), make_amount("tool", 2)),
        (make_amount("", 9), make_amount("", 2, "people")),
    ],
)
def test_amounts_apart_hold_nothing_of_each_other(one: Amount, two: Amount) -> None:
    assert set(place(one, two).values()) == {("", 0)}


def test_the_closest_holder_is_named_and_parts_follow_it() -> None:
    family, tool, loan, other = (make_amount(name, size) for name, size in
                                 (("family", 3), ("tool", 9), ("loan", 5), ("other", 7)))  # fmt: skip
    placed = place_amounts([tool, other, loan, family], TREE, TARGETS, AREAS)
    assert [each.amount.use.instrument for each in placed] == ["other", "family", "tool", "loan"]
    assert [each.layer for each in placed] == [0, 0, 1, 2]
    assert placed[-1].within is tool


def test_a_circle_of_wider_concepts_ends() -> None:
    tree = Hierarchy({"a": "b", "b": "a"}, {})
    assert tree.list_above("a") == ["b"]
    assert list(tree.walk(["a"], "en")) == []


def test_amounts_are_in_order() -> None:
    amounts = [make_amount("tool", value) for value in (3, 9, 5)]
    uses = [Use("", "r", "tool", "", "", [amount.figure]) for amount in amounts]
    assert list_amounts(uses) == []
    priced = [Use("", "r", "tool", "", "", [_price(amount.figure, f"{QUANTITY}Currency")]) for amount in amounts]
    assert [amount.figure.value for amount in list_amounts(priced)] == [9, 5, 3]


def _price(figure: UseFigure, quantity: str) -> UseFigure:
    return UseFigure(**{**vars(figure), "quantity": quantity})


@pytest.mark.parametrize(
    ("is_day", "nature", "role", "quantity", "span"),
    [
        (False, "flow", "lent", "Currency", "in"),
        (False, "stock", "", "Currency", "in"),
        (True, "flow", "", "Currency", "to"),
        (True, "stock", "funded", "Currency", "to"),
        (True, "stock", "", "Currency", "on"),
        (True, "stock", "entityCount", "Count", "on"),
    ],
)
def test_a_figure_says_what_time_it_counts(is_day: bool, nature: str, role: str, quantity: str, span: str) -> None:
    changed = {"is_day": is_day, "nature": f"{BASE}nature/{nature}", "role": role, "quantity": f"{QUANTITY}{quantity}"}
    assert UseFigure(**{**vars(make_amount("tool", 1).figure), **changed}).span == span
