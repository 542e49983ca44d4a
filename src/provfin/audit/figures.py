"""Owns what the audit looks at: every figure of a report, its place in the cube and the numbers it can stand for.

Figures come from what was just read or from the graph, and are alike whichever way they came. Refuses to look at
values as printed: bounds are in base units (yuan, per cent, one of a thing), so that figures can be compared.
"""

import calendar
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from provfin.audit.network import Bounds
from provfin.facts import Fact
from provfin.mentions import Claim, Mention
from provfin.periods import Period
from provfin.vocabulary import Concept, Indicator, Unit

Members = tuple[tuple[str, str], ...]

NATION = "CN"
_BASE = "comparisonBase"
_FOREIGN = "foreign"
# What a figure says of the thing itself; both are amounts to the audit.
LEVEL = "level"
_AMOUNTS = {"level", "count"}


class Slot(NamedTuple):
    """The place of a quantity: `members` are the codes of its breakdowns that are no totals, by dimension."""

    area: str
    indicator: str
    members: Members
    measure: str
    period: Period

    def measuring(self, measure: str) -> "Slot":
        """Return the slot of another measure of the same thing."""
        return self._replace(measure=measure)

    def a_year_before(self) -> "Slot":
        """Return the slot of the same thing a year before."""
        return self._replace(period=a_year_before(self.period))

    @property
    def codes(self) -> dict[str, str]:
        """The breakdowns under their dimensions."""
        return dict(self.members)

    def naming(self, indicator: str, codes: dict[str, str]) -> "Slot":
        """Return the slot of another indicator and breakdown."""
        return self._replace(indicator=indicator, members=tuple(sorted(codes.items())))


def a_year_before(period: Period) -> Period:
    """Return the same period of the year before; the end of February stays the end of February.

    >>> from provfin.periods import month_end
    >>> a_year_before(month_end(2024, 2)).code
    '2023-02-28'
    """
    return Period(_move_year(period.start), _move_year(period.end), period.is_date)


def _move_year(day: dt.date) -> dt.date:
    last = calendar.monthrange(day.year, day.month)[1]
    length = calendar.monthrange(day.year - 1, day.month)[1]
    return day.replace(year=day.year - 1, day=length if day.day == last else min(day.day, length))


@dataclass(frozen=True)
class PrintedPlace:
    """Where a figure is printed: its span in the source, its characters, its part, and the bounds this print gives."""

    start: int
    end: int
    exact: str
    part: str
    trail: str
    origin: str
    bounds: Bounds


@dataclass(frozen=True)
class Figure:
    """A figure of a report: `value` in the printed unit, `bounds` in the base unit, which is `factor` times finer.

    `bounds` is None for a dash. `disputed` are the places that print what cannot be true beside the value. `slot` has
    no base of comparison: `compared` is what the figure is a comparison with, where it is no change on the year before.
    """

    slot: Slot
    key: str
    name: str
    name_en: str
    value: Decimal | None
    unit: Concept
    factor: Decimal
    # The code of the base unit; what it is a unit of.
    base: str
    kind: str
    bounds: Bounds | None
    places: tuple[PrintedPlace, ...]
    disputed: tuple[PrintedPlace, ...] = ()
    is_candidate: bool = False
    is_compared: bool = False
    # Whether it is told in another currency than its indicator, alone or besides; what it adds up with is not known.
    is_converted: bool = False
    # Whether the reader was not sure of one of its places.
    is_doubtful: bool = False
    compared: Slot | None = None

    @property
    def parts(self) -> set[str]:
        """The paths of the tables and sections it is printed in."""
        return {place.part for place in self.places}

    @property
    def tables(self) -> set[str]:
        """The paths of the tables it is printed in."""
        return {place.part for place in self.places if place.origin == "table"}


def make_figures(facts: Iterable[Fact]) -> list[Figure]:
    """Return the facts of a report as figures, in their order."""
    return [_make_figure(fact) for fact in facts]


def _make_figure(fact: Fact) -> Figure:
    claim = fact.claim
    places = tuple(_make_place(mention) for mention in fact.mentions)
    disputed = tuple(place for place, mention in zip(places, fact.mentions, strict=True) if mention in fact.disputed)
    return Figure(
        slot=make_slot(claim),
        key=claim.key,
        name=claim.name,
        name_en=claim.name_en,
        value=fact.value,
        unit=fact.unit,
        factor=fact.unit.factor,
        base=fact.unit.base,
        kind=fact.unit.kind,
        bounds=_find_bounds(fact),
        places=places,
        disputed=disputed,
        is_candidate=any(item.is_candidate for item in (claim.indicator, *(member for _, member in claim.members))),
        is_compared=is_compared(claim),
        is_converted=is_in_other_currency(
            make_slot(claim), claim.indicator, (mention.unit for mention in fact.mentions)
        ),
        is_doubtful=any(mention.doubt for mention in fact.mentions),
        compared=_find_compared(fact),
    )


def is_compared(claim: Claim) -> bool:
    """Tell whether a claim names another base of comparison than the year before."""
    return any(name == _BASE and not member.is_total for name, member in claim.members)


def is_in_other_currency(slot: Slot, indicator: Indicator | None, units: Iterable[Unit]) -> bool:
    """Tell whether one of these units is of another currency than the indicator is told in."""
    default = indicator.unit if indicator else None
    if default is None or default.kind != "Currency" or _FOREIGN in slot.codes.values():
        return False
    return any(unit.kind == "Currency" and unit.base != default.base for unit in units)


def _find_compared(fact: Fact) -> Slot | None:
    claim = fact.claim
    if any(name == _BASE and member.code == "nation" for name, member in claim.members):
        measure = claim.indicator.measure if claim.indicator.measure in {"rate", "share"} else "yoy_growth"
        return make_slot(claim)._replace(area=NATION, measure=measure)
    other = next((mention.compared for mention in fact.mentions if mention.compared), None)
    return make_slot(other) if other else None


def make_slot(claim: Claim) -> Slot:
    """Return the place of a claim; amounts and counts are one measure."""
    codes = sorted((name, member.slug) for name, member in claim.members if not member.is_total and name != _BASE)
    measure = LEVEL if claim.measure in _AMOUNTS else claim.measure
    return Slot(claim.area.code, claim.indicator.code, tuple(codes), measure, claim.period)


def _make_place(mention: Mention) -> PrintedPlace:
    interval = mention.interval
    bounds = Bounds(Decimal(0), Decimal(0))
    if interval is not None:
        bounds = make_bounds(interval.lower, interval.upper, mention.unit.factor)
    return PrintedPlace(
        mention.span.start,
        mention.span.end,
        mention.exact,
        mention.part.path,
        mention.part.trail,
        mention.origin,
        bounds,
    )


def make_bounds(lower: Decimal, upper: Decimal, factor: Decimal) -> Bounds:
    """Return the bounds in base units of an interval in printed ones."""
    return Bounds(lower * factor, upper * factor)


def _find_bounds(fact: Fact) -> Bounds | None:
    # The most precise print alone: a series printed with empty decimals is less precise than each of its figures looks.
    if fact.interval is None:
        return None
    return make_bounds(fact.interval.lower, fact.interval.upper, fact.unit.factor)
