"""Owns what a chart of series shows: `frontend/src/charts/series.js` draws what is made here.

Figures of one kind stand on one axis in one unit, converted exactly. A dash is a gap, unless figures are only ever
printed at the ends of quarters. Refuses more than two axes: `split_units` tells what has to stand in charts of its own.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from provfin.periods import Period
from provfin.web.explore.figures import CHANGES, Shown, Units
from provfin.web.explore.series.series import Key, Point, Series
from provfin.web.explore.spans import choose_kind, write_end, write_period, write_ticks
from provfin.web.pages import find_address

# As many colours as the palette has.
MOST_LINES = 8
MOST_AXES = 2
_FEW = 3
_TENTH = Decimal(1).scaleb(-1)
# Measures whose figures add up from the ground, so that a bar may stand for them.
_AMOUNTS = frozenset(("level", "count", "mom_change_abs", "yoy_change_abs", "change_since_year_start"))
_STYLES = ("line", "bar")


@dataclass(frozen=True)
class Setting:
    """What a chart is made with: units, the names of its series, the language and the root of the page."""

    units: Units
    labels: Mapping[Key, str]
    language: str
    root: str
    style: str = ""
    is_indexed: bool = False
    is_log: bool = False


Chart = Mapping[str, Any]


def split_units(series: Sequence[Series], units: Units) -> list[list[Series]]:
    """Return the series in groups that have one base unit, in the order in which these come first."""
    groups: dict[str, list[Series]] = {}
    for each in series:
        if each.values:
            groups.setdefault(units[each.values[0].unit].base, []).append(each)
    return list(groups.values())


@dataclass(frozen=True)
class _Frame:
    """The axes of a chart: the days periods end at, the period that ends there if it is only one, and the units."""

    slots: Sequence[date]
    periods: Sequence[Period | None]
    units: Sequence[str]
    kind: str


def draw_series(series: Sequence[Series], setting: Setting) -> Chart:
    """Return the chart of series in one or two units over time; of one moment, side by side."""
    frame = _find_frame(series, setting)
    if len(frame.slots) == 1 and len(series) > 1:
        return draw_ranking(series, setting)
    pairs = list(zip(frame.periods, frame.slots, strict=True))
    return {
        "kind": "series",
        "periods": [_name_slot(period, slot, setting.language, frame.kind) for period, slot in pairs],
        "ticks": write_ticks([period or slot for period, slot in pairs], setting.language, frame.kind),
        "units": _name_axes(frame.units, setting),
        "log": setting.is_log,
        "series": [_draw_line(each, frame, setting, len(series)) for each in series],
    }


def draw_ranking(series: Sequence[Series], setting: Setting) -> Chart:
    """Return the chart of one moment: series beside each other, the largest first."""
    axes = _choose_axes(series, setting)
    latest = [(each, each.values[-1]) for each in series if each.values]
    latest.sort(key=lambda pair: -_convert(pair[1], axes, setting))
    points = [_draw_bar(each, point, axes, setting) for each, point in latest]
    name = write_period(latest[0][1].period, setting.language) if latest else ""
    return {
        "kind": "series",
        "layout": "ranking",
        "periods": [setting.labels[each.key] for each, _ in latest],
        "units": _name_axes(axes, setting)[:1],
        "series": [{"name": name, "unit": 0, "type": "bar", "points": points}],
    }


def _draw_bar(each: Series, point: Point, axes: Sequence[str], setting: Setting) -> Chart:
    drawn = _draw_point(each, point, axes, setting, is_mixed=False)
    assert point.value is not None
    shown = setting.units.show(point.value, point.unit, each.key.measure, setting.language, point.decimals)
    return {**drawn, "label": shown.text}


def is_drawable(series: Iterable[Series]) -> bool:
    """Tell whether there is more than one figure to draw."""
    return sum(len(each.values) for each in series) > 1


def can_be_log(series: Sequence[Series]) -> bool:
    """Tell whether a logarithmic axis makes sense: figures above nought, the largest ten times the smallest."""
    values = [point.value for each in series for point in each.values if point.value is not None]
    is_change = any(each.key.measure in CHANGES for each in series)
    return bool(values) and not is_change and min(values) > 0 and max(values) >= 10 * min(values)


def _find_frame(series: Sequence[Series], setting: Setting) -> _Frame:
    slots = _list_slots(series)
    periods = [_find_period(series, slot) for slot in slots]
    told = [period for period in periods if period is not None]
    return _Frame(slots, periods, _choose_axes(series, setting), choose_kind(told) if told else "")


def _list_slots(series: Sequence[Series]) -> list[date]:
    """Return the days at which periods end, without those where nothing was to be printed."""
    told = {
        point.period.end for each in series for point in each.points if point.value is not None or not each.is_quarterly
    }
    return sorted(told)


def _find_period(series: Sequence[Series], slot: date) -> Period | None:
    """Return the period that ends on a day; None where there are several."""
    found = {point.period for each in series for point in each.points if point.period.end == slot}
    return next(iter(found)) if len(found) == 1 else None


def _name_slot(period: Period | None, slot: date, language: str, kind: str) -> str:
    return write_period(period, language, kind) if period else write_end(slot, language)


def _choose_axes(series: Sequence[Series], setting: Setting) -> list[str]:
    """Return the unit of each axis: of each base the one that most figures are printed in."""
    counts = Counter(point.unit for each in series for point in each.values)
    chosen: dict[str, str] = {}
    for each in series:
        for point in each.values:
            base = setting.units[point.unit].base
            chosen[base] = max(chosen.get(base, point.unit), point.unit, key=lambda unit: (counts[unit], unit))
    return list(chosen.values())[:MOST_AXES]


def _name_axes(axes: Sequence[str], setting: Setting) -> list[str]:
    return ["1 = 100"] if setting.is_indexed else [setting.units.name(unit, setting.language) for unit in axes]


def _draw_line(each: Series, frame: _Frame, setting: Setting, number: int) -> Chart:
    points = {point.period.end: point for point in each.values}
    drawn = [
        _draw_point(each, points[slot], frame.units, setting, is_mixed=period is None) if slot in points else None
        for slot, period in zip(frame.slots, frame.periods, strict=True)
    ]
    return {
        "name": setting.labels[each.key],
        "color": list(setting.labels).index(each.key),
        "unit": 0 if setting.is_indexed else _find_axis(each, frame.units, setting),
        "type": _choose_type(each, setting, number, len(frame.slots)),
        "connect": each.is_quarterly,
        "points": drawn,
    }


def _choose_type(each: Series, setting: Setting, number: int, slots: int) -> str:
    if setting.style in _STYLES:
        return setting.style
    if setting.is_indexed or setting.is_log:
        return "line"
    is_flow = all(not point.period.is_date for point in each.points)
    is_amount = each.key.measure in _AMOUNTS and is_flow
    return "bar" if slots <= _FEW or (is_amount and number <= _FEW) else "line"


def _find_axis(each: Series, axes: Sequence[str], setting: Setting) -> int:
    bases = [setting.units[unit].base for unit in axes]
    base = setting.units[each.values[0].unit].base if each.values else ""
    return bases.index(base) if base in bases else 0


def _convert(point: Point, axes: Sequence[str], setting: Setting) -> Decimal:
    unit = setting.units[point.unit]
    target = next((setting.units[axis] for axis in axes if setting.units[axis].base == unit.base), unit)
    value = point.value if point.value is not None else Decimal(0)
    return value if target is unit else value * unit.factor / target.factor


def _draw_point(each: Series, point: Point, axes: Sequence[str], setting: Setting, *, is_mixed: bool) -> Chart:
    assert point.value is not None
    shown = setting.units.show(point.value, point.unit, each.key.measure, setting.language, point.decimals)
    value = _convert(point, axes, setting)
    text = write_shown(shown)
    if setting.is_indexed:
        value = _index(each, point)
        text = f"{value} ({text})"
    if is_mixed:
        text = f"{text} · {write_period(point.period, setting.language)}"
    return {"value": f"{value:f}", "text": text, "link": link_evidence(point.observation, setting.root)}


def write_shown(shown: Shown) -> str:
    """Return a figure in words of scale with the printed one behind it."""
    return shown.text if shown.text == shown.exact else f"{shown.text} ({shown.exact})"


def link_evidence(observation: str, root: str) -> str:
    """Return where the page of an observation shows the places it is printed at."""
    return f"{find_address(observation, root)}#evidence"


def _index(each: Series, point: Point) -> Decimal:
    first = each.values[0].value
    return (point.value / first * 100).quantize(_TENTH) if first and point.value is not None else Decimal(0)
