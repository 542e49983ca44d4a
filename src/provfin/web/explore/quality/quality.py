"""Owns the pages of quality: how reports were read, by which rules, whether that is valid, and what they contradict.

What a page cannot know (how a text was read that this installation has no account of, what a validation found that was
not noted) it says it does not know.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from provfin.accounts import Number
from provfin.ledger import NOT_A_FACT, PROSE_FACT, TABLE_FACT, UNREAD
from provfin.turtle import BASE
from provfin.web.explore.asking import Asked, ask_page, find_path, find_texts
from provfin.web.explore.figures import Shown, Units, load_units
from provfin.web.explore.portrait import Draw, Portrait
from provfin.web.explore.quality.contradictions import find_contradictions
from provfin.web.explore.quality.ledgers import KINDS as LEDGER_KINDS
from provfin.web.explore.quality.ledgers import PAGE, Choice, Fact, ReadReport, choose_numbers, find_facts, load_reports
from provfin.web.explore.quality.rulebook import KINDS as RULE_KINDS
from provfin.web.explore.quality.rulebook import Rulebook, is_reviewer, load_rulebook
from provfin.web.explore.quality.validity import count_nodes, count_rules, judge, list_shapes
from provfin.web.explore.reports.sources import find_text_address, has_text
from provfin.web.language import find_language
from provfin.web.lookup import Resource, Texts
from provfin.web.pages import find_release_root, give_page
from provfin.web.problems import KNOWN, explain, make_problem
from provfin.web.site import Site

_REPORTS_PAGE = 50
_MOST_PAGES = 100_000
_LONGEST = 100
# The findings of a validation that a page lists.
_MOST_FINDINGS = 200

Text = Annotated[str, Query(max_length=_LONGEST)]
PageNumber = Annotated[int, Query(ge=1, le=_MOST_PAGES)]


@dataclass(frozen=True)
class Overview:
    """The quality of a report at a glance: figures by rule and by a reviewer, findings by severity."""

    report: ReadReport
    by_rule: int
    by_reviewer: int
    findings: Mapping[str, int]

    @property
    def share_by_rule(self) -> int:
        """How many of a thousand printed figures rules read alone."""
        whole = self.by_rule + self.by_reviewer
        return self.by_rule * 1000 // whole if whole else 0


@dataclass(frozen=True)
class Overviews:
    """All reports of a release at a glance, and the queries that tell."""

    reports: Mapping[str, Overview]
    readings: Asked
    counts: Asked


def make_router(site: Site) -> APIRouter:
    """Return the routes of these pages."""
    router = APIRouter()

    @router.get("/quality")
    async def show_overview(request: Request, page: PageNumber = 1) -> Response:
        return await _answer(_show_overview(site, request, page))

    @router.get("/quality/rules")
    async def show_rules(request: Request, kind: Text = RULE_KINDS[0], q: Text = "") -> Response:
        return await _answer(_show_rules(site, request, kind, q))

    @router.get("/quality/rules/{code}")
    async def show_rule(request: Request, code: str) -> Response:
        return await _answer(_show_rule(site, request, code))

    _add_report_pages(router, site)
    return router


def _add_report_pages(router: APIRouter, site: Site) -> None:
    @router.get("/quality/{report}")
    async def show_report(request: Request, report: str) -> Response:
        return await _answer(_show_report(site, request, report))

    @router.get("/quality/{report}/ledger")
    async def show_ledger(
        request: Request,
        report: str,
        kind: Text = "",
        reason: Text = "",
        part: Text = "",
        text: Text = "",
        page: PageNumber = 1,
    ) -> Response:
        return await _answer(_show_ledger(site, request, report, Choice(kind, reason, part, text.strip(), page)))

    @router.get("/quality/{report}/validation")
    async def show_validation(request: Request, report: str) -> Response:
        return await _answer(_show_validation(site, request, report))

    @router.get("/quality/{report}/contradictions")
    async def show_contradictions(request: Request, report: str) -> Response:
        return await _answer(_show_contradictions(site, request, report))


async def _answer(page: Any) -> Response:
    try:
        response: Response = await page
    except KNOWN as error:
        return explain(error)
    return response


async def _find_report(site: Site, key: str) -> ReadReport | None:
    return (await site.once(load_reports)).get(key)


def _miss(key: str) -> Response:
    return make_problem(404, f"this release has no report {key!r}; /quality lists those it has")


# Overview


async def load_overviews(site: Site) -> Overviews:
    """Return the reports of a release at a glance; ask for them by `Site.once`."""
    reports = await site.once(load_reports)
    readings, counts = await asyncio.gather(ask_page(site, "quality-readings"), ask_page(site, "quality-counts"))
    by_rule: Counter[str] = Counter()
    by_reviewer: Counter[str] = Counter()
    for row in readings.rows:
        number = by_reviewer if is_reviewer(row["rule"].text) else by_rule
        number[row["report"].text] += int(row["number"].number)
    findings: dict[str, Counter[str]] = defaultdict(Counter)
    for row in counts.rows:
        findings[row["report"].text][row["severity"].text] += int(row["number"].number)
    return Overviews(
        {
            key: Overview(report, by_rule[report.iri], by_reviewer[report.iri], findings[report.iri])
            for key, report in reports.items()
        },
        readings,
        counts,
    )


async def _show_overview(site: Site, request: Request, page: int) -> Response:
    told = await site.once(load_overviews)
    overviews = list(told.reports.values())
    pages = max(1, -(-len(overviews) // _REPORTS_PAGE))
    if page > pages:
        return make_problem(404, f"there are {pages} pages, no page {page}")
    shown = overviews[(page - 1) * _REPORTS_PAGE : page * _REPORTS_PAGE]
    rulebook, verdict = await site.once(load_rulebook), await run_in_threadpool(judge, site)
    return give_page(
        site, request, "quality.html", overviews=shown, number=len(overviews), page=page, pages=pages,
        rules={kind: len(entries) for kind, entries in rulebook.entries.items()}, verdict=verdict, told=told,
        **_name_kinds(),
    )  # fmt: skip


def _name_kinds() -> dict[str, Any]:
    return {"table_fact": TABLE_FACT, "prose_fact": PROSE_FACT, "not_a_fact": NOT_A_FACT, "unread": UNREAD}


async def _show_report(site: Site, request: Request, key: str) -> Response:
    told = await site.once(load_overviews)
    overview = told.reports.get(key)
    if overview is None:
        return _miss(key)
    verdict = await run_in_threadpool(judge, site)
    return give_page(
        site, request, "quality_report.html", overview=overview, verdict=verdict, told=told, **_name_kinds()
    )


# Ledger


async def _show_ledger(site: Site, request: Request, key: str, choice: Choice) -> Response:
    report = await _find_report(site, key)
    if report is None:
        return _miss(key)
    account = report.read()
    if account is None:
        return give_page(site, request, "quality_ledger.html", report=report, account=None)
    reasons = sorted({tally.reason for tally in account.summary.tallies if tally.reason})
    if choice.kind not in ("", *LEDGER_KINDS) or choice.reason not in ("", *reasons):
        known = f"kind: {', '.join(LEDGER_KINDS)}; reason: {', '.join(reasons)}"
        return make_problem(400, f"no number is of that kind or reason ({known})")
    numbers = await choose_numbers(site, report, account, choice)
    pages = max(1, -(-len(numbers) // PAGE))
    if choice.page > pages:
        return make_problem(404, f"there are {pages} pages, no page {choice.page}")
    shown = numbers[(choice.page - 1) * PAGE : choice.page * PAGE]
    return give_page(
        site, request, "quality_ledger.html", report=report, account=account, choice=choice, numbers=shown,
        number=len(numbers), first=(choice.page - 1) * PAGE + 1, pages=pages, reasons=reasons, kinds=LEDGER_KINDS,
        **await _tell_numbers(site, report, shown, choice, find_language(request.scope)), **_name_kinds(),
    )  # fmt: skip


async def _tell_numbers(
    site: Site, report: ReadReport, numbers: Sequence[Number], choice: Choice, language: str
) -> dict[str, Any]:
    """Return what numbers state and where they stand: facts by key with how they read, names of parts by path."""
    start = f"{BASE}observation/{report.id}/"
    facts = await find_facts(site, (start + key for number in numbers for key in number.facts))
    paths = {number.part for number in numbers if number.part} | ({choice.part} if choice.part else set())
    parts = {path: f"{BASE}part/{report.id}/{path}" for path in paths}
    around = {fact.measure for fact in facts.values()} | {fact.period for fact in facts.values()}
    texts, units = await asyncio.gather(find_texts(site, {*parts.values(), *around}), site.once(load_units))
    return {
        "facts": {
            iri.removeprefix(start): {
                "iri": iri,
                "names": fact.names,
                "measure": texts.get(fact.measure, {}),
                "period": texts.get(fact.period, {}),
                "shown": _show(units, fact, language),
            }
            for iri, fact in facts.items()
        },
        "parts": {path: (iri, texts.get(iri, {"": path})) for path, iri in parts.items()},
    }


def _show(units: Units, fact: Fact, language: str) -> Shown | None:
    """Return how the value of a fact reads, or None for a dash."""
    if not fact.value:
        return None
    return units.show(Decimal(fact.value), fact.unit, find_path(fact.measure).removeprefix("measure/"), language)


# Rules


async def _show_rules(site: Site, request: Request, kind: str, text: str) -> Response:
    rulebook = await site.once(load_rulebook)
    if kind not in RULE_KINDS:
        return make_problem(400, f"kind: one of {', '.join(RULE_KINDS)}")
    wanted = text.strip().casefold()
    entries = [entry for entry in rulebook.entries[kind] if not wanted or wanted in entry.everything]
    return give_page(
        site, request, "quality_rules.html", kind=kind, entries=entries, text=text.strip(), rulebook=rulebook,
        numbers={name: len(found) for name, found in rulebook.entries.items()},
        verdict=await run_in_threadpool(judge, site),
    )  # fmt: skip


async def _show_rule(site: Site, request: Request, code: str) -> Response:
    rulebook = await site.once(load_rulebook)
    entry = rulebook.find(code)
    if entry is None:
        return make_problem(404, f"there is no rule {code!r}; /quality/rules lists all")
    findings = await _list_broken(site, rulebook, code)
    return give_page(
        site, request, "quality_rule.html", entry=entry, findings=findings, verdict=await run_in_threadpool(judge, site)
    )


async def _list_broken(site: Site, rulebook: Rulebook, code: str) -> Sequence[tuple[str, Texts]]:
    """Return the findings of the audit by a rule, with their names."""
    entry = rulebook.find(code)
    if entry is None or entry.kind != "audit":
        return []
    asked = await ask_page(site, "quality-broken", {"rule": entry.iri})
    iris = [row["finding"].text for row in asked.rows]
    texts = await find_texts(site, iris)
    return [(iri, texts.get(iri, {"": iri})) for iri in iris]


# Validation


async def _show_validation(site: Site, request: Request, key: str) -> Response:
    report = await _find_report(site, key)
    if report is None:
        return _miss(key)
    verdict, shapes = await run_in_threadpool(judge, site), await run_in_threadpool(list_shapes)
    nodes = await count_nodes(site, report.graph)
    numbers = await run_in_threadpool(count_rules)
    own = [finding for finding in verdict.findings if finding.source == report.id]
    return give_page(
        site, request, "quality_validation.html", report=report, verdict=verdict, nodes=nodes, findings=own,
        shapes=[shape for shape in shapes if nodes.get(shape.iri)],
        unmet=[shape for shape in shapes if not nodes.get(shape.iri)], most=_MOST_FINDINGS,
        rules_of_shapes=numbers[0], checks=numbers[1],
    )  # fmt: skip


# Contradictions


async def _show_contradictions(site: Site, request: Request, key: str) -> Response:
    report = await _find_report(site, key)
    if report is None:
        return _miss(key)
    found = await find_contradictions(site, report, find_language(request.scope))
    rulebook = await site.once(load_rulebook)
    is_readable = await has_text(site, report.iri)
    return give_page(
        site, request, "quality_contradictions.html", report=report, contradictions=found,
        reading_root=find_text_address(find_release_root(site, request), report.id) if is_readable else "",
        rules={entry.code: entry for entry in rulebook.entries["audit"]},
        query=(await ask_page(site, "quality-findings", {"report": report.iri})).query,
    )  # fmt: skip


async def _draw_finding(site: Site, request: Request, resource: Resource) -> Portrait | None:
    reports = await site.once(load_reports)
    key = resource.iri.removeprefix(f"{BASE}audit-finding/").partition("/")[0]
    report = reports.get(key)
    if report is None:
        return None
    found = await find_contradictions(site, report, find_language(request.scope), resource.iri)
    if not found:
        return None
    rulebook = await site.once(load_rulebook)
    rules = {entry.code: entry for entry in rulebook.entries["audit"]}
    return Portrait("quality_finding.html", {"report": report, "contradiction": found[0], "rules": rules})


async def _draw_rule(site: Site, _request: Request, resource: Resource) -> Portrait | None:
    rulebook = await site.once(load_rulebook)
    entries = [*rulebook.entries["audit"], *rulebook.entries["reading"]]
    entry = next((entry for entry in entries if entry.iri == resource.iri), None)
    if entry is None:
        return None
    findings = await _list_broken(site, rulebook, entry.code)
    return Portrait("quality_rule_portrait.html", {"entry": entry, "findings": findings})


# What draws the resources of each class, by the local name of the class.
KINDS: Mapping[str, Draw] = {"AuditFinding": _draw_finding, "AuditRule": _draw_rule, "ReadingRule": _draw_rule}
