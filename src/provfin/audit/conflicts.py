"""Owns finding what cannot be true together, what it comes down to, and which figure is likely wrong.

A conflict is a smallest set of constraints that cannot be met. A figure is the likely culprit when all else agrees once
it is forgotten, and when that mends more conflicts than forgetting any other. Refuses to guess between equals.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from provfin.audit.network import ANYTHING, Bounds, Network, minimise

# From what is printed side by side to what is derived by several steps; the last is the one given up in a conflict.
_RANKS = (
    "parts-and-total", "difference", "balance-and-increment", "yuan-only", "currency-scopes", "part-within-whole",
    "order", "year-to-date", "share-of-total", "growth-against-levels", "change-of-rate", "comparison", "share-change",
    "growth-between-parts",
)  # fmt: skip


@dataclass
class Conflict:
    """Constraints that cannot be met together; `main` is the one that is given up to look at the rest.

    `figures` are the printed quantities that take part. `suspects` are those with which forgotten all else agrees, each
    with what the others then leave it; `culprit` is the likeliest of them, or None.
    """

    main: int
    constraints: tuple[int, ...]
    figures: tuple[int, ...]
    suspects: dict[int, Bounds] = field(default_factory=dict)
    culprit: int | None = None


def find_conflicts(network: Network) -> list[Conflict]:
    """Return the conflicts of a network, in the order of their main constraints."""
    conflicts: list[Conflict] = []
    for component in network.components():
        found = list(_find_in(network, component))
        given_up = {conflict.main for conflict in found}
        for conflict in found:
            rest = [number for number in component if number not in given_up or number == conflict.main]
            conflict.suspects = _find_suspects(network, conflict, rest)
        _name_culprits(found)
        conflicts.extend(found)
    return sorted(conflicts, key=lambda conflict: conflict.main)


def has_conflict(network: Network) -> bool:
    """Tell whether not all of a network can be met."""
    return any(network.narrow(component).failed is not None for component in network.components())


def _find_in(network: Network, component: Sequence[int]) -> Iterator[Conflict]:
    active = list(component)
    for number in component:
        if network.narrow([number]).failed is not None:
            active.remove(number)
            yield _make_conflict(network, [number])
    while (narrowed := network.narrow(active)).failed is not None:
        # What is derived by most steps is left out first, so that the simplest explanation is what stays.
        causes = sorted(narrowed.causes, key=lambda number: (-_rank(network, number), -number))
        if not _is_conflict(network, causes):
            causes = active
        conflict = _make_conflict(network, minimise(causes, lambda numbers: _is_conflict(network, numbers)))
        active.remove(conflict.main)
        yield conflict


def _is_conflict(network: Network, numbers: Sequence[int]) -> bool:
    return network.narrow(sorted(numbers)).failed is not None


def _rank(network: Network, number: int) -> int:
    return _RANKS.index(network.constraints[number].rule)


def _make_conflict(network: Network, numbers: Iterable[int]) -> Conflict:
    ordered = tuple(sorted(numbers))
    main = max(ordered, key=lambda number: (_rank(network, number), number))
    first = [main, *(number for number in ordered if number != main)]
    places = dict.fromkeys(place for number in first for place in network.constraints[number].places)
    return Conflict(main, ordered, tuple(place for place in places if place in network.printed))


def _find_suspects(network: Network, conflict: Conflict, active: Sequence[int]) -> dict[int, Bounds]:
    suspects = {}
    for place in conflict.figures:
        narrowed = network.narrow(active, free=[place])
        if narrowed.failed is None:
            suspects[place] = narrowed.bounds[place]
    return suspects


def _name_culprits(conflicts: Sequence[Conflict]) -> None:
    counts = Counter(place for conflict in conflicts for place in conflict.suspects)
    for conflict in conflicts:
        ranked = sorted(conflict.suspects, key=lambda place: -counts[place])
        alone = len(ranked) == 1 or (len(ranked) > 1 and counts[ranked[0]] > counts[ranked[1]])
        conflict.culprit = ranked[0] if alone else None


def find_implied(network: Network, conflict: Conflict, place: int) -> Bounds:
    """Return what the other figures of a conflict leave one of them, as far as they say anything."""
    narrowed = network.narrow(conflict.constraints, free=[place])
    return narrowed.bounds[place] if narrowed.failed is None else ANYTHING
