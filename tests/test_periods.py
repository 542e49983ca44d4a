"""Periods: their codes, their names, and reading codes back."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provfin.periods import Period, month_end, months, parse_period

YEARS = st.integers(1949, 2100)
RUNS = st.tuples(st.integers(1, 12), st.integers(1, 12)).map(lambda pair: (min(pair), max(pair)))


@pytest.mark.parametrize(
    ("period", "code", "slug", "label"),
    [
        (months(2024, 1, 12), "2024", "2024", "2024年"),
        (months(2024, 3, 3), "2024-03", "2024-03", "2024年3月"),
        (months(2024, 1, 11), "2024-01/2024-11", "2024-01--2024-11", "2024年1月至2024年11月"),
        (months(2024, 4, 6), "2024-04/2024-06", "2024-04--2024-06", "2024年4月至2024年6月"),
        (month_end(2024, 2), "2024-02-29", "2024-02-29", "2024年2月29日"),
        (month_end(2023, 12), "2023-12-31", "2023-12-31", "2023年12月31日"),
    ],
)
def test_a_period_has_one_code_and_one_name(period: Period, code: str, slug: str, label: str) -> None:
    assert (period.code, period.slug, period.label_zh) == (code, slug, label)


@given(YEARS, RUNS)
def test_the_code_of_a_run_of_months_reads_back(year: int, run: tuple[int, int]) -> None:
    period = months(year, *run)
    assert parse_period(period.code) == period


@given(st.dates(min_value=dt.date(1949, 1, 1), max_value=dt.date(2100, 12, 31)))
def test_the_code_of_a_date_reads_back(day: dt.date) -> None:
    assert parse_period(day.isoformat()) == Period(day, day, is_date=True)


@given(YEARS, st.integers(1, 12))
def test_a_month_ends_the_day_before_the_next_begins(year: int, month: int) -> None:
    date = month_end(year, month)
    assert date.is_date
    assert months(year, month, month).end == date.end
    assert (date.end + dt.timedelta(days=1)).day == 1


def test_a_date_is_not_the_month_it_ends() -> None:
    assert month_end(2024, 3) != months(2024, 3, 3)


@pytest.mark.parametrize(("first", "last"), [(0, 1), (1, 13), (5, 4)])
def test_there_is_no_run_of_months_outside_the_year(first: int, last: int) -> None:
    with pytest.raises(ValueError, match=f"no run of months {first} to {last}"):
        months(2024, first, last)


@pytest.mark.parametrize("code", ["", "abc", "2024-13", "2024-00", "2024-02-30", "2024-12-31/2025-01-01"])
def test_what_is_no_code_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_period(code)


@pytest.mark.parametrize("code", ["2024-11/2024-01", "2025/2024"])
def test_a_run_that_ends_before_it_begins_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_period(code)
