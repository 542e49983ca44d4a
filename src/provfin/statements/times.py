"""Owns the time a sentence speaks of: what its words say, and what is carried on from the words before."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from provfin.document import read_chinese_number
from provfin.periods import Period, month_end, months
from provfin.statements.grammar import Grammar

_QUARTERS = {"1": 1, "2": 2, "3": 3, "4": 4, "一": 1, "二": 2, "三": 3, "四": 4}
_KINDS = ("day", "since", "point", "run", "month", "year")


@dataclass(frozen=True)
class Time:
    """A run of months of a year, the point in time at their end, or a day of it."""

    year: int
    first: int = 1
    last: int = 12
    is_point: bool = False
    day: int = 0
    # Whether amounts are told as sums since something began (上线以来).
    is_sum: bool = False

    @property
    def flow(self) -> Period:
        """The run of months, or the day, for flows."""
        return self._on_day() if self.day else months(self.year, self.first, self.last)

    @property
    def stock(self) -> Period:
        """The day at its end, for stocks."""
        return self._on_day() if self.day else month_end(self.year, self.last)

    @property
    def to_date(self) -> Period:
        """The year up to its end, for changes since the start of the year."""
        return months(self.year, 1, self.last)

    @property
    def month(self) -> Period:
        """Its last month, for changes on the month before."""
        return months(self.year, self.last, self.last)

    def _on_day(self) -> Period:
        day = date(self.year, self.last, self.day)
        return Period(day, day, is_date=True)


@dataclass(frozen=True)
class TimeFound:
    """A time a text tells, and where."""

    time: Time
    kind: str
    start: int
    end: int


def find_time(text: str, grammar: Grammar, now: Time, start: int = 0) -> TimeFound | None:
    """Return the first time a text tells from `start` on; what the words leave out is that of `now`."""
    while True:
        best: tuple[int, int, str, re.Match[str]] | None = None
        for name in _KINDS:
            match = grammar.time[name].search(text, start)
            if match is not None and match[0] and (best is None or (match.start(), -match.end()) < best[:2]):
                best = match.start(), -match.end(), name, match
        if best is None:
            return None
        name, match = best[2:]
        time = _make_time(name, match.groupdict(), now)
        if time is not None:
            return TimeFound(time, name, match.start(), match.end())
        start = match.end()


def find_time_before(text: str, grammar: Grammar, now: Time) -> Time | None:
    """Return the earlier time that words such as 上年末 or 一季度 name beside a former value; None for others."""
    former = grammar.former
    if former["start-of-year"].search(text):
        return Time(now.year - 1, is_point=True)
    if former["year-before"].search(text):
        return replace(now, year=now.year - 1, day=0)
    found = find_time(text, grammar, now)
    return found.time if found else None


def list_times(text: str, grammar: Grammar, now: Time) -> list[TimeFound]:
    """Return all times a text tells, in order."""
    found, place = [], 0
    while (item := find_time(text, grammar, now, place)) is not None:
        found.append(item)
        place = item.end
    return found


def list_quarters(now: Time, *, is_cumulative: bool) -> list[Time]:
    """Return the four quarters of a year, or the four runs from its start to the end of each."""
    return [Time(now.year, 1 if is_cumulative else last - 2, last) for last in (3, 6, 9, 12)]


def _make_time(name: str, found: Mapping[str, str | None], now: Time) -> Time | None:
    year = next((int(value) for key in ("year", "year2", "year3") if (value := found.get(key))), now.year)
    if name == "year":
        return Time(year)
    if name == "since":
        return Time(now.year, is_point=True, is_sum=True)
    if name == "run":
        return _make_run(year, found)
    month = int(found.get("month") or found.get("month2") or 12)
    if found.get("quarterend"):
        month = 3 * _QUARTERS[str(found["quarterend"])]
    if not 1 <= month <= 12:
        return None
    if name == "day":
        return _make_day(year, month, found)
    return Time(year, 1, month, is_point=True) if name == "point" else Time(year, month, month)


def _make_day(year: int, month: int, found: Mapping[str, str | None]) -> Time | None:
    if found.get("last"):
        last = int(found.get("lastmonth") or month)
        return Time(year, month, last) if month <= last <= 12 else None
    day = int(found["day"] or 0)
    return Time(year, month, month, day=day) if 1 <= day <= month_end(year, month).end.day else None


def _make_run(year: int, found: Mapping[str, str | None]) -> Time | None:
    first, last = 1, 12
    if found["first"] and found["last"]:
        first, last = int(found["first"]), int(found["last"])
    elif found["count"]:
        last = _read_number(found["count"])
    elif found["quarters"]:
        last = 3 * _read_number(found["quarters"])
    elif found["half"]:
        first, last = (1, 6) if found["half"] == "上" else (7, 12)
    elif found["quarter"]:
        last = 3 * _QUARTERS[found["quarter"]]
        first = last - 2
    return Time(year, first, last) if 1 <= first <= last <= 12 else None


def _read_number(text: str) -> int:
    return int(text) if text.isdecimal() else read_chinese_number(text)
