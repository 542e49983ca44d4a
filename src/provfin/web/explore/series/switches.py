"""Owns what the page of an indicator shows of its figures: which measures, periods and breakdowns, as its address says.

Every switch is a link to a choice there are figures for. Refuses nothing: what an address asks for and no figure has
is told, and the nearest is shown.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from provfin.web.explore.series.naming import Names, list_dimensions, name_kind
from provfin.web.explore.series.series import TOTAL, Series, list_offered_kinds
from provfin.web.explore.spans import KINDS
from provfin.web.texts import load_texts

GROWTH = "yoy_growth"
# What lines may differ in beside a breakdown: nothing, the area, or all breakdowns at once.
NONE, AREA, EACH = "none", "area", "each"
# More lines at once nobody reads.
_MOST_AT_ONCE = 40
_AMOUNTS = ("level", "count")


@dataclass(frozen=True)
class State:
    """What is shown: measures together, a kind of periods, what the lines differ in, the codes of other breakdowns."""

    areas: tuple[str, ...]
    measures: tuple[str, ...]
    kind: str = ""
    by: str = NONE
    fixed: tuple[tuple[str, str], ...] = ()
    since: str = ""

    @property
    def query(self) -> str:
        """The parameters of its address."""
        told: list[tuple[str, object]] = [(AREA, area) for area in self.areas]
        told += [("measure", measure) for measure in self.measures]
        told += [(name, value) for name, value in (("kind", self.kind), ("by", self.by)) if value]
        told += [limit for limit in self.fixed if limit[0] != self.by]
        return urlencode([*told, ("since", self.since)] if self.since else told)


@dataclass(frozen=True)
class Choice:
    """A link to another state."""

    label: str
    address: str
    is_chosen: bool


@dataclass(frozen=True)
class Switch:
    """What can be chosen of one kind, and what that is called."""

    label: str
    choices: Sequence[Choice]


@dataclass(frozen=True)
class Selection:
    """What is shown of an indicator: its state, the series, how to go on from here, what was asked for in vain."""

    state: State
    series: Sequence[Series]
    switches: Sequence[Switch]
    missed: Sequence[str]


@dataclass(frozen=True)
class Wanted:
    """The parameters of an address, each with its values."""

    values: Mapping[str, Sequence[str]]

    def first(self, name: str) -> str:
        """Return the first value of a parameter, empty for none."""
        return next(iter(self.values.get(name, ())), "")


def choose(series: Sequence[Series], asked: Wanted, areas: Sequence[str], default: str, names: Names) -> Selection:
    """Return what is shown of the series of an indicator; `default` is the measure of its bare figures."""
    views = list_views(series, default)
    wanted = tuple(asked.values.get("measure", ()))
    measures = wanted if wanted in views else views[0]
    candidates = [each for each in series if each.key.measure in measures and each.values] or list(series)
    by = _choose_by(candidates, asked.first("by"), len(areas) > 1)
    fixed = _fix(candidates, asked, by)
    selected = [each for each in candidates if _is_fixed(each, fixed)]
    if not asked.first("by") and sum(len(each.values) for each in selected) < 2 and _can_be_at_once(candidates):
        by, fixed, selected = EACH, (), candidates
    # At one moment, figures of a day and of the year that ends with it stand beside each other.
    kinds = list_offered_kinds(selected) if by != EACH or _count_ends(selected) > 1 else []
    kind = asked.first("kind") if asked.first("kind") in kinds else next(iter(kinds), "")
    state = State(tuple(areas), measures, kind, by, fixed, asked.first("since"))
    picked = [each.pick(kind) for each in selected] if kind else selected
    switches = _list_switches(state, views, candidates, kinds, names)
    return Selection(state, [each for each in picked if each.points], switches, _list_missed(series, asked))


def list_views(series: Sequence[Series], default: str) -> list[tuple[str, ...]]:
    """Return the measures to be seen alone or together, the main one first: amounts and their growth together."""
    counts = Counter({each.key.measure: 0 for each in series})
    counts.update({measure: _count(series, measure) for measure in counts})
    measures = sorted(counts, key=lambda measure: (not counts[measure], measure != default, -counts[measure], measure))
    amount = next((measure for measure in _AMOUNTS if counts[measure]), "")
    single: list[tuple[str, ...]] = [(measure,) for measure in measures]
    together = (amount, GROWTH)
    is_pair = amount and counts[GROWTH] and _overlap(series, together)
    return [together, *single] if is_pair else single or [(default,)]


def _count(series: Iterable[Series], measure: str) -> int:
    return sum(len(each.values) for each in series if each.key.measure == measure)


def _overlap(series: Sequence[Series], measures: tuple[str, str]) -> bool:
    first, second = ({each.key.breakdowns for each in series if each.key.measure == name} for name in measures)
    return bool(first & second)


def _list_ways(series: Sequence[Series], is_by_area: bool) -> list[str]:
    """Return the breakdowns that several of the series differ in."""
    keys = [each.key for each in series]
    ways = [name for name in list_dimensions(keys) if len({key.find_code(name) for key in keys}) > 1]
    return [AREA, *ways] if is_by_area else ways


def _choose_by(series: Sequence[Series], asked: str, is_by_area: bool) -> str:
    ways = _list_ways(series, is_by_area)
    if asked in (*ways, NONE) or (asked == EACH and _can_be_at_once(series)):
        return asked
    if is_by_area or not ways:
        return AREA if is_by_area else NONE
    # That the whole has a share of a hundred tells nothing.
    totals = [each for each in series if not each.key.breakdowns and each.key.measure != "share"]
    if any(len(each.values) > 1 for each in totals):
        return NONE
    return max(ways, key=lambda way: (len({each.key.find_code(way) for each in series}), way))


def _can_be_at_once(series: Sequence[Series]) -> bool:
    """Tell whether there is more than any one breakdown shows, and not too much."""
    return len(_list_ways(series, is_by_area=False)) > 1 and len(series) <= _MOST_AT_ONCE


def _count_ends(series: Iterable[Series]) -> int:
    return len({point.period.end for each in series for point in each.values})


def _fix(series: Sequence[Series], asked: Wanted, by: str) -> tuple[tuple[str, str], ...]:
    """Return the codes that breakdowns beside the one shown are held at, of those there are figures for."""
    if by == EACH:
        return ()
    ways = [way for way in list_dimensions(each.key for each in series) if way != by]
    wanted = {way: asked.first(way) or TOTAL for way in ways}
    best = max(
        series,
        key=lambda each: (
            sum(each.key.find_code(way) == code for way, code in wanted.items() if asked.first(way)),
            sum(each.key.find_code(way) == code for way, code in wanted.items()),
            len(each.values),
        ),
        default=None,
    )
    return tuple((way, best.key.find_code(way)) for way in ways) if best else ()


def _is_fixed(series: Series, fixed: Iterable[tuple[str, str]]) -> bool:
    return all(series.key.find_code(way) == code for way, code in fixed)


def _list_missed(series: Sequence[Series], asked: Wanted) -> list[str]:
    """Return what was asked for that no figure of the indicator has; what it only lacks together is not told."""
    keys = [each.key for each in series]
    ways = list_dimensions(keys)
    known = {
        "measure": {key.measure for key in keys},
        "by": {"", NONE, AREA, EACH, *ways},
        "kind": {"", *KINDS},
        **{way: {TOTAL, *(key.find_code(way) for key in keys)} for way in ways},
    }
    return [value for name, values in known.items() for value in asked.values.get(name, ()) if value not in values]


def _list_switches(
    state: State, views: Sequence[tuple[str, ...]], series: Sequence[Series], kinds: Sequence[str], names: Names
) -> list[Switch]:
    _ = load_texts(names.language).gettext
    periods = [(name_kind(kind, names.language), kind) for kind in kinds]
    measures = [(names.join(map(names.say_measure, view)), view) for view in views]
    ways = [NONE, *_list_ways(series, len(state.areas) > 1), *([EACH] if _can_be_at_once(series) else [])]
    switches = [
        Switch(_("Measure"), [_turn(name, replace(state, measures=view), state) for name, view in measures]),
        Switch(_("Periods"), [_turn(name, replace(state, kind=kind), state) for name, kind in periods]),
        Switch(_("Broken down by"), [_turn(_name_way(way, names), replace(state, by=way), state) for way in ways]),
    ]
    for way, code in state.fixed:
        codes = _list_codes(series, way)
        limits = [(each, _hold(series, state, way, each)) for each in codes]
        if len(codes) > 1:
            choices = [_turn(names.say_code(way, each), other, state, each == code) for each, other in limits]
            switches.append(Switch(names.say_dimension(way), choices))
    return [switch for switch in switches if len(switch.choices) > 1]


def _name_way(way: str, names: Names) -> str:
    _ = load_texts(names.language).gettext
    known = {NONE: _("Not broken down"), AREA: _("Area"), EACH: _("All breakdowns")}
    return known.get(way) or names.say_dimension(way)


def _turn(label: str, to: State, state: State, is_chosen: bool | None = None) -> Choice:
    return Choice(label, to.query, to == state if is_chosen is None else is_chosen)


def _hold(series: Sequence[Series], state: State, way: str, code: str) -> State:
    """Return the state in which a breakdown is held at a code, the others where they are if there are figures."""
    there = [each for each in series if each.key.find_code(way) == code]
    best = max(there, key=lambda each: sum(each.key.find_code(name) == held for name, held in state.fixed))
    return replace(state, fixed=tuple((name, best.key.find_code(name)) for name, _ in state.fixed))


def _list_codes(series: Iterable[Series], way: str) -> list[str]:
    codes = dict.fromkeys(each.key.find_code(way) for each in series)
    return sorted(codes, key=lambda code: (code != TOTAL, code))
