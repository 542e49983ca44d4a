"""Owns what the resources of a report are called in the new release that has another name in the old one.

A report is the same when it was read from the same bytes. What belongs to it is named by it (`…/id/event/<report>/…`).
Refuses to guess where two reports of one release were read from the same bytes.
"""

from collections import Counter
from collections.abc import Mapping

import pyoxigraph as ox

from provfin.differences.editions import Description
from provfin.turtle import BASE

_REPORT = f"{BASE}report/"


class Renaming:
    """The names that reports and what belongs to them have in the old release and in the new one."""

    def __init__(self, reports: Mapping[str, str]) -> None:
        self._reports = dict(reports)
        self._forth = {_cut_id(old): _cut_id(new) for old, new in reports.items()}
        self._back = {new: old for old, new in self._forth.items()}

    @classmethod
    def find(cls, old: Mapping[str, str], new: Mapping[str, str]) -> "Renaming":
        """Return the renaming between two releases, of which is given the SHA-256 of each report's source.

        >>> Renaming.find({f"{BASE}report/a": "5e"}, {f"{BASE}report/b": "5e"}).forth(f"{BASE}event/a/merger")
        'https://w3id.org/provfin/id/event/b/merger'
        """
        counts = [Counter(sources.values()) for sources in (old, new)]
        gone = {source: iri for iri, source in old.items() if iri not in new and counts[0][source] == 1}
        come = {source: iri for iri, source in new.items() if iri not in old and counts[1][source] == 1}
        return cls({gone[source]: come[source] for source in sorted(gone.keys() & come.keys())})

    def forth(self, iri: str) -> str:
        """Return what the new release calls something of the old one."""
        return _rename(iri, self._forth)

    def back(self, iri: str) -> str:
        """Return what the old release calls something of the new one."""
        return _rename(iri, self._back)

    def translate(self, told: Description) -> Description:
        """Return what the old release tells of something in the names of the new one."""
        if not self._reports:
            return told
        return {key: frozenset(map(self._translate_term, terms)) for key, terms in told.items()}

    def _translate_term(self, term: ox.NamedNode | ox.Literal) -> ox.NamedNode | ox.Literal:
        return ox.NamedNode(self.forth(term.value)) if isinstance(term, ox.NamedNode) else term


def _cut_id(report: str) -> str:
    return report.removeprefix(_REPORT)


def _rename(iri: str, names: Mapping[str, str]) -> str:
    if not names or not iri.startswith(BASE):
        return names.get(iri, iri)
    kind, *rest = iri.removeprefix(BASE).split("/", 2)
    if rest and rest[0] in names:
        return BASE + "/".join([kind, names[rest[0]], *rest[1:]])
    return iri
