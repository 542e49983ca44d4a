"""Owns the pages that list instruments, and the sectors and groups they reach, in outlines with what is told."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from fastapi import APIRouter, Request, Response

from provfin.queries import Query
from provfin.web.explore.asking import Asked, ask_page, find_texts, name_term, read_value
from provfin.web.explore.figures import Shown, Units, load_units
from provfin.web.explore.hierarchy import Hierarchy, load_instruments, load_targets
from provfin.web.explore.holdings import Report, load_holdings
from provfin.web.explore.money.diagram import name_all
from provfin.web.explore.money.instrument import draw_instrument, draw_use
from provfin.web.explore.money.sector import draw_sector, draw_target
from provfin.web.explore.portrait import Draw
from provfin.web.language import find_language
from provfin.web.negotiation import HTML
from provfin.web.pages import give_page, render
from provfin.web.problems import KNOWN, explain
from provfin.web.site import PAGE_HEADERS, PAGE_VARY, Site

# What draws the resources of each class, by the local name of the class.
KINDS: Mapping[str, Draw] = {
    "InstrumentUse": draw_use,
    "Instrument": draw_instrument,
    "Target": draw_target,
    "InstitutionalSector": draw_sector,
}
ALL = "all"
# The classes instruments and targets are told apart by, in the order they are listed.
_INSTRUMENT_CLASSES = ("PolicyInstrument", "FinancialProduct", "Programme")
_TARGET_CLASSES = ("TargetSector", "BeneficiaryGroup")


@dataclass(frozen=True)
class Entry:
    """A concept in an outline: how deep it stands, its IRI and name, how much is told of it by what that is."""

    depth: int
    iri: str
    name: str
    counts: Mapping[str, int]


@dataclass(frozen=True)
class Listed:
    """The concepts of a class: its names, and the outline of those below it."""

    kind: str
    entries: list[Entry]


@dataclass(frozen=True)
class Direction:
    """Loans of one direction: how they are called, the balance and growth with the figures' IRIs."""

    indicator: str
    name: str
    balance: tuple[str, Shown] | None
    growth: tuple[str, Shown] | None
    order: tuple[bool, Decimal, str]


def make_router(site: Site) -> APIRouter:
    """Return the routes of these pages."""
    router = APIRouter()

    @router.get("/instruments")
    async def list_instruments(request: Request, show: str = "") -> Response:
        try:
            context = await _list_instruments(site, find_language(request.scope), is_all=show == ALL)
        except KNOWN as error:
            return explain(error)
        return give_page(site, request, "instruments.html", **context)

    @router.get("/sectors")
    async def list_sectors(request: Request, show: str = "", report: str = "") -> Response:
        language = find_language(request.scope)
        try:
            holdings = await site.once(load_holdings)
            chosen = holdings.find(report)
            context = await _list_sectors(site, language, chosen, is_all=show == ALL)
        except KNOWN as error:
            return explain(error)
        told = {"holdings": holdings, "report": chosen, "asked_for": report, **context}
        return _give(site, request, told, is_missing=chosen is None and bool(report))

    return router


def _give(site: Site, request: Request, told: Mapping[str, Any], *, is_missing: bool) -> Response:
    if not is_missing:
        return give_page(site, request, "sectors.html", **told)
    body = render(site, request, "sectors.html", **told)
    return Response(body, 404, {"Vary": PAGE_VARY, **PAGE_HEADERS}, HTML)


async def _list_instruments(site: Site, language: str, *, is_all: bool) -> dict[str, Any]:
    counted, tree, classes = await asyncio.gather(
        site.once(_count_instruments),
        site.once(load_instruments),
        _find_classes(site, _INSTRUMENT_CLASSES),
    )
    return _outline(counted, "instrument", tree, classes, language, is_all=is_all)


async def _list_sectors(site: Site, language: str, report: Report | None, *, is_all: bool) -> dict[str, Any]:
    counted, holders, tree, classes, units = await asyncio.gather(
        site.once(_count_targets),
        site.once(_count_sectors),
        site.once(load_targets),
        _find_classes(site, _TARGET_CLASSES),
        site.once(load_units),
    )
    sectors = {row["sector"].text: int(row["number"].text) for row in holders.rows}
    credit, loans = await _find_directions(site, language, report, units) if report else ([], None)
    context = _outline(counted, "target", tree, classes, language, is_all=is_all)
    call = name_all(await find_texts(site, sectors), language)
    return {**context, "sectors": sorted(sectors.items(), key=lambda item: call(item[0])), "name_of": call,
            "credit": credit, "loans": loans}  # fmt: skip


async def _count_instruments(site: Site) -> Asked:
    return await ask_page(site, "instrument-counts")


async def _count_targets(site: Site) -> Asked:
    return await ask_page(site, "sector-counts")


async def _count_sectors(site: Site) -> Asked:
    return await ask_page(site, "sector-institutional")


def _outline(
    counted: Asked, field: str, tree: Hierarchy, classes: Mapping[str, set[str]], language: str, *, is_all: bool
) -> dict[str, Any]:
    counts: dict[str, dict[str, int]] = {}
    for row in counted.rows:
        counts.setdefault(row[field].text, {})[row["kind"].text] = int(row["number"].text)
    told = set(tree.above) if is_all else set(counts) & set(tree.above)
    entries = [
        Entry(depth, iri, tree.name(iri, language), counts.get(iri, {})) for depth, iri in tree.walk(told, language)
    ]
    listed = [Listed(kind, list(_keep(entries, held))) for kind, held in classes.items()]
    return {"listed": [each for each in listed if each.entries], "is_all": is_all, "query": counted.query,
            "number": len(told), "whole": sum(1 for _ in tree.walk(tree.above, language))}  # fmt: skip


def _keep(entries: Iterable[Entry], held: set[str]) -> Iterable[Entry]:
    """Yield the outlines that begin with a concept of a class."""
    is_kept = False
    for entry in entries:
        is_kept = entry.iri in held if entry.depth == 0 else is_kept
        if is_kept:
            yield entry


async def _find_classes(site: Site, locals_: Iterable[str]) -> dict[str, set[str]]:
    """Return the concepts of each class, by the local name of the class."""
    names = list(locals_)
    found = await asyncio.gather(*(ask_page(site, "flows-tree", {"class": name_term(local)}) for local in names))
    return {local: {row["concept"].text for row in asked.rows} for local, asked in zip(names, found, strict=True)}


async def _find_directions(site: Site, language: str, report: Report, units: Units) -> tuple[list[Direction], Query]:
    """Return where the loans of a report went, the greatest balance first, then the fastest growth."""
    asked = await ask_page(site, "sector-credit", {"report": report.iri})
    names = await find_texts(site, (row["figure"].text for row in asked.rows))
    call = name_all(names, language)
    found: dict[tuple[str, str], dict[str, tuple[str, Shown]]] = {}
    values: dict[tuple[str, str, str], Decimal] = {}
    for row in asked.rows:
        key = (row["indicator"].text, call(row["figure"].text))
        value, code = read_value(row), row["measure"].text
        found.setdefault(key, {})[code] = (row["figure"].text, units.show(value, row["unit"].text, code, language))
        values[(*key, code)] = value * units[row["unit"].text].factor
    directions = [
        Direction(*key, told.get("level"), told.get("yoy_growth"), _rank(values, key)) for key, told in found.items()
    ]
    return sorted(directions, key=lambda each: each.order), asked.query


def _rank(values: Mapping[tuple[str, str, str], Decimal], key: tuple[str, str]) -> tuple[bool, Decimal, str]:
    balance, growth = values.get((*key, "level")), values.get((*key, "yoy_growth"))
    return balance is None, -(balance or growth or Decimal()), key[1]
