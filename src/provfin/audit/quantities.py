"""Owns the quantities of a report: one for every figure, and those that figures presuppose.

Refuses candidates and figures compared with another base: what they are of is not surely known.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from provfin.audit.figures import LEVEL, Figure, Slot
from provfin.audit.laws import Laws
from provfin.audit.network import AMOUNT, ANYTHING, Bounds, Form, Network, Total
from provfin.vocabulary import load_vocabulary

# Measures in which parts add up as their wholes do.
ADDITIVE = (LEVEL, "mom_change_abs", "yoy_change_abs", "change_since_year_start")
DIFFERENCE = Total((1, -1))
HUNDRED = Decimal(100)
# What cannot fall by more than all of it.
_GROWTHS = Bounds(-HUNDRED, ANYTHING.upper)


class Quantities:
    """The quantities of a report under the slots of its figures, in a network that constraints are added to."""

    def __init__(self, figures: Sequence[Figure], laws: Laws) -> None:
        converted = {item.slot.measuring("") for item in figures if item.is_converted}
        self.known = [item for item in figures if not item.is_compared and item.slot.measuring("") not in converted]
        self.figures = [item for item in self.known if not item.is_candidate]
        self.comparisons = [item for item in figures if item.compared and not item.is_candidate]
        self.laws = laws
        # Shares that are parts of a whole by definition, by indicator, with what the whole is.
        self.divided = {
            item.slot.indicator: law.whole
            for law in laws.breakdowns
            for item in self.figures
            if law.whole is not None and item.slot.measure == "share" and law.dimension in item.slot.codes
        }
        # What tables print, and the same a year before: where one figure follows another in a row.
        tabled = [item.slot for item in self.figures if item.tables]
        self.tabled = {*tabled, *(slot.a_year_before() for slot in tabled)}
        self.bases = {item.slot: item.base for item in self.figures}
        self.network = Network()
        self.slots: list[Slot] = []
        self.stocks = {code for code, item in load_vocabulary().indicators.items() if item.is_stock}

    def place_figures(self) -> None:
        """Make a quantity of every figure."""
        for figure in self.figures:
            if figure.bounds is not None:
                self.network.note_printed(self.place(figure.slot), figure.bounds)

    def place(self, slot: Slot) -> int:
        """Return the place of a slot, made if it is new."""
        known = self.network.find(slot)
        if known is not None:
            return known
        self.slots.append(slot)
        return self.network.place(slot, self._find_natural(slot))

    def _find_natural(self, slot: Slot) -> Bounds:
        if slot.measure == LEVEL:
            return ANYTHING if slot.indicator in self.laws.signed else AMOUNT
        if slot.measure == "yoy_growth":
            return ANYTHING if slot.indicator in self.laws.signed else _GROWTHS
        if slot.measure == "share" and slot.indicator in self.divided:
            whole = self.divided[slot.indicator]
            broken_down = {law.dimension for law in self.laws.breakdowns}
            is_whole = not any(name in broken_down for name, _ in slot.members)
            return Bounds(whole if is_whole else Decimal(0), whole)
        return AMOUNT if slot.measure in {"multiple", "ratio"} else ANYTHING

    def has(self, slot: Slot) -> bool:
        """Tell whether a slot has a quantity."""
        return self.network.find(slot) is not None

    def measured(self, *measures: str) -> list[Slot]:
        """Return the slots of some measures there are by now, in the order they were made."""
        return [slot for slot in self.slots if slot.measure in measures]

    def is_positive(self, slot: Slot) -> bool:
        """Tell whether the level of a slot cannot be negative."""
        return slot.indicator not in self.laws.signed

    def is_flow(self, slot: Slot) -> bool:
        """Tell whether a slot is of what adds up in time and cannot be negative."""
        return slot.indicator not in self.stocks and self.is_positive(slot)

    def link(self, rule: str, form: Form, slots: Iterable[Slot]) -> None:
        """Constrain the quantities of slots."""
        self.network.constrain(rule, form, [self.place(slot) for slot in slots])
