"""Owns the ledger: every number printed in a report, and what became of it.

Each token is a fact of a table or of prose, or states no fact for a reason that is told. Refuses to leave one out: a
number nothing was made of is listed as unread.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from provfin.document import Document, Span
from provfin.extraction import Extraction
from provfin.quantity import fold_width
from provfin.statements import NUMBER

TABLE_FACT, PROSE_FACT, NOT_A_FACT, UNREAD = "table-fact", "prose-fact", "not-a-fact", "unread"
# Gaps that leave no number unread: what they speak of is a fact, or the report as a whole.
_OF_NO_NUMBER = {
    "area-not-known", "candidate-concept", "commitment-not-known", "curation-does-not-match", "event-kind-not-known",
    "mentions-disagree", "source-differs", "year-not-known",
}  # fmt: skip
# Why the numbers on a line of a kind state no fact.
_REASONS = {
    "row": "table-label",
    "title": "title",
    "contents": "contents",
    "page": "page-number",
    "heading": "heading",
    "abstract": "heading",
    "appendix": "heading",
    "box": "caption",
    "table": "caption",
    "figure": "caption",
    "unit": "caption",
    "source": "caption",
    "note": "note-number",
    "note_item": "note-number",
    "footnote": "footnote-mark",
    "credit": "credits",
}


@dataclass(frozen=True)
class LedgerLine:
    """One printed number: its place, what became of it, why it is no fact, and the claims it states."""

    span: Span
    exact: str
    kind: str
    reason: str = ""
    facts: tuple[str, ...] = ()

    def as_record(self, source: str, line: int | None = None) -> dict[str, Any]:
        """Return the line as one JSON-ready record; `line` is the number of its line where that is known."""
        return {
            "start": self.span.start,
            "end": self.span.end,
            "line": source.count("\n", 0, self.span.start) + 1 if line is None else line,
            "exact": self.exact,
            "kind": self.kind,
            "reason": self.reason or None,
            "facts": list(self.facts),
        }


def make_ledger(extraction: Extraction) -> list[LedgerLine]:
    """Return a line for every number of the report, in reading order."""
    source = extraction.document.source
    facts = _index_facts(extraction)
    reasons = _index_reasons(extraction)
    kinds = _index_kinds(extraction.document)
    lines = []
    for match in NUMBER.finditer(fold_width(source)):
        span = Span(*match.span())
        exact = source[span.start : span.end]
        if kinds.get(span.start) == "page":
            # A page break may stand inside of a figure.
            lines.append(_explain(span, exact, None, "page"))
        elif span.start in facts:
            kind, keys = facts[span.start]
            lines.append(LedgerLine(span, exact, kind, facts=keys))
        else:
            lines.append(_explain(span, exact, reasons.get(span.start), kinds.get(span.start, "")))
    return lines


def _explain(span: Span, exact: str, reason: tuple[str, str] | None, line: str) -> LedgerLine:
    if reason is not None:
        return LedgerLine(span, exact, *reason)
    if line in _REASONS:
        return LedgerLine(span, exact, NOT_A_FACT, _REASONS[line])
    return LedgerLine(span, exact, UNREAD, "nothing was made of it")


def _index_facts(extraction: Extraction) -> Mapping[int, tuple[str, tuple[str, ...]]]:
    """Return for each character of a figure what it states; a figure may state several claims."""
    found: dict[int, tuple[str, tuple[str, ...]]] = {}
    for fact in extraction.facts:
        for mention in fact.mentions:
            kind = TABLE_FACT if mention.origin == "table" else PROSE_FACT
            for place in range(mention.span.start, mention.span.end):
                found[place] = kind, (*found.get(place, (kind, ()))[1], fact.claim.key)
    return found


def _index_reasons(extraction: Extraction) -> Mapping[int, tuple[str, str]]:
    """Return for each character of a number that is no fact why, and for gaps that they are unread."""
    found: dict[int, tuple[str, str]] = {}
    for gap in extraction.gaps:
        if gap.reason not in _OF_NO_NUMBER:
            found.update((place, (UNREAD, gap.reason)) for place in range(gap.span.start, gap.span.end))
    for item in extraction.dismissals:
        found.update((place, (NOT_A_FACT, item.reason)) for place in range(item.span.start, item.span.end))
    return found


def _index_kinds(document: Document) -> Mapping[int, str]:
    return {place: mark.kind for mark in document.marks for place in range(mark.span.start, mark.span.end)}


def summarise(lines: Iterable[LedgerLine]) -> Iterator[tuple[str, str, int]]:
    """Yield how many numbers there are of each kind and reason, facts first."""
    counts = Counter((line.kind, line.reason) for line in lines)
    order = [TABLE_FACT, PROSE_FACT, NOT_A_FACT, UNREAD]
    for (kind, reason), number in sorted(counts.items(), key=lambda item: (order.index(item[0][0]), -item[1], item[0])):
        yield kind, reason, number
