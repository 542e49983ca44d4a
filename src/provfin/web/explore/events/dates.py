"""Owns how the date of an event reads: to the day, the month or the year, as precisely as a report tells it.

Refuses to make a date more precise than it is; what is no date is shown as it stands.
"""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from babel.dates import format_date

_DATE = re.compile(r"(?P<year>[0-9]{4})(-(?P<month>0[1-9]|1[0-2])(-(?P<day>[0-9]{2}))?)?")
_WHOLE: Mapping[str, Mapping[str, str]] = {
    "en": {"day": "d MMMM y", "month": "MMMM y", "year": "y"},
    "zh": {"day": "y年M月d日", "month": "y年M月", "year": "y年"},
}
_WITHIN: Mapping[str, Mapping[str, str]] = {
    "en": {"day": "d MMMM", "month": "MMMM", "year": "y"},
    "zh": {"day": "M月d日", "month": "M月", "year": "y年"},
}
_SHORT_MONTH: Mapping[str, str] = {"en": "MMM", "zh": "M月"}


@dataclass(frozen=True, order=True)
class Date:
    """A date to the year, the month or the day; of what is none, the text alone.

    >>> Date("2024-06").precision, Date("2024-06-20").month, Date("2024").month, Date("spring").year
    ('month', '2024-06', '', '')
    """

    text: str = ""

    @property
    def precision(self) -> str:
        """What it is told to: day, month or year; empty where it is no date."""
        parts = _read(self.text)
        return ("year", "month", "day")[len(parts) - 1] if parts else ""

    @property
    def year(self) -> str:
        """Its year, as `2024`."""
        return self.text[:4] if _read(self.text) else ""

    @property
    def month(self) -> str:
        """Its month, as `2024-06`; empty where that is not told."""
        return self.text[:7] if len(_read(self.text)) > 1 else ""

    @property
    def month_or_year(self) -> "Date":
        """What an event is listed under: its month, or its year where that is not told, or nothing.

        >>> Date("2024-06-20").month_or_year, Date("soon").month_or_year
        (Date(text='2024-06'), Date(text=''))
        """
        return Date(self.month or self.year)

    def write(self, language: str) -> str:
        """Return it in words, as `20 June 2024`."""
        return _write(self.text, language, _WHOLE[language].get(self.precision, ""))

    def write_within(self, language: str) -> str:
        """Return it in words without the year, where it is more than a year."""
        return _write(self.text, language, _WITHIN[language].get(self.precision, ""))


def write_month(number: int, language: str) -> str:
    """Return the short name of a month by its number from 1, as `Jun`."""
    return format_date(dt.date(2000, number, 1), _SHORT_MONTH[language], locale=language)


@lru_cache(maxsize=4096)
def _read(text: str) -> tuple[int, ...]:
    """Return year, month and day, as far as they are told."""
    match = _DATE.fullmatch(text)
    if match is None:
        return ()
    parts = tuple(int(part) for part in (match["year"], match["month"], match["day"]) if part)
    try:
        dt.date(*(*parts, 1, 1)[:3])
    except ValueError:
        return ()
    return parts


def _write(text: str, language: str, pattern: str) -> str:
    parts = _read(text)
    return format_date(dt.date(*(*parts, 1, 1)[:3]), pattern, locale=language) if parts else text
