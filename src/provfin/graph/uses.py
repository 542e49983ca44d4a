"""Owns the RDF of the uses of instruments."""

from collections.abc import Iterator

import pyoxigraph as ox

from provfin.chronicle import LONGEST_LABEL
from provfin.graph.observations import observation_iri
from provfin.graph.report import part_iri, report_iri, rule_iri
from provfin.graph.terms import describe, make_iri, make_text, make_whole
from provfin.reports import Report
from provfin.turtle import BASE
from provfin.uses import Use


def describe_use(report: Report, use: Use) -> Iterator[ox.Triple]:
    """Yield a use of an instrument with its figures by what they say of it."""
    mentions = sorted((m for _, fact in use.figures for m in fact.mentions), key=lambda m: m.span)
    first = mentions[0]
    told = [mention for mention in mentions if mention.sentence == first.sentence]
    yield from describe(
        f"{BASE}use/{report.id}/{use.key}",
        ["pf:InstrumentUse"],
        [
            *((f"pf:{name}", make_iri(observation_iri(report.id, fact))) for name, fact in use.figures),
            ("pf:instrument", make_iri(use.instrument.iri)),
            ("pf:intermediary", make_iri(use.actor.iri) if use.actor else None),
            *(("pf:target", make_iri(target.iri)) for target in use.targets),
            ("sdmx-dimension:refPeriod", make_iri(f"{BASE}period/{use.period.slug}")),
            ("oa:start", make_whole(first.span.start)),
            ("oa:end", make_whole(max(mention.span.end for mention in told))),
            ("pf:part", make_iri(part_iri(report.id, first.part))),
            ("pf:readBy", make_iri(rule_iri(first.rule))),
            ("pf:report", make_iri(report_iri(report.id))),
            ("rdfs:label", make_text(_write_label(use), "zh")),
        ],
    )


def _write_label(use: Use) -> str:
    targets = "、".join(target.label for target in use.targets)
    return f"{use.instrument.label}{f'→{targets}' if targets else ''}"[:LONGEST_LABEL]
