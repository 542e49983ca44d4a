"""Owns comparing series in one chart: which ones and how is all in the address, so that a comparison can be passed on.

`/compare?s=…&s=…` is the page, `/compare/embed?…` the chart alone for pages of others. Refuses a third axis: more
units than two stand in charts of their own.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from provfin.errors import InputError
from provfin.queries import Query
from provfin.web.explore.asking import ask_page
from provfin.web.explore.figures import load_units
from provfin.web.explore.portrait import Draw
from provfin.web.explore.series.adding import find_additions
from provfin.web.explore.series.comparisons import list_comparisons
from provfin.web.explore.series.drawing import MOST_AXES, Setting, can_be_log, draw_series, is_drawable, split_units
from provfin.web.explore.series.indicator import Plot, link_answer, write_source
from provfin.web.explore.series.matrices import Column, Marks, make_columns, make_slots
from provfin.web.explore.series.naming import Names, name_series
from provfin.web.explore.series.register import load_register
from provfin.web.explore.series.series import Key, Series, parse_key, read_series
from provfin.web.language import find_language
from provfin.web.pages import find_release_root, give_page
from provfin.web.problems import KNOWN, explain
from provfin.web.site import EMBED_HEADERS, Site
from provfin.web.texts import load_texts

# What draws the resources of each class, by the local name of the class.
KINDS: Mapping[str, Draw] = {}
# More lines than these nobody tells apart.
MOST_SERIES = 8
_STYLES = ("line", "bar")


@dataclass(frozen=True)
class State:
    """What is compared and how: the series, lines or bars, the first figure as 100, a logarithmic axis."""

    keys: tuple[Key, ...]
    style: str = ""
    is_indexed: bool = False
    is_log: bool = False

    @property
    def query(self) -> str:
        """The parameters of its address."""
        told = [("s", key.address) for key in self.keys]
        told += [("type", self.style)] if self.style else []
        told += [("index", "1")] if self.is_indexed else []
        told += [("scale", "log")] if self.is_log else []
        return urlencode(told, safe="=@")

    def add(self, key: Key) -> "State":
        """Return it with one series more."""
        return replace(self, keys=(*self.keys, key))

    def remove(self, key: Key) -> "State":
        """Return it without a series."""
        return replace(self, keys=tuple(each for each in self.keys if each != key))


@dataclass(frozen=True)
class Shown:
    """A comparison as it is shown: its series, what is missing of those asked for, its charts and its table."""

    state: State
    series: Sequence[Series]
    missing: Sequence[str]
    plots: Sequence[Plot]
    columns: Sequence[Column]
    rows: Sequence[Any]
    names: Names
    query: Query | None
    units: int
    can_be_log: bool


def make_router(site: Site) -> APIRouter:
    """Return the routes of these pages."""
    router = APIRouter()

    @router.get("/compare")
    async def compare(request: Request) -> Response:
        try:
            return await _give(site, request)
        except KNOWN as error:
            return explain(error)

    @router.get("/compare/embed")
    async def embed(request: Request) -> Response:
        try:
            return await _give_embedded(site, request)
        except KNOWN as error:
            return explain(error)

    return router


def read_state(request: Request) -> tuple[State, list[str]]:
    """Return what the address of a request compares, and those addresses in it that are none or too many."""
    keys: dict[Key, None] = {}
    wrong: list[str] = []
    for address in request.query_params.getlist("s"):
        try:
            keys[parse_key(address)] = None
        except InputError:
            wrong.append(address)
    style = request.query_params.get("type", "")
    is_indexed, is_log = request.query_params.get("index") == "1", request.query_params.get("scale") == "log"
    chosen = tuple(keys)[:MOST_SERIES]
    wrong += [key.address for key in tuple(keys)[MOST_SERIES:]]
    return State(chosen, style if style in _STYLES else "", is_indexed, is_log), wrong


async def _give(site: Site, request: Request) -> Response:
    language = find_language(request.scope)
    state, wrong = read_state(request)
    register = await site.once(load_register)
    told = await register.tell(site, register.areas[0]) if register.areas else {}
    shown, additions = await asyncio.gather(
        _show(site, request, state), find_additions(site, request, register, state.keys, language)
    )
    ready = [] if state.keys or not register.areas else await list_comparisons(site, register.areas[0], language)
    embedded = f"{site.find_base(request)}{site.path}compare/embed?{state.query}&lang={language}"
    return give_page(
        site,
        request,
        "compare.html",
        shown=shown,
        wrong=wrong,
        additions=additions,
        ready=[(each, State(tuple(each.keys)).query) for each in ready],
        options=_list_options(state, shown, language),
        known=sorted(entry.names.get(language, entry.code) for iri, entry in register.entries.items() if iri in told),
        embedded=embedded,
        most=MOST_SERIES,
    )


async def _give_embedded(site: Site, request: Request) -> Response:
    state, _ = read_state(request)
    shown = await _show(site, request, state)
    whole = f"{site.find_base(request)}{site.path}compare?{state.query}"
    return give_page(site, request, "embed.html", EMBED_HEADERS, shown=shown, whole=whole)


async def _show(site: Site, request: Request, state: State) -> Shown:
    language, root = find_language(request.scope), find_release_root(site, request)
    units = await site.once(load_units)
    found, findings, query = await _find_series(site, state)
    missing = [key.address for key in state.keys if key not in found]
    series = list(found.values())
    names = await name_series(site, series, language, (iri for key in state.keys for iri in key.iris))
    marks = Marks(names, units, findings)
    plots = _make_plots(series, state, marks, root, query)
    number = len(split_units(series, units))
    rows = make_slots(series, marks)
    state = replace(state, keys=tuple(each.key for each in series))
    return Shown(
        state, series, missing, plots, make_columns(series, marks), rows, names, query, number, can_be_log(series)
    )


async def _find_series(site: Site, state: State) -> tuple[dict[Key, Series], dict[str, str], Query | None]:
    """Return the series that are there by their keys, what the audit found, and the query that has just their rows."""
    if not state.keys:
        return {}, {}, None
    indicators = dict.fromkeys(key.indicator_iri for key in state.keys)
    asked, findings = await asyncio.gather(
        ask_page(site, "compare-figures", *map(_name_parameters, state.keys)),
        ask_page(site, "indicator-findings", *({"indicator": iri} for iri in indicators)),
    )
    told = {each.key: each for each in read_series(asked.rows)}
    kinds = {key: key.kind or told[key.plain].main_kind for key in state.keys if key.plain in told}
    picked = {key: told[key.plain].pick(kind) for key, kind in kinds.items()}
    found = {key: Series(key, each.points) for key, each in picked.items() if each.points}
    exact = [_name_parameters(replace(key, kind=kinds[key])) for key in found]
    query = asked.question.bind_each(exact) if exact else asked.query
    return found, {row["observation"].text: row["finding"].text for row in findings.rows}, query


def _name_parameters(key: Key) -> dict[str, str]:
    given = {"indicator": key.indicator_iri, "measure": key.measure_iri, "area": key.area_iri}
    return {**given, "series": key.codes, "kind": key.kind or "any"}


def _make_plots(series: Sequence[Series], state: State, marks: Marks, root: str, query: Query | None) -> list[Plot]:
    """Return one chart, or as many as there are units where two axes do not hold them."""
    drawn = [each for each in series if each.values]
    groups = split_units(drawn, marks.units)
    if len(groups) <= MOST_AXES or state.is_indexed:
        groups = [drawn]
    csv = link_answer(root, query, "csv") if query else ""
    return [_make_plot(group, series, state, marks, root, csv) for group in groups if is_drawable(group)]


def _make_plot(
    group: Sequence[Series], series: Sequence[Series], state: State, marks: Marks, root: str, csv: str
) -> Plot:
    names = marks.names
    labels = names.label([each.key for each in series])
    is_log = state.is_log and can_be_log(group)
    setting = Setting(marks.units, labels, names.language, root, state.style, state.is_indexed, is_log)
    caption = write_caption(group, names)
    chart = draw_series(group, setting)
    return Plot(caption, {**chart, "title": caption, "source": write_source(group, names), "csv": csv})


def write_caption(series: Sequence[Series], names: Names) -> str:
    """Return in words what a chart of series shows."""
    _ = load_texts(names.language).gettext
    keys = [each.key for each in series]
    labels = names.label(keys)
    common = [] if len({key.indicator for key in keys}) > 1 else [names.say(keys[0].indicator_iri)]
    common += [] if len({key.measure for key in keys}) > 1 else [names.say_measure(keys[0].measure)]
    areas = names.join(dict.fromkeys(names.say(key.area_iri) for key in keys))
    told = _(", ").join(labels[key] for key in keys) if len(keys) > 1 else ""
    return names.join([names.join([*common, told]), areas])


def _list_options(state: State, shown: Shown, language: str) -> list[tuple[str, list[tuple[str, str, bool]]]]:
    """Return how a comparison may be shown: what is chosen, then each choice with its address."""
    _ = load_texts(language).gettext
    styles = [("", _("As fits")), ("line", _("Lines")), ("bar", _("Bars"))]
    options = [(_("Drawn as"), [_turn(name, replace(state, style=style), state) for style, name in styles])]
    scales = [(_("Printed values"), replace(state, is_indexed=False, is_log=False))]
    scales += [(_("First figure = 100"), replace(state, is_indexed=True, is_log=False))]
    if shown.can_be_log:
        scales.append((_("Logarithmic"), replace(state, is_log=True, is_indexed=False)))
    options.append((_("Scale"), [_turn(name, to, state) for name, to in scales]))
    return options


def _turn(label: str, to: State, state: State) -> tuple[str, str, bool]:
    return label, to.query, to == state
