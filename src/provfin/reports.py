"""Owns what is known of a report as a whole: its identity, title, publisher, area and the year it tells of.

It is read from the title; a declaration in `data/reports/` goes before. Refuses to fail on an odd title: what is not
known is a gap.
"""

import hashlib
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

from provfin.assets import find_assets
from provfin.document import Document, Gap, Span, load_genre
from provfin.errors import InputError
from provfin.quantity import fold_width
from provfin.vocabulary import Concept, Vocabulary


@dataclass(frozen=True)
class Report:
    """What a report is: its identity, title, publisher, area and the year it tells of."""

    id: str
    title: str
    area: Concept
    year: int
    sha256: str
    title_en: str = ""
    publisher: str = ""
    publisher_en: str = ""


def identify(report_id: str, document: Document, vocabulary: Vocabulary) -> tuple[Report, list[Gap]]:
    """Return what a report is, and gaps for what its title leaves open; raises `InputError` for a bad declaration."""
    declared = _load_declared(report_id)
    printed = document.title.text if document.title else ""
    area, year = _read_title(printed, vocabulary)
    title_span = document.title.span if document.title else Span(0, 0)
    gaps = []
    if "area" in declared:
        area = _find_declared_area(declared["area"], report_id, vocabulary)
    if area is None:
        message = f"the title {printed!r} names no area of the vocabulary"
        gaps.append(Gap("area-not-known", title_span, message, f"declare it in data/reports/{report_id}.toml"))
    if "period" in declared:
        year = _read_declared_year(declared["period"], report_id)
    if year is None:
        year = _find_commonest_year(document)
        message = f"the title {printed!r} names no year; {year} is taken, the one the text names most"
        gaps.append(Gap("year-not-known", title_span, message, f"declare the period in data/reports/{report_id}.toml"))
    report = Report(
        id=report_id,
        title=declared.get("title", printed or report_id),
        area=area or vocabulary.areas["unknown"],
        year=year,
        sha256=hashlib.sha256(document.source.encode()).hexdigest(),
        title_en=declared.get("title_en", ""),
        publisher=declared.get("publisher", ""),
        publisher_en=declared.get("publisher_en", ""),
    )
    gaps.extend(_compare_source(report, declared, title_span))
    return report, gaps


def _load_declared(report_id: str) -> dict[str, str]:
    path = find_assets().reports / f"{report_id}.toml"
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"not TOML ({error})", where=str(path), repair="mend the file") from error


def _find_declared_area(code: str, report_id: str, vocabulary: Vocabulary) -> Concept:
    if code not in vocabulary.areas:
        where = f"data/reports/{report_id}.toml"
        raise InputError(f"no area has the code {code!r}", where=where, repair="take a code of areas.ttl")
    return vocabulary.areas[code]


def _read_declared_year(text: str, report_id: str) -> int:
    if not re.fullmatch(r"\d{4}", text):
        where = f"data/reports/{report_id}.toml"
        raise InputError(f"the period {text!r} is no year", where=where, repair="write it as in 2024")
    return int(text)


def _compare_source(report: Report, declared: dict[str, str], span: Span) -> Iterator[Gap]:
    if declared.get("sha256", report.sha256) != report.sha256:
        message = "the text is not the one the report was declared with (its SHA-256 differs)"
        repair = f"check which text is right, then data/reports/{report.id}.toml"
        yield Gap("source-differs", span, message, repair)


def _read_title(title: str, vocabulary: Vocabulary) -> tuple[Concept | None, int | None]:
    patterns = load_genre().title
    text = "".join(fold_width(title).split())
    edition = patterns["edition"].fullmatch(text)
    if edition is not None:
        # An edition is named after the year it appears in and tells of the year before.
        return vocabulary.find_area(edition["area"].removesuffix("区域")), int(edition["edition"]) - 1
    year = patterns["year"].fullmatch(text)
    if year is not None:
        return vocabulary.find_area(year["area"].removesuffix("区域")), int(year["year"])
    return None, None


def _find_commonest_year(document: Document) -> int:
    years = re.findall(r"(?:19|20)\d{2}(?=\s*年)", document.source)
    return int(max(sorted(set(years)), key=years.count)) if years else 1900
