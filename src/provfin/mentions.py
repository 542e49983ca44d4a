"""Owns what the reading stages hand on: a printed figure at its place, and what it claims.

Tables and prose both yield `Mention`s; facts are made of them. A claim is complete by construction: a figure whose
meaning is not wholly known is a gap, not a mention.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from provfin.document import Gap, Part, Span
from provfin.names import write_name
from provfin.periods import Period
from provfin.quantity import Interval, find_interval, find_qualified_interval
from provfin.vocabulary import Concept, Indicator, Unit

Origin = Literal["table", "prose"]

# Measures whose figures are percentages or percentage points whatever the unit of the indicator.
RELATIVE_MEASURES = {"yoy_growth", "growth_change_pp", "diff_pp", "share_change_pp", "rate_change_pp", "share", "rate"}

# The breakdowns that tell who did something, with which tool, for whom.
ROLES = ("actor", "instrument", "target")
_BASE = "comparisonBase"


@dataclass(frozen=True)
class Claim:
    """What one figure is about: its place in the cube. `members` has a code for every breakdown of the indicator."""

    indicator: Indicator
    measure: str
    area: Concept
    period: Period
    members: tuple[tuple[str, Concept], ...]

    @classmethod
    def make(
        cls, indicator: Indicator, measure: str, area: Concept, period: Period, members: Mapping[str, Concept]
    ) -> "Claim":
        """Return a claim whose unsaid breakdowns are the indicator's own, else totals, in the order of the cube."""
        known = {**dict(indicator.own_members), **members}
        complete = ((item.name, known.get(item.name, item.total)) for item in indicator.dimensions)
        return cls(indicator, measure, area, period, tuple(complete))

    @property
    def key(self) -> str:
        """The path that identifies the claim within a report: area, period, indicator, breakdowns, measure."""
        codes = [member.slug for _, member in self.members if not member.is_total]
        return "/".join([self.area.code, self.period.slug, self.indicator.slug, *codes, self.measure])

    @property
    def name(self) -> str:
        """The self-contained Chinese name of what is claimed."""
        base = next((member for name, member in self.members if name == _BASE and not member.is_total), None)
        name = write_name(self.indicator, {name: member for name, member in self.members if name != _BASE})
        return f"{name}（{base.label}）" if base else name

    @property
    def name_en(self) -> str:
        """The English name: the indicator's, with its breakdown in brackets."""
        parts = [member.label_en for _, member in self.members if not member.is_total]
        return f"{self.indicator.label_en} ({', '.join(parts)})" if parts else self.indicator.label_en

    def without(self, names: Iterable[str]) -> "Claim":
        """Return the claim with some of its breakdowns left unsaid."""
        dropped = set(names)
        return replace(self, members=tuple((name, member) for name, member in self.members if name not in dropped))

    @property
    def series(self) -> str:
        """What the claim has in common with those of other periods."""
        codes = [member.slug for _, member in self.members]
        return "/".join([self.area.code, self.indicator.slug, *codes, self.measure])


@dataclass(frozen=True)
class Mention:
    """One printed figure, or one dash, and its claim. `value` is None for a dash, which `missing` then explains."""

    span: Span
    exact: str
    claim: Claim
    unit: Unit
    value: Decimal | None
    decimals: int
    part: Part
    origin: Origin
    rule: str
    missing: Concept | None = None
    is_exact: bool = False
    # As printed before or behind the number (超 近 余), and which way it leaves open: above, below or about.
    qualifier: str = ""
    leeway: str = ""
    # Where the sentence begins that it stands in; -1 in a table.
    sentence: int = -1
    # What the figure is compared with, where that is another indicator (比…高 2.1 个百分点) that has a name.
    compared: Claim | None = None
    # Why a reviewer should look at it; empty where the rules are sure.
    doubt: str = ""

    @property
    def interval(self) -> Interval | None:
        """What the figure can stand for, in its printed unit; None for a dash."""
        if self.value is None:
            return None
        if self.leeway:
            return find_qualified_interval(self.value, self.decimals, self.leeway)
        return find_interval(self.value, self.decimals, exact=self.is_exact)

    def withhold(self) -> Gap:
        """Return the gap the figure becomes when the rows of its table are out of order."""
        message = f"the rows of this table contradict each other; {self.exact} cannot be told from its labels"
        return Gap("rows-out-of-order", self.span, message, "check the order of the rows", self.part.trail)
