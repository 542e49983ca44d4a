"""Owns the days that figures of change lead from and to."""

import datetime as dt

from provfin.periods import Period


def ends_on(period: Period) -> Period:
    """Return the last day of a period, as a date.

    >>> from provfin.periods import months
    >>> ends_on(months(2024, 1, 3)).code
    '2024-03-31'
    """
    return Period(period.end, period.end, is_date=True)


def before_month(period: Period) -> Period:
    """Return the day before the month a period ends in.

    >>> from provfin.periods import months
    >>> before_month(months(2024, 1, 1)).code
    '2023-12-31'
    """
    day = period.end.replace(day=1) - dt.timedelta(days=1)
    return Period(day, day, is_date=True)


def before_year(period: Period) -> Period:
    """Return the day before the year a period ends in.

    >>> from provfin.periods import months
    >>> before_year(months(2024, 1, 12)).code
    '2023-12-31'
    """
    day = dt.date(period.end.year - 1, 12, 31)
    return Period(day, day, is_date=True)
