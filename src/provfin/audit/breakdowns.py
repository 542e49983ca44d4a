"""Owns identities between the codes of breakdowns that make up a whole, found in the tables that print them."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal

from provfin.audit.figures import LEVEL, Figure, Slot
from provfin.audit.laws import TOTAL, Breakdown
from provfin.audit.network import Bounds, Ceiling, Total
from provfin.audit.quantities import ADDITIVE, Quantities
from provfin.audit.wholes import link_growth_between
from provfin.vocabulary import load_vocabulary

_FEW = 2


def link_breakdowns(quantities: Quantities) -> None:
    """Add up the codes of exhaustive breakdowns, as far as one table prints the whole and all of them."""
    for law in quantities.laws.breakdowns:
        for members in _list_columns(quantities, law):
            _link_codes(quantities, members, law)


def _list_columns(quantities: Quantities, law: Breakdown) -> Iterator[dict[str, Figure]]:
    """Yield what differs only in the codes of a breakdown: by table, as far as each has all that its table has.

    What the vocabulary does not know may belong anywhere, and what was not read may be anything.
    """
    columns: dict[tuple[str, Slot], dict[str, Figure]] = defaultdict(dict)
    rows: dict[str, set[str]] = defaultdict(set)
    unknown = set()
    for figure in quantities.known:
        if figure.slot.measure in {*ADDITIVE, "share", "yoy_growth"}:
            codes = figure.slot.codes
            code = codes.pop(law.dimension, TOTAL)
            for table in [""] if law.parts else sorted(figure.tables):
                column = table, figure.slot.naming(figure.slot.indicator, codes)
                columns[column][code] = figure
                rows[table].add(code)
                if figure.is_candidate:
                    unknown.add(column)
    for column, members in columns.items():
        if column not in unknown and (law.parts or set(members) == rows[column[0]]):
            yield members


def _link_codes(quantities: Quantities, members: dict[str, Figure], law: Breakdown) -> None:
    figure, below = members.get(law.of), list(_list_below(members, law))
    printed = [item for item in below if item.bounds is not None]
    if figure is None or figure.bounds is None or len(printed) < _FEW:
        return
    slots = [figure.slot, *(item.slot for item in printed)]
    missing = [item for item in below if item.bounds is None]
    if figure.slot.measure == "yoy_growth":
        if not missing:
            link_growth_between(quantities, slots[0], slots[1:], _find_weights(quantities, slots, law))
    elif all(_is_nothing(quantities, item) for item in missing):
        quantities.link("parts-and-total", Total((1,) * len(printed)), slots)
    elif figure.slot.measure in {LEVEL, "share"}:
        quantities.link("part-within-whole", Ceiling(), slots)


def _is_nothing(quantities: Quantities, dash: Figure) -> bool:
    """Tell whether a dash stands for nothing: where things are counted, or where its whole row has no figure.

    Amounts of what does have figures are not told rather than nothing, and so is all that is printed as dots.
    """
    if any("…" in place.exact for place in dash.places):
        return False
    if dash.kind == "Count":
        return True
    row = (item for item in quantities.known if item.slot.members == dash.slot.members and item.tables & dash.tables)
    return all(item.bounds is None for item in row)


def _find_weights(quantities: Quantities, slots: Sequence[Slot], law: Breakdown) -> tuple[Bounds, ...]:
    """Return where the weights of parts in a whole lie, as far as their amounts tell; else nothing."""
    places = [quantities.network.find(slot.measuring(LEVEL)) for slot in slots]
    amounts = [quantities.network.printed[place] for place in places if place in quantities.network.printed]
    if law.weights is None or len(amounts) < len(slots) or not amounts[0].lower:
        return ()
    shares = [amount.middle / amounts[0].middle for amount in amounts[1:]]
    return tuple(Bounds(max(share - law.weights, Decimal(0)), share + law.weights) for share in shares)


def _list_below(members: dict[str, Figure], law: Breakdown) -> Iterator[Figure]:
    if law.parts:
        yield from (members[name] for name in law.parts if set(law.parts) <= set(members))
        return
    broader = load_vocabulary().dimensions[law.dimension].broader
    yield from (item for name, item in members.items() if name != law.of and broader.get(name, law.of) == law.of)
