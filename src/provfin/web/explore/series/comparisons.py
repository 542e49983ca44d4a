"""Owns comparisons worth making: found in the data of an area, for readers who do not know yet what there is.

Series are set beside each other that grow in one field, that are the parts of one indicator, or that are the level and
the growth of one. Refuses series too short to show a course.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from provfin.web.explore.asking import ask_page, name_resource
from provfin.web.explore.series.naming import Names, load_names
from provfin.web.explore.series.register import Register, load_register
from provfin.web.explore.series.series import Key, parse_key
from provfin.web.explore.series.switches import GROWTH
from provfin.web.site import Site
from provfin.web.texts import load_texts

_FEWEST, _MOST = 2, 6
# How many of each kind are shown.
_SHOWN = 4
_PARTED = (GROWTH, "share", "rate", "level")


@dataclass(frozen=True)
class Comparison:
    """Series to be set beside each other: what it is called, the series, and how many figures they have."""

    title: str
    keys: Sequence[Key]
    number: int


@dataclass(frozen=True)
class _Found:
    """Series that belong together: how, by what, and how many figures each has."""

    manner: str
    about: tuple[str, ...]
    keys: Sequence[Key]
    number: int


async def list_comparisons(site: Site, area: str, language: str) -> list[Comparison]:
    """Return comparisons worth making of an area; raises what `Site.ask` does."""
    register = await site.once(load_register)
    asked = await ask_page(site, "compare-series", {"area": area})
    lengths = {parse_key(row["series"].text): int(row["values"].text) for row in asked.rows}
    units = {parse_key(row["series"].text): row["aUnit"].text for row in asked.rows}
    found = list(_choose(lengths, units, register))
    topics = {each.about[0] for each in found if each.manner == "field"}
    names = await load_names(site, {*(iri for key in lengths for iri in key.iris), *topics}, language)
    return [Comparison(_write_title(each, names), each.keys, each.number) for each in found]


def _choose(lengths: Mapping[Key, int], units: Mapping[Key, str], register: Register) -> Iterator[_Found]:
    """Yield the richest of each manner, none that another has all series of."""
    seen: list[frozenset[Key]] = []
    for several in (_list_fields(lengths, register), _list_parts(lengths, units), _list_pairs(lengths)):
        number = 0
        for each in sorted(several, key=lambda each: (-each.number, each.about)):
            keys = frozenset(each.keys)
            if number < _SHOWN and not any(keys <= other for other in seen):
                seen.append(keys)
                number += 1
                yield each


def _list_fields(lengths: Mapping[Key, int], register: Register) -> Iterator[_Found]:
    """Yield how indicators of one topic or one data structure grow."""
    fields: dict[str, list[Key]] = {}
    for key in lengths:
        entry = register.entries.get(key.indicator_iri)
        if key.measure == GROWTH and not key.breakdowns and entry:
            for field in (*entry.topics, entry.structure):
                fields.setdefault(field, []).append(key)
    for field, keys in fields.items():
        if _FEWEST <= len(keys) <= _MOST:
            yield _make("field", (field,), keys, lengths)


def _list_parts(lengths: Mapping[Key, int], units: Mapping[Key, str]) -> Iterator[_Found]:
    """Yield an indicator and its parts by one breakdown, where all are in one unit."""
    parts: dict[tuple[str, str, str], list[Key]] = {}
    for key in lengths:
        if len(key.breakdowns) == 1 and key.measure in _PARTED:
            parts.setdefault((key.indicator, key.measure, key.breakdowns[0][0]), []).append(key)
    for about, keys in parts.items():
        whole = replace(keys[0], breakdowns=())
        several = [whole, *keys] if whole in lengths and whole.measure != "share" else keys
        if _FEWEST <= len(keys) <= _MOST and len({units[key] for key in several}) == 1:
            yield _make("parts", about, several, lengths)


def _list_pairs(lengths: Mapping[Key, int]) -> Iterator[_Found]:
    """Yield the level of an indicator and its growth."""
    for key in lengths:
        growth = Key(key.indicator, GROWTH, key.area)
        if key.measure == "level" and not key.breakdowns and growth in lengths:
            yield _make("pair", (key.indicator, key.measure), (key, growth), lengths)


def _make(manner: str, about: tuple[str, ...], keys: Iterable[Key], lengths: Mapping[Key, int]) -> _Found:
    ordered = sorted(keys, key=lambda key: (-lengths[key], len(key.breakdowns), len(key.indicator), key.address))
    return _Found(manner, about, ordered, sum(lengths[key] for key in ordered))


def _write_title(found: _Found, names: Names) -> str:
    _ = load_texts(names.language).gettext
    measure = names.say_measure(found.keys[0].measure)
    if found.manner == "field":
        labels = _(", ").join(names.say(key.indicator_iri) for key in found.keys)
        return _("{measure}: {names}").format(measure=measure, names=labels)
    name = names.say(name_resource(f"indicator/{found.about[0]}"))
    if found.manner == "pair":
        return _("{name}: level and growth").format(name=name)
    breakdown = names.say_dimension(found.about[2]).lower()
    return _("{name}: {measure} by {breakdown}").format(name=name, measure=measure, breakdown=breakdown)
