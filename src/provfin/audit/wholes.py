"""Owns identities between declared wholes and their parts, and between what is less and what is more."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from provfin.audit.figures import LEVEL, Slot
from provfin.audit.laws import Sum, Term
from provfin.audit.network import Between, Bounds, Ceiling, Mixture, Product, Total
from provfin.audit.quantities import ADDITIVE, DIFFERENCE, Quantities

_FEW = 2


def link_sums(quantities: Quantities) -> None:
    """Add parts up to declared wholes, in every measure, period and further breakdown they are printed in."""
    for law in quantities.laws.sums:
        for whole, parts in _expand(quantities, law):
            if len(parts) == len(law.parts):
                quantities.link(law.rule, Total(tuple(part.sign for part in law.parts)), [whole, *parts])
                _link_between(quantities, whole, parts, law)
    for law in quantities.laws.share_outs:
        for whole, parts in _expand(quantities, law):
            if parts and whole.measure == LEVEL:
                quantities.link(law.rule, Ceiling(), [whole, *parts])
                _link_rests(quantities, law, whole, parts)
    _link_growths(quantities)


def _link_growths(quantities: Quantities) -> None:
    for law in quantities.laws.between:
        for whole in quantities.measured("yoy_growth"):
            if _fits(law, whole):
                parts = [_apply(part, whole, law.whole) for part in law.parts]
                link_growth_between(quantities, whole, parts, law.weights)


def _expand(quantities: Quantities, law: Sum) -> Iterator[tuple[Slot, list[Slot]]]:
    for whole in quantities.measured(*ADDITIVE):
        if _fits(law, whole) and not any(quantities.has(whole._replace(indicator=code)) for code in law.unless):
            parts = [_apply(part, whole, law.whole) for part in law.parts]
            yield whole, [part for part in parts if quantities.has(part)]


def _link_between(quantities: Quantities, whole: Slot, parts: Sequence[Slot], law: Sum) -> None:
    if whole.measure == LEVEL and all(part.sign > 0 for part in law.parts):
        link_growth_between(quantities, whole.measuring("yoy_growth"), [part.measuring("yoy_growth") for part in parts])


def link_growth_between(
    quantities: Quantities, whole: Slot, parts: Sequence[Slot], weights: tuple[Bounds, ...] = ()
) -> None:
    """Let growth of a whole lie between that of its parts, nearer where bounds of their weights are known."""
    if parts and quantities.has(whole) and all(quantities.has(part) for part in parts):
        quantities.link("growth-between-parts", Mixture(weights) if weights else Between(), [whole, *parts])


def _link_rests(quantities: Quantities, law: Sum, whole: Slot, parts: Sequence[Slot]) -> None:
    """Let the share of what is not named move only so far from the year before."""
    before = [slot.a_year_before() for slot in (whole, *parts)]
    if law.rest is None or len(parts) < _FEW or not all(quantities.has(slot) for slot in before):
        return
    now, then = _place_rest(quantities, law, whole, parts), _place_rest(quantities, law, before[0], before[1:])
    move = quantities.network.place(("move of the rest", whole, tuple(parts)), Bounds(-law.rest, law.rest))
    quantities.network.constrain("part-within-whole", DIFFERENCE, [move, now, then])


def _place_rest(quantities: Quantities, law: Sum, whole: Slot, parts: Sequence[Slot]) -> int:
    """Return the share of a whole that none of its named parts is."""
    names = tuple(parts)
    rest = quantities.network.place(("rest", whole, names))
    share = quantities.network.place(("share of the rest", whole, names), Bounds(Decimal(0), Decimal(1)))
    places = [quantities.place(whole), rest, *(quantities.place(part) for part in parts)]
    quantities.network.constrain(law.rule, Total((1,) * (len(parts) + 1)), places)
    quantities.network.constrain(law.rule, Product(), [rest, quantities.place(whole), share])
    return share


def link_wholes(quantities: Quantities) -> None:
    """Let no part exceed what it is a part of."""
    for slot in quantities.measured(LEVEL):
        for code in sorted(quantities.laws.broader.get(slot.indicator, ())):
            whole = slot._replace(indicator=code)
            if quantities.has(whole) and quantities.is_positive(slot) and quantities.is_positive(whole):
                quantities.link("part-within-whole", Ceiling(), [whole, slot])


def link_orders(quantities: Quantities) -> None:
    """Let what is known to be less be no more."""
    for less, more in quantities.laws.orders:
        for slot in quantities.measured(less.measure):
            higher = slot.naming(more.indicator, {**slot.codes, **more.codes}).measuring(more.measure)
            if less.indicator == slot.indicator and _has_codes(slot, less) and quantities.has(higher):
                quantities.link("order", Ceiling(), [higher, slot])


def _fits(law: Sum, slot: Slot) -> bool:
    """Tell whether a slot can be the whole of a law: it has the codes of the whole and none of those its parts have."""
    if law.whole.indicator != slot.indicator or not _has_codes(slot, law.whole):
        return False
    return not any(name in slot.codes and name not in law.whole.codes for part in law.parts for name in part.codes)


def _has_codes(slot: Slot, term: Term) -> bool:
    codes = slot.codes
    return all(codes.get(name) == code for name, code in term.codes.items())


def _apply(part: Term, whole: Slot, pattern: Term) -> Slot:
    """Return the slot of a part beside a whole: the whole's further breakdowns are the part's as well."""
    rest = {name: code for name, code in whole.members if name not in pattern.codes}
    return whole.naming(part.indicator, {**rest, **part.codes})
