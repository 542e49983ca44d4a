"""Owns identities between a thing and itself at other times: increments, growth, running totals, changes of rates."""

from collections import defaultdict
from itertools import pairwise

from provfin.audit.figures import LEVEL, Figure, Slot
from provfin.audit.network import ANYTHING, Ceiling, Product, Total
from provfin.audit.quantities import DIFFERENCE, HUNDRED, Quantities
from provfin.audit.times import before_month, before_year, ends_on

_GROWTH = Product(scale=HUNDRED, offset=HUNDRED)
_CHANGES = {"growth_change_pp": "yoy_growth", "rate_change_pp": "rate", "share_change_pp": "share"}


def link_increments(quantities: Quantities) -> None:
    """Lead from one balance to the next by the increment between them."""
    for slot in quantities.measured("mom_change_abs", "change_since_year_start", "yoy_change_abs"):
        level = slot.measuring(LEVEL)
        if slot.measure == "yoy_change_abs":
            pair = level, level.a_year_before()
        elif slot.indicator not in quantities.stocks:
            continue
        else:
            start = before_month(slot.period) if slot.measure == "mom_change_abs" else before_year(slot.period)
            pair = level._replace(period=ends_on(slot.period)), level._replace(period=start)
        if any(quantities.has(item) for item in pair):
            quantities.link("balance-and-increment", Total((1, 1)), [pair[0], pair[1], slot])


def link_growth(quantities: Quantities) -> None:
    """Lead from the level a year before to that of today."""
    for slot in quantities.measured("yoy_growth", "multiple"):
        level = slot.measuring(LEVEL)
        if slot.indicator in quantities.laws.real or not quantities.is_positive(slot) or not quantities.has(level):
            continue
        form = _GROWTH if slot.measure == "yoy_growth" else Product()
        quantities.link("growth-against-levels", form, [level, level.a_year_before(), slot])


def link_running_totals(quantities: Quantities) -> None:
    """Let no total since the start of the year fall, in tables; what prose tells of parts of a year may be a mean."""
    series: dict[Slot, list[Slot]] = defaultdict(list)
    for slot in quantities.measured(LEVEL):
        starts_year = (slot.period.start.month, slot.period.start.day) == (1, 1)
        if starts_year and slot in quantities.tabled and quantities.is_flow(slot):
            series[slot._replace(period=before_year(slot.period))].append(slot)
    for slots in series.values():
        slots.sort(key=lambda slot: slot.period.end)
        for earlier, later in pairwise(slots):
            quantities.link("year-to-date", Ceiling(), [later, earlier])
    _link_sums_to_date(quantities)


def _link_sums_to_date(quantities: Quantities) -> None:
    """Let a sum up to a day be at least that of the year that ends on it."""
    for slot in quantities.measured(LEVEL):
        whole = slot._replace(period=ends_on(slot.period))
        if whole != slot and quantities.is_flow(slot) and quantities.has(whole):
            quantities.link("year-to-date", Ceiling(), [whole, slot])


def link_comparisons(quantities: Quantities) -> None:
    """Lead from a rate or growth a year before to that of today by its change."""
    for slot in quantities.measured(*_CHANGES):
        rate = slot.measuring(_CHANGES[slot.measure])
        before = rate.a_year_before()
        if quantities.has(rate) and quantities.has(before):
            quantities.link("change-of-rate", DIFFERENCE, [slot, rate, before])

    for figure in quantities.comparisons:
        _link_comparison(quantities, figure)


def _link_comparison(quantities: Quantities, figure: Figure) -> None:
    """Lead from a rate or growth to that of the nation or another indicator by the difference printed."""
    assert figure.compared is not None
    own = figure.slot.measuring(figure.compared.measure)
    if figure.slot.measure != "diff_pp" or figure.bounds is None or own == figure.compared:
        return
    if quantities.has(own) and quantities.has(figure.compared):
        place = quantities.network.place(figure.slot, ANYTHING)
        quantities.network.note_printed(place, figure.bounds)
        quantities.link("comparison", DIFFERENCE, [figure.slot, own, figure.compared])
