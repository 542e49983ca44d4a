"""What is drawn around a thing is what the graph relates it with, named from where it stands, and no more than fits."""

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from altering import list_lines, serve, write_name
from linking import Client
from provfin.turtle import BASE
from provfin.web.explore.relations import MOST_DRAWN, share_room

CHART = re.compile(r'<script type="application/json" class="chart-data">(.*?)</script>', re.DOTALL)
MERGER = "event/liaoning-2025/2024-06-20/merger-liaoning-rural-commercial-bank"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Client:
    return serve(tmp_path_factory.mktemp("relations"), list_lines())


@pytest.fixture(scope="module")
def store() -> ox.Store:
    store = ox.Store()
    store.extend(ox.parse(b"".join(list_lines()), format=ox.RdfFormat.N_QUADS))
    return store


def get(client: Client, path: str) -> httpx.Response:
    response = client.get(path, "text/html")
    assert response.status_code == 200, response.text[:500]
    return response


def read_chart(client: Client, path: str, language: str = "en") -> dict[str, Any]:
    charts = [json.loads(found) for found in CHART.findall(get(client, f"/id/{path}?lang={language}").text)]
    return next(chart for chart in charts if chart["kind"] == "network")


def list_labels(chart: dict[str, Any]) -> dict[str, list[str]]:
    return {group["label"]: [node["label"] for node in group["nodes"]] for group in chart["groups"]}


def test_an_event_stands_among_those_who_took_part(client: Client) -> None:
    assert list_labels(read_chart(client, MERGER)) == {
        "Kind": ["Merger"],
        "Place": ["Liaoning"],
        "Absorbed institution": ["农村中小银行机构"],
        "Absorbing institution": ["Liaoning Rural Commercial Bank"],
        "Approver": ["National Financial Regulatory Administration"],
        "Figures": ["Rural institutions absorbed in mergers"],
    }


def test_relations_are_named_from_where_the_thing_stands(client: Client) -> None:
    branch = list_labels(read_chart(client, "institution/pboc-liaoning"))
    assert branch["Belongs to"] == ["People's Bank of China"]
    assert len(branch["Events, as organiser"]) == 6
    assert len(branch["Events, as promoter"]) == 4
    assert (
        "People's Bank of China, Anhui Branch"
        in list_labels(read_chart(client, "institution/pboc"))["Branches and units"]
    )


def test_relations_are_in_the_language_of_the_page(client: Client) -> None:
    chart = read_chart(client, "institution/pboc-liaoning", "zh")
    assert chart["center"] == "中国人民银行辽宁省分行"
    assert "事件（作为主办方）" in list_labels(chart)
    assert list_labels(chart)["隶属于"] == ["中国人民银行"]


def test_what_meets_in_a_use_or_a_figure_is_related(client: Client) -> None:
    labels = list_labels(read_chart(client, "institution/financial-institutions"))
    assert "Carbon-reduction supporting tool" in labels["Instruments"]
    assert "Carbon reduction" in labels["For"]
    assert "Loans granted" in labels["Figures"]


def test_of_very_many_some_are_drawn_and_all_are_listed(client: Client, store: ox.Store) -> None:
    chart = read_chart(client, "institution/pboc")
    assert sum(len(group["nodes"]) for group in chart["groups"]) == MOST_DRAWN
    node, above = ox.NamedNode(f"{BASE}institution/pboc"), ox.NamedNode("http://www.w3.org/ns/org#subOrganizationOf")
    units = {quad.subject for quad in store.quads_for_pattern(None, above, node)}
    group = next(group for group in chart["groups"] if group["label"] == "Branches and units")
    assert group["rest"] == f"and {len(units) - len(group['nodes'])} more"
    text = get(client, "/id/institution/pboc").text
    listed = text[text.index('<details class="related">') :]
    listed = listed[: listed.index("</details>")]
    for unit in units:
        assert isinstance(unit, ox.NamedNode)
        assert f'href="/id/{unit.value.removeprefix(BASE)}"' in listed


def test_every_node_leads_to_a_page(client: Client) -> None:
    for path in (MERGER, "institution/liaoxintong", "institution-type/city-commercial-banks"):
        for group in read_chart(client, path)["groups"]:
            for node in group["nodes"]:
                get(client, node["link"])


def test_the_list_says_what_the_drawing_says(client: Client) -> None:
    text = get(client, "/id/institution/liaoxintong").text
    listed = text[text.index('<details class="related">') :]
    for label, names in list_labels(read_chart(client, "institution/liaoxintong")).items():
        assert label in unescape(listed)
        for name in names:
            assert name in unescape(listed)


def test_the_same_is_always_drawn_alike(client: Client, tmp_path: Path) -> None:
    other = serve(tmp_path, reversed(list_lines()))
    for path in (MERGER, "institution/pboc-liaoning"):
        assert read_chart(client, path) == read_chart(other, path)


def test_a_hostile_name_is_only_text(tmp_path: Path) -> None:
    hostile = "</script><script>alert(1)</script>"
    lines = [line for line in list_lines() if not (b"institution/liaoxintong> " in line and b"prefLabel" in line)]
    client = serve(tmp_path, [*lines, write_name("institution/liaoxintong", "prefLabel", hostile)])
    text = get(client, "/id/institution/liaoxintong").text
    assert hostile not in text
    assert read_chart(client, "institution/liaoxintong")["center"] == hostile


@given(st.lists(st.integers(0, 90), max_size=20), st.integers(0, 60))
def test_room_is_shared_evenly_and_used_up(numbers: list[int], room: int) -> None:
    taken = share_room(numbers, room)
    assert sum(taken) == min(room, sum(numbers))
    assert all(0 <= some <= number for some, number in zip(taken, numbers, strict=True))
    short = [some for some, number in zip(taken, numbers, strict=True) if some < number]
    assert not short or max(taken) - min(short) <= 1
