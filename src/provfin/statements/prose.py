"""Owns going through the prose of a document: which texts are read, and that every number of them is accounted for."""

import re
from collections.abc import Iterator

from provfin.document import Document, Gap, Part, Passage, Span
from provfin.entities import load_entities
from provfin.mentions import Mention
from provfin.names import load_names
from provfin.quantity import fold_width
from provfin.reports import Report
from provfin.statements.grammar import load_grammar
from provfin.statements.read import Dismissal, Readings, StatementReader
from provfin.vocabulary import Vocabulary

NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def read_prose(document: Document, report: Report, vocabulary: Vocabulary) -> Readings:
    """Return the figures of paragraphs, notes and footnotes; a number that nothing was made of is a gap."""
    entities = load_entities().speaking_for(report.area, report.publisher)
    reader = StatementReader(load_grammar(), vocabulary, load_names(), entities, report)
    mentions: list[Mention] = []
    dismissals: list[Dismissal] = []
    gaps: list[Gap] = []
    for passage, part in _list_passages(document):
        readings = reader.read(passage, part)
        heading = tuple(_dismiss_heading_number(passage, part))
        mentions.extend(mention for mention in readings.mentions if not _is_covered(mention.span, heading))
        dismissals.extend([*heading, *readings.dismissals])
        gaps.extend(gap for gap in readings.gaps if not _is_covered(gap.span, heading))
        read = Readings(readings.mentions, (*heading, *readings.dismissals), readings.gaps)
        gaps.extend(_find_unread(passage, part, read))
    return Readings(tuple(mentions), tuple(dismissals), tuple(gaps))


def _list_passages(document: Document) -> Iterator[tuple[Passage, Part]]:
    nowhere = Part("section", "section/0", "", Span(0, 0))
    for paragraph in document.paragraphs:
        yield paragraph.passage, paragraph.part or nowhere
    for block in document.tables:
        yield from ((note, block.part) for note in block.notes)
    for footnote in document.footnotes:
        yield footnote.passage, nowhere


def _dismiss_heading_number(passage: Passage, part: Part) -> Iterator[Dismissal]:
    """The number of a heading that runs into its paragraph states no fact."""
    if part.span.start == passage.offsets[0]:
        match = re.match(r"\s*\d{1,2}(?![\d.%]*\d)", fold_width(passage.text))
        if match is not None:
            yield Dismissal(passage.span(match.start(), match.end()), "heading-number")


def _find_unread(passage: Passage, part: Part, read: Readings) -> Iterator[Gap]:
    spans = [item.span for items in (read.mentions, read.dismissals, read.gaps) for item in items]
    covered = {n for span in spans for n in range(span.start, span.end)}
    for match in NUMBER.finditer(fold_width(passage.text)):
        span = passage.span(match.start(), match.end())
        if span.start not in covered:
            message = f"nothing was made of the number {match[0]}"
            yield Gap("prose-not-read", span, message, "add a curation entry", part.trail)


def _is_covered(span: Span, dismissals: tuple[Dismissal, ...]) -> bool:
    return any(item.span.start <= span.start < item.span.end for item in dismissals)
