"""Owns the portraits of sectors and groups: those finance is meant for, and those that hold deposits and loans."""

import asyncio

from fastapi import Request

from provfin.web.explore.asking import ask_page, find_texts
from provfin.web.explore.hierarchy import is_whole
from provfin.web.explore.money.diagram import name_all
from provfin.web.explore.money.held import find_held
from provfin.web.explore.money.instrument import Place, list_aliases
from provfin.web.explore.money.telling import Writing, load_setting, read_latest
from provfin.web.explore.money.uses import read_others, read_uses
from provfin.web.explore.portrait import Portrait
from provfin.web.explore.relations import draw_relations
from provfin.web.explore.vocabulary.vocabulary import read_texts
from provfin.web.language import find_language
from provfin.web.lookup import Resource
from provfin.web.pages import find_release_root
from provfin.web.site import Site


async def draw_target(site: Site, request: Request, resource: Resource) -> Portrait | None:
    """Draw a sector or group: what reached it, through whom, and the figures that are of it."""
    if is_whole(resource.iri):
        return None
    language = find_language(request.scope)
    whole = {"whole": resource.iri}
    (uses, bare, others), indicators, held, drawn, setting = await asyncio.gather(
        asyncio.gather(*(ask_page(site, name, whole) for name in ("sector-uses", "sector-bare", "sector-others"))),
        ask_page(site, "sector-indicators", {"target": resource.iri}),
        find_held(site, "sector-figures", whole),
        draw_relations(site, request, resource),
        load_setting(site),
    )
    told = await read_latest(site, read_uses([*uses.rows, *bare.rows]), read_others(others.rows), uses.query)
    own = [row["indicator"].text for row in indicators.rows]
    return Portrait(
        "target.html",
        {
            "about": list(read_texts(resource, "skos", "definition").items()),
            "aliases": list_aliases(resource, language),
            "tree": Place(setting.targets, resource.iri, language),
            "uses": told.uses,
            "others": told.others,
            "more": told.more,
            "query": told.query,
            "writing": Writing(language, told.names, setting),
            "indicators": own,
            "name_of": name_all(await find_texts(site, own), language),
            "held": held,
            "charts": held.list_charts(language, find_release_root(site, request)),
            "drawn": drawn,
        },
    )


async def draw_sector(site: Site, request: Request, resource: Resource) -> Portrait | None:
    """Draw a holder of deposits and loans: its figures over time."""
    if is_whole(resource.iri):
        return None
    language = find_language(request.scope)
    held = await find_held(site, "sector-holdings", {"sector": resource.iri})
    return Portrait(
        "sector.html",
        {
            "about": list(read_texts(resource, "skos", "definition").items()),
            "aliases": list_aliases(resource, language),
            "held": held,
            "charts": held.list_charts(language, find_release_root(site, request)),
        },
    )
