"""Facts: mentions of the same claim together, and what contradicts itself kept out."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provfin.document import Part, Span
from provfin.facts import Fact, make_facts, to_base
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


# Prose beside tables

BODY = Part("section", "section/1", "一、甲", Span(200, 203))


def make_prose(exact: str, start: int, unit: str = "亿元", claim: Claim | None = None, leeway: str = "") -> Mention:
    mention = make_mention(exact, start, unit, claim, BODY)
    return replace(mention, origin="prose", leeway=leeway, qualifier=leeway and "约", sentence=start)


def list_places(fact: Fact) -> list[int]:
    return [mention.span.start for mention in fact.mentions]


def test_abstract_body_and_table_are_one_fact() -> None:
    mentions = [make_prose("3.3", 20, "万亿元"), make_prose("32613", 250), make_mention("32612.7", 900)]
    (fact,), gaps = make_facts(mentions)
    assert gaps == []
    assert list_places(fact) == [900, 250, 20]
    assert (fact.value, fact.unit.label, fact.disputed) == (Decimal("32612.7"), "亿元", ())
    assert fact.interval == Interval(Decimal("32612.65"), Decimal("32612.75"))


def test_equal_numbers_of_different_facts_stay_apart() -> None:
    claims = [
        make_claim(), make_claim(period=month_end(2023, 11)), make_claim(measure="yoy_change_abs"),
        make_claim("deposits"), make_claim(maturity="短期"), make_claim(currencyScope="人民币"),
    ]  # fmt: skip
    facts, gaps = make_facts(make_prose("5.1", 10 * n, claim=claim) for n, claim in enumerate(claims))
    assert (len(facts), gaps) == (len(claims), [])


@pytest.mark.parametrize(
    ("exact", "leeway", "lower", "upper"),
    [
        ("235", "above", "235", "236"),
        ("3.2", "above", "3.2", "3.3"),
        ("2000", "above", "2000", "3000"),
        ("5000", "below", "4000", "5000"),
        ("99", "below", "98", "99"),
        ("2.5", "about", "2.45", "2.55"),
        ("300", "about", "250", "350"),
    ],
)
def test_a_word_beside_a_figure_opens_its_interval(exact: str, leeway: str, lower: str, upper: str) -> None:
    (fact,), _ = make_facts([make_prose(exact, 10, leeway=leeway)])
    assert fact.interval == Interval(Decimal(lower), Decimal(upper))


@pytest.mark.parametrize(("exact", "leeway"), [("3.2", "above"), ("3.3", "below"), ("3.3", "about")])
def test_an_open_figure_agrees_with_the_one_it_rounds_and_never_leads(exact: str, leeway: str) -> None:
    (fact,), gaps = make_facts([make_prose(exact, 10, "万亿元", leeway=leeway), make_mention("32612.7", 90)])
    assert (gaps, fact.disputed) == ([], ())
    assert list_places(fact) == [90, 10]


def test_an_open_figure_that_is_more_precise_does_not_lead_either() -> None:
    (fact,), _ = make_facts([make_prose("32612.7", 10, leeway="above"), make_prose("32613", 90)])
    assert list_places(fact) == [90, 10]


# Mentions that disagree where prose takes part


@pytest.mark.parametrize("others", [("prose",), ("table",)])
def test_what_prose_contradicts_is_kept_and_disputed(others: tuple[str]) -> None:
    make = make_prose if others == ("prose",) else make_mention
    first, second = make_prose("5.1", 10), make("5.3", 90)
    (fact,), gaps = make_facts([second, first])
    assert fact.mentions == (first, second)
    assert (fact.value, fact.disputed) == (Decimal("5.1"), (second,))
    assert fact.interval == Interval(Decimal("5.05"), Decimal("5.15"))
    assert [(gap.reason, gap.span) for gap in gaps] == [
        ("mentions-disagree", first.span), ("mentions-disagree", second.span)
    ]  # fmt: skip
    assert all("5.1 at 10 and 5.3 at 90" in gap.message for gap in gaps)


def test_the_value_that_most_mentions_bear_out_is_taken() -> None:
    mentions = [make_prose("62.0", 10), make_prose("64.5", 50), make_prose("65", 90), make_prose("64.52", 70)]
    (fact,), gaps = make_facts(mentions)
    assert fact.value == Decimal("64.52")
    assert [mention.exact for mention in fact.disputed] == ["62.0"]
    assert len(gaps) == 4


def test_a_dash_that_prose_contradicts_is_disputed() -> None:
    facts, gaps = make_facts([make_mention("—", 10), make_prose("5.3", 90)])
    assert [bool(fact.disputed) for fact in facts] == [True]
    assert len(gaps) == 2


def test_a_contradiction_of_prose_does_not_put_a_table_out_of_order() -> None:
    cells = make_series(["1.0", "2.0", "3.0"])
    facts, gaps = make_facts([*cells, make_prose("9.0", 250, claim=cells[0].claim)])
    assert [bool(fact.disputed) for fact in facts] == [True, False, False]
    assert {gap.reason for gap in gaps} == {"mentions-disagree"}


# Who, with what, for whom


def make_operation(code: str = "loans-granted", **roles: str) -> Claim:
    indicator = VOCABULARY.indicators[code]
    members = {
        name: next(member for member in VOCABULARY.dimensions[name].members if member.code == wanted)
        for name, wanted in roles.items()
    }
    return Claim.make(indicator, "level", AREA, months(2023, 1, 12), members)


TOOL = {"instrument": "agriculture-relending"}
USE = {**TOOL, "target": "farmers"}


def test_a_mention_that_names_less_joins_the_one_that_names_more() -> None:
    mentions = [
        make_prose("2", 10, claim=make_operation()),
        make_prose("2.3", 90, claim=make_operation(**USE)),
        make_prose("2.30", 50, claim=make_operation(**TOOL)),
    ]
    (fact,), gaps = make_facts(mentions)
    assert gaps == []
    assert fact.claim == make_operation(**USE)
    assert list_places(fact) == [50, 90, 10]
    assert all(mention.claim == fact.claim for mention in fact.mentions)


@pytest.mark.parametrize(
    "other",
    [
        make_operation(instrument="small-business-relending"),
        replace(make_operation(**TOOL), period=months(2022, 1, 12)),
        replace(make_operation(**TOOL), measure="yoy_change_abs"),
        replace(make_operation(**TOOL), area=VOCABULARY.areas["CN-LN"]),
        make_operation("agriculture-relending-granted", **TOOL),
    ],
    ids=["another tool", "another year", "another measure", "another area", "another indicator"],
)
def test_a_mention_of_something_else_does_not_join(other: Claim) -> None:
    facts, gaps = make_facts([make_prose("2.3", 10, claim=make_operation(**USE)), make_prose("2.3", 90, claim=other)])
    assert (len(facts), gaps) == (2, [])


def test_a_mention_with_another_value_does_not_join() -> None:
    facts, gaps = make_facts(
        [make_prose("2.3", 10, claim=make_operation(**USE)), make_prose("2.5", 90, claim=make_operation(**TOOL))]
    )
    assert ([fact.disputed for fact in facts], gaps) == ([(), ()], [])


def test_a_mention_that_could_join_either_of_two_joins_none() -> None:
    other = {**TOOL, "target": "small-and-micro-enterprises"}
    mentions = [
        make_prose("2.3", 10, claim=make_operation(**USE)),
        make_prose("2.3", 50, claim=make_operation(**other)),
        make_prose("2.3", 90, claim=make_operation(**TOOL)),
    ]
    facts, _ = make_facts(mentions)
    assert sorted(list_places(fact) for fact in facts) == [[10], [50], [90]]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["2", "2.3", "2.34", "9"]),
            st.sampled_from([{}, TOOL, USE, {"target": "farmers"}]),
            st.sampled_from(["prose", "table"]),
        ),
        max_size=8,
    )
)
def test_no_mention_of_prose_is_lost_whatever_is_said(said: list[tuple[str, dict[str, str], str]]) -> None:
    mentions = [
        replace(make_prose(exact, 10 * n, claim=make_operation(**roles)), origin=origin)  # type: ignore[arg-type]
        for n, (exact, roles, origin) in enumerate(said)
    ]
    facts, gaps = make_facts(mentions)
    placed = {mention.span for fact in facts for mention in fact.mentions}
    assert placed >= {mention.span for mention in mentions if mention.origin == "prose"}
    assert placed | {gap.span for gap in gaps} == {mention.span for mention in mentions}
    disputed = {mention.span for fact in facts for mention in fact.disputed}
    assert disputed <= {gap.span for gap in gaps if gap.reason == "mentions-disagree"}
    assert make_facts(reversed(mentions)) == (facts, gaps)
    for fact in facts:
        agreeing = [mention for mention in fact.mentions if mention not in fact.disputed]
        assert fact.value == agreeing[0].value


# Names of what is compared


def test_a_claim_that_compares_says_with_what() -> None:
    indicator, bases = VOCABULARY.indicators["gross-regional-product"], VOCABULARY.dimensions["comparisonBase"]
    nation = next(member for member in bases.members if member.code == "nation")
    claim = Claim.make(indicator, "diff_pp", AREA, months(2023, 1, 12), {"comparisonBase": nation})
    assert claim.name == "地区生产总值（与全国相比）"
    assert claim.key == "CN-JL/2023/gross-regional-product/nation/diff_pp"
