"""Owns the RDF of what the audit finds: annotations of data quality (https://www.w3.org/TR/vocab-dqv/).

The figures stay as printed; a finding points at them. Where it is about words, it points at their place.
"""

from collections.abc import Iterator
from decimal import Decimal

import pyoxigraph as ox

from provfin.audit import AuditFinding
from provfin.graph.report import report_iri
from provfin.graph.terms import Object, describe, make_iri, make_text, make_typed, make_whole
from provfin.quantity import write_decimal
from provfin.turtle import BASE


def describe_audit_finding(report_id: str, finding: AuditFinding) -> Iterator[ox.Triple]:
    """Yield a finding of the audit."""
    yield from describe(
        finding.iri(report_id),
        ["dqv:QualityAnnotation", "pf:AuditFinding"],
        [
            *(("oa:hasTarget", make_iri(figure.iri(report_id))) for figure in finding.figures),
            ("oa:motivatedBy", make_iri("dqv:qualityAssessment")),
            ("pf:auditRule", make_iri(finding.rule.iri)),
            ("pf:likelyCulprit", make_iri(finding.culprit.iri(report_id)) if finding.culprit else None),
            ("pf:report", make_iri(report_iri(report_id))),
            ("pf:residual", _decimal(finding.residual)),
            ("pf:severity", make_text(finding.severity)),
            ("pf:tolerance", _decimal(finding.tolerance)),
            *(("rdfs:comment", make_text(finding.explain(language), language)) for language in ("en", "zh")),
            *(("rdfs:label", make_text(finding.name(language), language)) for language in ("en", "zh")),
            *_describe_place(report_id, finding),
        ],
    )


def _decimal(value: Decimal | None) -> Object | None:
    return None if value is None else make_typed(write_decimal(value), "decimal")


def _describe_place(report_id: str, finding: AuditFinding) -> Iterator[tuple[str, Object | None]]:
    if finding.figures:
        return
    place = finding.places[0]
    yield "oa:start", make_whole(place.start)
    yield "oa:end", make_whole(place.end)
    yield "pf:part", make_iri(f"{BASE}part/{report_id}/{place.part}" if place.part else report_iri(report_id))
