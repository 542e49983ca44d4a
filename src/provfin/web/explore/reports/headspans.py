"""Owns how spans of time read where several stand side by side, as in the headings of a table: short, and told apart.

The year is left out where all are of one, for then it is said once above them.
"""

import calendar
import datetime as dt
from collections.abc import Iterable, Mapping

from babel.dates import format_date

Span = tuple[dt.date, dt.date]

_MONTHS = {"en": "LLL", "zh": "L月"}
_DAYS = {"en": "d LLL", "zh": "L月d日"}
_DECEMBER = 12


def name_spans(spans: Iterable[Span], language: str) -> Mapping[Span, str]:
    """Return what each span is called beside the others.

    >>> first = dt.date(2024, 1, 1)
    >>> dict(name_spans([(first, dt.date(2024, 3, 31))], "en")).popitem()[1]
    'Jan–Mar'
    """
    spans = set(spans)
    of_year = len({day.year for span in spans for day in span}) > 1 or all(map(is_year, spans))
    return {span: _name(span, language, of_year=of_year) for span in spans}


def name_span(span: Span, language: str) -> str:
    """Return what a span is called alone, with its year.

    >>> name_span((dt.date(2024, 12, 31), dt.date(2024, 12, 31)), "zh")
    '2024年12月31日'
    """
    return _name(span, language, of_year=True)


def find_year(spans: Iterable[Span]) -> str:
    """Return the year that all spans are of, or nothing where they are of several."""
    years = {str(day.year) for span in spans for day in span}
    return years.pop() if len(years) == 1 else ""


def is_year(span: Span) -> bool:
    """Tell whether a span is a whole year."""
    start, end = span
    return start == dt.date(end.year, 1, 1) and end == dt.date(end.year, _DECEMBER, 31)


def _name(span: Span, language: str, *, of_year: bool) -> str:
    start, end = span
    if of_year and is_year(span):
        return f"{end.year}年" if language == "zh" else str(end.year)
    text = _name_within(start, end, language)
    if not of_year:
        return text
    if start.year != end.year:
        return f"{_write(start, 'yyyy-MM-dd', language)}/{_write(end, 'yyyy-MM-dd', language)}"
    return f"{end.year}年{text}" if language == "zh" else f"{text} {end.year}"


def _name_within(start: dt.date, end: dt.date, language: str) -> str:
    has_months = start.day == 1 and end.day == calendar.monthrange(end.year, end.month)[1]
    last = _write(end, (_MONTHS if has_months else _DAYS)[language], language)
    if start == end or (has_months and start.month == end.month):
        return last
    if has_months and language == "zh":
        return f"{start.month}–{last}"
    return f"{_write(start, (_MONTHS if has_months else _DAYS)[language], language)}–{last}"


def _write(day: dt.date, pattern: str, language: str) -> str:
    return format_date(day, pattern, locale=language)
