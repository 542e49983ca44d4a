"""Owns the account of a report: what became of each of its numbers, what was left open, and what its audit rests on.

It is for those who do not have the report: it holds numbers as printed and the codes of facts, never a sentence. It
names the report by its SHA-256, so that nobody takes it for that of another text. Refuses a folder that is no account.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from provfin.audit import Audit, AuditFinding, audit_extraction
from provfin.audit.derivation import Quantity, Step
from provfin.audit.network import Bounds, Form, Product, Total
from provfin.building import write_jsonl
from provfin.document import Document, Gap, Span
from provfin.errors import InputError
from provfin.extraction import Extraction
from provfin.ledger import LedgerLine, make_ledger, summarise
from provfin.quantity import drop_empty_decimals, write_decimal

SUMMARY, NUMBERS, GAPS, ARITHMETIC = "report.json", "numbers.jsonl", "gaps.jsonl", "arithmetic.jsonl"
# The most characters of a gap that are told: enough for a figure with its unit, too few for a sentence.
_LONGEST_QUOTE = 16
_DOWN, _UP = Context(prec=12, rounding=ROUND_FLOOR), Context(prec=12, rounding=ROUND_CEILING)


@dataclass(frozen=True)
class Tally:
    """How many numbers of a report are of a kind, for a reason."""

    kind: str
    reason: str
    number: int


@dataclass(frozen=True)
class Summary:
    """A report's account in numbers; `share` is what the rules alone read right, wrong and not at all in prose.

    `checked` is how many identities the audit has looked at by the code of the rule, `covered` how many of the
    `figures` take part in one.
    """

    report: str
    sha256: str
    tallies: tuple[Tally, ...]
    share: Mapping[str, int]
    is_reviewed: bool
    gaps: int
    figures: int
    covered: int
    checked: Mapping[str, int]

    @property
    def numbers(self) -> int:
        """How many numbers the report prints."""
        return sum(tally.number for tally in self.tallies)

    def count(self, kind: str) -> int:
        """Return how many numbers are of a kind."""
        return sum(tally.number for tally in self.tallies if tally.kind == kind)


@dataclass(frozen=True)
class Number:
    """A printed number: its place in code points, its line, its part of the report, and what became of it."""

    start: int
    end: int
    line: int
    exact: str
    kind: str
    reason: str = ""
    part: str = ""
    facts: tuple[str, ...] = ()


@dataclass(frozen=True)
class OpenPoint:
    """What the reader of a report has left open: a gap, with the first characters that stand there."""

    reason: str
    start: int
    end: int
    line: int
    exact: str
    message: str
    repair: str
    part: str = ""


@dataclass(frozen=True)
class Term:
    """A quantity of an identity: the observation it is, else its names; its bounds, None where it is open."""

    observation: str
    names: Mapping[str, str]
    bounds: tuple[Decimal | None, Decimal | None]
    is_amount: bool


@dataclass(frozen=True)
class Equation:
    """An identity, solved for the term at `solved` unless that is None; amounts are in units of `factor`."""

    form: str
    terms: tuple[Term, ...]
    factor: Decimal
    unit: str
    solved: int | None
    signs: tuple[int, ...] = ()
    scale: Decimal = Decimal(1)
    offset: Decimal = Decimal(0)


@dataclass(frozen=True)
class Arithmetic:
    """How a finding of the audit comes about: its identities in order, the observation looked at, what they leave it.

    `announced` and `named` are of a list: how many things the words before it announce, and how many it names.
    """

    observation: str
    unit: str
    implied: tuple[Decimal | None, Decimal | None] | None
    equations: tuple[Equation, ...]
    announced: int | None = None
    named: int | None = None


@dataclass(frozen=True)
class Account:
    """The account of a report; `arithmetic` is by the key of the finding."""

    summary: Summary
    numbers: tuple[Number, ...]
    gaps: tuple[OpenPoint, ...]
    arithmetic: Mapping[str, Arithmetic] = field(default_factory=dict)


# Writing


def render_account(extraction: Extraction) -> dict[str, bytes]:
    """Return the files of a report's account under their names; equal input gives equal bytes."""
    audit, ledger = audit_extraction(extraction), make_ledger(extraction)
    summary = json.dumps(_record_summary(extraction, audit, ledger), ensure_ascii=False, indent=1)
    return {
        SUMMARY: f"{summary}\n".encode(),
        NUMBERS: write_jsonl(_record_numbers(extraction.document, ledger)),
        GAPS: write_jsonl(_record_gaps(extraction.document, extraction.gaps)),
        ARITHMETIC: write_jsonl(map(_record_finding, audit.findings)),
    }


def _record_summary(extraction: Extraction, audit: Audit, ledger: Iterable[LedgerLine]) -> dict[str, Any]:
    share = extraction.share
    return {
        "report": extraction.report.id,
        "sha256": extraction.report.sha256,
        "numbers": [[kind, reason, number] for kind, reason, number in summarise(ledger)],
        "prose": {
            "right": share.right,
            "wrong": share.wrong,
            "missed": share.missed,
            "reviewed": share.is_reviewed,
        },
        "gaps": len(extraction.gaps),
        "audit": {
            "figures": audit.figures,
            "covered": audit.covered,
            "checked": dict(sorted(audit.checks_by_code.items())),
        },
    }


def _record_numbers(document: Document, ledger: Iterable[LedgerLine]) -> Iterator[dict[str, Any]]:
    find_part = _index_parts(document)
    for line, place in zip(ledger, _number_lines(document.source, (line.span for line in ledger)), strict=True):
        told = {
            "start": line.span.start,
            "end": line.span.end,
            "line": place,
            "exact": line.exact,
            "kind": line.kind,
            "reason": line.reason,
            "part": find_part(line.span.start),
            "facts": list(line.facts),
        }
        yield {name: value for name, value in told.items() if value not in ("", [])}


def _record_gaps(document: Document, gaps: Iterable[Gap]) -> Iterator[dict[str, Any]]:
    find_part = _index_parts(document)
    for gap in gaps:
        exact = document.source[gap.span.start : gap.span.end]
        yield {
            "reason": gap.reason,
            "start": gap.span.start,
            "end": gap.span.end,
            "line": document.source.count("\n", 0, gap.span.start) + 1,
            "exact": exact if len(exact) <= _LONGEST_QUOTE else f"{exact[:_LONGEST_QUOTE]}…",
            "message": gap.message,
            "repair": gap.repair,
            "part": find_part(gap.span.start),
        }


def _number_lines(source: str, spans: Iterable[Span]) -> Iterator[int]:
    place, number = 0, 1
    for span in spans:
        number += source.count("\n", place, span.start)
        place = span.start
        yield number


def _index_parts(document: Document) -> Callable[[int], str]:
    """Return what finds the path of the part that a place stands in; empty for what is in none."""
    found: dict[int, str] = {}
    for part in document.parts:
        found.update(dict.fromkeys(range(part.span.start, part.span.end), part.path))
    for block in document.tables:
        found.update(dict.fromkeys(range(block.rows[0].span.start, block.rows[-1].span.end), block.part.path))
    for passage, held in document.passages():
        if held is not None:
            found.update(dict.fromkeys(passage.offsets, held.path))
    return lambda place: found.get(place, "")


def _record_finding(finding: AuditFinding) -> dict[str, Any]:
    told: dict[str, Any] = {"finding": finding.key}
    if finding.figures:
        first = finding.figures[0]
        told |= {"observation": first.key, "unit": first.unit.slug}
        if finding.implied is not None:
            told["implied"] = _record_bounds(finding.implied, first.factor)
        told["equations"] = [_record_step(step) for step in finding.steps]
    elif finding.residual is not None:
        announced = int(finding.places[0].bounds.lower)
        told |= {"announced": announced, "named": announced + int(finding.residual)}
    return told


def _record_step(step: Step) -> dict[str, Any]:
    told: dict[str, Any] = {"form": type(step.form).__name__.lower(), **_record_form(step.form)}
    told |= {"factor": _write(step.factor), "unit": step.unit.unit.slug if step.unit else "", "solved": step.solved}
    return {**told, "terms": [_record_quantity(quantity) for quantity in step.quantities]}


def _record_form(form: Form) -> dict[str, Any]:
    match form:
        case Total(signs=signs):
            return {"signs": list(signs)}
        case Product(scale=scale, offset=offset):
            return {"scale": _write(scale), "offset": _write(offset)}
    return {}


def _record_quantity(quantity: Quantity) -> dict[str, Any]:
    known = {"observation": quantity.figure.key} if quantity.figure else {"names": dict(quantity.names)}
    return {**known, "bounds": _record_bounds(quantity.bounds, Decimal(1)), "amount": quantity.is_amount}


def _record_bounds(bounds: Bounds, factor: Decimal) -> list[str | None]:
    return [
        None if bounds.is_open_below else _write(_DOWN.divide(bounds.lower, factor)),
        None if bounds.is_open_above else _write(_UP.divide(bounds.upper, factor)),
    ]


def _write(value: Decimal) -> str:
    return write_decimal(drop_empty_decimals(value))


# Reading


def read_summary(folder: Path) -> Summary | None:
    """Return the account in the folder of a report in numbers, or None if there is none."""
    return _read_summary(folder) if (folder / SUMMARY).is_file() else None


@lru_cache(maxsize=512)
def _read_summary(folder: Path) -> Summary:
    with _Reading(folder / SUMMARY):
        told = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
        share, audit = dict(told["prose"]), told["audit"]
        is_reviewed = bool(share.pop("reviewed"))
        tallies = tuple(Tally(*tally) for tally in told["numbers"])
        figures, covered, checked = audit["figures"], audit["covered"], audit["checked"]
        return Summary(
            told["report"], told["sha256"], tallies, share, is_reviewed, told["gaps"], figures, covered, checked
        )


@lru_cache(maxsize=16)
def read_account(folder: Path) -> Account:
    """Return the account in the folder of a report; raises `InputError` where there is none or it cannot be read."""
    with _Reading(folder):
        return Account(
            _read_summary(folder),
            tuple(Number(**{**told, "facts": tuple(told.get("facts", ()))}) for told in _read_lines(folder / NUMBERS)),
            tuple(OpenPoint(**told) for told in _read_lines(folder / GAPS)),
            {told["finding"]: _read_arithmetic(told) for told in _read_lines(folder / ARITHMETIC)},
        )


def _read_lines(path: Path) -> Iterator[dict[str, Any]]:
    return map(json.loads, path.read_text(encoding="utf-8").splitlines())


def _read_arithmetic(told: Mapping[str, Any]) -> Arithmetic:
    return Arithmetic(
        told.get("observation", ""),
        told.get("unit", ""),
        _read_bounds(told["implied"]) if "implied" in told else None,
        tuple(_read_equation(equation) for equation in told.get("equations", ())),
        told.get("announced"),
        told.get("named"),
    )


def _read_equation(told: Mapping[str, Any]) -> Equation:
    return Equation(
        told["form"],
        tuple(_read_term(term) for term in told["terms"]),
        Decimal(told["factor"]),
        told["unit"],
        told["solved"],
        tuple(told.get("signs", ())),
        Decimal(told.get("scale", 1)),
        Decimal(told.get("offset", 0)),
    )


def _read_term(told: Mapping[str, Any]) -> Term:
    return Term(told.get("observation", ""), told.get("names", {}), _read_bounds(told["bounds"]), told["amount"])


def _read_bounds(told: Iterable[str | None]) -> tuple[Decimal | None, Decimal | None]:
    lower, upper = (None if bound is None else Decimal(bound) for bound in told)
    return lower, upper


class _Reading:
    """Tells of whatever is wrong with the files of an account in one way."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, (OSError, ValueError, KeyError, TypeError, ArithmeticError)):
            repair = "run provfin build where the report is at hand"
            raise InputError(f"the account cannot be read ({error})", where=str(self._path), repair=repair) from error
