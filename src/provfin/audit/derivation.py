"""Owns how a conflict is shown: the identities it comes down to, each solved for what nobody printed or is looked at.

A step says what the quantities before it leave one more of them, in the very intervals the audit narrows. Where the
identities do not follow from each other one by one, they are told unsolved. Refuses to choose a middle: a step is an
interval.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce

from provfin.audit.conflicts import Conflict
from provfin.audit.figures import Figure, Slot
from provfin.audit.network import Bounds, Constraint, Form, Network
from provfin.audit.wording import Wording

# Kinds of quantity that are no amounts: they stay as they are whatever unit amounts are told in.
_PURE = frozenset(("DimensionlessRatio", "Dimensionless"))
_RATIOS = frozenset(
    ("yoy_growth", "growth_change_pp", "diff_pp", "share", "share_change_pp", "rate", "rate_change_pp", "ratio",
     "multiple")
)  # fmt: skip
# Quantities nobody prints that are amounts of what they are made from.
_AMOUNTS = frozenset(("in yuan", "rest"))
# Where one of these stands, amounts of two currencies do.
_OF_TWO_CURRENCIES = frozenset(("in yuan", "exchange rate"))
_ONE = Decimal(1)


@dataclass(frozen=True)
class Quantity:
    """What an identity speaks of: its names, the figure that prints it if one does, and what it can be there.

    `bounds` are in the unit of the identity, or in per cent for a ratio; `is_amount` tells which.
    """

    place: int
    names: Mapping[str, str]
    bounds: Bounds
    figure: Figure | None
    is_amount: bool


@dataclass(frozen=True)
class Step:
    """An identity over quantities; `bounds` is what the others leave the one at `solved`, which is None if it is not.

    Amounts are in units of `factor`; `unit` is the figure that is printed in that unit, None where there are no amounts
    or those of two currencies.
    """

    form: Form
    quantities: tuple[Quantity, ...]
    factor: Decimal
    unit: Figure | None
    solved: int | None = None
    bounds: Bounds | None = None


def derive(
    network: Network, conflict: Conflict, target: int, figures: Mapping[Hashable, Figure], wording: Wording
) -> tuple[Step, ...]:
    """Return the identities of a conflict as the steps that lead to what they leave the target.

    Where one does not lead to the next, the rest is told unsolved, with what the audit makes of each quantity.
    """
    writer = _Writer(network, figures, wording)
    known = _list_given(network, conflict, target)
    waiting = [network.constraints[number] for number in conflict.constraints]
    steps = []
    while (chosen := _choose(waiting, known, target)) is not None:
        constraint, place = chosen
        waiting.remove(constraint)
        before = dict(known)
        known[place] = _solve(network, constraint, before, place)
        steps.append(writer.write(constraint, before, place, known[place]))
    narrowed = network.narrow(conflict.constraints, free=[target]).bounds
    return (*steps, *(writer.write(constraint, dict(enumerate(narrowed))) for constraint in waiting))


def _list_given(network: Network, conflict: Conflict, target: int) -> dict[int, Bounds]:
    """Return what is known before any identity: what is printed, and what is declared of what is no figure."""
    given = {place: network.printed[place] for place in conflict.figures if place != target}
    for number in conflict.constraints:
        for place in network.constraints[number].places:
            natural = network.natural[place]
            is_declared = not isinstance(network.names[place], Slot)
            if is_declared and not natural.is_open_below and not natural.is_open_above:
                given.setdefault(place, natural)
    return given


def _choose(waiting: Sequence[Constraint], known: Mapping[int, Bounds], target: int) -> tuple[Constraint, int] | None:
    """Return an identity with one unknown, and that; the one looked at comes last."""
    found = []
    for constraint in waiting:
        unknown = {place for place in constraint.places if place not in known}
        if len(unknown) == 1:
            found.append((constraint, unknown.pop()))
    return min(found, key=lambda item: item[1] == target, default=None)


def _solve(network: Network, constraint: Constraint, known: Mapping[int, Bounds], unknown: int) -> Bounds:
    """Return what an identity leaves its unknown, within what that can be at all unless it can be none of it."""
    natural = network.natural[unknown]
    bounds = [known.get(place, network.natural[place]) for place in constraint.places]
    offers = [left for position, left in constraint.form.narrow(bounds) if constraint.places[position] == unknown]
    if not offers:
        return natural
    left = reduce(Bounds.meet, offers)
    return left if natural.meet(left).is_empty else natural.meet(left)


class _Writer:
    """Tells quantities in the unit of the identity they stand in."""

    def __init__(self, network: Network, figures: Mapping[Hashable, Figure], wording: Wording) -> None:
        self._network = network
        self._figures = figures
        self._wording = wording

    def write(
        self, constraint: Constraint, known: Mapping[int, Bounds], solved: int | None = None, left: Bounds | None = None
    ) -> Step:
        unit = self._find_unit(constraint.places)
        factor = unit.factor if unit else _ONE
        bounds = {place: known.get(place, self._network.natural[place]) for place in constraint.places}
        if solved is not None and left is not None:
            bounds[solved] = left
        quantities = tuple(self._tell(place, bounds[place], factor) for place in constraint.places)
        position = None if solved is None else constraint.places.index(solved)
        left = None if position is None else quantities[position].bounds
        is_mixed = any(_is_called(self._network.names[place], _OF_TWO_CURRENCIES) for place in constraint.places)
        return Step(constraint.form, quantities, factor, None if is_mixed else unit, position, left)

    def _find_unit(self, places: Iterable[int]) -> Figure | None:
        printed = [figure for place in places if (figure := self._figures.get(self._network.names[place])) is not None]
        return min((item for item in printed if item.kind not in _PURE), key=lambda item: item.factor, default=None)

    def _tell(self, place: int, bounds: Bounds, factor: Decimal) -> Quantity:
        name = self._network.names[place]
        figure = self._figures.get(name)
        is_amount = _is_amount(name, figure)
        divided = Bounds(bounds.lower / factor, bounds.upper / factor) if is_amount else bounds
        names = {language: self._wording.name(name, language) for language in ("en", "zh")}
        return Quantity(place, names, divided, figure, is_amount)


def _is_amount(name: Hashable, figure: Figure | None) -> bool:
    if figure is not None:
        return figure.kind not in _PURE
    if isinstance(name, Slot):
        return name.measure not in _RATIOS
    return _is_called(name, _AMOUNTS)


def _is_called(name: Hashable, words: frozenset[str]) -> bool:
    """Tell whether a quantity that is no figure is of one of these kinds."""
    return isinstance(name, tuple) and not isinstance(name, Slot) and name[0] in words
