"""Owns the catalogue of rules as pages show it: what reads, validates and audits, and what each has found.

Shapes, checks and rules of the audit are told by the catalogue, reading rules by the release. Refuses to count where
nothing is known: no number is no nought.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from provfin.assets import find_assets
from provfin.findings import Rule, Text
from provfin.turtle import BASE
from provfin.web.explore.asking import Asked, ask_page, find_path, find_texts
from provfin.web.explore.quality.ledgers import load_reports
from provfin.web.explore.quality.validity import count_all_nodes, index_shapes, judge
from provfin.web.lookup import Texts
from provfin.web.site import Site

AUDIT, READING, SHAPE, CHECK = "audit", "reading", "shape", "check"
KINDS = (AUDIT, READING, SHAPE, CHECK)
REVIEW = "review"


@dataclass(frozen=True)
class Entry:
    """A rule: its code, kind and severity, its texts, how often it was applied and found something where that is known.

    `group` is the shape that gathers it, `iri` the rule in the graph where it is there.
    """

    code: str
    kind: str
    severity: str
    names: Texts
    what: Texts
    why: Texts
    repair: Texts
    bad: str = ""
    good: str = ""
    path: str = ""
    group: str = ""
    iri: str = ""
    applied: int | None = None
    found: int | None = None

    @cached_property
    def everything(self) -> str:
        """All it says, to be searched in: in small letters, in all languages."""
        texts = (text for told in (self.names, self.what, self.why, self.repair) for text in told.values())
        return " ".join((self.code, self.path, self.group, *texts)).casefold()


@dataclass(frozen=True)
class Rulebook:
    """All rules by kind, and the query that tells the reading rules."""

    entries: Mapping[str, Sequence[Entry]]
    asked: Asked

    def find(self, code: str) -> Entry | None:
        """Return the rule with a code."""
        return next((entry for entries in self.entries.values() for entry in entries if entry.code == code), None)


@lru_cache(maxsize=1)
def _list_rules() -> tuple[Sequence[Rule], Sequence[Rule]]:
    # A server that is not asked about rules does without what reads them.
    from provfin.catalogue import list_audit_rules, list_rules

    assets = find_assets()
    return list_rules(assets), list_audit_rules(assets)


async def load_rulebook(site: Site) -> Rulebook:
    """Return the rules with what they have found in a release; ask for them by `Site.once`."""
    rules, audit_rules = _list_rules()
    asked, counted = await ask_page(site, "quality-reading-rules"), await ask_page(site, "quality-counts")
    names = await find_texts(site, {*(row["rule"].text for row in asked.rows), *(r["rule"].text for r in counted.rows)})
    codes = await _find_codes(site)
    found: Counter[str] = Counter()
    for row in counted.rows:
        found[row["rule"].text] += int(row["number"].number)
    return Rulebook(
        {
            AUDIT: [await _tell_audit_rule(site, rule, codes.get(rule.code, ""), found) for rule in audit_rules],
            READING: [_tell_reading_rule(row["rule"].text, int(row["number"].number), names) for row in asked.rows],
            **(await _tell_held(site, rules)),
        },
        asked,
    )


async def _find_codes(site: Site) -> Mapping[str, str]:
    """Return the IRI of each rule of the audit by its code."""
    asked = await ask_page(site, "quality-audit-rules")
    return {row["code"].text: row["rule"].text for row in asked.rows}


async def _tell_audit_rule(site: Site, rule: Rule, iri: str, found: Mapping[str, int]) -> Entry:
    reports = (await site.once(load_reports)).values()
    checked = [report.summary.checked.get(rule.code, 0) for report in reports if report.summary]
    return _tell(rule, AUDIT, iri=iri, applied=sum(checked) if checked else None, found=found.get(iri, 0))


def _tell_reading_rule(iri: str, number: int, names: Mapping[str, Texts]) -> Entry:
    code = find_path(iri).removeprefix("rule/")
    return Entry(code, READING, "", names.get(iri, {"": code}), {}, {}, {}, iri=iri, applied=number)


async def _tell_held(site: Site, rules: Iterable[Rule]) -> dict[str, list[Entry]]:
    nodes, shapes, verdict = await site.once(count_all_nodes), index_shapes(), judge(site)
    found = Counter(finding.code for finding in verdict.findings)
    told: dict[str, list[Entry]] = {SHAPE: [], CHECK: []}
    for rule in rules:
        shape = shapes.get(rule.code)
        number = found[rule.code] if verdict.is_of_these_rules else None
        if shape is None:
            told[CHECK].append(_tell(rule, CHECK, found=number))
        else:
            applied = nodes.get(shape.iri, 0)
            told[SHAPE].append(_tell(rule, SHAPE, group=shape.name, applied=applied, found=number))
    return told


def _tell(
    rule: Rule, kind: str, *, iri: str = "", group: str = "", applied: int | None = None, found: int | None = None
) -> Entry:
    return Entry(
        rule.code, kind, rule.severity, _texts(rule.name), _texts(rule.what), _texts(rule.why), _texts(rule.repair),
        rule.bad, rule.good, rule.path, group, iri, applied, found,
    )  # fmt: skip


def _texts(text: Text) -> Texts:
    return {language: told for language, told in text._asdict().items() if told}


def is_reviewer(rule: str) -> bool:
    """Tell whether the rule with an IRI is that a person has decided."""
    return rule == f"{BASE}rule/{REVIEW}"
