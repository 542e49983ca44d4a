"""Reports that are odd in ways that once ended in a traceback, a wrong fact or an invalid graph."""

from pathlib import Path

import pytest

from provfin.building import render_graph, write_files
from provfin.extraction import Extraction, extract_text
from provfin.ledger import UNREAD, make_ledger
from provfin.uses import find_uses
from provfin.validation import validate

TITLE = "黑龙江省金融运行报告（2025）"


def read(text: str) -> Extraction:
    return extract_text(f"{TITLE}\n\n一、甲\n\n{text}\n", "odd")


def tell(text: str) -> list[str]:
    return sorted(
        f"{fact.claim.name} {fact.claim.measure} {fact.claim.area.label} {fact.claim.period.code} {mention.value}"
        for fact in read(text).facts
        for mention in fact.mentions
    )


@pytest.mark.parametrize(
    "text",
    [
        f"年末存款余额超1{'0' * 30}亿元。",
        f"年末存款余额约{'1' * 30}.5亿元。",
        f"表 1 某表\n\na\t1\nb\t2\n注：1. x\n{'2' * 4301}、y",
        "[1] 注一。\n\n[1] 注二。",
        "总纂：张三",
    ],
)
def test_an_odd_report_gives_a_valid_graph(text: str, tmp_path: Path) -> None:
    write_files(tmp_path / "graph", render_graph(read(text)))
    assert [item for item in validate([tmp_path / "graph"]) if item.severity == "violation"] == []


def test_what_happened_before_the_first_heading_is_told_of_the_report(tmp_path: Path) -> None:
    extraction = extract_text(f"{TITLE}\n\n2024年5月17日，某局出台《做好虚构工作方案》。\n", "odd")
    write_files(tmp_path / "graph", render_graph(extraction))
    assert [item for item in validate([tmp_path / "graph"]) if item.severity == "violation"] == []


def test_a_sentence_is_no_title() -> None:
    extraction = extract_text("年末存款余额为5亿元。\n\n一、甲\n", "odd")
    assert [line.exact for line in make_ledger(extraction) if line.kind != UNREAD] == ["5"]
    assert len(extraction.facts) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024年末，虚构银行贷款余额14亿元。", ["虚构银行贷款余额 level 黑龙江省 2024-12-31 14"]),
        (
            "固定资产投资比2019年增长20%，比2023年增长3%。",
            ["固定资产投资 yoy_growth 黑龙江省 2024 3", "固定资产投资（与2019年相比） yoy_growth 黑龙江省 2024 20"],
        ),
        ("地区生产总值年均增长4.5%。", ["地区生产总值（年均） yoy_growth 黑龙江省 2024 4.5"]),
        (
            "存贷比为72.1%，上年末为70.3%。",
            ["存贷比 rate 黑龙江省 2023-12-31 70.3", "存贷比 rate 黑龙江省 2024-12-31 72.1"],
        ),
        (
            "工业生产者出厂价格同比下降5%，各项贷款余额规模扩大3%。",
            [
                "工业生产者出厂价格指数 yoy_growth 黑龙江省 2024 -5",
                "金融机构本外币各项贷款余额 yoy_growth 黑龙江省 2024-12-31 3",
            ],
        ),
        (
            "哈尔滨市地区生产总值9000亿元，虚构市地区生产总值1500亿元。",
            ["地区生产总值 level 哈尔滨市 2024 9000", "虚构市地区生产总值 level 黑龙江省 2024 1500"],
        ),
    ],
)
def test_a_figure_of_something_else_is_not_taken_for_that_of_the_whole(text: str, expected: list[str]) -> None:
    assert tell(text) == expected


def test_each_bank_has_a_use_of_its_own() -> None:
    extraction = read("中国农业银行运用支小再贷款发放贷款10亿元，中国工商银行运用支小再贷款发放贷款20亿元。")
    told = {
        use.actor.code: [str(fact.value) for _, fact in use.figures] for use in find_uses(extraction.facts) if use.actor
    }
    assert told == {"abc": ["10"], "icbc": ["20"]}


def test_a_list_of_tools_is_the_code_that_joins_them() -> None:
    extraction = read("科技创新和技术改造再贷款、股票回购增持再贷款等工具已落地，金融机构发放贷款7亿元。")
    (use,) = find_uses(extraction.facts)
    assert use.instrument.code == "new-instruments"


def test_a_wider_name_takes_up_the_tool_named_before() -> None:
    extraction = read("加强普惠养老专项再贷款宣讲，金融机构运用再贷款资金发放贷款7亿元。")
    (use,) = find_uses(extraction.facts)
    assert use.instrument.code == "inclusive-elderly-care-relending"
