"""Owns facts: what a report asserts, each with all the mentions that assert it.

Mentions of the same claim are one fact whose value is the most precise one. Refuses to choose between mentions that
cannot both be true: both become gaps. Where that happens all over a table its rows are out of order, and the whole
table becomes gaps, for then the labels above a row are not those it was printed under.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from provfin.document import Gap
from provfin.mentions import Claim, Mention
from provfin.quantity import Figure, Interval, drop_empty_decimals, find_interval, has_empty_decimals
from provfin.vocabulary import Unit

_DISORDERED_SHARE = Decimal("0.1")

Group = tuple[Mention, ...]


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
    groups = [tuple(sorted(by_key[key], key=_precision)) for key in sorted(by_key)]
    contradictory = {group for group in groups if _disagree(group)}
    disordered = _find_disordered(contradictory, by_key)
    facts: list[Fact] = []
    gaps: list[Gap] = []
    for group in groups:
        kept = tuple(mention for mention in group if mention.part.path not in disordered)
        gaps.extend(mention.withhold() for mention in group if mention.part.path in disordered)
        if group in contradictory:
            gaps.extend(_report_disagreement(kept))
        elif kept:
            facts.append(Fact(kept[0].claim, kept, _interval_of(kept[0], whole_series)))
    return facts, gaps


def _find_disordered(contradictory: Iterable[Group], by_key: Mapping[str, Iterable[Mention]]) -> set[str]:
    """Return the paths of the tables in which more than a tenth of the cells contradict another cell."""
    wrong = Counter(mention.part.path for group in contradictory for mention in group)
    total = Counter(mention.part.path for group in by_key.values() for mention in group)
    return {path for path, number in wrong.items() if number > total[path] * _DISORDERED_SHARE}


def _precision(mention: Mention) -> tuple[int, int]:
    # The smallest last digit, in base units, comes first; ties go to the earlier place.
    return (mention.unit.exponent - mention.decimals, mention.span.start)


def _disagree(group: Group) -> bool:
    if len(group) == 1:
        return False
    bounds = [_base_bounds(mention) for mention in group if mention.value is not None]
    if len(bounds) < len(group):
        return bool(bounds)
    # The greatest lower bound is the one number that lies in all of the intervals if any does.
    lowest = max(lower for lower, _ in bounds)
    return not all(lower <= lowest < upper or lower == lowest == upper for lower, upper in bounds)


def _base_bounds(mention: Mention) -> tuple[Decimal, Decimal]:
    assert mention.value is not None
    interval = find_interval(mention.value, mention.decimals, exact=mention.is_exact)
    return interval.lower * mention.unit.factor, interval.upper * mention.unit.factor


def _report_disagreement(group: Group) -> list[Gap]:
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
            # Growth and shares have their decimal by custom: a 5.0 beside a 6.0 is known to a tenth.
            if mention.value is not None and not mention.unit.is_ratio:
                series[_series_of(mention)].append(Figure(mention.value, mention.decimals))
    return {key for key, figures in series.items() if has_empty_decimals(figures)}


def _series_of(mention: Mention) -> tuple[str, str]:
    return mention.part.path, mention.claim.series


def _interval_of(mention: Mention, whole_series: set[tuple[str, str]]) -> Interval | None:
    if mention.value is None:
        return None
    decimals = 0 if _series_of(mention) in whole_series else mention.decimals
    return find_interval(mention.value, decimals, exact=mention.is_exact)
