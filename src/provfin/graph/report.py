"""Owns the RDF of a report as a whole: its description, its parts, its data sets and how it was read."""

from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from provfin.document import Part, Passage, Span
from provfin.extraction import Extraction
from provfin.facts import Fact
from provfin.graph.terms import describe, make_iri, make_text, make_whole
from provfin.layouts import load_layouts
from provfin.reports import Report
from provfin.turtle import BASE
from provfin.vocabulary import escape_iri

LICENSE = "https://creativecommons.org/licenses/by/4.0/"
AGENT = f"{BASE}agent/provfin"
_PROSE_RULES = {
    "prose-fraction": "Fractions and tenths in running text",
    "prose-number": "Figures in running text",
    "prose-ratio": "Ratios in running text",
    "prose-record": "Records in running text",
    "prose-streak": "Runs of periods in running text",
    "review": "Figures a reviewer has set right",
}
_PART_CLASSES = {"section": "Section", "box": "Box", "table": "Table", "figure": "Figure"}


def report_iri(report_id: str) -> str:
    """Return the IRI of a report."""
    return f"{BASE}report/{report_id}"


def describe_report(report: Report) -> Iterator[ox.Triple]:
    """Yield what is known of the report as a whole."""
    yield from describe(
        report_iri(report.id),
        ["pf:Report", "prov:Entity"],
        [
            ("dcterms:identifier", make_text(report.id)),
            ("dcterms:title", make_text(report.title, "zh")),
            ("dcterms:title", make_text(report.title_en, "en")),
            ("dc:publisher", make_text(report.publisher, "zh")),
            ("dc:publisher", make_text(report.publisher_en, "en")),
            ("dcterms:language", make_text("zh")),
            ("dcterms:spatial", make_iri(report.area.iri)),
            ("dcterms:temporal", make_iri(_year_iri(report))),
            ("pf:sha256", make_text(report.sha256)),
        ],
    )


def _year_iri(report: Report) -> str:
    return f"{BASE}period/{report.year:04d}"


def part_iri(report_id: str, part: Part) -> str:
    """Return the IRI of a part, made from the report's own numbering; what is in no part is in the report."""
    return f"{BASE}part/{report_id}/{part.path}" if part.path else report_iri(report_id)


def describe_parts(extraction: Extraction) -> Iterator[ox.Triple]:
    """Yield the headed parts of the report, each in the one that holds it."""
    report_id = extraction.report.id
    sources = {block.part.path: block.source for block in extraction.document.tables if block.source}
    sources.update(extraction.document.figure_sources)
    pages = extraction.document.pages
    for part in extraction.document.parts:
        whole = part_iri(report_id, part.parent) if part.parent else report_iri(report_id)
        yield from describe(
            part_iri(report_id, part),
            [f"pf:{_PART_CLASSES[part.kind]}", "pf:DocumentPart"],
            [
                ("dc:source", make_text(sources.get(part.path, ""), "zh")),
                ("dcterms:isPartOf", make_iri(whole)),
                ("dcterms:title", make_text(part.title or "（无题名）", "zh")),
                ("oa:end", make_whole(part.span.end)),
                ("oa:start", make_whole(part.span.start)),
                ("pf:printedPage", make_whole(page) if (page := pages.get(part.path)) else None),
                ("pf:report", make_iri(report_iri(report_id))),
            ],
        )


def credits_iri(report_id: str) -> str:
    """Return the IRI of the page that names who made a report."""
    return f"{BASE}part/{report_id}/credits"


def describe_notes(extraction: Extraction) -> Iterator[ox.Triple]:
    """Yield the footnotes of the report and the notes under its tables, and the page that names who made it."""
    report, document = extraction.report, extraction.document
    marks: set[str] = set()
    for footnote in document.footnotes:
        # Where each page counts anew, a mark is told apart by its place.
        again = f"-at-{footnote.passage.offsets[0]}" if footnote.mark in marks else ""
        marks.add(footnote.mark)
        iri = f"{BASE}part/{report.id}/footnote/{escape_iri(footnote.mark)}{again}"
        yield from _describe_leaf(
            report, iri, report_iri(report.id), "Footnote", f"脚注{footnote.mark}", footnote.passage
        )
    for block in document.tables:
        for number, note in enumerate(block.notes, start=1):
            table = part_iri(report.id, block.part)
            yield from _describe_leaf(report, f"{table}/note/{number}", table, "Footnote", f"注{number}", note)
    if document.credits:
        span = Span(document.credits[0].span.start, document.credits[-1].span.end)
        page = Passage.cut(document.source, span)
        iri = credits_iri(report.id)
        yield from _describe_leaf(report, iri, report_iri(report.id), "Credits", "署名", page)


def _describe_leaf(
    report: Report, iri: str, whole: str, kind: str, title: str, passage: Passage
) -> Iterator[ox.Triple]:
    yield from describe(
        iri,
        [f"pf:{kind}", "pf:DocumentPart"],
        [
            ("dcterms:isPartOf", make_iri(whole)),
            ("dcterms:title", make_text(title, "zh")),
            ("oa:end", make_whole(passage.offsets[-1] + 1)),
            ("oa:start", make_whole(passage.offsets[0])),
            ("pf:report", make_iri(report_iri(report.id))),
        ],
    )


def dataset_iri(report_id: str, fact: Fact) -> str:
    """Return the IRI of the data set a fact belongs to: by its structure, and whether it has a value."""
    structure = fact.claim.indicator.structure
    assert structure is not None
    return f"{BASE}dataset/{report_id}/{structure.slug}{'' if fact.value is not None else '-missing'}"


def describe_datasets(report: Report, facts: Iterable[Fact]) -> Iterator[ox.Triple]:
    """Yield the data sets of the facts."""
    for iri in sorted({dataset_iri(report.id, fact) for fact in facts}):
        slug = iri.rsplit("/", 1)[1]
        yield from describe(
            iri,
            ["qb:DataSet"],
            [
                ("dcterms:license", make_iri(LICENSE)),
                ("dcterms:source", make_iri(report_iri(report.id))),
                ("qb:structure", make_iri(f"{BASE}structure/{slug}")),
                ("rdfs:label", make_text(f"{report.id}: {slug}", "en")),
                ("rdfs:label", make_text(f"{report.title}：{slug}", "zh")),
            ],
        )


def describe_readings(report: Report, facts: Iterable[Fact]) -> Iterator[ox.Triple]:
    """Yield the reading rules that found the facts, as plans of activities."""
    titles = {layout.slug: layout.title for layout in load_layouts()} | _PROSE_RULES
    yield from describe(AGENT, ["prov:SoftwareAgent", "prov:Agent"], [("rdfs:label", make_text("ProvFin", "en"))])
    for rule in sorted({mention.rule for fact in facts for mention in fact.mentions}):
        reading = reading_iri(report.id, rule)
        yield from describe(
            reading,
            ["pf:Reading", "prov:Activity"],
            [
                ("prov:qualifiedAssociation", make_iri(f"{reading}/association")),
                ("prov:used", make_iri(report_iri(report.id))),
                ("prov:wasAssociatedWith", make_iri(AGENT)),
            ],
        )
        yield from describe(
            f"{reading}/association",
            ["prov:Association"],
            [("prov:agent", make_iri(AGENT)), ("prov:hadPlan", make_iri(rule_iri(rule)))],
        )
        yield from describe(
            rule_iri(rule), ["pf:ReadingRule", "prov:Plan"], [("rdfs:label", make_text(titles.get(rule, rule), "en"))]
        )


def reading_iri(report_id: str, rule: str) -> str:
    """Return the IRI of the activity of reading a report by a rule."""
    return f"{BASE}reading/{report_id}/{rule}"


def rule_iri(rule: str) -> str:
    """Return the IRI of a reading rule."""
    return f"{BASE}rule/{rule}"
