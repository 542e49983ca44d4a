"""Owns an audit as data: one record for programs, and findings as all checks yield them.

Refuses to round: decimals are written exactly, as text.
"""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from provfin.audit.examine import Audit
from provfin.audit.figures import Figure, PrintedPlace
from provfin.audit.findings import AuditFinding
from provfin.audit.network import Bounds
from provfin.findings import Finding, Place
from provfin.quantity import drop_empty_decimals, write_decimal

Locate = Callable[[PrintedPlace], Place]


def make_record(audit: Audit, locate: Locate) -> dict[str, Any]:
    """Return an audit as one JSON-ready record; `locate` finds the line of a place."""
    return {
        "report": audit.report_id,
        "figures": audit.figures,
        "checked_figures": audit.covered,
        "checks": audit.checked,
        "findings": [_record_finding(audit.report_id, finding, locate) for finding in audit.findings],
    }


def _record_finding(report_id: str, finding: AuditFinding, locate: Locate) -> dict[str, Any]:
    first = finding.figures[0] if finding.figures else None
    return {
        "id": finding.iri(report_id),
        "code": finding.rule.code,
        "rule": finding.rule.slug,
        "severity": finding.severity,
        "message": {language: finding.write(language) for language in ("en", "zh")},
        "identity": dict(finding.identities),
        "figures": [_record_figure(report_id, figure, locate) for figure in finding.figures],
        "places": [_record_place(place, locate) for place in finding.places],
        "unit": first.unit.label if first else None,
        "residual": _write(finding.residual, first),
        "tolerance": _write(finding.tolerance, first),
        "implied": _record_bounds(finding.implied, first),
        "culprit": [_record_place(place, locate) for place in finding.culprit_places],
        "suspects": [figure.iri(report_id) for figure in finding.suspects],
    }


def _record_figure(report_id: str, figure: Figure, locate: Locate) -> dict[str, Any]:
    return {
        "observation": figure.iri(report_id),
        "name": {"en": figure.name_en, "zh": figure.name},
        "period": figure.slot.period.code,
        "measure": figure.slot.measure,
        "value": None if figure.value is None else write_decimal(figure.value),
        "unit": figure.unit.label,
        "interval": _record_bounds(figure.bounds, figure),
        "places": [_record_place(place, locate) for place in figure.places],
    }


def _record_place(place: PrintedPlace, locate: Locate) -> dict[str, Any]:
    found = locate(place)
    return {
        "start": place.start,
        "end": place.end,
        "file": found.file,
        "line": found.line,
        "exact": place.exact,
        "section": place.trail,
    }


def _record_bounds(bounds: Bounds | None, figure: Figure | None) -> list[str | None] | None:
    if bounds is None or figure is None:
        return None
    return [
        None if bounds.is_open_below else _write(bounds.lower, figure),
        None if bounds.is_open_above else _write(bounds.upper, figure),
    ]


def _write(value: Decimal | None, figure: Figure | None) -> str | None:
    """Write a value in base units in the printed unit of a figure."""
    if value is None:
        return None
    return write_decimal(drop_empty_decimals(value / (figure.factor if figure else 1)))


def make_findings(audit: Audit, locate: Locate) -> list[Finding]:
    """Return what an audit found as findings of any check, with their places, those of the likely culprit first."""
    return [
        Finding(
            severity=finding.severity,
            code=finding.rule.code,
            message_en=finding.explain("en"),
            message_zh=finding.explain("zh"),
            focus=finding.iri(audit.report_id),
            path="",
            value="",
            source=audit.report_id,
            places=tuple(locate(place) for place in _order(finding)),
            details=_record_finding(audit.report_id, finding, locate),
        )
        for finding in audit.findings
    ]


def _order(finding: AuditFinding) -> Iterable[PrintedPlace]:
    return dict.fromkeys([*finding.culprit_places, *finding.places])
