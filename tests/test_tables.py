"""Tables: what their labels mean, and what is refused rather than guessed.

Tables are written with `|` where a report has a tab.
"""

import re

import pytest

from provfin.document import TableBlock, load_genre, parse_document
from provfin.extraction import Extraction, extract_text
from provfin.layouts import TimeUnit
from provfin.tables.columns import When, read_when
from provfin.tables.grid import cut_rows, find_heading_paths, is_value, split_unit
from provfin.vocabulary import load_vocabulary

VOCABULARY = load_vocabulary()
TITLE = "吉林省金融运行报告（2024）"
BANKS = ("类别|营业网点|||法人机构（个）", "|机构个数（个）|从业人数（人）|资产总额（亿元）|")
CREDIT = "表 1 2023 年主要存贷款指标"
ECONOMY = "表 2 2023 年主要经济指标"
VALUES = "|绝对值（自年初累计）||"


def extract_table(caption: str, *rows: str, unit: str = "") -> Extraction:
    lines = (TITLE, "", caption, *([unit] if unit else []), *(row.replace("|", "\t") for row in rows))
    return extract_text("\n".join(lines) + "\n", "jilin-2024")


def read_facts(caption: str, *rows: str, unit: str = "") -> dict[str, str]:
    """Return the printed values of a table's facts under their keys, the area left out."""
    facts = extract_table(caption, *rows, unit=unit).facts
    return {fact.claim.key.removeprefix("CN-JL/"): fact.mentions[0].exact for fact in facts}


def read_gaps(caption: str, *rows: str, unit: str = "") -> list[tuple[str, str]]:
    """Return the gaps of a table (not of its caption) with what they are about, tabs as bars again."""
    extraction = extract_table(caption, *rows, unit=unit)
    source = extraction.document.source
    gaps = [gap for gap in extraction.gaps if gap.reason != "heading-not-read"]
    return [(gap.reason, source[gap.span.start : gap.span.end].replace("\t", "|")) for gap in gaps]


def cut_block(text: str) -> TableBlock:
    (block,) = parse_document(f"{TITLE}\n\n表 1 甲\n{text}").tables
    return block


# Cells and headings


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("甲\t 1 \t\n\t2\t3\n", [["甲", "1", ""], ["", "2", "3"]]),
        ("| 甲 | 1 | |\n|---|:-:|--:|\n| | 2 | 3 |\n", [["甲", "1", ""], ["", "2", "3"]]),
        ("| 甲|乙 |\n", [["甲", "乙"]]),
    ],
)
def test_cells_lie_between_tabs_or_bars(text: str, cells: list[list[str]]) -> None:
    assert [[cell.text for cell in row.cells] for row in cut_rows(cut_block(text))] == cells


def test_a_cell_knows_its_place() -> None:
    block = cut_block("甲\t 12.5 \n乙\t3\n")
    source = f"{TITLE}\n\n表 1 甲\n甲\t 12.5 \n乙\t3\n"
    for row in cut_rows(block):
        assert all(source[cell.span.start : cell.span.end] == cell.text for cell in row.cells)


def test_a_heading_spans_the_empty_cells_to_its_right() -> None:
    rows = cut_rows(cut_block("季度\t承兑\t\t贴现\t\n\t余额\t发生额\t余额\t发生额\n"))
    paths = find_heading_paths(rows, 5, 1)
    assert paths[1:] == [("承兑", "余额"), ("承兑", "发生额"), ("贴现", "余额"), ("贴现", "发生额")]


def test_a_heading_does_not_span_below_another_parent() -> None:
    rows = cut_rows(cut_block("季度\t甲\t\t乙\t\n\t子\t\t\t\n\t1列\t2列\t3列\t4列\n"))
    assert find_heading_paths(rows, 5, 1)[1:] == [
        ("甲", "子", "1列"),
        ("甲", "子", "2列"),
        ("乙", "3列"),
        ("乙", "4列"),
    ]


def test_the_lowest_heading_never_spans() -> None:
    rows = cut_rows(cut_block("年份\t金额\t\n"))
    assert find_heading_paths(rows, 3, 1) == [("年份",), ("金额",), ()]


@pytest.mark.parametrize(
    ("label", "bare", "unit"),
    [
        ("资产总额 (亿元)", "资产总额", "亿元"),
        ("固定资产投资（不含农户）（亿元）", "固定资产投资(不含农户)", "亿元"),
        ("城镇登记失业率（％）（季度）", "城镇登记失业率(季度)", "%"),
        ("用电量（亿千瓦时）", "用电量", "亿千瓦时"),
        ("畜力（亿马力）", "畜力(亿马力)", None),
        ("余额（", "余额(", None),
        ("合 计", "合计", None),
    ],
)
def test_a_unit_in_brackets_is_split_off(label: str, bare: str, unit: str | None) -> None:
    assert split_unit(label, VOCABULARY) == (bare, unit)


@pytest.mark.parametrize(
    ("text", "is_one"), [("1,204", True), ("204①", True), ("—", True), ("约1.7", False), ("", False)]
)
def test_a_figure_or_a_dash_is_a_value(text: str, is_one: bool) -> None:
    (row,) = cut_rows(cut_block(f"\t{text}\t尾\n"))
    assert is_value(row.cells[1], VOCABULARY) is is_one


@pytest.mark.parametrize(
    ("text", "unit", "when"),
    [
        ("2023", "year", When(2023)),
        ("2023 年", "year", When(2023)),
        ("12月", "month", When(None, 12)),
        ("３ 月末", "month", When(None, 3)),
        ("2022年12月", "month", When(2022, 12)),
        ("1", "quarter", When(None, 1)),
        ("第三季度", "quarter", When(None, 3)),
        ("四季度末", "quarter", When(None, 4)),
        ("2023年二季度", "quarter", When(2023, 2)),
    ],
)
def test_a_label_tells_the_time(text: str, unit: TimeUnit, when: When) -> None:
    assert read_when(text, unit, load_genre().table) == when


@pytest.mark.parametrize(
    ("text", "unit"),
    [("13月", "month"), ("0月", "month"), ("5", "quarter"), ("1-3月", "month"), ("1823", "year"), ("", "year")],
)
def test_another_label_tells_no_time(text: str, unit: TimeUnit) -> None:
    assert read_when(text, unit, load_genre().table) is None


# What rows and columns mean


def test_banking_institutions_are_read_by_type() -> None:
    facts = read_facts("表 1 银行业金融机构情况", *BANKS, "一、民营银行|2|316|1,204|1", "合计|2|316|1,204|—")
    assert facts == {
        "2023-12-31/banking-outlets/private-banks/count": "2",
        "2023-12-31/banking-staff/private-banks/count": "316",
        "2023-12-31/banking-assets/private-banks/level": "1,204",
        "2023-12-31/banking-legal-entities/private-banks/count": "1",
        "2023-12-31/banking-outlets/count": "2",
        "2023-12-31/banking-staff/count": "316",
        "2023-12-31/banking-assets/level": "1,204",
        "2023-12-31/banking-legal-entities/count": "—",
    }


def test_columns_may_stand_in_another_order() -> None:
    heads = ("类别|法人机构（个）|营业网点||", "||资产总额（亿元）|从业人数（人）|机构个数（个）")
    turned = read_facts("表 1 银行业金融机构情况", *heads, "民营银行|1|204|316|2")
    assert turned == read_facts("表 1 银行业金融机构情况", *BANKS, "民营银行|2|316|204|1")


def test_the_year_of_the_caption_goes_before_that_of_the_report() -> None:
    keys = read_facts("表 1 2021 年银行业金融机构情况", *BANKS, "民营银行|2|316|204|1")
    assert all(key.startswith("2021-12-31/") for key in keys)


@pytest.mark.parametrize("number", ["19", "20"])
def test_the_number_of_a_table_is_no_part_of_its_year(number: str) -> None:
    keys = read_facts(f"表 {number} 2023 年银行业金融机构情况", *BANKS, "民营银行|2|316|204|1")
    assert all(key.startswith("2023-12-31/") for key in keys)


def test_rate_bands_are_read_by_their_own_label_or_with_the_one_above() -> None:
    facts = read_facts(
        "表 2 利率区间占比",
        "项目||1月|2月", "合计||100.0|100.0", "LPR减点||50.0|—", "LPR加点|小计|40.0|38.5", "|LPR+5%及以上|0.1|0.0",
        unit="（单位：%）",
    )  # fmt: skip
    assert facts == {
        "2023-01/general-loan-share/share": "100.0",
        "2023-02/general-loan-share/share": "100.0",
        "2023-01/general-loan-share/below-lpr/share": "50.0",
        "2023-02/general-loan-share/below-lpr/share": "—",
        "2023-01/general-loan-share/above-lpr/share": "40.0",
        "2023-02/general-loan-share/above-lpr/share": "38.5",
        "2023-01/general-loan-share/lpr-plus-5-and-over/share": "0.1",
        "2023-02/general-loan-share/lpr-plus-5-and-over/share": "0.0",
    }


def test_stacked_halves_each_have_their_months() -> None:
    keys = read_facts("表 2 利率区间占比", "项目||1月", "LPR||9.4", "项目||7月", "LPR||8.8", unit="单位：%")
    assert keys == {"2023-01/general-loan-share/at-lpr/share": "9.4", "2023-07/general-loan-share/at-lpr/share": "8.8"}


def test_bills_have_balances_at_a_date_and_volumes_since_january() -> None:
    heads = ("季度|银行承兑汇票承兑||贴现|", "|||商业承兑汇票|", "|余额|累计发生额|余额|累计发生额")
    assert read_facts("表 3 票据业务量", *heads, "三季度|4.5|9.0|1.2|—", unit="单位：亿元") == {
        "2023-09-30/bill-acceptances-outstanding/bank-accepted/level": "4.5",
        "2023-01--2023-09/bill-acceptances-volume/bank-accepted/level": "9.0",
        "2023-09-30/bill-discounts-outstanding/commercial-accepted/level": "1.2",
        "2023-01--2023-09/bill-discounts-volume/commercial-accepted/level": "—",
    }


def test_bill_rates_are_of_their_quarter() -> None:
    heads = ("季度|贴现||转贴现|", "|银行承兑汇票|商业承兑汇票|票据买断|票据回购")
    assert read_facts("表 4 票据贴现、转贴现利率", *heads, "2|2.06|2.88|1.60|1.71", unit="单位：%") == {
        "2023-04--2023-06/bill-discount-rate/bank-accepted/rate": "2.06",
        "2023-04--2023-06/bill-discount-rate/commercial-accepted/rate": "2.88",
        "2023-04--2023-06/bill-transfer-rate/outright/rate": "1.60",
        "2023-04--2023-06/bill-transfer-rate/repo/rate": "1.71",
    }


def test_a_growth_column_speaks_of_the_column_to_its_left() -> None:
    bulk = "当年小额支付系统业务金额（亿元）|同比增长（%）"
    high_value = "当年大额支付系统处理业务数（万笔）|同比增长（%）"
    heads = f"年份|{bulk}|支付清算系统覆盖率（%）|{high_value}"
    assert read_facts("表 5 支付体系建设情况", heads, "2022|63.5|0.7|98.6|310.0|-2.2") == {
        "2022-12-31/payment-coverage/rate": "98.6",
        "2022/payment-transactions/high-value/count": "310.0",
        "2022/payment-transactions/high-value/yoy_growth": "-2.2",
        "2022/payment-amount/bulk/level": "63.5",
        "2022/payment-amount/bulk/yoy_growth": "0.7",
    }


def test_parts_go_with_the_row_above_them() -> None:
    facts = read_facts(
        CREDIT,
        "||1月",
        "人民币|各项贷款余额（亿元）|100.1", "|其中：中长期|50.0", "|短期|40.0", "|票据融资|10.0",
        "|各项贷款余额比上月增加（亿元）|-3.0", "|其中：短期|-1.0",
        "|各项贷款同比增长（%）|4.1", "|其中:短期|5.2", "|住户贷款|1.3",
    )  # fmt: skip
    assert facts == {
        "2023-01-31/loans/cny/level": "100.1",
        "2023-01-31/loans/cny/short-term/level": "40.0",
        "2023-01-31/loans/cny/medium-and-long-term/level": "50.0",
        "2023-01-31/bill-financing/cny/level": "10.0",
        "2023-01/loans/cny/mom_change_abs": "-3.0",
        "2023-01/loans/cny/short-term/mom_change_abs": "-1.0",
        "2023-01-31/loans/cny/yoy_growth": "4.1",
        "2023-01-31/loans/cny/short-term/yoy_growth": "5.2",
        "2023-01-31/loans/cny/households/yoy_growth": "1.3",
    }


@pytest.mark.parametrize(
    ("label", "key"),
    [
        ("各项存款余额比年初增加（亿元）", "2023-01--2023-06/deposits/change_since_year_start"),
        ("各项存款余额比上月增加（亿元）", "2023-06/deposits/mom_change_abs"),
        ("各项存款同比多增（亿元）", "2023-06-30/deposits/yoy_change_abs"),
        ("各项存款余额增速（%）", "2023-06-30/deposits/yoy_growth"),
        ("机关团体存款余额（亿元）", "2023-06-30/deposits/government/level"),
        ("建筑业贷款余额（亿元）", "2023-06-30/construction-loans/level"),
    ],
)
def test_a_label_may_end_in_its_measure(label: str, key: str) -> None:
    assert list(read_facts(CREDIT, "||6月", f"本外币|{label}|1.5")) == [key]


def test_a_month_of_another_year_says_so() -> None:
    keys = read_facts(CREDIT, "||2022年12月|2023年1月", "外币|外币存款余额（亿美元）|1.0|2.0")
    assert list(keys) == ["2022-12-31/deposits/foreign/level", "2023-01-31/deposits/foreign/level"]


def test_a_heading_row_opens_each_half_of_the_economy() -> None:
    facts = read_facts(
        ECONOMY,
        "|1月|2月|3月", VALUES, "地区生产总值（亿元）|—|—|9.5", "第二产业|—|—|4.5",
        "城镇登记失业率（%）（季度）|—|—|3.2",
        "|同比累计增长率（%）||", "地区生产总值|—|—|-5.1",
    )  # fmt: skip
    assert {key: exact for key, exact in facts.items() if exact != "—"} == {
        "2023-01--2023-03/gross-regional-product/level": "9.5",
        "2023-01--2023-03/gross-regional-product/secondary-industry/level": "4.5",
        "2023-03-31/registered-urban-unemployment-rate/rate": "3.2",
        "2023-01--2023-03/gross-regional-product/yoy_growth": "-5.1",
    }
    assert "2023-01/gross-regional-product/level" in facts


def test_a_heading_row_may_stand_in_the_label_column_and_have_the_unit() -> None:
    facts = read_facts(ECONOMY, "|3月", "绝对值（亿元）|", "地区生产总值|9.5", "同比增长（%）|", "地区生产总值|5.1")
    assert facts == {
        "2023-01--2023-03/gross-regional-product/level": "9.5",
        "2023-01--2023-03/gross-regional-product/yoy_growth": "5.1",
    }


def test_amounts_are_not_taken_for_those_of_a_month_when_nothing_says_so() -> None:
    assert "2023-03/gross-regional-product/level" not in read_facts(ECONOMY, "|3月", "地区生产总值（亿元）|9.5")


@pytest.mark.parametrize("unit", ["单位：亿元", "（单位：亿元）", "(单位:亿元)", "单位: 亿元人民币", "单位： 亿　元"])
def test_the_unit_may_stand_above_the_table(unit: str) -> None:
    extraction = extract_table(CREDIT, "||1月", "本外币|各项存款余额|9.5", unit=unit)
    assert [(fact.claim.key, fact.unit.label) for fact in extraction.facts] == [
        ("CN-JL/2023-01-31/deposits/level", "亿元")
    ]


def test_parts_have_the_measure_of_the_row_above_wherever_the_unit_stands() -> None:
    rows = ("||1月", "本外币|各项存款余额比上月增加|-3.0", "|其中：住户存款|-1.0")
    assert read_facts(CREDIT, *rows, unit="单位：亿元") == {
        "2023-01/deposits/mom_change_abs": "-3.0",
        "2023-01/deposits/households/mom_change_abs": "-1.0",
    }


def test_parts_of_a_growth_row_are_growth_wherever_the_unit_stands() -> None:
    rows = ("||1月", "本外币|各项存款同比增长（%）|5.0", "|其中：住户存款|6.0")
    assert read_facts(CREDIT, *rows, unit="单位：亿元") == {
        "2023-01-31/deposits/yoy_growth": "5.0",
        "2023-01-31/deposits/households/yoy_growth": "6.0",
    }


def test_bill_financing_is_a_part_itself_wherever_the_unit_stands() -> None:
    rows = ("||1月", "本外币|各项贷款余额|100.0", "|其中：短期|40.0", "|票据融资|10.0", "|中长期|50.0")
    assert "2023-01-31/loans/medium-and-long-term/level" in read_facts(CREDIT, *rows, unit="单位：亿元")


# Candidates


def test_an_unknown_type_of_institution_is_kept_as_a_candidate() -> None:
    rows = (*BANKS, "四、民间互助公司|—|88|97|1")
    facts = read_facts("表 1 银行业金融机构情况", *rows)
    assert facts["2023-12-31/banking-staff/candidate-民间互助公司/count"] == "88"
    assert [reason for reason, _ in read_gaps("表 1 银行业金融机构情况", *rows)] == ["candidate-concept"]


def test_an_unknown_row_with_a_unit_is_kept_as_a_candidate() -> None:
    rows = ("||1月", "本外币|茶园贷款余额（亿元）|12.3", "|茶园贷款同比增长（%）|20.5")
    assert read_facts(CREDIT, *rows) == {
        "2023-01-31/candidate-茶园贷款余额/level": "12.3",
        "2023-01-31/candidate-茶园贷款余额/yoy_growth": "20.5",
    }


def test_an_unknown_part_is_a_candidate_below_its_whole() -> None:
    rows = ("||1月", "人民币|各项贷款余额（亿元）|99.0", "|其中：茶园|12.3")
    extraction = extract_table(CREDIT, *rows)
    (candidate,) = (fact for fact in extraction.facts if fact.claim.indicator.is_candidate)
    loans = VOCABULARY.indicators["loans"]
    assert candidate.claim.indicator.label == "各项贷款余额其中茶园"
    assert candidate.claim.indicator.is_stock
    assert candidate.claim.indicator.topics == loans.topics
    assert [member.slug for _, member in candidate.claim.members] == ["cny", "total", "total", "total"]


def test_a_candidate_part_is_counted_as_its_whole_is() -> None:
    facts = read_facts(ECONOMY, "|3月", "|绝对值", "城镇登记失业率（%）|3.2", "其中：青年|5.1")
    assert facts["2023-03-31/candidate-城镇登记失业率其中青年/rate"] == "5.1"


def test_a_candidate_of_the_economy_runs_over_the_period() -> None:
    facts = read_facts(ECONOMY, "|1月|2月", "|绝对值||", "露营装备销售额（亿元）|1.0|2.0")
    assert list(facts) == ["2023-01--2023-02/candidate-露营装备销售额/level", "2023-01/candidate-露营装备销售额/level"]


# Gaps


@pytest.mark.parametrize(
    ("rows", "gap"),
    [
        (["||1月", "本外币|各项存款余额（亿元）|约9"], ("not-a-figure", "约9")),
        (["||1月|2月", "本外币|各项存款余额（亿元）||9"], ("blank-cell", "")),
        (["||1月|2月", "本外币|各项存款余额（亿元）|9"], ("row-cut-short", "本外币|各项存款余额（亿元）|9")),
        (["||1月", "本外币|各项存款余额（亿元）|9|8"], ("cell-outside-heading", "8")),
        (["本外币|各项存款余额（亿元）|9"], ("row-before-heading", "本外币|各项存款余额（亿元）|9")),
        (["||1月", "本外币|各项存款余额（亿元）|"], ("row-without-figures", "本外币|各项存款余额（亿元）|")),
        (["||1月", "本外币||9"], ("row-without-label", "本外币||9")),
        (["||1月", "本外币|茶园贷款|9"], ("name-not-known", "本外币|茶园贷款|9")),
        (["||1月", "本外币|各项存款余额|9"], ("unit-not-printed", "本外币|各项存款余额|9")),
        (["||1月", "本外币|其中：短期|9"], ("part-without-whole", "本外币|其中：短期|9")),
        (["||1月", "本外币|短期（亿元）|9"], ("part-without-whole", "本外币|短期（亿元）|9")),
        (["||1月", "美元|各项存款余额（亿元）|9"], ("group-not-known", "美元|各项存款余额（亿元）|9")),
        (["||1月", "|各项存款余额（亿元）|9"], ("group-not-known", "|各项存款余额（亿元）|9")),
        (["||1月", "人民币|外币存款余额（亿元）|9"], ("labels-disagree", "人民币|外币存款余额（亿元）|9")),
        (["||1月", "本外币|各项存款余额（%）|9"], ("meaning-not-known", "9")),
        (["||1月", "本外币|各项存款同比增长（亿元）|9"], ("meaning-not-known", "9")),
        (["||1月", "本外币|各项存款余额（个）|9"], ("meaning-not-known", "9")),
        (["||1月"], ("heading-without-rows", "||1月")),
        (["||1月", "||2月"], ("heading-without-rows", "||2月")),
        # A heading row forgets what stands above it.
        (
            ["||1月", "本外币|各项存款余额（亿元）|9", "||2月", "|各项贷款余额（亿元）|9"],
            ("group-not-known", "|各项贷款余额（亿元）|9"),
        ),
        (
            ["||1月", "本外币|各项贷款余额（亿元）|9", "||2月", "本外币|其中：短期|9"],
            ("part-without-whole", "本外币|其中：短期|9"),
        ),
    ],
)
def test_what_a_credit_table_does_not_say_is_a_gap(rows: list[str], gap: tuple[str, str]) -> None:
    assert read_gaps(CREDIT, *rows) == [gap]


@pytest.mark.parametrize(
    ("rows", "gaps"),
    [
        (
            ["|3月", "|环比增长率（%）", "地区生产总值|5.1"],
            [("heading-row-not-known", "|环比增长率（%）"), ("row-under-unknown-heading", "地区生产总值|5.1")],
        ),
        (
            ["|3月", "|绝对值", "畜力（亿马力）|5.1"],
            [("name-not-known", "畜力（亿马力）|5.1")],
        ),
        (["|3月", "|绝对值", "地区生产总值|5.1"], [("unit-not-printed", "地区生产总值|5.1")]),
        # A unit goes down to the parts of its row, not to whatever comes next.
        (["|3月", "|绝对值", "地区生产总值（亿元）|5.1", "地方财政收入|3"], [("unit-not-printed", "地方财政收入|3")]),
    ],
)
def test_what_an_economy_table_does_not_say_is_a_gap(rows: list[str], gaps: list[tuple[str, str]]) -> None:
    assert read_gaps(ECONOMY, *rows) == gaps


def test_a_row_that_is_of_no_quarter_is_a_gap() -> None:
    rows = ("季度|贴现", "|银行承兑汇票", "五|1.0")
    assert read_gaps("表 4 票据贴现利率", *rows, unit="单位：%") == [("label-not-a-time", "五|1.0")]


def test_a_column_that_the_layout_does_not_declare_is_a_gap() -> None:
    rows = ("年份|支付系统满意度（%）", "2022|98.6")
    assert read_gaps("表 5 支付体系建设情况", *rows) == [("meaning-not-known", "98.6")]


def test_a_unit_that_is_not_known_is_a_gap_and_so_is_what_needs_it() -> None:
    gaps = read_gaps("表 4 票据贴现利率", "季度|贴现", "|银行承兑汇票", "1|1.0", unit="单位：厘")
    assert gaps == [("unit-not-known", "表 4 票据贴现利率"), ("meaning-not-known", "1.0")]


def test_a_row_of_hyphens_is_not_lost() -> None:
    rows = ("||1月|2月", "本外币|各项存款余额（亿元）|9|8", "||-|-")
    assert read_gaps(CREDIT, *rows) == [("row-without-label", "||-|-")]


def test_a_table_without_a_layout_is_a_gap_that_names_its_caption() -> None:
    extraction = extract_table("表 6 2023 年典当行情况", "地区|数量", "云溪市|14", "雁鸣市|9")
    (gap,) = [gap for gap in extraction.gaps if gap.reason != "heading-not-read"]
    assert gap.reason == "table-not-known"
    assert "表 6 2023 年典当行情况" in gap.message
    assert extraction.document.source[gap.span.start : gap.span.end] == "地区\t数量\n云溪市\t14\n雁鸣市\t9"


# Mentions


def test_a_mention_is_the_figure_as_printed() -> None:
    extraction = extract_table("表 1 银行业金融机构情况", *BANKS, "民营银行|２，３１６|  204①|－５．４|—")
    source = extraction.document.source
    for fact in extraction.facts:
        for mention in fact.mentions:
            assert source[mention.span.start : mention.span.end] == mention.exact
    exact = {fact.claim.indicator.code: (fact.mentions[0].exact, str(fact.value)) for fact in extraction.facts}
    assert exact == {
        "banking-outlets": ("２，３１６", "2316"),
        "banking-staff": ("204", "204"),
        "banking-assets": ("－５．４", "-5.4"),
        "banking-legal-entities": ("—", "None"),
    }


def test_counts_of_single_things_are_exact() -> None:
    heads = "年份|支付系统直接参与方（个）|当年小额支付系统处理业务数（万笔）"
    exact = {
        fact.claim.indicator.code: fact.mentions[0].is_exact
        for fact in extract_table("表 5 支付体系建设情况", heads, "2022|17|310").facts
    }
    assert exact == {"payment-direct-participants": True, "payment-transactions": False}


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1)])
def test_rows_that_say_all_themselves_may_stand_in_any_order(order: tuple[int, ...]) -> None:
    rows = ["一、民营银行|2|316|204|1", "二、外资银行|1|16|4|—", "三、财务公司|—|6|8|1", "合计|3|338|216|2"]
    there = read_facts("表 1 银行业金融机构情况", *BANKS, *(rows[number] for number in order))
    assert there == read_facts("表 1 银行业金融机构情况", *BANKS, *rows)


def test_the_seven_kinds_of_table_are_all_in_the_invented_report(example: Extraction) -> None:
    mentions = [mention for fact in example.facts for mention in fact.mentions if mention.origin == "table"]
    read = {(mention.part.path, mention.rule) for mention in mentions}
    assert read == {
        ("table/1", "banking-institutions"),
        ("table/2", "loan-rate-bands"),
        ("table/3", "bill-volumes"),
        ("table/4", "bill-rates"),
        ("table/5", "payment-systems"),
        ("appendix/table/1", "credit-by-month"),
        ("appendix/table/2", "economy-by-month"),
    }


def test_what_cannot_be_read_of_the_tables_of_the_invented_report_is_told(example: Extraction) -> None:
    source = example.document.source
    rows = [row.span for table in example.document.tables for row in table.rows]
    gaps = [
        (gap.reason, re.sub(r"\s+", " ", source[gap.span.start : gap.span.end]))
        for gap in example.gaps
        if any(row.start <= gap.span.start <= row.end for row in rows)
    ]
    assert gaps == [
        ("candidate-concept", "97"),
        ("not-a-figure", "约1.7"),
        ("table-not-known", "地区 数量 云溪市 14 雁鸣市 9"),
        ("candidate-concept", "12.3"),
        ("blank-cell", ""),
        ("candidate-concept", "1.2"),
        ("row-cut-short", "实际利用外资 — -20.4 -15.0 -11.1"),
    ]


def test_a_short_line_above_a_table_may_serve_as_its_caption() -> None:
    text = f"{TITLE}\n\n2021 年主要经济指标\n\n\t3月\n地区生产总值（亿元）\t9.5\n"
    (fact,) = extract_text(text, "jilin-2024").facts
    assert fact.claim.key == "CN-JL/2021-01--2021-03/gross-regional-product/level"


def test_units_above_a_table_may_be_several() -> None:
    rows = ("||1月", "本外币|各项存款余额|9.5", "|各项存款同比增长|4.1")
    assert read_facts(CREDIT, *rows, unit="单位：亿元、%") == {
        "2023-01-31/deposits/level": "9.5",
        "2023-01-31/deposits/yoy_growth": "4.1",
    }
