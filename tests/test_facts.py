"""Facts: mentions of the same claim together, and what contradicts itself kept out."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provfin.document import Part, Span
from provfin.facts import make_facts, to_base
from provfin.mentions import Claim, Mention
from provfin.periods import Period, month_end, months
from provfin.quantity import Interval, parse_figure
from provfin.vocabulary import load_vocabulary

VOCABULARY = load_vocabulary()
AREA = VOCABULARY.areas["CN-JL"]
TABLE = Part("table", "table/1", "表 1", Span(0, 3))
OTHER = Part("table", "table/2", "表 2", Span(5, 8))
DASH = VOCABULARY.missing_reasons["not-printed"]


def make_claim(code: str = "loans", measure: str = "level", period: Period | None = None, **members: str) -> Claim:
    indicator = VOCABULARY.indicators[code]
    found = {name: VOCABULARY.dimensions[name].find(text) for name, text in members.items()}
    known = {name: member for name, member in found.items() if member is not None}
    assert len(known) == len(members)
    return Claim.make(indicator, measure, AREA, period or month_end(2023, 12), known)


def make_mention(exact: str, start: int, unit: str = "亿元", claim: Claim | None = None, part: Part = TABLE) -> Mention:
    figure, found = parse_figure(exact), VOCABULARY.find_unit(unit)
    assert found is not None
    return Mention(
        span=Span(start, start + len(exact)),
        exact=exact,
        claim=claim or make_claim(),
        unit=found,
        value=figure.value if figure else None,
        decimals=figure.decimals if figure else 0,
        part=part,
        origin="table",
        rule="rule",
        missing=None if figure else DASH,
        is_exact=figure is not None and unit == "家",
    )


def make_series(values: list[str], part: Part = TABLE, start: int = 0, code: str = "loans") -> list[Mention]:
    return [
        make_mention(value, start + 10 * number, claim=make_claim(code, period=month_end(2023, number)), part=part)
        for number, value in enumerate(values, start=1)
    ]


# Claims


def test_what_is_not_said_is_the_whole() -> None:
    claim = make_claim(maturity="短期")
    assert [(name, member.code) for name, member in claim.members] == [
        ("currencyScope", "_T"),
        ("institutionalSector", "_T"),
        ("maturity", "short-term"),
        ("comparisonBase", "_T"),
    ]


@pytest.mark.parametrize(
    ("claim", "key", "name"),
    [
        (make_claim(), "CN-JL/2023-12-31/loans/level", "金融机构本外币各项贷款余额"),
        (
            make_claim("loans", "mom_change_abs", months(2023, 6, 6), currencyScope="人民币", maturity="中长期"),
            "CN-JL/2023-06/loans/cny/medium-and-long-term/mom_change_abs",
            "金融机构人民币中长期贷款余额",
        ),
        (
            make_claim("gross-regional-product", "yoy_growth", months(2023, 1, 9), activity="第三产业"),
            "CN-JL/2023-01--2023-09/gross-regional-product/tertiary-industry/yoy_growth",
            "第三产业增加值",
        ),
        (
            make_claim("bill-financing", maturity="短期"),
            "CN-JL/2023-12-31/bill-financing/short-term/level",
            "票据融资余额（短期）",
        ),
    ],
)
def test_a_claim_has_a_key_and_a_name(claim: Claim, key: str, name: str) -> None:
    assert (claim.key, claim.name) == (key, name)


def test_the_english_name_has_the_breakdown_in_brackets() -> None:
    assert make_claim().name_en == "Loans outstanding"
    claim = make_claim(currencyScope="外币", institutionalSector="住户")
    assert claim.name_en == "Loans outstanding (Foreign currencies, Households)"


def test_a_series_has_all_periods() -> None:
    first, second = make_claim(period=month_end(2023, 1)), make_claim(period=month_end(2023, 2))
    assert first.series == second.series
    assert first.series != make_claim(maturity="短期").series


# Values


@pytest.mark.parametrize(
    ("value", "unit", "base"),
    [
        ("32612.7", "亿元", "3261270000000"),
        ("3.3", "万亿元", "3300000000000"),
        ("-5.10", "%", "-5.1"),
        ("25", "bp", "0.25"),
        ("0.0", "亿元", "0"),
        ("15217.8", "万笔", "152178000"),
    ],
)
def test_a_value_is_brought_to_its_base_unit_exactly(value: str, unit: str, base: str) -> None:
    found = VOCABULARY.find_unit(unit)
    assert found is not None
    assert str(to_base(Decimal(value), found)) == base


def test_no_value_has_no_base_value() -> None:
    assert to_base(None, VOCABULARY.units["cny"]) is None


# Mentions of one claim


def test_mentions_of_one_claim_are_one_fact_with_the_most_precise_value() -> None:
    mentions = [make_mention("3.3", 50, "万亿元"), make_mention("32612.7", 90), make_mention("32613", 10)]
    (fact,), gaps = make_facts(mentions)
    assert gaps == []
    assert [mention.exact for mention in fact.mentions] == ["32612.7", "32613", "3.3"]
    assert (fact.value, fact.unit.label, fact.base_value) == (Decimal("32612.7"), "亿元", Decimal("3261270000000"))
    assert fact.interval == Interval(Decimal("32612.65"), Decimal("32612.75"))


def test_of_equally_precise_mentions_the_first_in_the_text_leads() -> None:
    (fact,), _ = make_facts([make_mention("5.1", 90), make_mention("5.1", 10)])
    assert [mention.span.start for mention in fact.mentions] == [10, 90]


@pytest.mark.parametrize(
    ("first", "second"), [("32612.7", "32613"), ("5.1", "5.05"), ("5.1", "5.15"), ("3", "2.5"), ("—", "—")]
)
def test_mentions_whose_intervals_meet_agree(first: str, second: str) -> None:
    facts, gaps = make_facts([make_mention(first, 10), make_mention(second, 90, part=OTHER)])
    assert len(facts) == 1
    assert gaps == []


@pytest.mark.parametrize(("first", "second"), [("5.1", "5.3"), ("5.1", "5.04"), ("32612.7", "32614"), ("—", "0.0")])
def test_mentions_that_cannot_both_be_true_are_no_fact(first: str, second: str) -> None:
    others = make_series(["1.0"] * 12) + make_series(["2.0"] * 12, OTHER, 500, "deposits")
    wrong = make_claim(maturity="短期")
    facts, gaps = make_facts(
        [*others, make_mention(first, 300, claim=wrong), make_mention(second, 900, claim=wrong, part=OTHER)]
    )
    assert wrong.key not in {fact.claim.key for fact in facts}
    assert len(facts) == 24
    assert sorted(gap.span.start for gap in gaps) == [300, 900]
    assert {gap.reason for gap in gaps} == {"mentions-disagree"}
    assert f"{first} at 300 and {second} at 900" in gaps[0].message


def test_neighbouring_figures_cannot_both_be_true() -> None:
    facts, gaps = make_facts([make_mention("5.1", 10), make_mention("5.2", 90, part=OTHER)])
    assert facts == []
    assert len(gaps) == 2


def test_exact_counts_agree_only_when_equal() -> None:
    claim = make_claim("banking-legal-entities", "count")
    assert len(make_facts([make_mention("6", 10, "家", claim), make_mention("6", 90, "家", claim)])[0]) == 1
    assert make_facts([make_mention("6", 10, "家", claim), make_mention("7", 90, "家", claim)])[0] == []


def test_a_table_that_contradicts_itself_all_over_is_withheld_whole() -> None:
    twice = make_series(["1.0", "2.0"]) + make_series(["3.0", "4.0"], start=500)
    alone = make_series(["7.0"] * 12, start=700, code="deposits")
    facts, gaps = make_facts(twice + alone)
    assert facts == []
    assert {gap.reason for gap in gaps} >= {"rows-out-of-order"}
    assert {gap.span for gap in gaps} == {mention.span for mention in twice + alone}


def test_another_table_is_not_withheld_with_it() -> None:
    twice = make_series(["1.0", "2.0"]) + make_series(["3.0", "4.0"], start=500)
    facts, _ = make_facts(twice + make_series(["7.0"] * 3, OTHER, 900, "deposits"))
    assert {fact.claim.indicator.code for fact in facts} == {"deposits"}


@given(st.lists(st.tuples(st.sampled_from(["5.1", "5.14", "5", "9.0", "—"]), st.integers(1, 12)), max_size=12))
def test_every_mention_is_in_a_fact_or_a_gap_whatever_they_say(printed: list[tuple[str, int]]) -> None:
    mentions = [
        make_mention(exact, 10 * number, claim=make_claim(period=month_end(2023, month)))
        for number, (exact, month) in enumerate(printed)
    ]
    facts, gaps = make_facts(mentions)
    placed = [mention.span for fact in facts for mention in fact.mentions] + [gap.span for gap in gaps]
    assert sorted(placed) == sorted(mention.span for mention in mentions)
    assert make_facts(reversed(mentions)) == (facts, gaps)
    assert [fact.claim.key for fact in facts] == sorted(fact.claim.key for fact in facts)


# Intervals


def test_a_series_whose_decimals_are_all_empty_is_whole() -> None:
    facts, _ = make_facts(make_series(["2149.0", "2083.0"]))
    intervals = [fact.interval for fact in facts]
    assert intervals[0] == Interval(Decimal("2148.5"), Decimal("2149.5"))
    assert intervals[1] == Interval(Decimal("2082.5"), Decimal("2083.5"))


@pytest.mark.parametrize("values", [["2149.0", "2083.5"], ["2149.0"]])
def test_a_series_with_one_telling_decimal_or_one_figure_is_not(values: list[str]) -> None:
    facts, _ = make_facts(make_series(values))
    assert facts[0].interval == Interval(Decimal("2148.95"), Decimal("2149.05"))


def test_a_series_is_that_of_one_table() -> None:
    facts, _ = make_facts([*make_series(["2149.0"]), *make_series(["", "2083.5"], OTHER, 500)[1:]])
    assert facts[0].interval == Interval(Decimal("2148.95"), Decimal("2149.05"))


def test_an_exact_count_is_its_own_interval() -> None:
    claim = make_claim("banking-legal-entities", "count")
    (fact,), _ = make_facts([make_mention("74", 10, "家", claim)])
    assert fact.interval == Interval(Decimal(74), Decimal(74))


def test_a_dash_has_no_interval() -> None:
    (fact,), _ = make_facts([make_mention("—", 10)])
    assert (fact.value, fact.base_value, fact.interval) == (None, None, None)
