"""Owns the page of money flows: instrument, intermediary, sector or beneficiary, amount.

A report prints amounts of several kinds and times; one kind over one time is drawn, the rest is listed, and the page
says so. Refuses totals: what is printed as a total is shown as one amount beside others.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from provfin.web.explore.asking import ask_page, name_resource
from provfin.web.explore.holdings import Holdings, Report, load_holdings
from provfin.web.explore.money.diagram import draw_flows
from provfin.web.explore.money.telling import Setting, Told, Writing, load_setting, name_time, read_told
from provfin.web.explore.money.uses import (
    OTHER,
    Amount,
    Placed,
    Roles,
    Use,
    list_amounts,
    place_amounts,
    read_others,
    read_uses,
)
from provfin.web.language import find_language
from provfin.web.lookup import Texts
from provfin.web.negotiation import HTML
from provfin.web.pages import find_release_root, give_page, render
from provfin.web.problems import KNOWN, explain
from provfin.web.site import PAGE_HEADERS, PAGE_VARY, Site
from provfin.web.texts import load_texts


@dataclass(frozen=True)
class Asking:
    """What a reader asks the page for; empty is what the page chooses itself."""

    report: str = ""
    instrument: str = ""
    target: str = ""
    amount: str = ""
    when: str = ""

    def write(self, **changed: str) -> str:
        """Return it as the query of an address, some of it changed."""
        told = {**vars(self), **changed}
        return urlencode({name: value for name, value in told.items() if value})


@dataclass(frozen=True)
class Choice:
    """A kind of amounts, or the time they count, that can be chosen: its code, its name, how many there are."""

    code: str
    label: str
    number: int
    is_chosen: bool


def make_router(site: Site) -> APIRouter:
    """Return the route of the page."""
    router = APIRouter()

    @router.get("/flows")
    async def show_flows(
        request: Request, report: str = "", instrument: str = "", target: str = "", amount: str = "", when: str = ""
    ) -> Response:
        asking = Asking(report, instrument, target, amount, when)
        language, root = find_language(request.scope), find_release_root(site, request)
        try:
            holdings, setting = await asyncio.gather(site.once(load_holdings), load_setting(site))
            chosen = holdings.find(report)
            if chosen is None:
                return _miss(site, request, holdings, asking)
            asking = replace(asking, report=chosen.identifier)
            page = _make_page(language, root, setting, await _read_report(site, chosen), asking)
            notes = await find_notes(site, page["indicators"], language)
        except KNOWN as error:
            return explain(error)
        return give_page(site, request, "flows.html", holdings=holdings, report=chosen, notes=notes, **page)

    return router


def _miss(site: Site, request: Request, holdings: Holdings, asking: Asking) -> Response:
    body = render(site, request, "flows.html", holdings=holdings, report=None, asking=asking)
    return Response(body, 404, {"Vary": PAGE_VARY, **PAGE_HEADERS}, HTML)


async def find_notes(site: Site, things: Sequence[str], language: str) -> dict[str, list[str]]:
    """Return what is told of the meaning of things in a language, by IRI: its definition, then what it takes in."""
    if not things:
        return {}
    asked = await ask_page(site, "flows-notes", *({"thing": iri} for iri in things))
    found: dict[str, list[str]] = {}
    for row in asked.rows:
        is_note = row["by"].text.endswith(("#definition", "#scopeNote"))
        if is_note and row["text"].language == language:
            found.setdefault(row["thing"].text, []).append(row["text"].text)
    return found


async def _read_report(site: Site, report: Report) -> Told:
    given = {"report": report.iri}
    uses, bare, others = await asyncio.gather(
        ask_page(site, "flows-uses", given), ask_page(site, "flows-bare", given), ask_page(site, "flows-others", given)
    )
    return await read_told(site, read_uses([*uses.rows, *bare.rows]), read_others(others.rows), uses.query)


def _make_page(language: str, root: str, setting: Setting, told: Told, asking: Asking) -> dict[str, Any]:
    """Return what the page shows: choices, the chart, what is drawn and what is not."""
    uses = [use for use in told.uses if _fits(use, setting, asking)]
    amounts = list_amounts(uses)
    kinds = _list_kinds(amounts, setting.roles, language, asking)
    kind = next((choice.code for choice in kinds if choice.is_chosen), "")
    of_kind = [amount for amount in amounts if amount.figure.kind == kind]
    times = [] if kind == OTHER else list_times(of_kind, told.names, language, asking.when)
    when = next((choice.code for choice in times if choice.is_chosen), "")
    drawn = [amount for amount in of_kind if amount.figure.when == when]
    writing = Writing(language, told.names, setting)
    listed = place_amounts(drawn, setting.instruments, setting.targets, setting.areas) or [
        Placed(amount, None, 0) for amount in of_kind
    ]
    shown = {placed.amount.figure.iri for placed in listed}
    return {
        "asking": replace(asking, amount=kind, when=when),
        "asked_for": asking,
        "kinds": kinds,
        "times": times,
        "chart": draw_flows(listed, writing.draw(root)) if drawn else None,
        "listed": listed,
        "left": [use for use in uses if not shown & {figure.iri for figure in use.figures}],
        "others": [use for use in told.others if _fits(use, setting, asking)],
        "indicators": sorted({placed.amount.figure.indicator for placed in listed}, key=writing.name),
        "uses": uses,
        "has_parts": any(placed.layer for placed in listed),
        "writing": writing,
        "filters": _list_filters(told, setting, language),
        "setting": setting,
        "query": told.query,
    }


def _fits(use: Use, setting: Setting, asking: Asking) -> bool:
    instrument, target = (name_resource(f"{path}/{code}") for path, code in _list_asked(asking))
    is_instrument = not asking.instrument or setting.instruments.is_within(use.instrument, instrument)
    return is_instrument and (not asking.target or setting.targets.is_within(use.target, target))


def _list_asked(asking: Asking) -> tuple[tuple[str, str], tuple[str, str]]:
    return ("instrument", asking.instrument), ("target", asking.target)


def _list_kinds(amounts: Iterable[Amount], roles: Roles, language: str, asking: Asking) -> list[Choice]:
    counts = Counter(amount.figure.kind for amount in amounts)
    codes = sorted(counts, key=lambda code: (code == OTHER, -counts[code], code))
    chosen = asking.amount if asking.amount in counts else next(iter(codes), "")
    _ = load_texts(language).gettext
    names = {code: _("Other amounts") if code == OTHER else roles.name(code, language) for code in codes}
    return [Choice(code, names[code], counts[code], code == chosen) for code in codes]


def list_times(amounts: Iterable[Amount], names: Mapping[str, Texts], language: str, asked: str) -> list[Choice]:
    """Return the times that amounts count, those of most amounts first."""
    figures = {amount.figure.when: amount.figure for amount in amounts}
    counts = Counter(amount.figure.when for amount in amounts)
    codes = sorted(counts, key=lambda code: (-counts[code], code))
    chosen = asked if asked in counts else next(iter(codes), "")
    return [Choice(code, name_time(figures[code], names, language), counts[code], code == chosen) for code in codes]


def _list_filters(told: Told, setting: Setting, language: str) -> dict[str, list[tuple[int, str, str]]]:
    everything = (*told.uses, *told.others)
    lists = {
        "instrument": (setting.instruments, {use.instrument for use in everything}),
        "target": (setting.targets, {use.target for use in everything}),
    }
    return {
        name: [
            (depth, concept.rpartition("/")[2], tree.name(concept, language))
            for depth, concept in tree.walk(kept, language)
        ]
        for name, (tree, kept) in lists.items()
    }
