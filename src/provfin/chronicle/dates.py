"""Owns reading when something happened, as precisely as it is told. Refuses days that no calendar has."""

import datetime as dt
import re

from provfin.chronicle.model import Moment
from provfin.chronicle.rules import DatePatterns

_LATEST_YEAR = 2200


def read_moment(text: str, year: int, patterns: DatePatterns) -> tuple[Moment, int] | None:
    """Return the date `text` begins with, and where it ends; None when it begins with none.

    `year` is the one meant where none is printed.
    """
    for pattern in (patterns.day, patterns.month, patterns.year):
        match = pattern.match(text)
        moment = _make_moment(match, year) if match else None
        if match and moment:
            return moment, match.end()
    return None


def find_moment(text: str, year: int, patterns: DatePatterns) -> Moment:
    """Return the last date in `text`, the most precise kind first; `year` itself when it has none."""
    for pattern in (patterns.day, patterns.month, patterns.year):
        found = [moment for match in pattern.finditer(text) if (moment := _make_moment(match, year))]
        if found:
            return found[-1]
    return Moment(f"{year:04d}")


def _make_moment(match: re.Match[str], default_year: int) -> Moment | None:
    groups = match.groupdict()
    year = int(groups["year"] or default_year)
    month, day = groups.get("month"), groups.get("day")
    if not 1 <= year <= _LATEST_YEAR:
        return None
    if month is None:
        return Moment(f"{year:04d}")
    start = _write_date(year, month, day)
    until_month, until_day = groups.get("until_month"), groups.get("until_day")
    until = _write_date(year, until_month or month, until_day) if until_month or until_day else None
    if start is None:
        return None
    return Moment(start, until if until and until > start else "")


def _write_date(year: int, month: str, day: str | None) -> str | None:
    try:
        date = dt.date(year, int(month), int(day or 1))
    except ValueError:
        return None
    return date.isoformat() if day else date.isoformat()[:7]
