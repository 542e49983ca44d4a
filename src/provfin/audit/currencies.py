"""Owns identities between currencies: both together are yuan and foreign currency at the rate of the day."""

from typing import TypeGuard

from provfin.audit.figures import LEVEL, a_year_before
from provfin.audit.network import Bounds, Product, Total
from provfin.audit.quantities import Quantities
from provfin.audit.times import before_month
from provfin.periods import Period


def link_currencies(quantities: Quantities) -> None:
    """Make both currencies together yuan and foreign currency at the rate of the day."""
    law = quantities.laws.currency
    for slot in [item for item in quantities.measured(LEVEL) if item.codes.get(law.dimension) == law.yuan]:
        rest = {name: code for name, code in slot.members if name != law.dimension}
        whole = slot.naming(slot.indicator, rest)
        if not quantities.has(whole):
            continue
        foreign = slot.naming(slot.indicator, {**rest, law.dimension: law.foreign})
        if slot.indicator in law.none:
            quantities.link("yuan-only", Total((1,)), [whole, slot])
            continue
        if foreign in quantities.bases and quantities.bases[foreign] == quantities.bases.get(whole):
            quantities.link("currency-scopes", Total((1, 1)), [whole, slot, foreign])
            continue
        if not quantities.is_positive(slot):
            continue
        converted = quantities.network.place(("in yuan", foreign))
        rate = quantities.network.place(("exchange rate", slot.period), law.rate)
        quantities.network.constrain("currency-scopes", Product(), [converted, quantities.place(foreign), rate])
        quantities.network.constrain(
            "currency-scopes", Total((1, 1)), [quantities.place(whole), quantities.place(slot), converted]
        )
    _link_increments_in_yuan(quantities)
    _link_rates(quantities)


def _link_rates(quantities: Quantities) -> None:
    """Let the rate of the day move only so far in a month, and in a year."""
    law = quantities.laws.currency
    for period in [name[1] for name in quantities.network.names if is_rate(name)]:
        for before, step in ((before_month(period), law.month), (a_year_before(period), law.year)):
            earlier = quantities.network.find(("exchange rate", before))
            if earlier is not None:
                move = quantities.network.place(("move of the rate", period, before), Bounds(1 - step, 1 + step))
                later = quantities.network.place(("exchange rate", period))
                quantities.network.constrain("currency-scopes", Product(), [later, earlier, move])


def _link_increments_in_yuan(quantities: Quantities) -> None:
    law = quantities.laws.currency
    for slot in quantities.measured("mom_change_abs", "change_since_year_start", "yoy_change_abs"):
        whole = slot.naming(slot.indicator, {n: c for n, c in slot.members if n != law.dimension})
        if slot.indicator in law.none and whole != slot and quantities.has(whole):
            quantities.link("yuan-only", Total((1,)), [whole, slot])


def is_rate(name: object) -> TypeGuard[tuple[str, Period]]:
    """Tell whether a quantity is the exchange rate of a day."""
    return isinstance(name, tuple) and name[0] == "exchange rate"
