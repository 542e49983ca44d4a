"""Owns what the audit says: the rule, the figures with their places, by how much they miss, and which is likely wrong.

Refuses to correct anything: a finding tells what the others leave a figure, never what it should have been.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from provfin.audit.derivation import Step
from provfin.audit.figures import Figure, PrintedPlace
from provfin.audit.network import Bounds
from provfin.quantity import write_decimal
from provfin.turtle import BASE
from provfin.vocabulary import AuditRule


@dataclass(frozen=True)
class AuditFinding:
    """Figures that cannot all be true, the one looked at first.

    `identities` say in each language what they miss, `residual` by how much and `tolerance` what rounding allows, both
    in the base unit of the first figure; None where there is none to tell. `implied` is what the others leave the first
    one, in base units, and `steps` how that comes about. `places` are where it is printed; `culprit` is the likely
    wrong one if one stands out, and `culprit_places` where it is printed: for a figure printed in several ways, only
    those that differ.
    """

    rule: AuditRule
    # What tells the finding from others of its report: the rule, and the figure or place it is told of.
    key: str
    severity: str
    figures: tuple[Figure, ...]
    identities: Mapping[str, str]
    places: tuple[PrintedPlace, ...]
    residual: Decimal | None = None
    tolerance: Decimal | None = None
    implied: Bounds | None = None
    culprit: Figure | None = None
    culprit_places: tuple[PrintedPlace, ...] = ()
    suspects: tuple[Figure, ...] = ()
    steps: tuple[Step, ...] = ()

    def iri(self, report_id: str) -> str:
        """Return its IRI in the graph of a report."""
        return f"{BASE}audit-finding/{report_id}/{self.key}"

    @property
    def order(self) -> tuple[int, str, str]:
        """What findings are ordered by: where the report prints the first of their places."""
        return min(place.start for place in self.places), self.rule.code, self.key

    def name(self, language: str) -> str:
        """Return the rule and the figure or words it is told of, in English or Chinese."""
        of = self.figures[0].title(language) if self.figures else self.places[0].exact
        return f"{self.rule.label_en}: {of}" if language == "en" else f"{self.rule.label}：{of}"

    def explain(self, language: str) -> str:
        """Return the finding in one paragraph, with the identities it rests on."""
        written = self.write(language)
        if self.implied is None:
            return written
        return f"{written} ({self.identities['en']})" if language == "en" else f"{written}（{self.identities['zh']}）"

    def write(self, language: str) -> str:
        """Return the finding in one paragraph of English or Chinese."""
        return _write_english(self) if language == "en" else _write_chinese(self)


def write_printed(figure: Figure, language: str) -> str:
    """Return the value of a figure in its printed unit."""
    assert figure.value is not None
    return f"{write_decimal(figure.value)}{_write_unit(figure, language)}"


def write_bounds(bounds: Bounds, figure: Figure, language: str) -> str:
    """Return bounds in the printed unit of a figure, with two digits more than it is printed with."""
    unit = _write_unit(figure, language)
    at_least, at_most = ("at least ", "at most ") if language == "en" else ("不小于 ", "不大于 ")
    if bounds.is_open_above:
        return f"{at_least}{write_amount(bounds.lower, figure)}{unit}"
    if bounds.is_open_below:
        return f"{at_most}{write_amount(bounds.upper, figure)}{unit}"
    lower, upper = (write_amount(bound, figure) for bound in bounds)
    return f"{lower}{unit}" if lower == upper else f"{lower} … {upper}{unit}"


def _write_unit(figure: Figure, language: str) -> str:
    label = figure.unit.label if language == "zh" else figure.unit.label_en or figure.unit.label
    return label if label == "%" else f" {label}"


def write_amount(amount: Decimal, figure: Figure) -> str:
    """Return an amount in base units in the printed unit of a figure."""
    assert figure.value is not None
    exponent = figure.value.as_tuple().exponent
    decimals = max(-exponent, 0) if isinstance(exponent, int) else 0
    return write_decimal(round(amount / figure.factor, decimals + 2))


def _write_english(finding: AuditFinding) -> str:
    first = finding.figures[0] if finding.figures else None
    if first is None or finding.implied is None:
        said = f"{finding.rule.label_en}: {finding.identities['en']}"
    else:
        said = (
            f"{finding.name('en')} is printed as "
            f"{write_printed(first, 'en')}, the other figures leave {write_bounds(finding.implied, first, 'en')}"
        )
    return f"{said}{_write_miss(finding, '; off by {0} where rounding allows {1}')}.{_write_suspects(finding, 'en')}"


def _write_chinese(finding: AuditFinding) -> str:
    first = finding.figures[0] if finding.figures else None
    if first is None or finding.implied is None:
        said = f"{finding.rule.label}：{finding.identities['zh']}"
    else:
        said = (
            f"{finding.name('zh')}印作 {write_printed(first, 'zh')}，"
            f"由其余数值应为 {write_bounds(finding.implied, first, 'zh')}"
        )
    return f"{said}{_write_miss(finding, '；相差 {0}，舍入仅容许 {1}')}。{_write_suspects(finding, 'zh')}"


def _write_miss(finding: AuditFinding, pattern: str) -> str:
    if finding.residual is None or finding.tolerance is None or not finding.figures:
        return ""
    first = finding.figures[0]
    return pattern.format(write_amount(abs(finding.residual), first), write_amount(finding.tolerance, first))


def _write_suspects(finding: AuditFinding, language: str) -> str:
    likely, either, joint, end = " Likely wrong: ", " One of these is likely wrong: ", ", ", "."
    if language == "zh":
        likely, either, joint, end = "疑误：", "疑误者为其中之一：", "、", "。"
    if finding.culprit_places:
        return f"{likely}{joint.join(place.exact for place in finding.culprit_places)}{end}"
    if len(finding.suspects) > 1:
        return f"{either}{joint.join(figure.places[0].exact for figure in finding.suspects)}{end}"
    return ""
