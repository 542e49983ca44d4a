"""Owns how periods read beside figures, and of which kinds they are.

A span from the first of January is both a span of its own and a running total of its year, so a period may be of
several kinds; a line in a chart is made of periods of one kind. Refuses to mix running totals with single months.
"""

import calendar
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from babel.dates import format_date

from provfin.periods import Period

# Kinds of periods, those first that are meant where periods are of several kinds equally often.
KINDS = ("date", "year", "month", "quarter", "cumulative", "other")
_QUARTERS = {"en": ("Q1", "Q2", "Q3", "Q4"), "zh": ("一季度", "二季度", "三季度", "四季度")}


def list_kinds(period: Period) -> tuple[str, ...]:
    """Return the kinds a period is of.

    >>> from provfin.periods import parse_period
    >>> list_kinds(parse_period("2024-01")), list_kinds(parse_period("2024-01/2024-03"))
    (('month', 'cumulative'), ('quarter', 'cumulative'))
    >>> list_kinds(parse_period("2024-07/2024-12")), list_kinds(parse_period("2024-12-31"))
    (('other',), ('date',))
    """
    if period.is_date:
        return ("date",)
    first, last = period.start.month, period.end.month
    is_within_year = period.start.year == period.end.year
    found = (
        ("year", is_within_year and last - first == 11),
        ("month", is_within_year and last == first),
        ("quarter", is_within_year and last - first == 2 and last % 3 == 0),
        ("cumulative", is_within_year and first == 1),
    )
    return tuple(kind for kind, holds in found if holds) or ("other",)


def count_kinds(periods: Iterable[Period]) -> Counter[str]:
    """Return how many periods are of each kind."""
    return Counter(kind for period in periods for kind in list_kinds(period))


def choose_kind(periods: Iterable[Period]) -> str:
    """Return the kind that most of the periods are of.

    >>> from provfin.periods import parse_period
    >>> choose_kind(map(parse_period, ("2024-01", "2024-01/2024-02", "2024"))), choose_kind([parse_period("2024")])
    ('cumulative', 'year')
    """
    counts = count_kinds(periods)
    return min(KINDS, key=lambda kind: (-counts[kind], KINDS.index(kind)))


def write_period(period: Period, language: str, kind: str = "") -> str:
    """Return how a period reads; as a running total, a year is told by its months.

    >>> from provfin.periods import parse_period
    >>> year = parse_period("2024")
    >>> write_period(year, "en"), write_period(year, "en", "cumulative"), write_period(year, "zh", "cumulative")
    ('2024', 'Jan–Dec 2024', '2024年1—12月')
    """
    if period.is_date:
        return _write_date(period.end, language)
    if "year" in list_kinds(period) and kind != "cumulative":
        return f"{period.start.year}年" if language == "zh" else str(period.start.year)
    if period.start.year != period.end.year:
        return f"{_write_month(period.start, language)} – {_write_month(period.end, language)}"
    months = _write_months(period, language)
    return f"{period.start.year}年{months}" if language == "zh" else f"{months} {period.start.year}"


def write_end(day: date, language: str) -> str:
    """Return how a month reads that periods of several kinds end in."""
    return _write_month(day, language)


def write_ticks(periods: Sequence[Period | date], language: str, kind: str) -> list[str]:
    """Return what stands below the axis: short, the year below where a new one begins.

    A day in place of a period stands for the month that periods of several kinds end in.
    """
    ticks: list[str] = []
    before = 0
    for period in periods:
        day = period.end if isinstance(period, Period) else period
        year = "" if day.year == before else f"\n{day.year}年" if language == "zh" else f"\n{day.year}"
        ticks.append(_write_tick(period, language, kind) + year if kind != "year" else write_year(day, language))
        before = day.year
    return ticks


def write_year(day: date, language: str) -> str:
    """Return how the year of a day reads."""
    return f"{day.year}年" if language == "zh" else str(day.year)


def _write_tick(period: Period | date, language: str, kind: str) -> str:
    if not isinstance(period, Period):
        return _name_month(period.month, language)
    if period.is_date:
        return (
            _name_month(period.end.month, language) if _is_month_end(period.end) else _write_day(period.end, language)
        )
    if kind == "quarter":
        return _QUARTERS[language][(period.end.month - 1) // 3]
    return _write_months(period, language)


def _write_date(day: date, language: str) -> str:
    if language == "zh":
        return f"{day.year}年{day.month}月" + ("末" if _is_month_end(day) else f"{day.day}日")
    return format_date(day, "d MMM y", locale=language)


def _write_day(day: date, language: str) -> str:
    return format_date(day, "M月d日" if language == "zh" else "d MMM", locale=language)


def _write_month(day: date, language: str) -> str:
    return f"{day.year}年{day.month}月" if language == "zh" else f"{_name_month(day.month, language)} {day.year}"


def _write_months(period: Period, language: str) -> str:
    first, last = period.start.month, period.end.month
    if first == last:
        return _name_month(first, language)
    if language == "zh":
        return f"{first}—{last}月"
    return f"{_name_month(first, language)}–{_name_month(last, language)}"


def _name_month(month: int, language: str) -> str:
    return format_date(date(2000, month, 1), "LLL", locale=language)


def _is_month_end(day: date) -> bool:
    return day.day == calendar.monthrange(day.year, day.month)[1]
