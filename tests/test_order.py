"""Noticing that rows are not where they were printed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provfin.tables.order import LabelOrder


def make_order(*blocks: str) -> LabelOrder:
    order = LabelOrder()
    for block in blocks:
        order.start_block()
        for label in block:
            order.add(label)
    return order


@pytest.mark.parametrize(
    ("blocks", "is_broken"),
    [
        ((), False),
        (("",), False),
        (("abc",), False),
        (("abc", "abc"), False),
        (("abc", "xyz"), False),
        (("abcd", "bd"), False),
        (("ab", "ba"), True),
        (("abcdefgh", "bcdefgha"), False),
        (("abcdefgh", "hgfedcba"), True),
        (("ab", "", "ba"), True),
        (("aab", "ab"), False),
    ],
)
def test_shared_labels_keep_their_order(blocks: tuple[str, ...], is_broken: bool) -> None:
    assert make_order(*blocks).is_broken() == is_broken


@given(st.text("abcdefgh", max_size=12))
def test_a_block_said_again_is_in_order(block: str) -> None:
    assert not make_order(block, block).is_broken()


@given(st.permutations("abcdefgh"))
def test_the_verdict_is_the_same_from_either_side(block: list[str]) -> None:
    left, right = "abcdefgh", "".join(block)
    assert make_order(left, right).is_broken() == make_order(right, left).is_broken()
