"""Intervals and the constraints between them: what is narrowed stays true, what cannot be is found, and it ends."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provfin.audit.network import (
    AMOUNT,
    ANYTHING,
    FAR,
    Between,
    Bounds,
    Ceiling,
    Form,
    Mixture,
    Network,
    Product,
    Proportion,
    Total,
    divide,
    minimise,
)

GROWTH = Product(scale=Decimal(100), offset=Decimal(100))
SHARE = Product(scale=Decimal(100))

AMOUNTS = st.fractions(min_value=0, max_value=10**6, max_denominator=10**4)
SIGNED = st.fractions(min_value=-(10**6), max_value=10**6, max_denominator=10**4)
GROWTHS = st.fractions(min_value=-100, max_value=300, max_denominator=1000)
DECIMALS = st.integers(min_value=-2, max_value=4)


def bound(lower: str | int, upper: str | int) -> Bounds:
    return Bounds(Decimal(lower), Decimal(upper))


def exactly(number: str | int) -> Bounds:
    return bound(number, number)


def print_rounded(value: Fraction, decimals: int) -> Bounds:
    """Return what a true value can be after it was rounded to decimals, half up."""
    step = Decimal(1).scaleb(-decimals)
    printed = floor(value / Fraction(step) + Fraction(1, 2)) * step
    return Bounds(printed - step / 2, printed + step / 2)


def holds(bounds: Bounds, value: Fraction) -> bool:
    return Fraction(bounds.lower) <= value <= Fraction(bounds.upper)


def make_network(form: Form, printed: Sequence[Bounds | None], natural: Bounds = ANYTHING) -> Network:
    """Return a network of one constraint whose quantities are printed so, or not at all."""
    network = Network()
    places = [network.place(number, natural) for number in range(len(printed))]
    for place, bounds in zip(places, printed, strict=True):
        if bounds is not None:
            network.note_printed(place, bounds)
    network.constrain("parts-and-total", form, places)
    return network


# One form


@dataclass(frozen=True)
class Truth:
    """A form with values that meet it."""

    form: Form
    values: tuple[Fraction, ...]


@st.composite
def totals(draw: st.DrawFn) -> Truth:
    parts = draw(st.lists(SIGNED, min_size=1, max_size=6))
    signs = draw(st.lists(st.sampled_from((1, -1)), min_size=len(parts), max_size=len(parts)))
    total = sum((part * sign for part, sign in zip(parts, signs, strict=True)), Fraction(0))
    return Truth(Total(tuple(signs)), (total, *parts))


@st.composite
def ceilings(draw: st.DrawFn) -> Truth:
    parts = draw(st.lists(AMOUNTS, min_size=1, max_size=5))
    return Truth(Ceiling(), (sum(parts, Fraction(0)) + draw(AMOUNTS), *parts))


@st.composite
def products(draw: st.DrawFn) -> Truth:
    base, growth, share = draw(AMOUNTS), draw(GROWTHS), draw(AMOUNTS)
    return draw(
        st.sampled_from(
            (
                Truth(GROWTH, (base * (100 + growth) / 100, base, growth)),
                Truth(SHARE, (base * share / 100, base, share)),
                Truth(Product(), (base * share, base, share)),
            )
        )
    )


@st.composite
def proportions(draw: st.DrawFn) -> Truth:
    before, above = draw(st.fractions(min_value=0, max_value=100, max_denominator=1000)), draw(GROWTHS)
    below = draw(st.fractions(min_value=-99, max_value=300, max_denominator=1000))
    return Truth(Proportion(), (before, above, before * (100 + above) / (100 + below), below))


@st.composite
def mixtures(draw: st.DrawFn) -> Truth:
    parts = draw(st.lists(GROWTHS, min_size=2, max_size=4))
    heavy = draw(st.lists(st.integers(min_value=1, max_value=99), min_size=len(parts), max_size=len(parts)))
    weights = [Fraction(weight, sum(heavy)) for weight in heavy]
    mean = sum((part * weight for part, weight in zip(parts, weights, strict=True)), Fraction(0))
    known = tuple(print_rounded(weight, draw(st.integers(min_value=0, max_value=3))) for weight in weights)
    return Truth(Mixture(known) if draw(st.booleans()) else Between(), (mean, *parts))


TRUTHS = st.one_of(totals(), ceilings(), products(), proportions(), mixtures())


@given(TRUTHS, st.data())
def test_what_is_true_and_printed_rounded_is_never_ruled_out(truth: Truth, data: st.DataObject) -> None:
    printed = [
        print_rounded(value, data.draw(DECIMALS)) if data.draw(st.booleans()) else None for value in truth.values
    ]
    narrowed = make_network(truth.form, printed).narrow([0])
    assert narrowed.failed is None
    assert all(holds(bounds, value) for bounds, value in zip(narrowed.bounds, truth.values, strict=True))


@given(TRUTHS, st.data())
def test_narrowing_only_narrows(truth: Truth, data: st.DataObject) -> None:
    network = make_network(truth.form, [print_rounded(value, data.draw(DECIMALS)) for value in truth.values])
    for before, after in zip(network.start(), network.narrow([0]).bounds, strict=True):
        assert before.lower <= after.lower <= after.upper <= before.upper


@given(st.one_of(totals(), products()), st.integers(min_value=2, max_value=1000), st.booleans())
def test_a_result_moved_beyond_what_rounding_allows_is_a_conflict(truth: Truth, far: int, up: bool) -> None:
    printed = [print_rounded(value, 4) for value in truth.values]
    others = make_network(truth.form, [None, *printed[1:]]).narrow([0]).bounds[0]
    step = (others.upper - others.lower) + far * Decimal("0.0001")
    moved = others.upper + step if up else others.lower - step
    network = make_network(truth.form, [Bounds(moved, moved + Decimal("0.0001")), *printed[1:]])
    assert network.narrow([0]).failed == 0


NARROWED: dict[str, tuple[Form, list[Bounds | None], int, Bounds]] = {
    "a total": (Total((1, 1)), [None, bound(1, 2), bound(3, 4)], 0, bound(4, 6)),
    "a part": (Total((1, 1)), [bound(9, 10), bound(1, 2), None], 2, bound(7, 9)),
    "what is taken away": (Total((1, -1)), [bound(1, 2), bound(9, 10), None], 2, bound(7, 9)),
    "a ceiling": (Ceiling(), [None, bound(1, 2), bound(3, 4)], 0, Bounds(Decimal(4), FAR)),
    "what is below a ceiling": (Ceiling(), [bound(9, 10), bound(1, 2), None], 2, bound(0, 9)),
    "growth": (GROWTH, [exactly(110), exactly(100), None], 2, exactly(10)),
    "the level before": (GROWTH, [exactly(110), None, exactly(10)], 1, exactly(100)),
    "a share": (SHARE, [bound(10, 20), exactly(40), None], 2, bound(25, 50)),
    "a share before": (Proportion(), [None, exactly(10), exactly(50), exactly(32)], 0, exactly(60)),
    "growth below a share": (Proportion(), [exactly(60), exactly(10), exactly(50), None], 3, exactly(32)),
    "a mean": (Between(), [None, bound(1, 2), bound(5, 6)], 0, bound(1, 6)),
    "a mean by weights": (
        Mixture((bound("0.5", "0.7"), bound("0.3", "0.5"))), [None, exactly(10), exactly(20)], 0, bound(13, 15),
    ),
    "weights that leave nothing free": (
        Mixture((exactly("0.5"), exactly("0.5"))), [None, bound(0, 10), bound(20, 30)], 0, bound(10, 20),
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", NARROWED)
def test_the_others_leave(what: str) -> None:
    form, printed, place, left = NARROWED[what]
    assert make_network(form, printed, AMOUNT).narrow([0]).bounds[place] == left


@pytest.mark.parametrize(
    ("form", "printed"),
    [
        (Total((1, 1)), [exactly(3), exactly(1), exactly(1)]),
        (Ceiling(), [bound(1, 2), exactly(1), bound("1.1", 2)]),
        (GROWTH, [exactly(110), exactly(100), bound("10.1", 11)]),
        (GROWTH, [exactly(5), exactly(100), bound(-200, -101)]),
        (Product(), [exactly(1), exactly(0), exactly(5)]),
        (Proportion(), [exactly(50), exactly(10), exactly(60), exactly(10)]),
        (Between(), [bound(7, 8), bound(1, 2), bound(5, 6)]),
        (Mixture((bound("0.5", "0.7"), bound("0.3", "0.5"))), [exactly(16), exactly(10), exactly(20)]),
    ],
)
def test_what_cannot_be_is_a_conflict(form: Form, printed: list[Bounds]) -> None:
    assert make_network(form, printed).narrow([0]).failed == 0


@pytest.mark.parametrize("weights", [(bound(0, "0.2"), bound(0, "0.2")), (bound("0.6", 1), bound("0.6", 1))])
def test_weights_that_cannot_add_up_to_one_say_nothing(weights: tuple[Bounds, ...]) -> None:
    assert make_network(Mixture(weights), [exactly(99), exactly(1), exactly(2)]).narrow([0]).failed is None


# Rounding


def test_a_third_is_rounded_outward() -> None:
    third = divide(exactly(1), exactly(3))
    assert Fraction(third.lower) < Fraction(1, 3) < Fraction(third.upper)
    assert third.upper - third.lower < Decimal("1e-20")


def test_thirds_that_add_up_are_no_conflict() -> None:
    network = Network()
    whole, three = network.place("whole"), network.place("three", exactly(3))
    thirds = [network.place(number) for number in range(3)]
    network.note_printed(whole, exactly(1))
    for third in thirds:
        network.constrain("share-of-total", Product(), [whole, third, three])
    network.constrain("parts-and-total", Total((1, 1, 1)), [whole, *thirds])
    assert network.narrow(range(4)).failed is None


@pytest.mark.parametrize(
    ("left", "right", "quotient"),
    [
        (bound(1, 2), bound(0, 1), Bounds(Decimal(1), FAR)),
        (bound(1, 2), exactly(0), Bounds(Decimal(0), FAR)),
        (exactly(0), exactly(0), Bounds(Decimal(0), FAR)),
        (bound(0, 1), bound(1, 2), bound(0, 1)),
        (AMOUNT, AMOUNT, AMOUNT),
    ],
)
def test_dividing_by_nought_says_little_and_raises_nothing(left: Bounds, right: Bounds, quotient: Bounds) -> None:
    assert divide(left, right) == quotient


# Networks

MONTHS = st.lists(st.tuples(SIGNED, AMOUNTS), min_size=2, max_size=6)


@given(st.fractions(min_value=10**6, max_value=10**7, max_denominator=100), MONTHS, st.data())
def test_a_chain_of_balances_with_parts_and_growth_agrees_with_itself(
    first: Fraction, months: list[tuple[Fraction, Fraction]], data: st.DataObject
) -> None:
    network, truth = Network(), {}

    def tell(name: str, value: Fraction, natural: Bounds = ANYTHING) -> int:
        place = network.place(name, natural)
        truth[place] = value
        if data.draw(st.booleans()):
            network.note_printed(place, print_rounded(value, data.draw(DECIMALS)))
        return place

    balance, before = first, tell("0", first)
    for number, (increment, part) in enumerate(months, start=1):
        growth = increment * 100 / balance if balance > 0 else Fraction(0)
        balance += increment
        after = tell(f"{number}", balance)
        network.constrain("balance-and-increment", Total((1, 1)), [after, before, tell(f"+{number}", increment)])
        network.constrain(
            "parts-and-total", Total((1, 1)), [after, tell(f"p{number}", part), tell(f"q{number}", balance - part)]
        )
        if balance > increment > -balance:
            network.constrain("growth-against-levels", GROWTH, [after, before, tell(f"%{number}", growth)])
        before = after
    narrowed = network.narrow(range(len(network.constraints)))
    assert narrowed.failed is None
    assert all(holds(narrowed.bounds[place], value) for place, value in truth.items())


@dataclass(frozen=True)
class Counted:
    """A form that tells how often it was asked, and refuses to be asked for ever."""

    form: Form
    asked: list[int]

    def narrow(self, bounds: Sequence[Bounds]) -> Iterator[tuple[int, Bounds]]:
        self.asked.append(1)
        assert len(self.asked) < 5000, "narrowing does not end"
        return self.form.narrow(bounds)


@pytest.mark.parametrize("factor", ["0", "0.5", "0.999", "1", "1.001", "2"])
@pytest.mark.parametrize("printed", [None, bound(90, 110)])
def test_narrowing_ends_on_a_cycle(factor: str, printed: Bounds | None) -> None:
    network, asked = Network(), list[int]()
    left, right = network.place("left"), network.place("right")
    times = network.place("times", exactly(factor))
    if printed is not None:
        network.note_printed(left, printed)
    network.constrain("parts-and-total", Counted(Total((1,)), asked), [left, right])
    network.constrain("share-of-total", Counted(Product(), asked), [left, right, times])
    failed = network.narrow([0, 1]).failed
    assert failed is None or (printed is not None and factor != "1")


def test_what_is_beyond_its_nature_is_told_apart_and_takes_part_in_nothing() -> None:
    network = Network()
    network.note_printed(network.place("amount"), bound(-6, -5))
    assert (network.beyond, network.printed) == ({"amount": AMOUNT}, {})


def test_what_is_forgotten_or_given_is_looked_at_anew() -> None:
    network = make_network(Total((1, 1)), [exactly(5), exactly(1), exactly(1)])
    assert network.narrow([0]).failed == 0
    assert network.narrow([0], free=[1]).bounds[1] == exactly(4)
    assert network.narrow([0], given={1: exactly(4)}).failed is None


def test_causes_are_those_that_led_to_the_conflict() -> None:
    network = Network()
    places = [network.place(number) for number in range(5)]
    for place, number in zip(places, (1, None, None, 2, 7), strict=True):
        if number is not None:
            network.note_printed(place, exactly(number))
    for pair in ((1, 0), (2, 1), (3, 2), (4, 4)):
        network.constrain("parts-and-total", Total((1,)), [places[place] for place in pair])
    narrowed = network.narrow(range(4))
    assert narrowed.failed in {0, 1, 2}
    assert narrowed.causes == {0, 1, 2}
    assert [list(component) for component in network.components()] == [[0, 1, 2], [3]]


@given(st.sets(st.integers(min_value=0, max_value=9), min_size=1), st.sets(st.integers(min_value=0, max_value=9)))
def test_what_is_minimised_is_a_conflict_of_which_nothing_can_be_left_out(first: set[int], second: set[int]) -> None:
    def is_conflict(numbers: Sequence[int]) -> bool:
        return first <= set(numbers) or (bool(second) and second <= set(numbers))

    kept = minimise(range(10), is_conflict)
    assert is_conflict(kept)
    assert not any(is_conflict([other for other in kept if other != number]) for number in kept)
