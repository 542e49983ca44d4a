"""Owns the day that is written where a standard asks an export for its date.

A release is named by what it holds and knows no day of its own; a clock would give equal releases different bytes. So
the day is one the release tells. Refuses a release without reports.
"""

from datetime import date

from provfin.errors import InputError
from provfin.exports.content import ReleaseContent
from provfin.exports.index import PF
from provfin.release import shorten_hash
from provfin.turtle import PREFIXES

_TEMPORAL = PREFIXES["dcterms"] + "temporal"


def find_last_day(content: ReleaseContent) -> date:
    """Return the last day of the newest period that a report of the release is of: no release can be older.

    Raises `InputError` when the release has no report.
    """
    index = content.index
    periods = [index.get(report.iri, _TEMPORAL) for report in content.reports]
    if not periods:
        where = f"release {shorten_hash(content.hash)}"
        raise InputError("there is no report, and so no day", where=where, repair="build a release of a report")
    return max(date.fromisoformat(index.get(period, f"{PF}periodEnd")) for period in periods)
