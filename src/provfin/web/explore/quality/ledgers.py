"""Owns which reports of a release have an account of how they were read, and which of its numbers a reader asks for.

An account is used where it is of the very text that the release says a report was read from. Refuses one of another
text: a page says then that there is none.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from provfin.accounts import Account, Number, Summary, read_account, read_summary
from provfin.assets import find_assets
from provfin.ledger import NOT_A_FACT, PROSE_FACT, TABLE_FACT, UNREAD
from provfin.turtle import BASE
from provfin.web.explore.asking import Row, ask_page, find_path, find_texts, read_value
from provfin.web.lookup import Texts
from provfin.web.site import Site

KINDS = (TABLE_FACT, PROSE_FACT, NOT_A_FACT, UNREAD)
PAGE = 100
# Observations whose names a query has room for.
_AT_ONCE = 50


@dataclass(frozen=True)
class ReadReport:
    """A report of the release: its id, its names, and its account in numbers, None where there is none of its text."""

    iri: str
    id: str
    names: Texts
    sha256: str
    period: str
    summary: Summary | None

    @property
    def graph(self) -> str:
        """The graph that tells of it."""
        return f"{BASE}graph/{self.id}"

    def read(self) -> Account | None:
        """Return its account, or None; raises `InputError` where it cannot be read."""
        return read_account(find_assets().ledgers / self.id) if self.summary else None


@dataclass(frozen=True)
class Choice:
    """Which numbers of a report are asked for: of a kind, for a reason, in a part, with a text in them."""

    kind: str = ""
    reason: str = ""
    part: str = ""
    text: str = ""
    page: int = 1

    @property
    def parameters(self) -> dict[str, str]:
        """What an address tells of it, but for the page."""
        told = {"kind": self.kind, "reason": self.reason, "part": self.part, "text": self.text}
        return {name: value for name, value in told.items() if value}


@dataclass(frozen=True)
class Fact:
    """An observation a number states: its names, the codes of its measure, period and unit, and its value as text."""

    iri: str
    names: Texts
    measure: str
    period: str
    unit: str
    value: str


async def load_reports(site: Site) -> Mapping[str, ReadReport]:
    """Return the reports of a release by id, the newest first; ask for them by `Site.once`."""
    asked = await ask_page(site, "quality-reports")
    names = await find_texts(site, (row["report"].text for row in asked.rows))
    found = {}
    for row in asked.rows:
        iri, sha256 = row["report"].text, row["sha256"].text
        key = find_path(iri).removeprefix("report/")
        summary = read_summary(find_assets().ledgers / key) if _is_plain(key) else None
        of_this_text = summary if summary is not None and summary.sha256 == sha256 else None
        found[key] = ReadReport(iri, key, names.get(iri, {"": key}), sha256, row["period"].text, of_this_text)
    return found


def _is_plain(key: str) -> bool:
    """Tell whether an id is of the form that folders have."""
    return key.isascii() and key.replace("-", "").isalnum()


async def choose_numbers(site: Site, report: ReadReport, account: Account, choice: Choice) -> Sequence[Number]:
    """Return the numbers of a report that are asked for, in reading order."""
    named = await _find_named(site, report, choice.text) if choice.text else frozenset()
    return [number for number in account.numbers if _is_chosen(number, choice, named)]


def _is_chosen(number: Number, choice: Choice, named: frozenset[str]) -> bool:
    return (
        choice.kind in ("", number.kind)
        and choice.reason in ("", number.reason)
        and (not choice.part or f"{number.part}/".startswith(f"{choice.part}/"))
        and (not choice.text or choice.text in number.exact or not named.isdisjoint(number.facts))
    )


async def _find_named(site: Site, report: ReadReport, text: str) -> frozenset[str]:
    """Return the keys of the report's observations with a text in their names."""
    asked = await ask_page(site, "quality-named", {"report": report.iri, "text": text.lower()})
    start = f"observation/{report.id}/"
    return frozenset(find_path(row["observation"].text).removeprefix(start) for row in asked.rows)


async def find_facts(site: Site, iris: Iterable[str]) -> Mapping[str, Fact]:
    """Return what observations say, by IRI."""
    wanted = sorted(set(iris))
    rows: list[Row] = []
    for start in range(0, len(wanted), _AT_ONCE):
        given = [{"observation": iri} for iri in wanted[start : start + _AT_ONCE]]
        rows.extend((await ask_page(site, "quality-facts", *given)).rows)
    facts: dict[str, dict[str, Any]] = {}
    for row in rows:
        fact = facts.setdefault(row["observation"].text, {"names": {}})
        fact["names"][row["language"].text] = row["label"].text
        fact |= {name: row[name].text for name in ("measure", "period", "unit")}
        fact["value"] = str(read_value(row)) if "value" in row else ""
    return {iri: Fact(iri, **fact) for iri, fact in facts.items()}
