"""Owns identities between shares and what they are shares of, and between amounts that are a known part of others."""

from collections import defaultdict

from provfin.audit.figures import LEVEL, Slot
from provfin.audit.laws import Term
from provfin.audit.network import Bounds, Product, Proportion, Total
from provfin.audit.quantities import DIFFERENCE, HUNDRED, Quantities

_SHARE = Product(scale=HUNDRED)
# Ratios that add up to about a hundred are shares of a whole, however wrong one of them is.
_RATIOS = Bounds(HUNDRED / 2, HUNDRED * 2)


def link_shares(quantities: Quantities) -> None:
    """Divide numerators by denominators, this year and the one before."""
    for law in quantities.laws.shares:
        for slot in [item for item in quantities.measured("share") if item.indicator == law.share]:
            numerator, denominator = (_apply_share(term, slot) for term in (law.numerator, law.denominator))
            _link_share(quantities, slot, numerator, denominator)
            change = slot.measuring("share_change_pp")
            if quantities.has(change):
                before = slot.a_year_before()
                quantities.link("share-change", DIFFERENCE, [change, slot, before])
                _link_share_before(quantities, slot, before, numerator, denominator)
    _link_ratios(quantities)


def _link_share(quantities: Quantities, share: Slot, above: Slot, below: Slot, rule: str = "share-of-total") -> None:
    if quantities.has(above) and quantities.has(below):
        quantities.link(rule, _SHARE, [above, below, share])


def _link_share_before(quantities: Quantities, share: Slot, before: Slot, above: Slot, below: Slot) -> None:
    growths = above.measuring("yoy_growth"), below.measuring("yoy_growth")
    if all(quantities.has(growth) for growth in growths):
        quantities.link("share-change", Proportion(), [before, growths[0], share, growths[1]])
    else:
        _link_share(quantities, before, above.a_year_before(), below.a_year_before(), "share-change")


def _link_ratios(quantities: Quantities) -> None:
    """Hold ratios that add up to a hundred for the shares of a breakdown."""
    groups: dict[Slot, list[Slot]] = defaultdict(list)
    for slot in quantities.measured("ratio"):
        groups[slot.naming(slot.indicator, {})].append(slot)
    for whole, slots in groups.items():
        printed = [quantities.network.printed.get(quantities.place(slot)) for slot in slots]
        together = sum(bounds.middle for bounds in printed if bounds is not None)
        if not _RATIOS.lower <= together <= _RATIOS.upper:
            continue
        for slot in slots:
            _link_share(quantities, slot, slot.measuring(LEVEL), whole.measuring(LEVEL))
        hundred = quantities.network.place(("hundred",), Bounds(HUNDRED, HUNDRED))
        places = [hundred, *(quantities.place(slot) for slot in slots)]
        quantities.network.constrain("parts-and-total", Total((1,) * len(slots)), places)


def link_ranges(quantities: Quantities) -> None:
    """Hold amounts that are a known part of others to their range."""
    for law in quantities.laws.ranges:
        of, amounts = ([s for s in quantities.measured(LEVEL) if s.indicator == code] for code in (law.of, law.amount))
        for amount in amounts:
            wholes = [slot for slot in of if (slot.area, slot.period) == (amount.area, amount.period)]
            if len(wholes) == 1:
                ratio = quantities.network.place(("ratio", amount), law.between)
                places = [quantities.place(amount), quantities.place(wholes[0]), ratio]
                quantities.network.constrain("order", Product(), places)


def _apply_share(term: Term, share: Slot) -> Slot:
    return share.naming(term.indicator, {**share.codes, **term.codes}).measuring(term.measure)
