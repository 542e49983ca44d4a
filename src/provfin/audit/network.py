"""Owns the arithmetic of the audit: quantities in intervals, constraints between them, and whether all can be met.

A printed figure bounds its quantity; quantities nobody printed (last year's balance, the exchange rate) are bounded
by nature alone. Bounds are narrowed by every constraint until nothing changes or one cannot be met. All rounding is
outward, so what is found impossible is impossible. Refuses floats.
"""

from collections import Counter, deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from typing import NamedTuple, Protocol

_DOWN = Context(prec=24, rounding=ROUND_FLOOR)
_UP = Context(prec=24, rounding=ROUND_CEILING)
_ZERO = Decimal(0)
# Beyond any amount a report can print, in yuan or else.
FAR = Decimal("1e30")
# Bounds beyond this say nothing: they come from FAR.
_NOWHERE = Decimal("1e25")
# Bounds that shrink by less than this share of their width are left, so that narrowing ends.
_WORTHWHILE = Decimal("1e-6")
# A constraint has its say this often at most, so that narrowing ends on every cycle; to stop early only finds less.
_TURNS = 200


class Bounds(NamedTuple):
    """All numbers from `lower` to `upper`, both included."""

    lower: Decimal
    upper: Decimal

    @property
    def is_empty(self) -> bool:
        """Whether no number lies in it."""
        return self.lower > self.upper

    @property
    def is_open_below(self) -> bool:
        """Whether the lower bound says nothing."""
        return self.lower < -_NOWHERE

    @property
    def is_open_above(self) -> bool:
        """Whether the upper bound says nothing."""
        return self.upper > _NOWHERE

    @property
    def middle(self) -> Decimal:
        """The number in the middle."""
        return (self.lower + self.upper) / 2

    @property
    def half_width(self) -> Decimal:
        """How far it reaches either way from the middle."""
        return (self.upper - self.lower) / 2

    def meet(self, other: "Bounds") -> "Bounds":
        """Return what lies in both."""
        return Bounds(max(self.lower, other.lower), min(self.upper, other.upper))


ANYTHING = Bounds(-FAR, FAR)
AMOUNT = Bounds(_ZERO, FAR)


def add(left: Bounds, right: Bounds) -> Bounds:
    """Return the sums of a number of each."""
    return Bounds(_DOWN.add(left.lower, right.lower), _UP.add(left.upper, right.upper))


def subtract(left: Bounds, right: Bounds) -> Bounds:
    """Return the differences of a number of each."""
    return Bounds(_DOWN.subtract(left.lower, right.upper), _UP.subtract(left.upper, right.lower))


def multiply(left: Bounds, right: Bounds) -> Bounds:
    """Return the products of a number of each, neither of them negative."""
    return Bounds(_DOWN.multiply(left.lower, right.lower), _UP.multiply(left.upper, right.upper))


def divide(left: Bounds, right: Bounds) -> Bounds:
    """Return the quotients of a number of each, neither of them negative; by zero goes far."""
    lower = _DOWN.divide(left.lower, right.upper) if right.upper else _ZERO
    upper = min(_UP.divide(left.upper, right.lower), FAR) if right.lower else FAR
    return Bounds(lower, upper)


class Form(Protocol):
    """How the quantities of a constraint hang together."""

    def narrow(self, bounds: Sequence[Bounds]) -> Iterator[tuple[int, Bounds]]:
        """Yield for places of the constraint what the others leave them."""


@dataclass(frozen=True)
class Total:
    """The first quantity is the sum of the others, those with a negative sign taken away."""

    signs: tuple[int, ...]

    def narrow(self, bounds: Sequence[Bounds]) -> Iterator[tuple[int, Bounds]]:
        """Yield what the others leave each quantity."""
        yield 0, self._sum(bounds, 0)
        for place, sign in enumerate(self.signs, start=1):
            rest = self._sum(bounds, place)
            yield place, subtract(bounds[0], rest) if sign > 0 else subtract(rest, bounds[0])

    def _sum(self, bounds: Sequence[Bounds], left_out: int) -> Bounds:
        total = Bounds(_ZERO, _ZERO)
        for place, sign in enumerate(self.signs, start=1):
            if place != left_out:
                total = add(total, bounds[place]) if sign > 0 else subtract(total, bounds[place])
        return total


@dataclass(frozen=True)
class Ceiling:
    """The first quantity is at least the sum of the others, none of which is negative."""

    def narrow(self, bounds: Sequence[Bounds]) -> Iterator[tuple[int, Bounds]]:
        """Yield what the others leave each quantity."""
        lowest = _ZERO
        for part in bounds[1:]:
            lowest = _DOWN.add(lowest, part.lower)
        yield 0, Bounds(lowest, FAR)
        for place, part in enumerate(bounds[1:], start=1):
            yield place, Bounds(-FAR, _UP.subtract(bounds[0].upper, _DOWN.subtract(lowest, part.lower)))


@dataclass(frozen=True)
class Product:
    """`scale` times the first quantity is the second times the third, to which `offset` is added first.

    None of the first, the second and the third with its offset is negative. With 100 and 100 it is growth in per cent:
    level, level a year before, growth.
    """

    scale: Decimal = Decimal(1)
    offset: Decimal = _ZERO

    def narrow(self, bounds: Sequence[Bounds]) -> Iterator[tuple[int, Bounds]]:
        """Yield what the others leave each quantity."""
        scale, offset = Bounds(self.scale, self.scale), Bounds(self.offset, self.offset)
        first, second = (_cut_below_zero(item) for item in bounds[:2])
        third = _cut_below_zero(add(bounds[2], offset))
        if first.is_empty or second.is_empty or third.is_empty:
            yield 0, Bounds(FAR, -FAR)
            return
        whole = multiply(first, scale)
        yield 0, divide(multiply(second, third), scale)
        yield 1, divide(whole, third)
        yield 2, subtract(divide(whole, second), offset)


@dataclass(frozen=True)
class Proportion:
    """The first times the second is the third times the fourth, 100 added to second and fourth; none is negative.

    A share a year before, growth of its numerator, the share today, growth of its denominator.
    """

    def narrow(self, bounds: Sequence[Bounds]) -> Iterator[tuple[int, Bounds]]:
        """Yield what the others leave each quantity."""
        hundred = Bounds(Decimal(100), Decimal(100))
        first, third = _cut_below_zero(bounds[0]), _cut_below_zero(bounds[2])
        second, fourth = (_cut_below_zero(add(bounds[place], hundred)) for place in (1, 3))
        if any(item.is_empty for item in (first, second, third, fourth)):
            yield 0, Bounds(FAR, -FAR)
            return
        yield 0, divide(multiply(third, fourth), second)
        yield 1, subtract(divide(multiply(third, fourth), first), hundred)
        yield 2, divide(multiply(first, second), fourth)
        yield 3, subtract(divide(multiply(first, second), third), hundred)


def _cut_below_zero(bounds: Bounds) -> Bounds:
    return Bounds(max(bounds.lower, _ZERO), bounds.upper)


@dataclass(frozen=True)
class Between:
    """The first quantity lies between the least and the greatest of the others."""

    def narrow(self, bounds: Sequence[Bounds]) -> Iterator[tuple[int, Bounds]]:
        """Yield what the others leave the first."""
        yield 0, Bounds(min(part.lower for part in bounds[1:]), max(part.upper for part in bounds[1:]))


@dataclass(frozen=True)
class Mixture:
    """The first quantity is the mean of the others by weights that lie within bounds and add up to one."""

    weights: tuple[Bounds, ...]

    def narrow(self, bounds: Sequence[Bounds]) -> Iterator[tuple[int, Bounds]]:
        """Yield what the others leave the first."""
        parts = bounds[1:]
        lowest = self._mix([part.lower for part in parts])
        highest = self._mix([-part.upper for part in parts])
        if lowest is not None and highest is not None:
            yield 0, Bounds(lowest, -highest)

    def _mix(self, values: Sequence[Decimal]) -> Decimal | None:
        """Return the least mean of values: what weight is free goes to the least of them first."""
        free = 1 - sum(weight.lower for weight in self.weights)
        if free < 0 or sum(weight.upper for weight in self.weights) < 1:
            return None
        mean = sum((value * weight.lower for value, weight in zip(values, self.weights, strict=True)), _ZERO)
        for value, weight in sorted(zip(values, self.weights, strict=True)):
            given = min(free, weight.upper - weight.lower)
            mean, free = mean + value * given, free - given
        return mean


@dataclass(frozen=True)
class Constraint:
    """A form over quantities, by the rule of the audit it follows from; `places` index into the network."""

    rule: str
    form: Form
    places: tuple[int, ...]


@dataclass
class Network:
    """Quantities under their names with their bounds, and the constraints between them.

    `natural` is what a quantity can be before anyone has printed it, `printed` what the report says of it.
    """

    names: list[Hashable] = field(default_factory=list)
    natural: list[Bounds] = field(default_factory=list)
    printed: dict[int, Bounds] = field(default_factory=dict)
    constraints: list[Constraint] = field(default_factory=list)
    # What is printed of a quantity against its nature, by name, with its nature; it takes part in nothing else.
    beyond: dict[Hashable, Bounds] = field(default_factory=dict)
    # What is known of each quantity before any constraint: its nature, and what is printed of it.
    _known: list[Bounds] = field(default_factory=list)
    _places: dict[Hashable, int] = field(default_factory=dict)
    _by_place: list[list[int]] = field(default_factory=list)

    def find(self, name: Hashable) -> int | None:
        """Return the place of a quantity, or None."""
        return self._places.get(name)

    def place(self, name: Hashable, natural: Bounds = AMOUNT) -> int:
        """Return the place of a quantity, which is made if it is new."""
        if name not in self._places:
            self._places[name] = len(self.names)
            self.names.append(name)
            self.natural.append(natural)
            self._known.append(natural)
            self._by_place.append([])
        return self._places[name]

    def note_printed(self, place: int, bounds: Bounds) -> None:
        """Note what the report says of a quantity."""
        met = self.natural[place].meet(bounds)
        if met.is_empty:
            self.beyond[self.names[place]] = self.natural[place]
        else:
            self.printed[place] = bounds
            self._known[place] = met

    def constrain(self, rule: str, form: Form, places: Iterable[int]) -> None:
        """Add a constraint."""
        constraint = Constraint(rule, form, tuple(places))
        for place in constraint.places:
            self._by_place[place].append(len(self.constraints))
        self.constraints.append(constraint)

    def neighbours(self, place: int) -> Sequence[int]:
        """Return the constraints a quantity takes part in, by number."""
        return self._by_place[place]

    def start(self, free: Iterable[int] = ()) -> list[Bounds]:
        """Return the bounds of all quantities before any constraint; what is printed of those `free` is forgotten."""
        bounds = self._known.copy()
        for place in free:
            bounds[place] = self.natural[place]
        return bounds

    def narrow(
        self,
        active: Iterable[int],
        free: Iterable[int] = (),
        given: Mapping[int, Bounds] | None = None,
    ) -> "Narrowed":
        """Narrow the bounds by the constraints with these numbers until nothing changes or one cannot be met."""
        bounds = self.start(free)
        for place, known in (given or {}).items():
            bounds[place] = known
        return _narrow(self, bounds, list(active))

    def components(self) -> Iterator[list[int]]:
        """Yield the numbers of the constraints that hang together, in order."""
        seen: set[int] = set()
        for first in range(len(self.constraints)):
            if first not in seen:
                component = self._gather(first)
                seen.update(component)
                yield sorted(component)

    def _gather(self, first: int) -> set[int]:
        found, waiting = {first}, [first]
        while waiting:
            for place in self.constraints[waiting.pop()].places:
                for number in self._by_place[place]:
                    if number not in found:
                        found.add(number)
                        waiting.append(number)
        return found


@dataclass(frozen=True)
class Narrowed:
    """What is left of the bounds; `failed` is the constraint that cannot be met, and `causes` those that led to it."""

    bounds: list[Bounds]
    failed: int | None = None
    causes: frozenset[int] = frozenset()


def _narrow(network: Network, bounds: list[Bounds], active: list[int]) -> Narrowed:
    allowed, waiting, queued = set(active), deque(active), set(active)
    reasons: dict[int, set[int]] = {}
    turns: Counter[int] = Counter()
    while waiting:
        number = waiting.popleft()
        queued.discard(number)
        turns[number] += 1
        constraint = network.constraints[number]
        for position, offered in constraint.form.narrow([bounds[place] for place in constraint.places]):
            place = constraint.places[position]
            met = bounds[place].meet(offered)
            if met.is_empty:
                return Narrowed(bounds, number, _trace(network, constraint.places, reasons, number))
            if _is_worthwhile(bounds[place], met):
                bounds[place] = met
                reasons.setdefault(place, set()).add(number)
                affected = (n for n in network.neighbours(place) if n in allowed and n != number and n not in queued)
                fresh = [n for n in affected if turns[n] < _TURNS]
                waiting.extend(fresh)
                queued.update(fresh)
    return Narrowed(bounds)


def _is_worthwhile(old: Bounds, new: Bounds) -> bool:
    below, above = new.lower - old.lower, old.upper - new.upper
    if below + above > (old.upper - old.lower) * _WORTHWHILE:
        return True
    # Of what is open on one side the other still counts.
    return below > abs(new.lower) * _WORTHWHILE or above > abs(new.upper) * _WORTHWHILE


def _trace(network: Network, places: Iterable[int], reasons: Mapping[int, set[int]], failed: int) -> frozenset[int]:
    """Return all constraints that had a hand in the bounds of these places, the failed one among them."""
    found, waiting = {failed}, list(places)
    seen = set(waiting)
    while waiting:
        for number in reasons.get(waiting.pop(), ()):
            found.add(number)
            fresh = [place for place in network.constraints[number].places if place not in seen]
            seen.update(fresh)
            waiting.extend(fresh)
    return frozenset(found)


def minimise(causes: Sequence[int], is_conflict: Callable[[Sequence[int]], bool]) -> list[int]:
    """Return a smallest part of a conflict that is still one: none of it can be left out."""
    kept = list(causes)
    for number in causes:
        rest = [other for other in kept if other != number]
        if is_conflict(rest):
            kept = rest
    return kept
