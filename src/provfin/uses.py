"""Owns the uses of instruments: which tool went through whom to whom, with what amounts and effects.

A use is what one sentence tells of one instrument; sentences that restate the same figures tell the same use. Made of
facts alone: where no figure is told of an instrument there is no use.
"""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from provfin.assets import find_assets
from provfin.errors import InputError
from provfin.facts import Fact
from provfin.periods import Period
from provfin.vocabulary import Concept

_LEVELS = {"level", "count"}


@dataclass(frozen=True)
class Role:
    """What makes a figure of a use an amount lent, a count of entities and so on."""

    property: str
    name: re.Pattern[str] | None
    unit: re.Pattern[str] | None
    kind: str

    def fits(self, fact: Fact) -> bool:
        """Tell whether a fact has this role."""
        named = self.name is None or self.name.search(fact.claim.indicator.label) is not None
        counted = self.unit is None or self.unit.fullmatch(fact.unit.label) is not None
        return named and counted and self.kind in {"", fact.unit.kind}


@dataclass(frozen=True)
class Use:
    """The use of an instrument; `figures` are the facts that tell of it, each with its role."""

    instrument: Concept
    actor: Concept | None
    targets: tuple[Concept, ...]
    period: Period
    figures: tuple[tuple[str, Fact], ...]

    @property
    def key(self) -> str:
        """The path that identifies the use within a report."""
        actor = self.actor.slug if self.actor else "any"
        target = self.targets[0].slug if self.targets else "any"
        return f"{self.instrument.slug}/{actor}/{target}/{self.period.slug}"


@lru_cache
def load_roles() -> tuple[Role, ...]:
    """Read the roles of `data/uses.toml`; raises `InputError` when the file is bad."""
    path = find_assets().root / "data" / "uses.toml"
    try:
        declared = tomllib.loads(path.read_text(encoding="utf-8"))["role"]
        return tuple(_read_role(item) for item in declared)
    except (OSError, KeyError, ValueError, re.error) as error:
        raise InputError(f"no roles of figures ({error})", where=str(path), repair="mend the file") from error


def _read_role(item: dict[str, str]) -> Role:
    name, unit = item.get("name"), item.get("unit")
    return Role(
        item["property"], re.compile(name) if name else None, re.compile(unit) if unit else None, item.get("kind", "")
    )


def find_uses(facts: Iterable[Fact]) -> list[Use]:
    """Return the uses of instruments that facts tell, in the order of their keys."""
    by_sentence: dict[tuple[str, int], list[Fact]] = defaultdict(list)
    told = (fact for fact in facts if any(mention.origin == "prose" for mention in fact.mentions))
    for fact in told:
        instrument = _role_of(fact, "instrument")
        if instrument is not None and fact.claim.measure in _LEVELS:
            # A fact told in several sentences belongs to the use told first.
            sentence = min(mention.sentence for mention in fact.mentions if mention.origin == "prose")
            by_sentence[instrument.iri, sentence].append(fact)
    merged: dict[str, Use] = {}
    for use in (_make_use(part) for group in by_sentence.values() for part in _split_by_actor(group)):
        known = merged.get(use.key)
        merged[use.key] = _join(known, use) if known else use
    return [merged[key] for key in sorted(merged)]


def _split_by_actor(facts: Sequence[Fact]) -> list[list[Fact]]:
    """Return the facts of a sentence by who acts; those that name nobody go with the one who acts, if there is one."""
    by_actor: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        actor = _role_of(fact, "actor")
        by_actor[actor.iri if actor else ""].append(fact)
    if len(by_actor) == 2 and "" in by_actor:
        return [list(facts)]
    return list(by_actor.values())


def _join(known: Use, other: Use) -> Use:
    targets = {target.iri: target for target in (*known.targets, *other.targets)}
    return replace(known, figures=known.figures + other.figures, targets=tuple(targets.values()))


def _make_use(facts: Sequence[Fact]) -> Use:
    first = min(facts, key=lambda fact: fact.mentions[0].span)
    instrument = _role_of(first, "instrument")
    assert instrument is not None
    actors = [actor for fact in facts if (actor := _role_of(fact, "actor"))]
    targets = {target.iri: target for fact in facts if (target := _role_of(fact, "target"))}
    figures = tuple((_find_property(fact), fact) for fact in facts)
    return Use(instrument, actors[0] if actors else None, tuple(targets.values()), first.claim.period, figures)


def _find_property(fact: Fact) -> str:
    return next((role.property for role in load_roles() if role.fits(fact)), "figure")


def _role_of(fact: Fact, name: str) -> Concept | None:
    member = dict(fact.claim.members).get(name)
    return member if member is not None and not member.is_total else None
