"""Printed figures: what is one, its exact value, and the numbers it can stand for."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provfin.quantity import (
    Figure,
    Interval,
    drop_empty_decimals,
    find_interval,
    find_qualified_interval,
    fold_width,
    has_empty_decimals,
    multiply,
    parse_figure,
    read_decimal,
    strip_note_marks,
    write_decimal,
)

PLACES = st.integers(0, 6)
VALUES = st.decimals(min_value=-(10**18), max_value=10**18, allow_nan=False, allow_infinity=False, places=6)


def figure(text: str) -> Figure:
    read = parse_figure(text)
    assert read is not None
    return read


@pytest.mark.parametrize(
    ("text", "value", "decimals"),
    [
        ("0", "0", 0),
        ("74", "74", 0),
        ("5.10", "5.10", 2),
        ("0.05", "0.05", 2),
        ("100.0", "100.0", 1),
        ("1,204", "1204", 0),
        ("12,345,678.9", "12345678.9", 1),
        ("+2.2", "2.2", 1),
        ("-36.3", "-36.3", 1),
        ("- 36.3", "-36.3", 1),
        ("\u22128.1", "-8.1", 1),
        ("\u20138.1", "-8.1", 1),
        ("－５．４", "-5.4", 1),
        ("２３，０１８", "23018", 0),
    ],
)
def test_a_printed_number_is_read_exactly(text: str, value: str, decimals: int) -> None:
    assert parse_figure(text) == Figure(Decimal(value), decimals)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "—", "－", "…", "约5", "5%", "5 个", "5 6", "1,23", "12,34,567", "1,2345", "1234,567", "1.2.3", ".5",
        "5.", "--5", "1e3", "三", "NaN", "Infinity", "0x10", "8:35:57", "①", "２０個",
    ],
)  # fmt: skip
def test_text_that_is_not_wholly_a_number_is_no_figure(text: str) -> None:
    assert parse_figure(text) is None


@given(VALUES, PLACES)
def test_whatever_is_printed_reads_back(value: Decimal, places: int) -> None:
    value = value.quantize(Decimal(1).scaleb(-places))
    assert figure(f"{value:.{places}f}") == Figure(value, places)
    assert figure(f"{value:,.{places}f}") == Figure(value, places)


def test_a_very_long_negative_figure_keeps_its_digits() -> None:
    assert figure("-" + "1" * 30).value == Decimal("-" + "1" * 30)


@given(st.text())
def test_any_text_is_a_figure_or_not(text: str) -> None:
    read = parse_figure(text)
    assert read is None or read.value.is_finite()


@pytest.mark.parametrize(
    ("text", "bare"),
    [("12.5①", "12.5"), ("12.5 ②", "12.5"), ("1.60*", "1.60"), ("305³", "305"), ("12.5", "12.5"), ("①", "")],
)
def test_a_footnote_mark_behind_a_figure_is_cut(text: str, bare: str) -> None:
    assert strip_note_marks(text) == bare


@pytest.mark.parametrize("mark", ["¹⁰", "²⁰"])
def test_the_mark_of_the_tenth_footnote_is_cut_too(mark: str) -> None:
    assert strip_note_marks(f"5.1{mark}") == "5.1"


@pytest.mark.parametrize(
    ("text", "folded"),
    [("（亿元）", "(亿元)"), ("％", "%"), ("ＬＰＲ＋０．５％", "LPR+0.5%"), ("㈠①一，。", "㈠①一,。")],
)
def test_only_full_width_forms_are_folded(text: str, folded: str) -> None:
    assert fold_width(text) == folded


@given(st.text())
def test_folding_keeps_every_place(text: str) -> None:
    folded = fold_width(text)
    assert len(folded) == len(text)
    assert fold_width(folded) == folded


@given(VALUES, PLACES)
def test_an_interval_is_one_unit_of_the_last_digit_wide(value: Decimal, places: int) -> None:
    value = value.quantize(Decimal(1).scaleb(-places))
    interval = find_interval(value, places)
    assert interval.lower < value < interval.upper
    assert interval.upper - interval.lower == Decimal(1).scaleb(-places)


@given(VALUES)
def test_an_exact_figure_stands_for_itself(value: Decimal) -> None:
    assert find_interval(value, 3, exact=True) == Interval(value, value)


@pytest.mark.parametrize(
    ("printed", "empty"),
    [
        (["2149.0", "2083.0"], True),
        (["100.00", "-3.00"], True),
        (["14358.3", "15217.8"], False),
        (["1902.4", "2010.0"], False),
        (["310.0"], False),
        (["310", "305"], False),
        ([], False),
    ],
)
def test_a_decimal_place_that_never_says_anything_is_noticed(printed: list[str], empty: bool) -> None:
    assert has_empty_decimals([figure(text) for text in printed]) is empty


@given(VALUES, st.integers(-6, 12))
def test_a_decimal_is_written_plainly(value: Decimal, exponent: int) -> None:
    scaled = value.scaleb(exponent)
    written = write_decimal(scaled)
    assert set(written) <= set("-0123456789.")
    assert Decimal(written) == scaled


@given(VALUES)
def test_dropping_empty_decimals_keeps_the_value(value: Decimal) -> None:
    dropped = drop_empty_decimals(value)
    assert dropped == value
    assert not ("." in write_decimal(dropped) and write_decimal(dropped).endswith("0"))


# More digits than decimals are reckoned with by default

DIGITS = st.text("0123456789", min_size=1, max_size=60)
LONG = st.builds("{}{}.{}".format, st.sampled_from(["", "-"]), DIGITS, DIGITS).map(Decimal)


@given(LONG)
def test_no_digit_of_a_long_figure_is_lost_with_its_zeros(value: Decimal) -> None:
    dropped = drop_empty_decimals(value)
    assert Fraction(dropped) == Fraction(value)
    assert write_decimal(dropped)[-1] != "0" or "." not in write_decimal(dropped)


@given(LONG, LONG)
def test_a_product_has_all_its_digits(value: Decimal, factor: Decimal) -> None:
    assert Fraction(multiply(value, factor)) == Fraction(value) * Fraction(factor)


@given(LONG, PLACES)
def test_an_interval_around_a_long_figure_is_exact(value: Decimal, places: int) -> None:
    interval = find_interval(value, places)
    assert Fraction(interval.upper) - Fraction(value) == Fraction(1, 2 * 10**places)
    assert Fraction(value) - Fraction(interval.lower) == Fraction(1, 2 * 10**places)


@pytest.mark.parametrize(
    ("leeway", "lower", "upper"),
    [
        ("above", "0.0", "1.0"),
        ("below", "-1.0", "0.0"),
        ("about", "-0.5", "0.5"),
    ],
)
def test_a_long_qualified_figure_is_known_to_a_unit(leeway: str, lower: str, upper: str) -> None:
    value = Decimal(f"-{'7' * 40}")
    interval = find_qualified_interval(value, 0, leeway)
    assert Fraction(interval.lower) - Fraction(value) == Fraction(lower)
    assert Fraction(interval.upper) - Fraction(value) == Fraction(upper)


@pytest.mark.parametrize(
    ("text", "decimals", "lower"), [("0", 0, "-1"), ("0.0", 1, "-0.1"), ("1.50", 2, "1.40"), ("12", 0, "11")]
)
def test_a_qualified_figure_is_known_to_its_last_digit_that_is_no_zero(text: str, decimals: int, lower: str) -> None:
    assert find_qualified_interval(Decimal(text), decimals, "below").lower == Decimal(lower)


@pytest.mark.parametrize("text", ["0", "-0.10", "+5", ".5", "5.", "1" * 50])
def test_an_xsd_decimal_is_read_to_the_letter(text: str) -> None:
    assert read_decimal(text) == Decimal(text)
    assert str(read_decimal("0.10")) == "0.10"


@pytest.mark.parametrize("text", ["", ".", "1_0", "NaN", "Infinity", "1E3", "１", "1 ", "1,0", "--1", "1\n"])
def test_what_is_no_xsd_decimal_is_not_read(text: str) -> None:
    assert read_decimal(text) is None
