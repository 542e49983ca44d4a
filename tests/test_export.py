"""The export: one record for each mention, saying what the graph says."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from exporting import export_records
from provfin.building import render_graph, write_files, write_jsonl
from provfin.errors import InputError
from provfin.exports.records import Record
from provfin.extraction import Extraction, extract_text
from provfin.facts import to_base
from provfin.mentions import ROLES
from provfin.turtle import BASE, find_turtle

FIELDS = [
    "observation", "mention", "report", "start", "end", "exact", "section", "indicator", "indicator_label", "measure",
    "value", "unit", "value_base", "base_unit", "period", "area", "dimensions", "actor", "instrument", "target",
    "qualifier", "origin", "read_by",
]  # fmt: skip


@pytest.fixture(scope="module")
def folder(example: Extraction, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The graph of the invented report, written out."""
    folder = tmp_path_factory.mktemp("graph")
    write_files(folder, render_graph(example))
    return folder


@pytest.fixture(scope="module")
def records(folder: Path) -> list[Record]:
    """Its records."""
    return export_records(folder)


def find_record(records: list[Record], exact: str, start: int = 0) -> Record:
    return next(record for record in records if record["exact"] == exact and record["start"] >= start)


def test_there_is_one_record_for_each_mention(records: list[Record], example: Extraction) -> None:
    mentions = sorted((m.span.start, m.span.end) for fact in example.facts for m in fact.mentions)
    assert [(record["start"], record["end"]) for record in records] == mentions


def test_a_record_has_all_fields_in_their_order(records: list[Record]) -> None:
    assert all(list(record) == FIELDS for record in records)


def test_a_record_is_the_figure_at_its_place(records: list[Record], example: Extraction) -> None:
    source = example.document.source
    assert all(source[record["start"] : record["end"]] == record["exact"] for record in records)


def test_a_record_says_what_the_extraction_says(records: list[Record], example: Extraction) -> None:
    known = {mention.span.start: (fact, mention) for fact in example.facts for mention in fact.mentions}
    for record in records:
        fact, mention = known[record["start"]]
        claim = fact.claim
        assert record["indicator_label"] == claim.name
        assert record["measure"] == claim.measure
        assert record["period"] == claim.period.code
        assert record["area"] == claim.area.code
        members = dict(claim.members)
        assert record["dimensions"] == {name: member.code for name, member in claim.members if name not in ROLES}
        told = {role: members[role].label for role in ROLES if role in members and not members[role].is_total}
        assert {role: record[role] for role in ROLES} == {role: told.get(role) for role in ROLES}
        assert record["qualifier"] == (mention.qualifier or None)
        assert record["origin"] == mention.origin
        assert record["section"] == mention.part.trail
        assert record["unit"] == mention.unit.label
        assert (record["value"] and Decimal(record["value"])) == mention.value
        assert (record["value_base"] and Decimal(record["value_base"])) == to_base(mention.value, mention.unit)


def test_a_record_of_a_figure(records: list[Record], example: Extraction) -> None:
    start = example.document.source.index("５．４") - 1
    assert find_record(records, "－５．４") == {
        "observation": f"{BASE}observation/example-2024/unknown/2023-12-31/loans/medium-and-long-term/yoy_growth",
        "mention": f"{BASE}mention/example-2024/{start}-{start + 4}",
        "report": "example-2024",
        "start": start,
        "end": start + 4,
        "exact": "－５．４",
        "section": "附录： / （二）数字一览 / 表 1 2023 年虚构的存贷款指标",
        "indicator": f"{BASE}indicator/loans",
        "indicator_label": "金融机构本外币中长期贷款余额",
        "measure": "yoy_growth",
        "value": "-5.4",
        "unit": "%",
        "value_base": "-5.4",
        "base_unit": "%",
        "period": "2023-12-31",
        "area": "unknown",
        "dimensions": {
            "comparisonBase": "_T",
            "currencyScope": "_T",
            "institutionalSector": "_T",
            "maturity": "medium-and-long-term",
        },
        "actor": None,
        "instrument": None,
        "target": None,
        "qualifier": None,
        "origin": "table",
        "read_by": "rule",
    }


def test_a_record_of_a_dash_has_no_value(records: list[Record]) -> None:
    record = find_record(records, "—")
    assert (record["value"], record["value_base"]) == (None, None)
    assert (record["unit"], record["base_unit"]) == ("个", "个")


@pytest.mark.parametrize(
    ("exact", "value", "unit", "base", "base_unit"),
    [
        ("２３，０１８", "23018", "人", "23018", "人"),
        ("213,038.0", "213038.0", "亿元", "21303800000000", "元"),
        ("1,902.4", "1902.4", "万笔", "19024000", "笔"),
        ("1.60", "1.60", "%", "1.6", "%"),
        ("204", "204", "亿元", "20400000000", "元"),
        ("\u22128.1", "-8.1", "%", "-8.1", "%"),
        ("0.6", "0.6", "亿美元", "60000000", "美元"),
    ],
)
def test_values_keep_the_printed_decimals(
    records: list[Record], exact: str, value: str, unit: str, base: str, base_unit: str
) -> None:
    record = find_record(records, exact)
    assert (record["value"], record["unit"], record["value_base"], record["base_unit"]) == (
        value,
        unit,
        base,
        base_unit,
    )


def test_each_mention_of_a_fact_keeps_its_own_value(tmp_path: Path) -> None:
    rows = "季度\t贴现\n\t银行承兑汇票\n1\t{}\n"
    tables = [
        f"表 {n} 票据贴现利率\n\n单位：{unit}\n\n{rows.format(text)}\n"
        for n, unit, text in ((1, "%", "2.31"), (2, "‰", "23"))
    ]
    write_files(tmp_path, render_graph(extract_text("吉林省金融运行报告（2024）\n\n" + "".join(tables), "some")))
    first, second = export_records(tmp_path)
    assert first["observation"] == second["observation"]
    assert (first["value"], first["unit"], first["value_base"]) == ("2.31", "%", "2.31")
    assert (second["value"], second["unit"], second["value_base"]) == ("23", "‰", "2.3")


def test_records_are_in_reading_order(records: list[Record]) -> None:
    starts = [record["start"] for record in records]
    assert starts == sorted(starts)


def test_lines_of_json_read_back(records: list[Record]) -> None:
    lines = write_jsonl(records).decode().splitlines()
    assert [json.loads(line) for line in lines] == records
    assert "存款" in "".join(lines)


def test_all_data_are_exported_when_no_folder_is_given() -> None:
    assert {record["report"] for record in export_records()} >= {"liaoning-2025"}


@pytest.mark.parametrize("name", ["empty", "missing"])
def test_a_folder_without_turtle_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=rf"{name}: no Turtle files; give a folder that extract or build wrote"):
        find_turtle(tmp_path / name)


def test_a_graph_that_lacks_what_a_record_needs_is_refused_naming_the_node(folder: Path, tmp_path: Path) -> None:
    for path in find_turtle(folder):
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if not line.strip().startswith("oa:exact")]
        (tmp_path / path.name).write_text("".join(kept), encoding="utf-8")
    with pytest.raises(InputError, match=rf"{BASE}mention/example-2024/\d+-\d+: no exact; run provfin validate"):
        export_records(tmp_path)


# What prose says


def test_a_record_of_prose_says_who_with_what_and_for_whom(records: list[Record]) -> None:
    record = find_record(records, "420 户")
    assert {name: record[name] for name in ("actor", "instrument", "target", "qualifier", "origin", "read_by")} == {
        "actor": "村镇银行", "instrument": "支农再贷款", "target": "小微企业", "qualifier": "超", "origin": "prose",
        "read_by": "rule",
    }  # fmt: skip
    assert record["section"] == "二、金融怎么样 / （一）银行 / 专栏 1 一家虚构小店的贷款故事"
    assert record["dimensions"] == {"comparisonBase": "_T"}


def test_a_role_that_is_not_told_is_none(records: list[Record]) -> None:
    record = find_record(records, "12.6 亿元")
    assert (record["actor"], record["instrument"], record["target"]) == (None, "支农再贷款", None)


def test_a_record_says_what_a_figure_is_compared_with(records: list[Record]) -> None:
    record = find_record(records, "0.6 个百分点")
    assert (record["measure"], record["value"], record["dimensions"]["comparisonBase"]) == ("diff_pp", "-0.6", "nation")


def test_mentions_of_prose_and_table_are_of_one_observation_each_with_its_value(records: list[Record]) -> None:
    found = [record for record in records if record["observation"].endswith("/2023-12-31/deposits/level")]
    assert [(record["exact"], record["value"], record["unit"], record["origin"]) for record in found] == [
        ("0.95 万亿元", "0.95", "万亿元", "prose"),
        ("9488 亿元", "9488", "亿元", "prose"),
        ("9,488.2", "9488.2", "亿元", "table"),
    ]


def test_what_a_reviewer_read_says_so(example: Extraction, tmp_path: Path) -> None:
    facts = [
        replace(fact, mentions=tuple(replace(mention, rule="review") for mention in fact.mentions))
        for fact in example.facts
    ]
    write_files(tmp_path, render_graph(replace(example, facts=tuple(facts))))
    assert {record["read_by"] for record in export_records(tmp_path)} == {"reviewer"}
