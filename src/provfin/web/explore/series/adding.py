"""Owns finding a series to add to a comparison: an indicator by its name, then its series by measure and breakdown."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import Request

from provfin.web.explore.asking import ask_page, find_path, name_resource
from provfin.web.explore.series.naming import Names, name_series
from provfin.web.explore.series.register import Entry, Register
from provfin.web.explore.series.series import Key, Series, list_offered_kinds, read_series
from provfin.web.lookup import Texts
from provfin.web.site import Site

_MOST_NAMED = 12


@dataclass(frozen=True)
class Offer:
    """A series that can be added: its key, how many figures it has, whether it is in the comparison."""

    key: Key
    number: int
    is_chosen: bool


@dataclass(frozen=True)
class Additions:
    """What a reader looks for, and what there is: indicators to choose from, or the series of the one that is meant.

    `rows` has for each breakdown the offers under each of the measures.
    """

    text: str
    entries: Sequence[Entry] = ()
    entry: Entry | None = None
    area: str = ""
    areas: Sequence[tuple[str, Texts]] = ()
    measures: Sequence[str] = ()
    rows: Sequence[tuple[str, Sequence[Sequence[Offer]]]] = ()


async def find_additions(
    site: Site, request: Request, register: Register, keys: Sequence[Key], language: str
) -> Additions:
    """Return what there is to add for the indicator a request names; raises what `Site.ask` does."""
    text = request.query_params.get("indicator", "").strip()[:200]
    if not text:
        return Additions("")
    named = register.find(text)[:_MOST_NAMED]
    told = await asyncio.gather(*(_list_areas(site, entry) for entry in named))
    places = {entry.iri: areas for entry, areas in zip(named, told, strict=True)}
    there = [entry for entry in named if places[entry.iri]]
    if len(there) != 1 and not (there and there[0].code == text):
        return Additions(text, there)
    entry = there[0]
    areas = places[entry.iri]
    wanted = (request.query_params.get("area", ""), *(key.area for key in keys), areas[0])
    area = next(each for each in wanted if each in areas)
    asked = await ask_page(site, "indicator-figures", {"indicator": entry.iri, "area": name_resource(f"area/{area}")})
    series = [each for each in read_series(asked.rows) if each.values]
    names = await name_series(site, series, language, (name_resource(f"area/{each}") for each in areas))
    choices = [(each, names.find(name_resource(f"area/{each}"))) for each in areas]
    measures = sorted({each.key.measure for each in series}, key=lambda name: (name != entry.measure, name))
    rows = _list_rows(series, measures, set(keys), names)
    return Additions(text, (), entry, area, choices, [names.say_measure(name) for name in measures], rows)


async def _list_areas(site: Site, entry: Entry) -> list[str]:
    asked = await ask_page(site, "indicator-places", {"indicator": entry.iri})
    return [find_path(row["area"].text).removeprefix("area/") for row in asked.rows]


def _list_rows(
    series: Sequence[Series], measures: Sequence[str], chosen: set[Key], names: Names
) -> list[tuple[str, list[list[Offer]]]]:
    limits = sorted({each.key.breakdowns for each in series}, key=lambda each: (len(each), each))
    by_place = {(each.key.breakdowns, each.key.measure): each for each in series}
    return [
        (
            names.join(names.say_code(*each) for each in limit),
            [_list_offers(by_place.get((limit, measure)), chosen) for measure in measures],
        )
        for limit in limits
    ]


def _list_offers(series: Series | None, chosen: set[Key]) -> list[Offer]:
    """Return a series in each kind of periods worth a line."""
    if series is None:
        return []
    picked = [series.pick(kind) for kind in list_offered_kinds([series])]
    return [Offer(each.key, len(each.values), each.key in chosen) for each in picked]
