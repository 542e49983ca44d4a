"""Owns the portrait of an indicator: what it means, its figures as charts and as tables, and where to go from there."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from fastapi import Request

from provfin.dataset import NAMESPACES
from provfin.periods import Period
from provfin.queries import Query
from provfin.web.explore.asking import Asked, Row, ask_page, find_path, name_resource, name_term, read_iri
from provfin.web.explore.figures import Shown, Units, load_units
from provfin.web.explore.portrait import Portrait
from provfin.web.explore.series.drawing import (
    MOST_AXES,
    MOST_LINES,
    Chart,
    Setting,
    draw_series,
    is_drawable,
    split_units,
)
from provfin.web.explore.series.matrices import Marks, make_tables
from provfin.web.explore.series.naming import Names, name_series
from provfin.web.explore.series.series import TOTAL, Point, Series, read_series
from provfin.web.explore.series.switches import AREA, EACH, NONE, Selection, State, Wanted, choose
from provfin.web.explore.spans import write_end, write_period
from provfin.web.language import find_language
from provfin.web.lookup import Resource
from provfin.web.pages import find_release_root
from provfin.web.site import Site
from provfin.web.texts import load_texts

_SKOS = NAMESPACES["skos"]
# What is told of an indicator itself, by the name it has on the page.
_OWN: Mapping[str, str] = {
    "broader": f"{_SKOS}broader",
    "related": f"{_SKOS}related",
    "topics": NAMESPACES["dcterms"] + "subject",
    "numerator": name_term("numerator"),
    "denominator": name_term("denominator"),
    "nature": name_term("nature"),
    "unit": name_term("defaultUnit"),
    "measure": name_term("defaultMeasure"),
}
# What is told of it by others.
_TOLD: Mapping[str, str] = {
    f"{_SKOS}broader": "narrower",
    f"{_SKOS}related": "related",
    name_term("numerator"): "ratios",
    name_term("denominator"): "ratios",
}
_MOST_AREAS = 8
# From so many years on, a reader may want the latest alone.
_MANY_YEARS = 4
_ALL_YEARS = 1900
# That the whole is a hundred per cent of itself is no news.
_SHARE = "share"


@dataclass(frozen=True)
class Plot:
    """A chart on a page: what it shows in words, and its data."""

    caption: str
    chart: Chart


@dataclass(frozen=True)
class Headline:
    """The latest figure under a measure."""

    measure: str
    shown: Shown
    period: str
    observation: str


@dataclass(frozen=True)
class _Pictured:
    """What a chart of an indicator is made with: the page's names and units, and where its figures can be had."""

    iri: str
    names: Names
    units: Units
    root: str
    csv: str


async def draw_indicator(site: Site, request: Request, resource: Resource) -> Portrait:
    """Return the portrait of an indicator; raises what `Site.ask` does."""
    given = {"indicator": resource.iri}
    places, relatives, findings = await asyncio.gather(
        ask_page(site, "indicator-places", given),
        ask_page(site, "indicator-relatives", given),
        ask_page(site, "indicator-findings", given),
    )
    asked = Wanted(read_parameters(request))
    areas = _choose_areas(places.rows, asked)
    since = _read_year(asked)
    figures = await _find_figures(site, resource.iri, areas, since)
    facts = _list_facts(resource, relatives.rows)
    series = read_series(figures.rows) if figures else []
    iris = [resource.iri, *(iri for told in facts.values() for iri in told), *(row["area"].text for row in places.rows)]
    names = await name_series(site, series, find_language(request.scope), iris)
    there = [(find_path(row["area"].text).removeprefix("area/"), names.find(row["area"].text)) for row in places.rows]
    told = {"facts": facts, "names": names, "notes": _list_notes(resource), "places": there, "areas": areas}
    if figures is None or not series:
        return Portrait("indicator.html", {**told, "selection": None})
    units = await site.once(load_units)
    marks = Marks(names, units, {row["observation"].text: row["finding"].text for row in findings.rows})
    default = find_path(next(iter(facts["measure"]), "measure/level")).removeprefix("measure/")
    root = find_release_root(site, request)
    pictured = _Pictured(resource.iri, names, units, root, link_answer(root, figures.query, "csv"))
    shown = _show_figures(series, choose(series, asked, areas, default, names), pictured, marks)
    years = _list_years(places.rows)
    return Portrait("indicator.html", {**told, **shown, "query": figures.query, "years": years, "since": since})


async def _find_figures(site: Site, indicator: str, areas: Sequence[str], since: int) -> Asked | None:
    """Return the figures of an indicator in areas since a year; None for no areas."""
    wanted = [
        {"indicator": indicator, "area": name_resource(f"area/{area}"), "since": str(since or _ALL_YEARS)}
        for area in areas
    ]
    return await ask_page(site, "indicator-figures", *wanted) if wanted else None


def _read_year(asked: Wanted) -> int:
    """Return the first year asked for, 0 for all."""
    text = asked.first("since")
    return int(text) if text.isascii() and text.isdigit() and len(text) == len("2000") else 0


def read_parameters(request: Request) -> dict[str, list[str]]:
    """Return the parameters of a request, each with its values."""
    return {name: request.query_params.getlist(name) for name in request.query_params}


def link_answer(root: str, query: Query, name: str) -> str:
    """Return where the answer to a query can be had in a format, as `csv`."""
    return f"{root}sparql?{urlencode({'query': query.text, 'format': name})}"


def _choose_areas(places: Sequence[Row], asked: Wanted) -> list[str]:
    known = [find_path(row["area"].text).removeprefix("area/") for row in places]
    wanted = [area for area in dict.fromkeys(asked.values.get(AREA, ())) if area in known]
    return wanted[:_MOST_AREAS] or known[:1]


def _list_years(places: Sequence[Row]) -> list[int]:
    """Return the years to begin with, if there are many."""
    first = min((int(row["first"].text) for row in places), default=0)
    last = max((int(row["last"].text) for row in places), default=0)
    return list(range(first, last + 1)) if last - first >= _MANY_YEARS else []


def _list_facts(resource: Resource, relatives: Sequence[Row]) -> dict[str, list[str]]:
    """Return what an indicator is linked with, by how; narrower ones and ratios are told by others."""
    facts: dict[str, list[str]] = {name: [] for name in (*_OWN, *_TOLD.values())}
    for triple in resource.own:
        for name, predicate in _OWN.items():
            if triple.predicate.value == predicate:
                facts[name].append(read_iri(triple.object))
    for row in relatives:
        facts[_TOLD[row["how"].text]].append(row["relative"].text)
    return {name: list(dict.fromkeys(iris)) for name, iris in facts.items()}


def _list_notes(resource: Resource) -> dict[str, list[tuple[str, str]]]:
    """Return the texts about an indicator in all languages: definition, scope and other names."""
    told: dict[str, list[tuple[str, str]]] = {"definition": [], "scopeNote": [], "altLabel": []}
    for triple in resource.own:
        name = triple.predicate.value.removeprefix(_SKOS)
        if name in told:
            literal: Any = triple.object
            told[name].append((literal.language or "", literal.value))
    return {name: sorted(texts) for name, texts in told.items()}


def _show_figures(series: Sequence[Series], selection: Selection, pictured: _Pictured, marks: Marks) -> dict[str, Any]:
    state = selection.state
    groups = _list_charts(selection.series, state, pictured.units)
    chosen = sorted(series, key=lambda each: each.key.measure not in state.measures)
    return {
        "selection": selection,
        "headlines": _list_headlines(selection.series, marks),
        "plots": [_make_plot(group, state, pictured) for group in groups if is_drawable(group)],
        "hidden": max(0, *(len(group) - MOST_LINES for group in groups)) if groups else 0,
        "tables": make_tables(chosen, marks),
        "comparison": _link_comparison(selection.series),
        "csv": pictured.csv,
        "json": pictured.csv.removesuffix("csv") + "json",
        "marks": marks,
    }


def _list_charts(series: Sequence[Series], state: State, units: Units) -> list[list[Series]]:
    """Return the series of each chart: one measure in each where there are many lines, else what two axes hold."""
    kept = [each for each in series if each.values and not _is_whole(each, state)]
    if state.by == NONE and len(state.areas) == 1:
        groups = split_units(kept, units)
        return [kept] if kept and len(groups) <= MOST_AXES else groups
    of_measures = [[each for each in kept if each.key.measure == measure] for measure in state.measures]
    return [_leave_whole(group, state) for measured in of_measures for group in split_units(measured, units)]


def _leave_whole(series: list[Series], state: State) -> list[Series]:
    """Return series without their whole where it would stand beside many parts at one moment."""
    ends = {point.period.end for each in series for point in each.values}
    parts = [each for each in series if state.by in (NONE, AREA) or not _is_total(each, state)]
    return parts if len(ends) == 1 and len(parts) > 1 else series


def _is_whole(series: Series, state: State) -> bool:
    # Beside its shares the whole is a straight line at a hundred.
    return series.key.measure == _SHARE and state.by not in (NONE, AREA) and _is_total(series, state)


def _is_total(series: Series, state: State) -> bool:
    return not series.key.breakdowns if state.by == EACH else series.key.find_code(state.by) == TOTAL


def _make_plot(series: Sequence[Series], state: State, pictured: _Pictured) -> Plot:
    names = pictured.names
    largest = sorted(series, key=lambda each: abs(each.values[-1].value or Decimal(0)), reverse=True)[:MOST_LINES]
    drawn = [each for each in series if each in largest]
    labels = names.label([each.key for each in drawn])
    chart = draw_series(drawn, Setting(pictured.units, labels, names.language, pictured.root))
    caption = _write_caption(drawn, state, pictured)
    source = write_source(drawn, names)
    return Plot(caption, {**chart, "title": caption, "source": source, "csv": pictured.csv})


def _write_caption(series: Sequence[Series], state: State, pictured: _Pictured) -> str:
    names = pictured.names
    _ = load_texts(names.language).gettext
    measures = names.join(names.say_measure(name) for name in dict.fromkeys(each.key.measure for each in series))
    title = _("{name}: {measure}").format(name=names.say(pictured.iri), measure=measures)
    if state.by not in (NONE, AREA, EACH):
        title = _("{title}, by {breakdown}").format(title=title, breakdown=names.say_dimension(state.by).lower())
    areas = names.join(dict.fromkeys(names.say(each.key.area_iri) for each in series))
    periods = sorted(
        (point.period for each in series for point in each.values), key=lambda each: (each.end, each.start)
    )
    span = _write_span(periods, series[0].key.kind or series[0].main_kind, names.language)
    return _("{title}. {area}, {span}").format(title=title, area=areas, span=span)


def _write_span(periods: Sequence[Period], kind: str, language: str) -> str:
    """Return from when to when periods are; of several that end together the end."""
    first, last = (write_period(period, language, kind) for period in (periods[0], periods[-1]))
    if periods[0].end == periods[-1].end:
        return first if len(set(periods)) == 1 else write_end(periods[0].end, language)
    _ = load_texts(language).gettext
    return _("{first} to {last}").format(first=first, last=last)


def write_source(series: Iterable[Series], names: Names) -> str:
    """Return the reports that figures come from, for below a chart."""
    reports = dict.fromkeys(names.say(point.report) for each in series for point in each.values)
    _ = load_texts(names.language).gettext
    return _("Source: {reports}, by way of ProvFin").format(reports=names.join(reports))


def _list_headlines(series: Sequence[Series], marks: Marks) -> list[Headline]:
    """Return the latest figure of the first series of each measure."""
    found: dict[str, Series] = {}
    for each in sorted(series, key=lambda each: (len(each.key.breakdowns), each.key.address)):
        if each.values and (each.key.breakdowns or each.key.measure != _SHARE):
            found.setdefault(each.key.measure, each)
    return [_make_headline(each, each.values[-1], marks) for each in found.values() if _is_alone(each, series)]


def _is_alone(series: Series, among: Sequence[Series]) -> bool:
    """Tell whether a series is of the whole, or the only one of its measure."""
    return not series.key.breakdowns or sum(each.key.measure == series.key.measure for each in among) == 1


def _make_headline(series: Series, point: Point, marks: Marks) -> Headline:
    names = marks.names
    assert point.value is not None
    shown = marks.units.show(point.value, point.unit, series.key.measure, names.language, point.decimals)
    name = names.join(
        [names.say_measure(series.key.measure), *(names.say_code(*each) for each in series.key.breakdowns)]
    )
    kind = series.key.kind or series.main_kind
    return Headline(name, shown, write_period(point.period, names.language, kind), point.observation)


def _link_comparison(series: Sequence[Series]) -> str:
    addresses = [("s", each.key.address) for each in series if each.values][:MOST_LINES]
    return urlencode(addresses, safe="=@")
