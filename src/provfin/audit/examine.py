"""Owns the audit itself: all checks over the figures of a report, and over the words that announce numbers.

How much was looked at is counted for each rule, so that a report with little to check does not look proven.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Context, Decimal

from provfin.audit.conflicts import Conflict, find_conflicts, find_implied
from provfin.audit.derivation import derive
from provfin.audit.figures import Figure, PrintedPlace, make_figures
from provfin.audit.findings import AuditFinding
from provfin.audit.identities import build_network
from provfin.audit.laws import load_laws
from provfin.audit.lists import EnumeratedCount, ListFinding, check_lists
from provfin.audit.network import Bounds, Network
from provfin.audit.wording import Wording
from provfin.document import Gap
from provfin.extraction import Extraction
from provfin.quantity import drop_empty_decimals
from provfin.vocabulary import AuditRule, load_vocabulary

# Of the figures of an identity, the one it is told of: what is derived before what it is derived from.
_SUBJECTS = (
    "diff_pp", "share_change_pp", "rate_change_pp", "growth_change_pp", "yoy_growth", "share", "ratio", "multiple",
    "mom_change_abs", "change_since_year_start", "yoy_change_abs",
)  # fmt: skip
# How many digits of what is derived are told.
_TELLING = Context(prec=9)
# An identity and what it presupposes; where more rules have to meet, none of them is the one that is broken.
_FEW = 2


@dataclass(frozen=True)
class Audit:
    """What was found, and how much was looked at: identities checked by rule, figures that take part in one."""

    report_id: str
    findings: tuple[AuditFinding, ...]
    checked: dict[str, int]
    figures: int
    covered: int

    @property
    def checks_by_code(self) -> dict[str, int]:
        """How much was checked by each rule, under its code."""
        rules = load_vocabulary().audit_rules
        return {rules[slug].code: number for slug, number in self.checked.items()}


def audit_extraction(extraction: Extraction) -> Audit:
    """Audit a report that was just read: its figures, and the lists in its words."""
    figures = make_figures(extraction.facts)
    lists = check_lists(extraction.document)
    told = [_report_list(item, extraction.document.source) for item in lists if item.status != "agrees"]
    told.extend(_report_gaps(extraction.gaps, figures))
    return audit_figures(extraction.report.id, figures, told, {"list-length": len(lists)})


def audit_figures(
    report_id: str,
    figures: Sequence[Figure],
    told: Iterable[AuditFinding] = (),
    checked: dict[str, int] | None = None,
) -> Audit:
    """Audit figures; `told` and `checked` are what was found and looked at in the words of the report."""
    network = build_network(figures, load_laws())
    by_slot: dict[Hashable, Figure] = {figure.slot: figure for figure in figures if figure.bounds is not None}
    wording = Wording(network, figures)
    findings = [*told, *report_restatements(figures), *_report_bounds(network, by_slot)]
    findings.extend(_report_conflict(network, conflict, by_slot, wording) for conflict in find_conflicts(network))
    return Audit(
        report_id,
        tuple(sorted(_tell_apart(findings), key=lambda finding: finding.order)),
        _count_checked(network, figures, checked or {}),
        sum(figure.bounds is not None for figure in figures),
        sum(bool(network.neighbours(place)) for place in network.printed),
    )


def _tell_apart(findings: Iterable[AuditFinding]) -> Iterator[AuditFinding]:
    """Yield findings with keys of their own: those with the same are told by their further figures as well."""
    known = list(findings)
    counts = Counter(finding.key for finding in known)
    for finding in known:
        if counts[finding.key] > 1:
            others = sorted(figure.key for figure in finding.figures if not finding.key.endswith(figure.key))
            yield replace(finding, key="/and/".join([finding.key, *others]))
        else:
            yield finding


def _count_checked(network: Network, figures: Sequence[Figure], more: dict[str, int]) -> dict[str, int]:
    counts = dict.fromkeys(load_vocabulary().audit_rules, 0)
    for constraint in network.constraints:
        counts[constraint.rule] += 1
    counts["joint"] += sum(len(numbers) > _FEW for numbers in network.components())
    counts["restatement"] += sum(len(figure.places) - 1 for figure in figures if figure.bounds is not None)
    counts["natural-bounds"] += len(network.printed) + len(network.beyond)
    for rule, number in more.items():
        counts[rule] += number
    return dict(sorted(counts.items()))


def _find_rule(slug: str) -> AuditRule:
    return load_vocabulary().audit_rules[slug]


# Figures that miss an identity


def _report_conflict(
    network: Network, conflict: Conflict, by_slot: Mapping[Hashable, Figure], wording: Wording
) -> AuditFinding:
    figures = {place: by_slot[network.names[place]] for place in conflict.figures}
    about = _choose_about(conflict, figures)
    first = about if conflict.culprit is None else conflict.culprit
    implied = find_implied(network, conflict, first)
    ordered = [first, *(place for place in conflict.figures if place != first)]
    residual, tolerance = _measure_miss(network.printed[first], implied)
    culprit = figures[conflict.culprit] if conflict.culprit is not None else None
    rules = {network.constraints[number].rule for number in conflict.constraints}
    rule = _find_rule("joint" if len(rules) > _FEW else network.constraints[conflict.main].rule)
    return AuditFinding(
        rule=rule,
        key=f"{rule.slug}/{figures[about].key}",
        severity=rule.severity,
        figures=tuple(figures[place] for place in ordered),
        identities={language: wording.write(_order(conflict), language) for language in ("en", "zh")},
        places=tuple(place for number in ordered for place in figures[number].places),
        residual=residual,
        tolerance=tolerance,
        implied=None if residual is None else implied,
        culprit=culprit,
        culprit_places=culprit.places if culprit else (),
        suspects=tuple(figures[place] for place in conflict.suspects),
        steps=derive(network, conflict, first, by_slot, wording),
    )


def _choose_about(conflict: Conflict, figures: dict[int, Figure]) -> int:
    """Return the figure the identity is told of: the one that is derived from the others."""
    measures = [figures[place].slot.measure for place in conflict.figures]
    for measure in _SUBJECTS:
        if measures.count(measure) == 1:
            return conflict.figures[measures.index(measure)]
    return conflict.figures[0]


def _order(conflict: Conflict) -> list[int]:
    return [conflict.main, *(number for number in conflict.constraints if number != conflict.main)]


def _measure_miss(printed: Bounds, implied: Bounds) -> tuple[Decimal | None, Decimal | None]:
    """Return by how much a figure misses what the others leave it, middle from middle, and what rounding allows."""
    low, high = not implied.is_open_below, not implied.is_open_above
    if low and high:
        return _tidy(printed.middle - implied.middle), _tidy(printed.half_width + implied.half_width)
    if low and printed.upper < implied.lower:
        return _tidy(printed.middle - implied.lower), printed.half_width
    if high and printed.lower > implied.upper:
        return _tidy(printed.middle - implied.upper), printed.half_width
    return None, None


def _tidy(value: Decimal) -> Decimal:
    """Return a derived value without the digits that division makes up."""
    return drop_empty_decimals(_TELLING.plus(value))


def _report_bounds(network: Network, by_slot: Mapping[Hashable, Figure]) -> Iterator[AuditFinding]:
    rule = _find_rule("natural-bounds")
    for name, natural in network.beyond.items():
        figure = by_slot[name]
        assert figure.bounds is not None
        residual, tolerance = _measure_miss(figure.bounds, natural)
        identities = {"en": rule.label_en, "zh": rule.label}
        yield AuditFinding(
            rule, f"{rule.slug}/{figure.key}", rule.severity, (figure,), identities, figure.places, residual, tolerance,
            natural, figure, figure.places, (figure,),
        )  # fmt: skip


# Figures printed in several ways


def report_restatements(figures: Iterable[Figure]) -> Iterator[AuditFinding]:
    """Yield the figures that the report prints in ways that cannot all be true, in different parts of it."""
    rule = _find_rule("restatement")
    converted = {figure.slot.measuring("") for figure in figures if figure.is_converted}
    for figure in figures:
        if not figure.disputed or figure.bounds is None:
            continue
        if figure.slot.measuring("") in converted:
            # Growth differs from currency to currency.
            continue
        agreeing = tuple(place for place in figure.places if place not in figure.disputed)
        if len(figure.parts) == 1:
            # Within one section two figures that seem to be of one thing are rather of two.
            continue
        wrong = figure.disputed if len(agreeing) > len(figure.disputed) else ()
        yield AuditFinding(
            rule=rule,
            key=f"{rule.slug}/{figure.key}",
            severity="warning" if figure.is_doubtful else rule.severity,
            figures=(figure,),
            identities=_write_restatement(figure, agreeing),
            places=(*figure.disputed, *agreeing),
            residual=_tidy(figure.disputed[0].bounds.middle - figure.bounds.middle),
            tolerance=_tidy(figure.disputed[0].bounds.half_width + figure.bounds.half_width),
            culprit=figure if wrong else None,
            culprit_places=wrong,
            suspects=(figure,),
        )


def _write_restatement(figure: Figure, agreeing: Sequence[PrintedPlace]) -> dict[str, str]:
    here, there = (" = ".join(place.exact for place in places) for places in (agreeing, figure.disputed))
    return {"en": f"{figure.title('en')}: {here} ≠ {there}", "zh": f"{figure.title('zh')}：{here} ≠ {there}"}


def _report_gaps(gaps: Iterable[Gap], figures: Sequence[Figure]) -> Iterator[AuditFinding]:
    """Report cells that contradict each other so that neither became a fact."""
    rule = _find_rule("restatement")
    told = {place.start for figure in figures for place in figure.places}
    for gap in gaps:
        if gap.reason in {"mentions-disagree", "rows-out-of-order"} and gap.span.start not in told:
            place = PrintedPlace(gap.span.start, gap.span.end, "", "", gap.place, "table")
            key = f"{rule.slug}/{gap.span.start}-{gap.span.end}"
            yield AuditFinding(rule, key, rule.severity, (), {"en": gap.message, "zh": rule.label}, (place,))


# Lists


def _report_list(item: ListFinding, source: str) -> AuditFinding:
    rule, count = _find_rule("list-length"), item.count
    spans = (count.count_span, count.list_span)
    places = tuple(
        PrintedPlace(
            span.start, span.end, source[span.start : span.end][:16], count.part.path, count.part.trail, "prose",
            Bounds(Decimal(count.announced), Decimal(count.announced)),
        )
        for span in spans
    )  # fmt: skip
    return AuditFinding(
        rule,
        f"{rule.slug}/{spans[0].start}-{spans[0].end}",
        "warning" if item.status == "incomplete" else rule.severity,
        (),
        _write_list(count, places[0].exact),
        places,
        residual=Decimal(len(count.items) - count.announced),
        tolerance=Decimal(0),
    )


def _write_list(count: EnumeratedCount, exact: str) -> dict[str, str]:
    named = len(count.items)
    more = (", and leaves it open whether there are more", "，并以“等”字留有余地") if count.is_open else ("", "")
    return {
        "en": f"{exact} announces {count.announced}, the list names {named}{more[0]}",
        "zh": f"“{exact}”称 {count.announced} 项，所列为 {named} 项{more[1]}",
    }
