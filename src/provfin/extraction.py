"""Owns reading a report from its file to facts and gaps.

Refuses files that are no text, with one error that says what and how to repair it; anything that is text is read, and
what could not be read is among the gaps.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from provfin.chronicle import Chronicle, read_chronicle
from provfin.curation import Curated, ReadingShare, apply_curation, find_curation, load_curation
from provfin.document import Document, Gap, Span, load_genre, parse_document
from provfin.errors import InputError
from provfin.facts import Fact, make_facts
from provfin.layouts import find_layout, load_layouts
from provfin.mentions import Mention
from provfin.names import load_names
from provfin.reports import Report, identify
from provfin.statements import Dismissal, Readings, read_prose
from provfin.tables import TableContext, read_table
from provfin.vocabulary import Vocabulary, load_vocabulary

_REPORT_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LONGEST_ID = 80
_TEXT_CONTROLS = "\t\n\r\v\f"


@dataclass(frozen=True)
class Extraction:
    """All that was read from a report."""

    report: Report
    document: Document
    facts: tuple[Fact, ...]
    gaps: tuple[Gap, ...]
    # Numbers of the prose that state no fact, and how the rules did on those that do.
    dismissals: tuple[Dismissal, ...] = ()
    share: ReadingShare = field(default_factory=lambda: ReadingShare(0, 0, 0))
    chronicle: Chronicle = field(default_factory=Chronicle)


def read_source(path: Path) -> str:
    """Return the text of a report file, untouched, so that offsets are those of the file.

    Raises `InputError` for a missing, empty, binary or non-UTF-8 file.
    """
    repair = "give a report as UTF-8 text"
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", where=str(path), repair=repair) from error
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        what = f"not UTF-8 text (byte {error.start} of {len(data)})"
        raise InputError(what, where=str(path), repair="convert it to UTF-8 first") from error
    if not text.strip("\ufeff").strip():
        raise InputError("the file is empty", where=str(path), repair=repair)
    control = next((n for n, c in enumerate(text) if c < " " and c not in _TEXT_CONTROLS), None)
    if control is not None:
        raise InputError(f"not text (a control character at {control})", where=str(path), repair=repair)
    return text


def make_report_id(path: Path, given: str | None) -> str:
    """Return the identity of a report: as given, else the file's name; raises `InputError` when it has no good form."""
    report_id = given if given is not None else path.stem.lower().replace("_", "-")
    if _REPORT_ID.fullmatch(report_id) is None or len(report_id) > _LONGEST_ID:
        what = f"{report_id!r} is no report id"
        raise InputError(
            what, where=str(path), repair="give --report-id with small letters, digits and hyphens, 80 at most"
        )
    return report_id


def extract(path: Path, report_id: str | None = None) -> Extraction:
    """Read a report file into facts and gaps; raises `InputError` when the file or the id is bad."""
    source = read_source(path)
    return extract_text(source, make_report_id(path, report_id))


def refuse_stale_curation(extraction: Extraction) -> None:
    """Raise `InputError` when decisions of reviewers no longer match the text, naming the first."""
    stale = next((gap for gap in extraction.gaps if gap.reason == "curation-does-not-match"), None)
    if stale is not None:
        raise InputError(stale.message, where=f"{extraction.report.id}, {stale.span.start}", repair=stale.repair)


def extract_text(source: str, report_id: str) -> Extraction:
    """Read the text of a report into facts and gaps; never raises on what the text says."""
    document = parse_document(source)
    vocabulary = load_vocabulary()
    report, gaps = identify(report_id, document, vocabulary)
    gaps.extend(document.gaps)
    cells = list(_read_tables(document, report, vocabulary, gaps))
    prose = _read_prose(document, report, vocabulary)
    gaps.extend([*prose.readings.gaps, *prose.gaps])
    facts, contradictions = make_facts([*cells, *prose.readings.mentions])
    gaps.extend(contradictions)
    gaps.extend(_report_candidates(facts))
    chronicle = read_chronicle(document, report)
    gaps.extend(chronicle.gaps)
    return Extraction(
        report,
        document,
        tuple(facts),
        tuple(sorted(gaps, key=lambda gap: (gap.span, gap.reason))),
        prose.readings.dismissals,
        prose.share,
        chronicle,
    )


def _read_prose(document: Document, report: Report, vocabulary: Vocabulary) -> Curated:
    path = find_curation(report.id)
    readings = _withhold_last(read_prose(document, report, vocabulary), len(document.source))
    return apply_curation(readings, load_curation(path), document, vocabulary, report.area, str(path))


def _withhold_last(readings: Readings, end: int) -> Readings:
    """A figure that touches the end of the file may have lost digits or its unit; it becomes a gap."""
    last = [mention for mention in readings.mentions if mention.span.end == end]
    gaps = [
        Gap("cut-off", mention.span, f"{mention.exact} touches the end of the file and may have lost some of it",
            "end the file with a line end if it is whole", mention.part.trail)
        for mention in last
    ]  # fmt: skip
    kept = tuple(mention for mention in readings.mentions if mention not in last)
    return replace(readings, mentions=kept, gaps=(*readings.gaps, *gaps))


def _read_tables(document: Document, report: Report, vocabulary: Vocabulary, gaps: list[Gap]) -> Iterator[Mention]:
    layouts = load_layouts()
    context = TableContext(vocabulary, load_names(), load_genre().table, report.area, report.year, len(document.source))
    for block in document.tables:
        layout = find_layout(block.caption, layouts)
        whole = Span(block.rows[0].span.start, block.rows[-1].span.end)
        if layout is None:
            caption = block.caption or "(no caption)"
            message = f"no layout is declared for the table {caption}"
            gaps.append(Gap("table-not-known", whole, message, "declare one in data/layouts", block.part.trail))
            continue
        mentions, table_gaps = read_table(block, layout, context)
        yield from mentions
        gaps.extend(table_gaps)


def _report_candidates(facts: list[Fact]) -> Iterator[Gap]:
    seen = set()
    for fact in facts:
        for concept in (fact.claim.indicator, *(member for _, member in fact.claim.members)):
            if concept.is_candidate and concept.iri not in seen:
                seen.add(concept.iri)
                mention = fact.mentions[0]
                message = f"{concept.label} is not in the vocabulary; its facts are kept under a candidate"
                repair = "add the concept to ontology/vocabulary, or its name to an existing one"
                yield Gap("candidate-concept", mention.span, message, repair, mention.part.trail)
