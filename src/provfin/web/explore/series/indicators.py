"""Owns the list of indicators by topic, and which resources are drawn as indicators."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from provfin.web.explore.asking import find_path, find_texts, name_resource
from provfin.web.explore.figures import Shown, Units, load_units
from provfin.web.explore.portrait import Draw
from provfin.web.explore.series.indicator import draw_indicator
from provfin.web.explore.series.naming import Names
from provfin.web.explore.series.register import Entry, Told, group_entries, load_register
from provfin.web.explore.series.series import Point
from provfin.web.explore.series.switches import GROWTH
from provfin.web.explore.spans import write_period
from provfin.web.language import find_language
from provfin.web.lookup import Texts
from provfin.web.pages import give_page
from provfin.web.problems import KNOWN, explain
from provfin.web.site import Site

# What draws the resources of each class, by the local name of the class.
KINDS: Mapping[str, Draw] = {"Indicator": draw_indicator}


@dataclass(frozen=True)
class Figure:
    """A figure in the list: as it reads, its period, and the observation it is."""

    shown: Shown
    period: str
    observation: str


@dataclass(frozen=True)
class Item:
    """An indicator in the list: how deep it stands, how many observations it has, its latest figure and growth."""

    entry: Entry
    depth: int
    number: int
    main: Figure | None
    growth: Figure | None


@dataclass(frozen=True)
class Section:
    """The indicators of a topic; `slug` is its place on the page."""

    names: Texts
    slug: str
    items: Sequence[Item]


def make_router(site: Site) -> APIRouter:
    """Return the routes of these pages."""
    router = APIRouter()

    @router.get("/indicators")
    async def list_indicators(request: Request, q: str = "", topic: str = "", area: str = "") -> Response:
        try:
            return await _list(site, request, q, topic, area, with_all="all" in request.query_params)
        except KNOWN as error:
            return explain(error)

    return router


async def _list(site: Site, request: Request, text: str, topic: str, area: str, *, with_all: bool) -> Response:
    language = find_language(request.scope)
    register = await site.once(load_register)
    units = await site.once(load_units)
    wanted = name_resource(f"area/{area}")
    chosen = wanted if wanted in register.areas else next(iter(register.areas), "")
    told = await register.tell(site, chosen) if chosen else {}
    entries = [entry for entry in register.entries.values() if (with_all or entry.iri in told) and entry.matches(text)]
    topic_iri = name_resource(f"topic/{topic}")
    kept = [entry for entry in entries if not topic or topic_iri in entry.topics]
    topics = {iri for entry in register.entries.values() if with_all or entry.iri in told for iri in entry.topics}
    names = Names(await find_texts(site, {*topics, *register.areas, topic_iri}), language)
    return give_page(
        site,
        request,
        "indicators.html",
        sections=_make_sections(kept, told, names, units, topic_iri if topic else ""),
        number=len(kept),
        topics=_list_names(topics, names),
        areas=_list_names(register.areas, names),
        chosen_area=find_path(chosen).removeprefix("area/"),
        area_names=names.find(chosen),
        asked={"q": text, "topic": topic, "all": with_all},
    )


def _list_names(iris: Iterable[str], names: Names) -> list[tuple[str, Texts]]:
    """Return the codes and names of things in the order of their names."""
    return [(find_path(iri).rpartition("/")[2], names.find(iri)) for iri in sorted(iris, key=names.say)]


def _make_sections(
    entries: Sequence[Entry], told: Mapping[str, Told], names: Names, units: Units, topic: str
) -> list[Section]:
    """Return indicators by topic, those most is told of first; of one topic alone where one is given."""
    ranked = sorted(entries, key=lambda entry: -told[entry.iri].number if entry.iri in told else 0)
    groups = group_entries(ranked, topic)
    items = {
        home: [_make_item(entry, depth, told.get(entry.iri), names.language, units) for depth, entry in group]
        for home, group in groups.items()
    }
    order = sorted(items, key=lambda home: (-sum(item.number for item in items[home]), home))
    return [Section(names.find(home), find_path(home).rpartition("/")[2], items[home]) for home in order]


def _make_item(entry: Entry, depth: int, told: Told | None, language: str, units: Units) -> Item:
    if told is None:
        return Item(entry, depth, 0, None, None)
    main = _make_figure(told.main, entry.measure, language, units)
    return Item(entry, depth, told.number, main, _make_figure(told.growth, GROWTH, language, units))


def _make_figure(point: Point | None, measure: str, language: str, units: Units) -> Figure | None:
    if point is None or point.value is None:
        return None
    shown = units.show(point.value, point.unit, measure, language, point.decimals)
    return Figure(shown, write_period(point.period, language), point.observation)
