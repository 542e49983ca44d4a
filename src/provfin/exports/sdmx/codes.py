"""Owns how names and times of the graph are written in SDMX: identifiers of components and codes, and time periods.

The rules are total and can be undone, so that no two codes of the graph meet in one of SDMX. The syntax is that of
https://github.com/sdmx-twg/sdmx-ml (SDMXCommonReferences.xsd). Refuses nothing: what has no place in an identifier is
written in hexadecimal.
"""

import re
from datetime import date, timedelta
from urllib.parse import quote, unquote

from provfin.exports.observations import Code, Period
from provfin.turtle import PREFIXES

# In CL_OBS_STATUS of SDMX, M is for data that cannot exist and O for a missing value of which no more is known; a dash
# in a table says no more: https://sdmx.org/guidelines/ (Code list for observation status, version 2.2).
_RENAMED = {f"{PREFIXES['sdmx-code']}obsStatus-M": "O"}
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
# How many months the runs have that SDMX numbers within the year: half years and quarters.
_HALF, _QUARTER = 6, 3


def write_component_id(name: str) -> str:
    """Return the identifier of a component or a list from a name of the graph, as SDMX has it in its own concepts.

    >>> write_component_id("unitMeasure"), write_component_id("comparison-bases")
    ('UNIT_MEASURE', 'COMPARISON_BASES')
    """
    return _HUMP.sub("_", name).replace("-", "_").upper()


def write_code_id(code: str) -> str:
    """Return a code as an identifier: letters, digits, `_`, `-` and `@` as they are, bytes of others as `$` and hex.

    A full stop is not let through: it parts the codes of a key.

    >>> write_code_id("gross-regional-product"), write_code_id("lpr-to-lpr-plus-0.5")
    ('gross-regional-product', 'lpr-to-lpr-plus-0$2E5')
    """
    return quote(code, safe="@").replace(".", "%2E").replace("~", "%7E").replace("%", "$")


def read_code_id(identifier: str) -> str:
    """Return the code that an identifier was made of.

    >>> read_code_id("lpr-to-lpr-plus-0$2E5")
    'lpr-to-lpr-plus-0.5'
    """
    return unquote(identifier.replace("$", "%"))


def identify_code(iri: str, code: str) -> str:
    """Return the identifier of a concept of the graph: that of SDMX where it has the same concept, else its code."""
    return _RENAMED.get(iri) or write_code_id(code)


def identify(code: Code) -> str:
    """Return the identifier of a code of an observation."""
    return identify_code(code.iri, code.code)


def write_time(period: Period) -> str:
    """Return a period as an observational time period of SDMX 2.1 and 3.0 (section 4 of its technical notes).

    A day, a month and a year are as in ISO 8601, half years and quarters have their letter, any other run of months is
    its first day and its length; what is no run of months is counted in days.
    """
    if period.is_instant:
        return period.end.isoformat()
    months = _count_months(period.start, period.end)
    if months is None:
        return f"{period.start}/P{(period.end - period.start).days + 1}D"
    return _write_months(period.start, months)


def _count_months(start: date, end: date) -> int | None:
    """Return how many whole months a period has, None where it does not consist of such."""
    after = end + timedelta(days=1)
    if (start.day, after.day) != (1, 1):
        return None
    return (after.year - start.year) * 12 + after.month - start.month


def _write_months(start: date, months: int) -> str:
    if months == 1:
        return f"{start:%Y-%m}"
    if (months, start.month) == (12, 1):
        return f"{start:%Y}"
    for length, letter in ((_HALF, "S"), (_QUARTER, "Q")):
        if months == length and (start.month - 1) % length == 0:
            return f"{start:%Y}-{letter}{(start.month - 1) // length + 1}"
    return f"{start}/P{months}M"
