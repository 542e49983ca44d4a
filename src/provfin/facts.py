"""Owns facts: what a report asserts, each with all the mentions that assert it.

Mentions of the same claim are one fact whose value is the most precise one. Refuses to choose between mentions that
cannot both be true: of one table, both become gaps, for then the table was most likely misread.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from provfin.document import Gap
from provfin.mentions import Claim, Mention
from provfin.quantity import Figure, Interval, drop_empty_decimals, find_interval, has_empty_decimals
from provfin.vocabulary import Unit


@dataclass(frozen=True)
class Fact:
    """A claim with its mentions, the most precise first, and the interval its value can lie in (in printed units)."""

    claim: Claim
    mentions: tuple[Mention, ...]
    interval: Interval | None

    @property
    def value(self) -> Decimal | None:
        """The most precise printed value, in its printed unit; None when the report prints a dash."""
        return self.mentions[0].value

    @property
    def unit(self) -> Unit:
        """The unit of the value."""
        return self.mentions[0].unit

    @property
    def base_value(self) -> Decimal | None:
        """The value in the base unit of its unit."""
        return to_base(self.value, self.unit)


def to_base(value: Decimal | None, unit: Unit) -> Decimal | None:
    """Return a value in the base unit, exactly.

    >>> from provfin.vocabulary import load_vocabulary
    >>> to_base(Decimal("32612.7"), load_vocabulary().find_unit("亿元"))
    Decimal('3261270000000')
    """
    return None if value is None else drop_empty_decimals(value * unit.factor)


def make_facts(mentions: Iterable[Mention]) -> tuple[list[Fact], list[Gap]]:
    """Gather mentions into facts, in the order of their keys; mentions that contradict each other become gaps."""
    by_key: dict[str, list[Mention]] = defaultdict(list)
    for mention in mentions:
        by_key[mention.claim.key].append(mention)
    whole_series = _find_whole_series(by_key)
    facts, gaps = [], []
    for key in sorted(by_key):
        group = sorted(by_key[key], key=_precision)
        if _disagree(group):
            gaps.extend(_report_disagreement(group))
        else:
            facts.append(Fact(group[0].claim, tuple(group), _interval_of(group[0], whole_series)))
    return facts, gaps


def _precision(mention: Mention) -> tuple[int, int]:
    # The smallest last digit, in base units, comes first; ties go to the earlier place.
    return (mention.unit.exponent - mention.decimals, mention.span.start)


def _disagree(group: list[Mention]) -> bool:
    if len(group) == 1:
        return False
    bounds = [_base_bounds(mention) for mention in group if mention.value is not None]
    if len(bounds) < len(group):
        return bool(bounds)
    return max(lower for lower, _ in bounds) > min(upper for _, upper in bounds)


def _base_bounds(mention: Mention) -> tuple[Decimal, Decimal]:
    assert mention.value is not None
    interval = find_interval(mention.value, mention.decimals, exact=mention.is_exact)
    return interval.lower * mention.unit.factor, interval.upper * mention.unit.factor


def _report_disagreement(group: list[Mention]) -> list[Gap]:
    printed = " and ".join(
        f"{mention.exact} at {mention.span.start}" for mention in sorted(group, key=lambda m: m.span)
    )
    return [
        Gap(
            "mentions-disagree", mention.span, f"{mention.claim.name} is printed as {printed}",
            "check the labels of the rows and columns of each", mention.part.trail,
        )
        for mention in group
    ]  # fmt: skip


def _find_whole_series(by_key: dict[str, list[Mention]]) -> set[tuple[str, str]]:
    series: dict[tuple[str, str], list[Figure]] = defaultdict(list)
    for group in by_key.values():
        for mention in group:
            if mention.value is not None:
                series[_series_of(mention)].append(Figure(mention.value, mention.decimals))
    return {key for key, figures in series.items() if has_empty_decimals(figures)}


def _series_of(mention: Mention) -> tuple[str, str]:
    return mention.part.path, mention.claim.series


def _interval_of(mention: Mention, whole_series: set[tuple[str, str]]) -> Interval | None:
    if mention.value is None:
        return None
    decimals = 0 if _series_of(mention) in whole_series else mention.decimals
    return find_interval(mention.value, decimals, exact=mention.is_exact)
