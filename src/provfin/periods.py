"""Owns the time a figure refers to: a date, a month, a year, or a run of months.

Codes are those of the export: `2024`, `2024-12`, `2024-12-31`, `2024-01/2024-11`. A run of months that is one month
or one calendar year is written as that month or year, so that equal periods have equal codes.
"""

import calendar
import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A run of whole days, or a single date (`is_date`) at which a stock is counted."""

    start: dt.date
    end: dt.date
    is_date: bool = False

    @property
    def code(self) -> str:
        """The code used in exports.

        >>> months(2024, 1, 11).code, months(2024, 1, 12).code, month_end(2024, 2).code
        ('2024-01/2024-11', '2024', '2024-02-29')
        """
        if self.is_date:
            return self.end.isoformat()
        first, last = self.start.isoformat()[:7], self.end.isoformat()[:7]
        if (self.start.month, self.end.month) == (1, 12) and self.start.year == self.end.year:
            return first[:4]
        return first if first == last else f"{first}/{last}"

    @property
    def slug(self) -> str:
        """The code as part of an IRI; ISO 8601 allows two hyphens where a slash cannot stand."""
        return self.code.replace("/", "--")

    @property
    def label_zh(self) -> str:
        """The period in Chinese."""
        start, end = self.start, self.end
        if self.is_date:
            return f"{end.year}年{end.month}月{end.day}日"
        if len(self.code) == 4:
            return f"{start.year}年"
        if len(self.code) == 7:
            return f"{start.year}年{start.month}月"
        return f"{start.year}年{start.month}月至{end.year}年{end.month}月"


def months(year: int, first: int, last: int) -> Period:
    """Return the run of months `first` to `last` of a year; raises ValueError outside 1–12 or in reverse order."""
    if not 1 <= first <= last <= 12:
        raise ValueError(f"no run of months {first} to {last}")
    return Period(dt.date(year, first, 1), dt.date(year, last, calendar.monthrange(year, last)[1]))


def month_end(year: int, month: int) -> Period:
    """Return the last day of a month, as a date."""
    day = dt.date(year, month, calendar.monthrange(year, month)[1])
    return Period(day, day, is_date=True)


def parse_period(code: str) -> Period:
    """Read a code back; raises ValueError when it is none.

    >>> parse_period("2024-01/2024-11") == months(2024, 1, 11)
    True
    """
    first, _, last = code.partition("/")
    if len(first) == 10 and not last:
        day = dt.date.fromisoformat(first)
        return Period(day, day, is_date=True)
    start, end = _parse_months(first), _parse_months(last or first)
    if end.end < start.start:
        raise ValueError(f"{code} ends before it begins")
    return Period(start.start, end.end)


def _parse_months(code: str) -> Period:
    year, _, month = code.partition("-")
    return months(int(year), int(month), int(month)) if month else months(int(year), 1, 12)
