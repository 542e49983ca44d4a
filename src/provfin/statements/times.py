"""Owns the time a sentence speaks of: what its words say, and what is carried on from the words before."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from provfin.document import read_chinese_number
from provfin.periods import Period, month_end, months
from provfin.statements.grammar import Grammar

_QUARTERS = {"1": 1, "2": 2, "3": 3, "4": 4, "一": 1, "二": 2, "三": 3, "四": 4}


@dataclass(frozen=True)
class Time:
    """A run of months of a year, or the point in time at their end."""

    year: int
    first: int = 1
    last: int = 12
    is_point: bool = False

    @property
    def flow(self) -> Period:
        """The run of months, for flows."""
        return months(self.year, self.first, self.last)

    @property
    def stock(self) -> Period:
        """The day at its end, for stocks."""
        return month_end(self.year, self.last)

    @property
    def to_date(self) -> Period:
        """The year up to its end, for changes since the start of the year."""
        return months(self.year, 1, self.last)

    @property
    def month(self) -> Period:
        """Its last month, for changes on the month before."""
        return months(self.year, self.last, self.last)


def find_time(text: str, grammar: Grammar, now: Time) -> tuple[Time, int, int] | None:
    """Return the first time a text tells, with its place; what the words leave out is that of `now`."""
    best: tuple[int, int, str, re.Match[str]] | None = None
    for name in ("day", "point", "run", "month", "year"):
        match = grammar.time[name].search(text)
        if match is not None and (best is None or (match.start(), -match.end()) < best[:2]):
            best = match.start(), -match.end(), name, match
    if best is None:
        return None
    _, _, name, match = best
    time = _make_time(name, match.groupdict(), now)
    return (time, match.start(), match.end()) if time else None


def _make_time(name: str, found: Mapping[str, str | None], now: Time) -> Time | None:
    year = int(found.get("year") or found.get("year2") or now.year)
    if name == "year":
        return Time(year)
    if name == "run":
        return _make_run(year, found)
    month = int(found.get("month") or found.get("month2") or 12)
    if not 1 <= month <= 12:
        return None
    if name == "point":
        return Time(year, 1, month, is_point=True)
    return Time(year, month, month)


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
    return int(text) if text.isdigit() else read_chinese_number(text)
