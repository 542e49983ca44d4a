"""Owns going through the prose of a document: which texts are read, and that every number of them is accounted for."""

import re
from collections.abc import Iterator
from dataclasses import replace

from provfin.document import Document, Gap, Part, Passage, Span
from provfin.entities import load_entities
from provfin.mentions import Mention
from provfin.names import load_names
from provfin.quantity import fold_width
from provfin.reports import Report
from provfin.statements.grammar import load_grammar
from provfin.statements.read import Dismissal, Readings, StatementReader
from provfin.vocabulary import Vocabulary


def read_prose(document: Document, report: Report, vocabulary: Vocabulary) -> Readings:
    """Return the figures of paragraphs, notes and footnotes; a number that nothing was made of is a gap."""
    entities = load_entities().speaking_for(report.area, report.publisher)
    reader = StatementReader(load_grammar(), vocabulary, load_names(), entities, report)
    all_readings = [read_passage(passage, part, reader) for passage, part in list_passages(document)]
    return Readings(
        tuple(_quote_source(mention, document.source) for readings in all_readings for mention in readings.mentions),
        tuple(dismissal for readings in all_readings for dismissal in readings.dismissals),
        tuple(gap for readings in all_readings for gap in readings.gaps),
    )


def _quote_source(mention: Mention, source: str) -> Mention:
    """Let a figure that a page break splits be printed as it stands in the source, the break included."""
    return replace(mention, exact=source[mention.span.start : mention.span.end])


def read_passage(passage: Passage, part: Part, reader: StatementReader) -> Readings:
    """Return what a passage states; every digit of it stands in just one mention, dismissal or gap."""
    heading = tuple(_dismiss_heading_number(passage, part))
    found = reader.read(passage, part)
    mentions = tuple(item for item in found.mentions if not _is_covered(item.span, heading))
    dismissals = (*heading, *(item for item in found.dismissals if not _is_covered(item.span, heading)))
    gaps = tuple(item for item in found.gaps if not _is_covered(item.span, heading))
    readings = Readings(mentions, dismissals, gaps)
    return Readings(mentions, dismissals, (*gaps, *_find_unread(passage, part, readings)))


def list_passages(document: Document) -> Iterator[tuple[Passage, Part]]:
    """Return the texts that are prose, each in its part; what is in no part is in the report as a whole."""
    nowhere = Part("report", "", "", Span(0, 0))
    return ((passage, part or nowhere) for passage, part in document.passages())


def _dismiss_heading_number(passage: Passage, part: Part) -> Iterator[Dismissal]:
    """The number of a heading that runs into its paragraph states no fact."""
    if passage.offsets and part.span.start == passage.offsets[0]:
        match = re.match(r"\s*\d{1,2}(?![\d.%]*\d)", fold_width(passage.text))
        if match is not None:
            yield Dismissal(passage.span(match.start(), match.end()), "heading-number")


def _find_unread(passage: Passage, part: Part, read: Readings) -> Iterator[Gap]:
    spans = [item.span for items in (read.mentions, read.dismissals, read.gaps) for item in items]
    covered = {n for span in spans for n in range(span.start, span.end)}
    folded = fold_width(passage.text)
    unread = "".join(" " if n in covered else c for n, c in zip(passage.offsets, folded, strict=True))
    for run in re.finditer(r"\d+", unread):
        message = f"nothing was made of the number {run[0]}"
        yield Gap("prose-not-read", passage.span(*run.span()), message, "add a curation entry", part.trail)


def _is_covered(span: Span, dismissals: tuple[Dismissal, ...]) -> bool:
    return any(item.span.start <= span.start < item.span.end for item in dismissals)
