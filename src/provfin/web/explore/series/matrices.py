"""Owns the tables of series: periods by breakdowns where there are both, else a list; figures lead to their evidence.

Figures stand as they are printed, in the unit that heads their column. Refuses to hide a dash, or that the audit found
something.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from provfin.periods import Period
from provfin.web.explore.figures import CHANGES, Shown, Units
from provfin.web.explore.series.naming import Names, name_kind
from provfin.web.explore.series.series import Key, Point, Series, list_offered_kinds
from provfin.web.explore.spans import write_end, write_period

_MINUS = "\u2212"


@dataclass(frozen=True)
class Cell:
    """A figure in a table: its text without a unit, with it, where it leads, what the audit found; a dash is empty."""

    text: str
    observation: str
    shown: Shown | None = None
    finding: str = ""
    others: tuple["Cell", ...] = ()
    report: str = ""


@dataclass(frozen=True)
class Column:
    """A column of figures: the series it is of, its name, and its unit where the table has none in common."""

    key: Key
    name: str
    unit: str


@dataclass(frozen=True)
class Matrix:
    """A table of periods by series; `unit` is that of all of them, empty where they differ."""

    measure: str
    kind: str
    unit: str
    columns: Sequence[Column]
    rows: Sequence[tuple[str, Sequence[Cell | None]]]


@dataclass(frozen=True)
class Line:
    """A figure in a list: of what, by which measure, when, and the figure with its unit."""

    name: str
    measure: str
    period: str
    cell: Cell


@dataclass(frozen=True)
class Tables:
    """The tables of the figures of an indicator: a matrix where there are several periods, a list of all others."""

    matrices: Sequence[Matrix]
    lines: Sequence[Line]
    number: int


@dataclass(frozen=True)
class Marks:
    """What tables are written with: names, units, and what the audit found about an observation."""

    names: Names
    units: Units
    findings: Mapping[str, str]


def make_tables(series: Sequence[Series], marks: Marks) -> Tables:
    """Return the tables of all figures of an indicator, in the order of its measures as they come."""
    matrices: list[Matrix] = []
    lines: list[Line] = []
    for measure in dict.fromkeys(each.key.measure for each in series):
        measured = [each for each in series if each.key.measure == measure]
        for group in _split(sorted(measured, key=lambda each: (each.key.area, len(each.key.breakdowns)))):
            if _count_periods(group) > 1:
                matrices.append(make_matrix(group, marks))
            else:
                lines += _list_lines(group, marks)
    return Tables(matrices, lines, sum(1 + len(point.others) for each in series for point in each.points))


def _split(series: Sequence[Series]) -> list[list[Series]]:
    """Return series of one measure in groups of one kind of periods, every figure in the first it fits."""
    groups: list[list[Series]] = []
    seen: set[str] = set()
    for kind in _list_kinds(series):
        picked = [_leave(each.pick(kind), seen) for each in series]
        kept = [each for each in picked if each.points]
        seen |= {point.observation for each in kept for point in each.points}
        if kept:
            groups.append(kept)
    return groups


def _list_kinds(series: Sequence[Series]) -> list[str]:
    offered = list_offered_kinds(series)
    periods = [point for each in series for point in each.points]
    dashes = list_offered_kinds([Series(each.key, [_fill(point) for point in each.points]) for each in series])
    return list(dict.fromkeys([*offered, *dashes])) if periods else []


def _fill(point: Point) -> Point:
    return point if point.value is not None else Point(point.period, Decimal(0), point.unit, 0, "", "")


def _leave(series: Series, seen: set[str]) -> Series:
    return Series(series.key, [point for point in series.points if point.observation not in seen])


def _count_periods(series: Iterable[Series]) -> int:
    return len({point.period for each in series for point in each.points})


def make_matrix(series: Sequence[Series], marks: Marks) -> Matrix:
    """Return the table of series of one measure; of one kind of periods, if they are to be told by it."""
    kind = _find_kind(series)
    columns = make_columns(series, marks)
    units = {column.unit for column in columns}
    rows = make_rows(series, marks, kind)
    first = series[0].key
    measure, unit = marks.names.say(first.measure_iri), units.pop() if len(units) == 1 else ""
    return Matrix(measure, name_kind(kind, marks.names.language), unit, columns, rows)


def make_columns(series: Sequence[Series], marks: Marks) -> list[Column]:
    """Return the columns of a table of series."""
    labels = marks.names.label([each.key for each in series])
    return [Column(each.key, labels[each.key], _name_unit(each, marks)) for each in series]


def make_rows(series: Sequence[Series], marks: Marks, kind: str) -> list[tuple[str, Sequence[Cell | None]]]:
    """Return the rows of a table of series: a period, and the figure of each."""
    periods = sorted({point.period for each in series for point in each.points}, key=_order)
    found = [{point.period: point for point in each.points} for each in series]
    return [
        (
            write_period(period, marks.names.language, kind),
            [
                _make_cell(each, points[period], marks) if period in points else None
                for each, points in zip(series, found, strict=True)
            ],
        )
        for period in periods
    ]


def make_slots(series: Sequence[Series], marks: Marks) -> list[tuple[str, Sequence[Cell | None]]]:
    """Return the rows of a table of series whose periods may be of several kinds: one for each day they end at."""
    kind, language = _find_kind(series) if series else "", marks.names.language
    slots = sorted({point.period.end for each in series for point in each.points})
    rows: list[tuple[str, Sequence[Cell | None]]] = []
    for slot in slots:
        points = [next((one for one in each.points if one.period.end == slot), None) for each in series]
        periods = {point.period for point in points if point}
        name = write_period(periods.pop(), language, kind) if len(periods) == 1 else write_end(slot, language)
        pairs = zip(series, points, strict=True)
        rows.append((name, [_make_cell(each, point, marks) if point else None for each, point in pairs]))
    return rows


def _order(period: Period) -> tuple[object, object]:
    return period.end, period.start


def _find_kind(series: Sequence[Series]) -> str:
    filled = [Series(each.key, [_fill(point) for point in each.points]) for each in series]
    return next(iter(list_offered_kinds(filled)), "")


def _name_unit(series: Series, marks: Marks) -> str:
    units = {point.unit for point in series.values or series.points}
    return marks.units.name(units.pop(), marks.names.language) if len(units) == 1 else ""


def _make_cell(series: Series, point: Point, marks: Marks) -> Cell:
    others = tuple(_make_cell(series, other, marks) for other in point.others)
    finding, report = marks.findings.get(point.observation, ""), point.report
    if point.value is None:
        return Cell("", point.observation, None, finding, others, report)
    measure = series.key.measure
    shown = marks.units.show(point.value, point.unit, measure, marks.names.language, point.decimals)
    is_alone = len({each.unit for each in series.values}) == 1
    text = write_number(point.value, point.decimals, is_change=measure in CHANGES) if is_alone else shown.exact
    return Cell(text, point.observation, shown, finding, others, report)


def _list_lines(series: Sequence[Series], marks: Marks) -> list[Line]:
    names = marks.names
    lines = []
    for each in series:
        name = names.join([names.say_code(*limit) for limit in each.key.breakdowns])
        for point in each.points:
            cell = _make_cell(each, point, marks)
            period = write_period(point.period, names.language)
            lines.append(Line(name, names.say(each.key.measure_iri), period, cell))
    return lines


def write_number(value: Decimal, decimals: int, *, is_change: bool) -> str:
    """Return a figure as it is printed, thousands divided, the sign of a change told.

    >>> write_number(Decimal("-32612.7"), 1, is_change=False), write_number(Decimal(5), 1, is_change=True)
    ('−32,612.7', '+5.0')
    """
    places = max(decimals, -int(value.as_tuple().exponent), 0)
    text = f"{abs(value):,.{places}f}"
    return _MINUS + text if value < 0 else f"+{text}" if is_change and value > 0 else text
