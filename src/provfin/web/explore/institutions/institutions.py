"""Owns the pages of institutions: the list of them by kind, and what tables say of types of institution.

What is chosen stands in the address.
"""

from collections.abc import Callable, Mapping
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from provfin.web.explore.asking import ask_page, find_path, find_texts, name_resource
from provfin.web.explore.institutions import portraits as institution_portraits
from provfin.web.explore.institutions.figures import find_type_table
from provfin.web.explore.institutions.register import Institutions, Kind, load_institutions
from provfin.web.explore.named import Named, name_thing
from provfin.web.explore.portrait import Draw
from provfin.web.language import find_language
from provfin.web.pages import find_release_root, give_page
from provfin.web.problems import KNOWN, explain, make_problem
from provfin.web.site import Site
from provfin.web.texts import load_texts

# What draws the resources of each class, by the local name of the class.
KINDS: Mapping[str, Draw] = institution_portraits.KINDS

_LONGEST = 100
_REPORT = "report/"

Text = Annotated[str, Query(alias="q", max_length=_LONGEST)]


def make_router(site: Site) -> APIRouter:
    """Return the routes of these pages."""
    router = APIRouter()

    @router.get("/institutions")
    async def show_institutions(
        request: Request, text: Text = "", kind: str = "", everything: Annotated[str, Query(alias="all")] = ""
    ) -> Response:
        try:
            known = await site.once(load_institutions)
        except KNOWN as error:
            return explain(error)
        chosen = known.find_kind(kind)
        if kind and chosen is None:
            codes = ", ".join(sorted(each.code for each in known.kinds.values()))
            return make_problem(404, f"no kind {kind!r} of institution; one of: {codes}")
        return _show_list(site, request, known, chosen, text, is_all=everything == "yes")

    @router.get("/institutions/types")
    async def show_types(request: Request, report: str = "") -> Response:
        try:
            reports = await site.once(load_reports)
            chosen = next((each for each in reports if each.iri == name_resource(_REPORT + report)), None)
            if report and chosen is None:
                return make_problem(404, f"no report {report!r} with figures of types of institution")
            return await _show_types(site, request, reports, chosen or next(iter(reports), None))
        except KNOWN as error:
            return explain(error)

    return router


async def load_reports(site: Site) -> list[Named]:
    """Return the reports that have figures of types of institution, the last first; ask for it by `Site.once`."""
    asked = await ask_page(site, "institution-type-reports")
    texts = await find_texts(site, {row["report"].text for row in asked.rows})
    return [name_thing(row["report"].text, texts) for row in asked.rows]


def _show_list(
    site: Site, request: Request, known: Institutions, kind: Kind | None, text: str, *, is_all: bool
) -> Response:
    found = known.choose(kind, text, is_all=is_all)
    used = {wider for each in known.institutions if is_all or each.is_told for wider in known.list_wider(each.kind)}
    return give_page(
        site,
        request,
        "institutions.html",
        known=known,
        number=len(found),
        unseen=0 if is_all else len(known.choose(kind, text, is_all=True)) - len(found),
        groups=known.group(found, find_language(request.scope)),
        kinds=[each for iri, each in known.kinds.items() if iri in used or each == kind],
        kind=kind,
        text=text,
        is_all=is_all,
        more=f"{find_release_root(site, request)}institutions?{urlencode({**_write_chosen(kind, text), 'all': 'yes'})}",
        columns=_list_columns(load_texts(find_language(request.scope)).gettext),
    )


def _write_chosen(kind: Kind | None, text: str) -> dict[str, str]:
    return {**({"kind": kind.code} if kind else {}), **({"q": text} if text else {})}


def _list_columns(_: Callable[[str], str]) -> list[tuple[str, str, str]]:
    """Return what is counted, where it stands on the page of an institution, and what it is called."""
    return [
        ("names", "printed", _("Named")),
        ("events", "events", _("Events")),
        ("titles", "titles", _("Titles")),
        ("issued", "issued", _("Issued")),
        ("uses", "uses", _("Tools used")),
        ("figures", "figures", _("Figures")),
        ("announced", "announced", _("Announced")),
    ]


async def _show_types(site: Site, request: Request, reports: list[Named], chosen: Named | None) -> Response:
    table = await find_type_table(site, chosen.iri, find_language(request.scope)) if chosen else None
    codes = {each.iri: find_path(each.iri).removeprefix(_REPORT) for each in reports}
    return give_page(site, request, "institution_types.html", table=table, reports=reports, report=chosen, codes=codes)
