"""Owns facts: what a report asserts, each with all the mentions that assert it.

Mentions of the same claim are one fact whose value is the most precise one. A mention of prose that names less (no
actor, no tool) joins the one that names more when both can be true. Mentions that cannot both be true: cells of tables
become gaps, for then the labels above a row are not those it was printed under (and where that happens all over a
table, the whole table does); where prose takes part all are kept, the fact is marked, and a gap says so.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from provfin.document import Gap
from provfin.mentions import ROLES, Claim, Mention
from provfin.quantity import Figure, Interval, drop_empty_decimals, find_interval, has_empty_decimals, multiply
from provfin.vocabulary import Unit

_DISORDERED_SHARE = Decimal("0.1")

Group = tuple[Mention, ...]


@dataclass(frozen=True)
class Fact:
    """A claim with its mentions, the most precise first, and the interval its value can lie in (in printed units).

    `disputed` are those of its mentions that the value cannot be true beside.
    """

    claim: Claim
    mentions: tuple[Mention, ...]
    interval: Interval | None
    disputed: tuple[Mention, ...] = ()

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

    @property
    def compared(self) -> Claim | None:
        """What the figure is compared with, where that is another indicator that has a name."""
        return next((mention.compared for mention in self.mentions if mention.compared), None)


def to_base(value: Decimal | None, unit: Unit) -> Decimal | None:
    """Return a value in the base unit, exactly.

    >>> from provfin.vocabulary import load_vocabulary
    >>> to_base(Decimal("32612.7"), load_vocabulary().find_unit("亿元"))
    Decimal('3261270000000')
    """
    return None if value is None else drop_empty_decimals(multiply(value, unit.factor))


def make_facts(mentions: Iterable[Mention]) -> tuple[list[Fact], list[Gap]]:
    """Gather mentions into facts, in the order of their keys; see the module for mentions that disagree."""
    by_key: dict[str, list[Mention]] = defaultdict(list)
    for mention in _join_roles(list(mentions)):
        by_key[mention.claim.key].append(mention)
    whole_series = _find_whole_series(by_key)
    groups = [tuple(sorted(by_key[key], key=_precision)) for key in sorted(by_key)]
    contradictory = {group for group in groups if _disagree(group)}
    disordered = _find_disordered(contradictory, by_key)
    facts: list[Fact] = []
    gaps: list[Gap] = []
    for group in groups:
        kept = tuple(mention for mention in group if mention.part.path not in disordered or mention.origin == "prose")
        gaps.extend(mention.withhold() for mention in group if mention not in kept)
        if kept and group in contradictory and _disagree(kept):
            gaps.extend(_report_disagreement(kept))
            if any(mention.origin == "prose" for mention in kept):
                facts.append(_make_disputed(kept, whole_series))
        elif kept:
            facts.append(Fact(kept[0].claim, kept, _interval_of(kept[0], whole_series)))
    return facts, gaps


def _find_disordered(contradictory: Iterable[Group], by_key: Mapping[str, Iterable[Mention]]) -> set[str]:
    """Return the paths of the tables in which more than a tenth of the cells contradict another cell."""
    wrong = Counter(m.part.path for group in contradictory for m in group if _is_among_cells(group))
    total = Counter(mention.part.path for group in by_key.values() for mention in group)
    return {path for path, number in wrong.items() if number > total[path] * _DISORDERED_SHARE}


def _is_among_cells(group: Group) -> bool:
    return all(mention.origin == "table" for mention in group)


def _precision(mention: Mention) -> tuple[int, int, int]:
    # The smallest last digit, in base units, comes first; rounded figures (近, 超) last; ties go to the earlier place.
    return (int(bool(mention.leeway)), mention.unit.exponent - mention.decimals, mention.span.start)


# Mentions that disagree


def _disagree(group: Sequence[Mention]) -> bool:
    # What is told in dollars and in yuan is told twice, and how much the one is of the other is not said.
    if len(group) == 1 or len({mention.unit.base for mention in group}) > 1:
        return False
    bounds = [_base_bounds(mention) for mention in group if mention.value is not None]
    if len(bounds) < len(group):
        return bool(bounds)
    # The greatest lower bound is the one number that lies in all of the intervals if any does.
    lowest = max(lower for lower, _ in bounds)
    return not all(lower <= lowest < upper or lower == lowest == upper for lower, upper in bounds)


def _base_bounds(mention: Mention) -> tuple[Decimal, Decimal]:
    interval = mention.interval
    assert interval is not None
    return multiply(interval.lower, mention.unit.factor), multiply(interval.upper, mention.unit.factor)


def _make_disputed(group: Group, whole_series: set[tuple[str, str]]) -> Fact:
    """Return a fact with the value that most mentions can be true beside, the earliest of them where that is a tie."""
    best = max(group, key=lambda m: (sum(not _disagree((m, other)) for other in group), -m.span.start))
    agreeing = [mention for mention in group if mention is best or not _disagree((best, mention))]
    disputed = tuple(mention for mention in group if mention not in agreeing)
    first = agreeing[0]
    return Fact(first.claim, (*agreeing, *disputed), _interval_of(first, whole_series), disputed)


def _report_disagreement(group: Group) -> list[Gap]:
    printed = " and ".join(
        f"{mention.exact} at {mention.span.start}" for mention in sorted(group, key=lambda m: m.span)
    )
    return [
        Gap(
            "mentions-disagree", mention.span, f"{mention.claim.name} is printed as {printed}",
            "check the labels of each; if the report says so, it contradicts itself", mention.part.trail,
        )
        for mention in group
    ]  # fmt: skip


# Mentions that name less


def _join_roles(mentions: list[Mention]) -> list[Mention]:
    """Let a mention that names fewer roles take the claim of the one that names more, if there is just one such."""
    by_rest: dict[str, list[Mention]] = defaultdict(list)
    for mention in mentions:
        if mention.origin == "prose":
            by_rest[mention.claim.without(ROLES).key].append(mention)
    joined = {}
    for group in by_rest.values():
        claims = {mention.claim.key: mention.claim for mention in group}
        if len(claims) > 1:
            for mention in group:
                joined[mention.span] = _find_fuller(mention, group)
    return [replace(m, claim=joined[m.span]) if m.origin == "prose" and m.span in joined else m for m in mentions]


def _find_fuller(mention: Mention, group: list[Mention]) -> Claim:
    fuller = {
        other.claim.key: other.claim
        for other in group
        if _names_more(other.claim, mention.claim) and not _disagree((mention, other))
    }
    longest = [claim for claim in fuller.values() if not any(_names_more(c, claim) for c in fuller.values())]
    return longest[0] if len(longest) == 1 else mention.claim


def _names_more(claim: Claim, other: Claim) -> bool:
    """Tell whether a claim names all the roles that another names, and further ones."""
    mine, others = dict(claim.members), dict(other.members)
    told = [name for name in ROLES if name in others and not others[name].is_total]
    return claim.key != other.key and all(mine.get(name) == others[name] for name in told)


# Precision


def _find_whole_series(by_key: dict[str, list[Mention]]) -> set[tuple[str, str]]:
    series: dict[tuple[str, str], list[Figure]] = defaultdict(list)
    for group in by_key.values():
        for mention in group:
            # Growth and shares have their decimal by custom: a 5.0 beside a 6.0 is known to a tenth.
            if mention.value is not None and not mention.unit.is_ratio and mention.origin == "table":
                series[_series_of(mention)].append(Figure(mention.value, mention.decimals))
    return {key for key, figures in series.items() if has_empty_decimals(figures)}


def _series_of(mention: Mention) -> tuple[str, str]:
    return mention.part.path, mention.claim.series


def _interval_of(mention: Mention, whole_series: set[tuple[str, str]]) -> Interval | None:
    if mention.value is not None and _series_of(mention) in whole_series:
        return find_interval(mention.value, 0, exact=mention.is_exact)
    return mention.interval
