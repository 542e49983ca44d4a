"""Conflicts between figures: all are found, nothing in them can be left out, a culprit is named if one stands out."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditing import VOCABULARY, audit_lines, find_rules, misprint
from provfin.audit.conflicts import _RANKS, Conflict, find_conflicts, find_implied, has_conflict
from provfin.audit.network import ANYTHING, Bounds, Ceiling, Network, Product, Total

GROWTH = Product(scale=Decimal(100), offset=Decimal(100))
HALF = Decimal("0.05")


def put(network: Network, name: str, number: str | Decimal | None = None) -> int:
    """Place a quantity, printed with one decimal if it is printed."""
    place = network.place(name, ANYTHING)
    if number is not None:
        network.note_printed(place, Bounds(Decimal(number) - HALF, Decimal(number) + HALF))
    return place


def make_chain(balances: list[str], increments: list[str]) -> Network:
    """Return the network of balances b0, b1… with the increments i1… between them."""
    network = Network()
    places = [put(network, f"b{number}", printed) for number, printed in enumerate(balances)]
    for number, printed in enumerate(increments, start=1):
        increment = put(network, f"i{number}", printed)
        network.constrain("balance-and-increment", Total((1, 1)), [places[number], places[number - 1], increment])
    return network


def name_all(network: Network, conflicts: list[Conflict]) -> list[tuple[set[object], object]]:
    """Return for each conflict the names of its figures and of its culprit."""
    return [
        (
            {network.names[place] for place in conflict.figures},
            None if conflict.culprit is None else network.names[conflict.culprit],
        )
        for conflict in conflicts
    ]


def test_figures_that_agree_have_no_conflict() -> None:
    network = make_chain(["100.0", "110.0", "125.0"], ["10.0", "15.0"])
    assert find_conflicts(network) == []
    assert not has_conflict(network)


def test_a_sum_alone_has_no_culprit() -> None:
    network = Network()
    network.constrain(
        "parts-and-total", Total((1, 1)), [put(network, *it) for it in (("a", "9"), ("b", "1"), ("c", "2"))]
    )
    assert has_conflict(network)
    (conflict,) = find_conflicts(network)
    assert name_all(network, [conflict]) == [({"a", "b", "c"}, None)]
    assert {network.names[place] for place in conflict.suspects} == {"a", "b", "c"}


def test_a_balance_between_two_increments_is_the_culprit() -> None:
    network = make_chain(["100.0", "170.0", "125.0"], ["10.0", "15.0"])
    conflicts = find_conflicts(network)
    assert name_all(network, conflicts) == [({"b0", "b1", "i1"}, "b1"), ({"b1", "b2", "i2"}, "b1")]
    assert conflicts[0].suspects[conflicts[0].culprit or 0] == Bounds(Decimal("109.9"), Decimal("110.1"))


def test_an_increment_between_balances_that_others_prove_is_the_culprit() -> None:
    network = make_chain(["100.0", "110.0", "125.0", "130.0"], ["10.0", "51.0", "5.0"])
    assert name_all(network, find_conflicts(network)) == [({"b1", "b2", "i2"}, "i2")]


def test_a_balance_at_the_end_of_a_chain_is_no_likelier_than_its_increment() -> None:
    network = make_chain(["100.0", "110.0", "152.0"], ["10.0", "15.0"])
    ((figures, culprit),) = name_all(network, find_conflicts(network))
    assert (figures, culprit) == ({"b1", "b2", "i2"}, None)


def test_two_errors_apart_are_both_found_in_one_component() -> None:
    balances = ["100.0", "110.0", "120.0", "130.0", "140.0", "150.0", "160.0", "170.0"]
    increments = ["10.0", "10.0", "70.0", "10.0", "10.0", "10.0", "10.0"]
    network = make_chain([*balances[:6], "610.0", balances[7]], increments)
    assert len(list(network.components())) == 1
    assert [culprit for _, culprit in name_all(network, find_conflicts(network))] == ["i3", "b6", "b6"]


def test_errors_in_components_of_their_own_do_not_hide_each_other() -> None:
    network = Network()
    for name in "xy":
        places = [put(network, f"{name}{number}", printed) for number, printed in enumerate(("9", "1", "2"))]
        network.constrain("parts-and-total", Total((1, 1)), places)
    assert len(find_conflicts(network)) == 2


def test_what_is_derived_is_given_up_before_what_is_printed_side_by_side() -> None:
    network = Network()
    whole, part, rest = put(network, "whole", "100.0"), put(network, "part"), put(network, "rest", "30.0")
    network.constrain("growth-against-levels", GROWTH, [whole, part, put(network, "growth", "10.0")])
    network.constrain("parts-and-total", Total((1, 1)), [whole, part, rest])
    (conflict,) = find_conflicts(network)
    assert network.constraints[conflict.main].rule == "growth-against-levels"
    assert conflict.constraints == (0, 1)


def test_what_nobody_printed_is_no_figure_of_a_conflict() -> None:
    network = Network()
    seen, unseen = put(network, "seen", "5.0"), put(network, "unseen")
    network.constrain("parts-and-total", Total((1,)), [unseen, seen])
    network.constrain("part-within-whole", Ceiling(), [put(network, "lid", "4.0"), unseen])
    (conflict,) = find_conflicts(network)
    assert name_all(network, [conflict])[0][0] == {"lid", "seen"}
    assert conflict.constraints == (0, 1)


def test_what_the_others_leave_is_told_from_the_conflict_alone() -> None:
    network = make_chain(["100.0", "110.0", "125.0"], ["10.0", "51.0"])
    (conflict,) = find_conflicts(network)
    increment = network.find("i2")
    assert increment is not None
    assert find_implied(network, conflict, increment) == Bounds(Decimal("14.9"), Decimal("15.1"))


@given(
    st.lists(st.integers(min_value=-999, max_value=999), min_size=2, max_size=10),
    st.lists(
        st.tuples(st.booleans(), st.integers(min_value=0, max_value=9), st.integers(min_value=1, max_value=9)),
        max_size=3,
    ),
)
def test_every_error_in_a_chain_is_found_and_every_conflict_is_smallest(
    increments: list[int], errors: list[tuple[bool, int, int]]
) -> None:
    balances = [10_000]
    for increment in increments:
        balances.append(balances[-1] + increment)
    told = {f"b{number}": value for number, value in enumerate(balances)}
    told |= {f"i{number}": value for number, value in enumerate(increments, start=1)}
    truth = dict(told)
    for is_balance, number, by in errors:
        name = f"{'b' if is_balance else 'i'}{number % len(increments) + 1}"
        told[name] = truth[name] + by
    steps = range(1, len(balances))
    network = make_chain(
        [str(told[f"b{number}"]) for number in range(len(balances))], [str(told[f"i{n}"]) for n in steps]
    )
    broken = [n - 1 for n in steps if told[f"b{n}"] != told[f"b{n - 1}"] + told[f"i{n}"]]
    conflicts = find_conflicts(network)
    assert [conflict.main for conflict in conflicts] == broken
    for conflict in conflicts:
        assert network.narrow(conflict.constraints).failed is not None
        assert not any(
            network.narrow([other for other in conflict.constraints if other != left_out]).failed is not None
            for left_out in conflict.constraints
        )


def test_every_rule_that_links_figures_has_a_rank() -> None:
    assert set(_RANKS) | {"joint", "restatement", "natural-bounds", "list-length"} == set(VOCABULARY.audit_rules)


# Through quantities nobody printed

DERIVED = [
    "loans 2023-01-31 101.0", "loans 2023-01 mom_change_abs 1.0",
    "loans 2023-02-28 103.0", "loans 2023-02 mom_change_abs 2.0",
    "loans 2023-11-30 108.0", "loans 2023-12-31 110.0", "loans 2023-12 mom_change_abs 2.0",
    "loans 2023 change_since_year_start 10.0", "loans 2023-12-31 yoy_growth 10.0",
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "rules", "culprit"),
    [
        ("yoy_growth 10.0", "yoy_growth 11.0", {"growth-against-levels"}, "11.0"),
        ("start 10.0", "start 15.0", {"balance-and-increment"}, "15.0"),
        ("12-31 110.0", "12-31 101.1", {"balance-and-increment", "growth-against-levels"}, "101.1"),
        ("01-31 101.0", "01-31 110.1", {"balance-and-increment", "growth-against-levels"}, "110.1"),
        (
            "2023-01 mom_change_abs 1.0",
            "2023-01 mom_change_abs 9.0",
            {"balance-and-increment", "growth-against-levels"},
            "9.0",
        ),
        ("2023-02 mom_change_abs 2.0", "2023-02 mom_change_abs 7.0", {"balance-and-increment"}, ""),
    ],
)
def test_growth_is_held_against_a_base_that_january_tells(old: str, new: str, rules: set[str], culprit: str) -> None:
    assert find_rules(audit_lines(*DERIVED)) == []
    audit = audit_lines(*misprint(DERIVED, old, new))
    assert set(find_rules(audit)) <= rules
    assert {place.exact for finding in audit.findings for place in finding.culprit_places} == ({culprit} - {""})
