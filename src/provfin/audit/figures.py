"""Owns what the audit looks at: every figure of a report, its place in the cube and the numbers it can stand for.

Figures come from what was just read or from the graph, and are alike whichever way they came. Refuses to look at
values as printed: bounds are in base units (yuan, per cent, one of a thing), so that figures can be compared.
"""

import calendar
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

from provfin.audit.network import Bounds
from provfin.facts import Fact
from provfin.mentions import Claim, Mention
from provfin.periods import Period
from provfin.turtle import BASE
from provfin.vocabulary import Concept, Indicator, Unit

Members = tuple[tuple[str, str], ...]

NATION = "CN"
BASE_OF_COMPARISON = "comparisonBase"
_FOREIGN = "foreign"
# What a figure says of the thing itself; both are amounts to the audit.
LEVEL = "level"
_AMOUNTS = {"level", "count"}
_NOUGHT = Bounds(Decimal(0), Decimal(0))


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
    """Where a figure is printed: its span in the source, its characters, its part, and the bounds this print gives.

    What is no figure, a dash or words, has the bounds of nought.
    """

    start: int
    end: int
    exact: str
    part: str
    trail: str
    origin: str
    bounds: Bounds = _NOUGHT


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

    def iri(self, report_id: str) -> str:
        """Return the IRI of its observation in the graph of a report."""
        return f"{BASE}observation/{report_id}/{self.key}"

    def title(self, language: str) -> str:
        """Return its name and period in English or Chinese."""
        period = self.slot.period
        return f"{self.name_en} [{period.code}]" if language == "en" else f"{self.name}（{period.label_zh}）"

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
    slot = make_slot(claim)
    places = tuple(_make_place(mention) for mention in fact.mentions)
    disputed = tuple(place for place, mention in zip(places, fact.mentions, strict=True) if mention in fact.disputed)
    return Figure(
        slot=slot,
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
        is_converted=is_in_other_currency(slot, claim.indicator, (mention.unit for mention in fact.mentions)),
        is_doubtful=any(mention.doubt for mention in fact.mentions),
        compared=_find_compared(fact, slot),
    )


def is_compared(claim: Claim) -> bool:
    """Tell whether a claim names another base of comparison than the year before."""
    return any(name == BASE_OF_COMPARISON and not member.is_total for name, member in claim.members)


def is_in_other_currency(slot: Slot, indicator: Indicator | None, units: Iterable[Unit]) -> bool:
    """Tell whether one of these units is of another currency than the indicator is told in."""
    default = indicator.unit if indicator else None
    if default is None or default.kind != "Currency" or _FOREIGN in slot.codes.values():
        return False
    return any(unit.kind == "Currency" and unit.base != default.base for unit in units)


def _find_compared(fact: Fact, slot: Slot) -> Slot | None:
    if any(name == BASE_OF_COMPARISON and member.code == "nation" for name, member in fact.claim.members):
        return in_nation(slot, fact.claim.indicator)
    return make_slot(fact.compared) if fact.compared else None


def in_nation(slot: Slot, indicator: Indicator | None) -> Slot:
    """Return what a figure is compared with that is compared with the nation: a rate or share there, else growth."""
    measure = indicator.measure if indicator and indicator.measure in {"rate", "share"} else "yoy_growth"
    return slot._replace(area=NATION, measure=measure)


def make_slot(claim: Claim) -> Slot:
    """Return the place of a claim."""
    told = (item for item in claim.members if not item[1].is_total and item[0] != BASE_OF_COMPARISON)
    codes = tuple(sorted((name, member.slug) for name, member in told))
    return Slot(claim.area.code, claim.indicator.code, codes, join_amounts(claim.measure), claim.period)


def join_amounts(measure: str) -> str:
    """Return a measure as the audit takes it: amounts and counts are one."""
    return LEVEL if measure in _AMOUNTS else measure


def _make_place(mention: Mention) -> PrintedPlace:
    span, part, interval = mention.span, mention.part, mention.interval
    place = PrintedPlace(span.start, span.end, mention.exact, part.path, part.trail, mention.origin)
    if interval is None:
        return place
    return replace(place, bounds=make_bounds(interval.lower, interval.upper, mention.unit.factor))


def make_bounds(lower: Decimal, upper: Decimal, factor: Decimal) -> Bounds:
    """Return the bounds in base units of an interval in printed ones."""
    return Bounds(lower * factor, upper * factor)


def _find_bounds(fact: Fact) -> Bounds | None:
    # The most precise print alone: a series printed with empty decimals is less precise than each of its figures looks.
    if fact.interval is None:
        return None
    return make_bounds(fact.interval.lower, fact.interval.upper, fact.unit.factor)
