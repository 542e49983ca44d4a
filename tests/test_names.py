"""Names of indicators: what is written reads back, and nothing else is read."""

from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provfin.names import Members, Named, load_names, write_name
from provfin.vocabulary import Concept, Dimension, Indicator, load_vocabulary

VOCABULARY = load_vocabulary()
READER = load_names()
INDICATORS = sorted(VOCABULARY.indicators)


# Who, with what and for whom have hundreds of codes each, and no template tells them: one of each stands for all.
# What a figure is compared with is no part of the name; the claim puts it behind.
SAMPLED = ("actor", "instrument", "target", "comparisonBase")


def list_combinations(indicator: Indicator) -> Iterator[Members]:
    names = [dimension.name for dimension in indicator.dimensions]
    for members in product(*(list_codes(dimension) for dimension in indicator.dimensions)):
        yield dict(zip(names, members, strict=True))


def list_codes(dimension: Dimension) -> list[Concept]:
    if dimension.name == "comparisonBase":
        return [dimension.total]
    if dimension.name in SAMPLED:
        return [dimension.total, next(member for member in dimension.members if not member.is_total)]
    return list(dimension.members)


def list_specific(members: Members) -> dict[str, str]:
    return {name: member.code for name, member in members.items() if not member.is_total}


def read(text: str) -> Named:
    named = READER.read(text)
    assert named is not None, text
    return named


@pytest.mark.parametrize("code", INDICATORS)
def test_a_name_with_its_breakdown_reads_back(code: str) -> None:
    indicator = VOCABULARY.indicators[code]
    for members in list_combinations(indicator):
        name, specific = write_name(indicator, members), list_specific(members)
        if specific and name.endswith("）"):
            # No template has a place for all of the breakdown: it stands in brackets, for people.
            assert READER.read(name) is None
        else:
            named = read(name)
            assert (named.indicator.code, list_specific(named.members)) == (code, specific), name


@pytest.mark.parametrize("code", INDICATORS)
def test_every_code_of_a_breakdown_is_said(code: str) -> None:
    indicator = VOCABULARY.indicators[code]
    for members in list_combinations(indicator):
        name = write_name(indicator, members)
        for member in members.values():
            assert member.is_total or member.name_part in name or member.label in name


@pytest.mark.parametrize("name", ["actor", "instrument", "target"])
def test_every_code_that_no_template_tells_stands_in_brackets(name: str) -> None:
    indicator = VOCABULARY.indicators["loans-granted"]
    totals = {dimension.name: dimension.total for dimension in indicator.dimensions}
    members = [member for member in VOCABULARY.dimensions[name].members if not member.is_total]
    names = [write_name(indicator, {**totals, name: member}) for member in members]
    assert names == [f"{indicator.label}（{member.label}）" for member in members]


def test_different_things_have_different_names() -> None:
    names: dict[str, str] = {}
    for code in INDICATORS:
        for members in list_combinations(VOCABULARY.indicators[code]):
            name, what = write_name(VOCABULARY.indicators[code], members), f"{code} {list_specific(members)}"
            assert names.setdefault(name, what) == what
    assert len(names) > 400


@pytest.mark.parametrize(
    ("text", "code", "members"),
    [
        ("地区生产总值", "gross-regional-product", {}),
        ("GDP", "gross-regional-product", {}),
        ("第三产业增加值", "gross-regional-product", {"activity": "tertiary-industry"}),
        ("住户存款", "deposits", {"institutionalSector": "households"}),
        ("非金融企业存款", "deposits", {"institutionalSector": "non-financial-corporations"}),
        ("各项贷款余额", "loans", {}),
        ("金融机构外币存款", "deposits", {"currencyScope": "foreign"}),
        ("人民币中长期贷款", "loans", {"currencyScope": "cny", "maturity": "medium-and-long-term"}),
        ("个人消费贷款", "personal-consumption-loans", {}),
        ("建筑业贷款", "construction-loans", {}),
        ("票据融资", "bill-financing", {}),
        ("企（事）业单位贷款", "loans", {"institutionalSector": "enterprises-and-institutions"}),
        ("固定资产投资（不含农户）", "fixed-asset-investment", {}),
        (" 进出口 总额 ", "foreign-trade", {}),
    ],
)
def test_a_printed_name_is_read(text: str, code: str, members: dict[str, str]) -> None:
    named = read(text)
    assert (named.indicator.code, list_specific(named.members)) == (code, members)


@pytest.mark.parametrize(
    "text", ["", "存", "茶园贷款", "住户存款和贷款", "第四产业增加值", "人民币", "地区生产总值增长"]
)
def test_text_that_a_name_does_not_cover_wholly_is_not_read(text: str) -> None:
    assert READER.read(text) is None


@given(st.text() | st.lists(st.sampled_from("金融机构本外币住户短期各项存贷款余额[]{}|（）"), max_size=14).map("".join))
def test_any_text_is_a_name_or_not(text: str) -> None:
    named = READER.read(text)
    assert named is None or named.indicator.code in VOCABULARY.indicators


def test_totals_are_left_unsaid_unless_the_genre_says_them() -> None:
    deposits = VOCABULARY.indicators["deposits"]
    totals = {dimension.name: dimension.total for dimension in deposits.dimensions}
    assert write_name(deposits, totals) == "金融机构本外币各项存款余额"
