"""Owns what a cell claims, once its labels are read: which measure, in which unit, of which period.

Refuses a claim that lacks one of them or whose unit cannot be right, saying which.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from provfin.layouts import Flow, Layout, Meaning, TimeUnit
from provfin.mentions import RELATIVE_MEASURES, Claim
from provfin.periods import Period, month_end, months
from provfin.tables.columns import When
from provfin.vocabulary import Concept, Indicator, Unit

_MONTHS_IN = {"year": 12, "quarter": 3, "month": 1}
_CHANGES_OVER_PERIOD = {"mom_change_abs"}
_CHANGES_SINCE_JANUARY = {"change_since_year_start"}


class UnclearCellError(Exception):
    """Says what the labels of a cell leave open."""


@dataclass(frozen=True)
class ClaimMaker:
    """Makes the claims of one table: of an area, and of a year where labels name none."""

    layout: Layout
    area: Concept
    year: int

    def make(
        self, meaning: Meaning, when: When | None, printed_unit: Unit | None, units: Iterable[Unit]
    ) -> tuple[Claim, Unit]:
        """Return what a cell claims and the unit of its figure: the printed one, else one of the table's `units`.

        Raises `UnclearCellError` when the indicator, the unit or the time is not known.
        """
        indicator = meaning.indicator
        if indicator is None:
            raise UnclearCellError("no indicator is declared for the column")
        measure = meaning.measure or indicator.measure
        unit = printed_unit or next((unit for unit in units if _fits(unit, measure, indicator)), None)
        if unit is None:
            raise UnclearCellError(f"no unit is printed for {indicator.label}")
        if not _fits(unit, measure, indicator):
            raise UnclearCellError(f"the unit {unit.label} does not fit the {measure} of {indicator.label}")
        period = self._find_period(indicator, measure, meaning.flow or self.layout.flow, when or When())
        return Claim.make(indicator, measure, self.area, period, meaning.members), unit

    def _find_period(self, indicator: Indicator, measure: str, flow: Flow, when: When) -> Period:
        unit: TimeUnit = self.layout.time
        if unit != "year" and when.number is None:
            raise UnclearCellError(f"no time is told for {indicator.label}")
        year, last = when.year or self.year, (when.number or 1) * _MONTHS_IN[unit]
        first = last - _MONTHS_IN[unit] + 1
        if measure in _CHANGES_OVER_PERIOD:
            return months(year, first, last)
        if measure in _CHANGES_SINCE_JANUARY:
            return months(year, 1, last)
        if indicator.is_stock:
            return month_end(year, last)
        return months(year, 1 if flow == "year-to-date" else first, last)


def _fits(unit: Unit, measure: str, indicator: Indicator) -> bool:
    if measure in RELATIVE_MEASURES:
        return unit.is_ratio
    return indicator.unit is not None and unit.kind == indicator.unit.kind
