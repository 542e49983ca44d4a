"""Numbers of a sentence: with their units, or dismissed, none passed over and none twice."""

from decimal import Decimal

import pytest

from provfin.statements.figures import FigureReader, PrintedFigure, share_unit
from provfin.statements.grammar import load_grammar
from provfin.vocabulary import load_vocabulary

READER = FigureReader(load_grammar(), load_vocabulary())


def read(text: str) -> list[PrintedFigure]:
    return READER.read(text)[0]


def show(text: str) -> list[str]:
    return [
        f"{text[f.start : f.end]} {f.kind} {f.value} {f.unit.label if f.unit else '-'} {f.qualifier}".rstrip()
        for f in read(text)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("收入1,234.5亿元", ["1,234.5亿元 number 1234.5 亿元"]),
        ("增长-9.3%", ["-9.3% number -9.3 %"]),
        ("增长+6.4%", ["+6.4% number 6.4 %"]),
        ("服务235万余次", ["235万余次 number 235 万次 余"]),
        ("是其5倍多,", ["5倍多 number 5 倍 多"]),
        ("降14BP", ["14BP number 14 基点"]),
        ("增长两倍", ["两倍 number 2 倍"]),
        ("占六成五", ["六成五 fraction 65 %"]),
        ("占三成半", ["三成半 fraction 35 %"]),
        ("占三分之二", ["三分之二 fraction 66.67 %"]),
        ("连续14个月", ["14个月 streak 14 个月"]),
        ("连续两年", ["两年 streak 2 年"]),
        ("十六连丰", ["十六 streak 16 年"]),
        ("6年未变", ["6年 streak 6 年"]),
        ("创近10年新高", ["10年 record 10 年"]),
        ("4:45:51", ["4 ratio 4 -", "45 ratio 45 -", "51 ratio 51 -"]),
        ("目标5%-6%", ["5%-6% unclear 0 -"]),
        ("值1.2.3", ["1.2.3 unclear 0 -"]),
        ("一成不变", []),
        ("不为2009年以来最低", []),
    ],
)
def test_a_figure_has_its_unit_kind_and_qualifier(text: str, expected: list[str]) -> None:
    assert show(text) == expected


@pytest.mark.parametrize(
    ("text", "reason", "exact"),
    [
        ("2023年1-9月", "date", "2023年1-9月"),
        ("CPI0.6个百分点", "", ""),
        ("见A4纸", "name", "A4"),
        ("第3届", "name", "第3届"),
        ("联合6部门印发", "participants", "联合6部门"),
        ("1年期利率", "rate-term", "1年期"),
    ],
)
def test_a_number_that_is_no_figure_is_dismissed(text: str, reason: str, exact: str) -> None:
    told = [(item.reason, text[item.start : item.end]) for item in READER.read(text)[1]]
    assert told == ([(reason, exact)] if reason else [])


def test_dismissals_do_not_overlap() -> None:
    _, dismissed = READER.read("《2023年6月30日第3号文》")
    places = [n for item in dismissed for n in range(item.start, item.end)]
    assert len(places) == len(set(places))


def test_a_list_shares_the_unit_of_its_last_figure() -> None:
    vocabulary = load_vocabulary()
    figures = share_unit(read("98万、57万、296万亩"), vocabulary)
    assert [figure.unit.label for figure in figures if figure.unit] == ["万亩"] * 3
    points = share_unit(read("6.6个、1.3个百分点"), vocabulary)
    assert [figure.unit.label for figure in points if figure.unit] == ["百分点"] * 2
    assert share_unit(read("7、9"), vocabulary)[0].unit is None


def test_the_value_of_a_sign_is_that_of_the_number() -> None:
    (figure,) = read("住户-41亿元")
    assert (figure.value, figure.is_signed) == (Decimal(-41), True)
