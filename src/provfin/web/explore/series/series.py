"""Owns what a series is: the figures of an indicator under one measure, of one area and breakdown, period by period.

It is addressed by its codes, totals left out: `loans.yoy_growth.CN-XX.sector=households`, where it matters with the
kind of its periods: `…@cumulative`. Queries name it alike. Refuses to put periods of different kinds into one line.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from provfin.errors import InputError
from provfin.periods import Period, parse_period
from provfin.web.explore.asking import Row, name_resource, name_term
from provfin.web.explore.spans import KINDS, choose_kind, count_kinds, list_kinds

TOTAL = "total"
_PART = r"[^\s<>\"{}|\\^`.=@/]+"
_CODE = r"[^\s<>\"{}|\\^`=@/]+?"
_ADDRESS = re.compile(
    rf"(?P<indicator>{_PART})\.(?P<measure>{_PART})\.(?P<area>{_PART})(?P<breakdowns>(?:\.[a-z-]+={_CODE})*)"
    rf"(?:@(?P<kind>{'|'.join(KINDS)}))?"
)
_BREAKDOWN = re.compile(rf"\.(?P<name>[a-z-]+)=(?P<code>{_CODE})(?=\.[a-z-]+=|$)")
_QUARTER_ENDS = frozenset((3, 6, 9, 12))


@dataclass(frozen=True)
class Dimension:
    """A breakdown: its name in addresses, the local name of its property, and where its codes are below `id/`."""

    name: str
    term: str
    folder: str

    @property
    def iri(self) -> str:
        """The IRI of its property."""
        return name_term(self.term)

    def name_code(self, code: str) -> str:
        """Return the IRI of one of its codes."""
        return name_resource(f"{self.folder}/{code}")


DIMENSIONS: Mapping[str, Dimension] = {
    name: Dimension(name, term, folder)
    for name, term, folder in (
        ("activity", "activity", "activity"),
        ("actor", "actor", "institution"),
        ("bill-type", "billType", "bill-type"),
        ("compared-with", "comparedWith", "indicator"),
        ("comparison-base", "comparisonBase", "comparison-base"),
        ("currency-scope", "currencyScope", "currency-scope"),
        ("institution-type", "institutionType", "institution-type"),
        ("instrument", "instrument", "instrument"),
        ("maturity", "maturity", "maturity"),
        ("payment-system", "paymentSystem", "payment-system"),
        ("rate-band", "rateBand", "rate-band"),
        ("sector", "institutionalSector", "sector"),
        ("target", "target", "target"),
        ("transfer-type", "transferType", "transfer-type"),
    )
}


@dataclass(frozen=True)
class Key:
    """What a series is of, in codes; `kind` is that of its periods, empty for the one most of them are of."""

    indicator: str
    measure: str
    area: str
    breakdowns: tuple[tuple[str, str], ...] = ()
    kind: str = ""

    @property
    def address(self) -> str:
        """How it is addressed."""
        return self.codes + (f"@{self.kind}" if self.kind else "")

    @property
    def codes(self) -> str:
        """How queries name it: the same without the kind of its periods."""
        limits = "".join(f".{name}={code}" for name, code in self.breakdowns)
        return f"{self.indicator}.{self.measure}.{self.area}{limits}"

    @property
    def plain(self) -> "Key":
        """The same in periods of any kind."""
        return replace(self, kind="")

    @property
    def iris(self) -> Iterator[str]:
        """The IRIs of all its codes."""
        yield self.indicator_iri
        yield self.measure_iri
        yield self.area_iri
        yield from (DIMENSIONS[name].name_code(code) for name, code in self.breakdowns)

    @property
    def indicator_iri(self) -> str:
        """The IRI of its indicator."""
        return name_resource(f"indicator/{self.indicator}")

    @property
    def measure_iri(self) -> str:
        """The IRI of its measure."""
        return name_resource(f"measure/{self.measure}")

    @property
    def area_iri(self) -> str:
        """The IRI of its area."""
        return name_resource(f"area/{self.area}")

    def find_code(self, dimension: str) -> str:
        """Return its code in a dimension; what is not broken down is the total."""
        return dict(self.breakdowns).get(dimension, TOTAL)


def parse_key(address: str) -> Key:
    """Return what an address stands for; raises `InputError` where it is none.

    >>> parse_key("loan-share.share.CN-XX.rate-band=lpr-plus-0.5-to-1.5@month").breakdowns
    (('rate-band', 'lpr-plus-0.5-to-1.5'),)
    """
    match = _ADDRESS.fullmatch(address)
    told = _BREAKDOWN.findall(match["breakdowns"]) if match else []
    if match is None or any(name not in DIMENSIONS for name, _ in told):
        repair = "write indicator.measure.area, then .breakdown=code for each breakdown"
        raise InputError("not a series", where=address, repair=repair)
    breakdowns = tuple(sorted((name, code) for name, code in told if code != TOTAL))
    return Key(match["indicator"], match["measure"], match["area"], breakdowns, match["kind"] or "")


@dataclass(frozen=True)
class Point:
    """A figure of a series; without a value where a dash is printed. `others` are what other reports print for it."""

    period: Period
    value: Decimal | None
    unit: str
    decimals: int
    observation: str
    report: str
    others: tuple["Point", ...] = ()


@dataclass(frozen=True)
class Series:
    """A series and its points in order of time, of the newest report where several tell of a period."""

    key: Key
    points: Sequence[Point]

    @property
    def values(self) -> list[Point]:
        """The points that have a value."""
        return [point for point in self.points if point.value is not None]

    @property
    def is_quarterly(self) -> bool:
        """Whether figures stand at the ends of quarters alone, so that a dash between them is no gap."""
        ends = {point.period.end.month for point in self.values}
        return len(self.values) > 1 and ends <= _QUARTER_ENDS and len(ends) > 1

    @property
    def main_kind(self) -> str:
        """The kind most of its periods are of, those with values first."""
        return choose_kind(point.period for point in self.values or self.points)

    def pick(self, kind: str) -> "Series":
        """Return it in periods of one kind."""
        kept = [point for point in self.points if kind in list_kinds(point.period)]
        return Series(replace(self.key, kind=kind if kind != self.main_kind else ""), kept)


def read_series(rows: Iterable[Row]) -> list[Series]:
    """Return the series of rows that have `series`, `period`, `value`, `unit`, `decimals`, `report`, `observation`."""
    found: dict[str, dict[str, list[Point]]] = {}
    for row in rows:
        found.setdefault(row["series"].text, {}).setdefault(row["period"].text, []).append(_read_point(row))
    return [Series(parse_key(codes), _order(periods.values())) for codes, periods in found.items()]


def _read_point(row: Row) -> Point:
    value = row["value"].number if "value" in row else None
    decimals = int(row["decimals"].text) if "decimals" in row else 0
    period = parse_period(row["period"].text)
    return Point(period, value, row["unit"].text, decimals, row["observation"].text, row["report"].text)


def _order(told: Iterable[Sequence[Point]]) -> list[Point]:
    points = [_join(list(each)) for each in told]
    return sorted(points, key=lambda point: (point.period.end, point.period.start))


def _join(points: list[Point]) -> Point:
    # Of several reports the newest, but one with a value before one with a dash.
    points.sort(key=lambda point: (point.value is not None, point.report), reverse=True)
    return replace(points[0], others=tuple(points[1:]))


def list_offered_kinds(series: Iterable[Series]) -> list[str]:
    """Return the kinds of periods worth a line of their own, the main one first.

    Worth it are those with a figure that the kinds before do not have, and several years beside their running totals.
    """
    periods = {point.period for each in series for point in each.values}
    offered: list[str] = []
    rest = periods
    while rest:
        offered.append(choose_kind(rest))
        rest = {period for period in periods if not set(offered) & set(list_kinds(period))}
    if "year" not in offered and count_kinds(periods)["year"] > 1:
        offered.append("year")
    return offered
