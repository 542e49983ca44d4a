"""Owns noticing that the rows of a table are not in the order they were printed in.

A table in several blocks (halves under headings of their own, groups under a label carried down) repeats its labels in
each of them, in one order. Refuses to say which order is right.
"""

import bisect
import itertools
from collections.abc import Iterator, Sequence


class LabelOrder:
    """The labels of a table's rows, block by block."""

    def __init__(self) -> None:
        self._blocks: list[list[str]] = []

    def start_block(self) -> None:
        """Begin a new block."""
        self._blocks.append([])

    def add(self, label: str) -> None:
        """Note the label of the next row; one that comes again in its block counts where it came first."""
        if not self._blocks:
            self.start_block()
        if label not in self._blocks[-1]:
            self._blocks[-1].append(label)

    def is_broken(self) -> bool:
        """Tell whether of the labels two blocks share more than a quarter stand elsewhere in the other one.

        >>> order = LabelOrder()
        >>> for label in ("2023", "2024"): order.add(label)
        >>> order.start_block()
        >>> for label in ("2024", "2023"): order.add(label)
        >>> order.is_broken()
        True
        """
        filled = [block for block in self._blocks if block]
        return any(_count_displaced(left, right) * 4 > len(left) for left, right in _share_labels(filled))


def _share_labels(blocks: Sequence[Sequence[str]]) -> Iterator[tuple[list[str], list[str]]]:
    for left, right in itertools.pairwise(blocks):
        yield [label for label in left if label in right], [label for label in right if label in left]


def _count_displaced(left: Sequence[str], right: Sequence[str]) -> int:
    """Return how many labels must be moved to bring the same labels from one order into the other."""
    # The rest is the longest increasing run of places, found by the least end of each length of run.
    ends: list[int] = []
    for place in (left.index(label) for label in right):
        at = bisect.bisect_left(ends, place)
        ends[at : at + 1] = [place]
    return len(left) - len(ends)
