"""Owns what is declared of how figures hang together, read from `data/audit.toml`.

Refuses a declaration that names an indicator, a breakdown or a code the vocabulary does not have.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from provfin.assets import find_assets
from provfin.audit.figures import LEVEL
from provfin.audit.network import Bounds
from provfin.errors import InputError
from provfin.vocabulary import Vocabulary, load_vocabulary

TOTAL = "total"
_SUM = {"whole", "parts", "unless"}
_KEYS = {
    "amounts": {"signed"},
    "growth": {"real"},
    "broader": {"apart"},
    "breakdown": {"dimension", "of", "parts", "whole", "weights"},
    "share-out": {*_SUM, "rest"},
    "total": _SUM,
    "difference": _SUM,
    "between": {*_SUM, "weights"},
    "order": {"less", "more"},
    "range": {"amount", "of", "between"},
    "currency": {"dimension", "yuan", "foreign", "rate", "month", "year", "none"},
    "share": {"share", "numerator", "denominator"},
}


@dataclass(frozen=True)
class Term:
    """An indicator with some of its breakdowns, and which way it counts in a sum."""

    indicator: str
    codes: Mapping[str, str]
    measure: str = LEVEL
    sign: int = 1


@dataclass(frozen=True)
class Sum:
    """A whole and its parts, by the rule they follow; it does not hold where a figure of `unless` is printed.

    `weights` are those in which growth of the parts adds up to that of the whole, as far as it is known where they lie.
    `rest` is by how much the share of what is not named moves in a year at most, where that is known.
    """

    rule: str
    whole: Term
    parts: tuple[Term, ...]
    unless: tuple[str, ...] = ()
    weights: tuple[Bounds, ...] = ()
    rest: Decimal | None = None


@dataclass(frozen=True)
class Breakdown:
    """A breakdown whose codes make up the code `of`: those named, or all that a table prints where none are named.

    `whole` is what the share of the whole is by definition, in base units; `weights` by how much the weights in which
    real growth adds up can differ from shares at current prices.
    """

    dimension: str
    of: str
    parts: tuple[str, ...]
    whole: Decimal | None = None
    weights: Decimal | None = None


@dataclass(frozen=True)
class Share:
    """A share with what it is a share of."""

    share: str
    numerator: Term
    denominator: Term


@dataclass(frozen=True)
class Range:
    """What one amount is at least and at most of another."""

    amount: str
    of: str
    between: Bounds


@dataclass(frozen=True)
class Currency:
    """The breakdown by currency, its codes, what a unit of foreign currency can cost, what is in yuan alone.

    `month` and `year` are by how much of itself the rate of the day moves in one at most.
    """

    dimension: str
    yuan: str
    foreign: str
    rate: Bounds
    month: Decimal
    year: Decimal
    none: frozenset[str]


@dataclass(frozen=True)
class Laws:
    """All that is declared; `broader` leads from an indicator to those it is part of."""

    signed: frozenset[str]
    real: frozenset[str]
    broader: Mapping[str, frozenset[str]]
    sums: tuple[Sum, ...]
    share_outs: tuple[Sum, ...]
    between: tuple[Sum, ...]
    breakdowns: tuple[Breakdown, ...]
    shares: tuple[Share, ...]
    # What is less, and what is more.
    orders: tuple[tuple[Term, Term], ...]
    ranges: tuple[Range, ...]
    currency: Currency


@lru_cache
def load_laws(path: Path | None = None) -> Laws:
    """Read the declared laws, by default this installation's; raises `InputError` where one names the unknown."""
    path = path or find_assets().root / "data" / "audit.toml"
    vocabulary = load_vocabulary()
    try:
        declared = tomllib.loads(path.read_text(encoding="utf-8"))
        return _Reader(declared, vocabulary).read()
    except (OSError, KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise InputError(f"not a declaration of laws ({error})", where=str(path), repair="mend the file") from error


class _Reader:
    def __init__(self, declared: Mapping[str, Any], vocabulary: Vocabulary) -> None:
        self.declared = declared
        self.vocabulary = vocabulary

    def read(self) -> Laws:
        declared = self.declared
        for table in declared:
            self._check_keys(table)
        return Laws(
            signed=frozenset(self._indicators(declared["amounts"]["signed"])),
            real=self._with_parts(declared["growth"]["real"]),
            broader=self._broader(self._with_parts(declared["broader"]["apart"])),
            sums=(*self._sums("total", "parts-and-total"), *self._sums("difference", "difference")),
            share_outs=self._sums("share-out", "part-within-whole"),
            between=self._sums("between", "growth-between-parts"),
            breakdowns=tuple(self._breakdown(item) for item in declared["breakdown"]),
            shares=tuple(self._shares()),
            orders=tuple((self._term(item["less"]), self._term(item["more"])) for item in declared["order"]),
            ranges=tuple(self._range(item) for item in declared["range"]),
            currency=self._currency(declared["currency"]),
        )

    def _check_keys(self, table: str) -> None:
        """Refuse tables and keys nobody reads: a slip of the pen would silently leave a law out."""
        if table not in _KEYS:
            raise ValueError(f"no table is called {table!r}; one of {', '.join(_KEYS)}")
        entries = self.declared[table] if isinstance(self.declared[table], list) else [self.declared[table]]
        for key in (key for entry in entries for key in entry if key not in _KEYS[table]):
            raise ValueError(f"[{table}] has no key {key!r}; its keys are {', '.join(sorted(_KEYS[table]))}")

    def _indicators(self, codes: Iterable[str]) -> Sequence[str]:
        return [self._known(code) for code in codes]

    def _known(self, code: str) -> str:
        if code not in self.vocabulary.indicators:
            raise ValueError(f"no indicator has the code {code!r}")
        return code

    def _with_parts(self, roots: Iterable[str]) -> frozenset[str]:
        known = set(self._indicators(roots))
        parts = {item.code for item in self.vocabulary.indicators.values() if item.wholes & known}
        return frozenset(known | parts)

    def _broader(self, apart: frozenset[str]) -> dict[str, frozenset[str]]:
        return {
            item.code: item.wholes
            for item in self.vocabulary.indicators.values()
            if item.wholes and item.code not in apart and item.measure in {"level", "count"}
        }

    def _term(self, declared: str | Mapping[str, str]) -> Term:
        if isinstance(declared, str):
            return Term(self._known(declared.removeprefix("-")), {}, sign=-1 if declared.startswith("-") else 1)
        if not isinstance(declared, Mapping):
            raise TypeError(f"{declared!r} is neither an indicator nor a table with one")
        codes = {name: code for name, code in declared.items() if name not in {"indicator", "measure"}}
        for name, code in codes.items():
            self._check_code(name, code)
        measure = declared.get("measure", LEVEL)
        if measure not in self.vocabulary.measures:
            raise ValueError(f"no measure has the code {measure!r}")
        return Term(self._known(declared["indicator"]), codes, measure)

    def _check_code(self, name: str, code: str) -> None:
        members = {member.slug for member in self.vocabulary.dimensions[name].members}
        if code not in members:
            raise ValueError(f"{name} has no code {code!r}")

    def _sums(self, table: str, rule: str) -> tuple[Sum, ...]:
        return tuple(self._sum(item, rule) for item in self.declared.get(table, ()))

    def _sum(self, declared: Mapping[str, Any], rule: str) -> Sum:
        parts = tuple(self._term(part) for part in declared["parts"])
        weights = tuple(_read_bounds(pair) for pair in declared.get("weights", ()))
        if weights and len(weights) != len(parts):
            raise ValueError(f"{len(weights)} weights for {len(parts)} parts")
        rest = _read_number(declared["rest"]) if "rest" in declared else None
        unless = tuple(self._indicators(declared.get("unless", ())))
        return Sum(rule, self._term(declared["whole"]), parts, unless, weights, rest)

    def _breakdown(self, declared: Mapping[str, Any]) -> Breakdown:
        of, parts = declared.get("of", TOTAL), tuple(declared.get("parts", ()))
        for code in (of, *parts):
            self._check_code(declared["dimension"], code)
        whole, weights = (_read_number(declared[name]) if name in declared else None for name in ("whole", "weights"))
        return Breakdown(self.vocabulary.dimensions[declared["dimension"]].name, of, parts, whole, weights)

    def _shares(self) -> Iterable[Share]:
        for item in self.vocabulary.indicators.values():
            if item.numerator and item.denominator:
                yield Share(item.code, Term(item.numerator, {}), Term(item.denominator, {}))
        for declared in self.declared.get("share", ()):
            numerator, denominator = self._term(declared["numerator"]), self._term(declared["denominator"])
            yield Share(self._known(declared["share"]), numerator, denominator)

    def _range(self, declared: Mapping[str, Any]) -> Range:
        return Range(self._known(declared["amount"]), self._known(declared["of"]), _read_bounds(declared["between"]))

    def _currency(self, declared: Mapping[str, Any]) -> Currency:
        for code in (declared["yuan"], declared["foreign"]):
            self._check_code(declared["dimension"], code)
        none = frozenset(self._indicators(declared["none"]))
        return Currency(
            declared["dimension"], declared["yuan"], declared["foreign"], _read_bounds(declared["rate"]),
            _read_number(declared["month"]), _read_number(declared["year"]), none,
        )  # fmt: skip


def _read_bounds(pair: Sequence[str]) -> Bounds:
    lower, upper = (_read_number(text) for text in pair)
    if lower > upper:
        raise ValueError(f"{lower} is more than {upper}")
    return Bounds(lower, upper)


def _read_number(text: object) -> Decimal:
    try:
        return Decimal(text if isinstance(text, str) else "")
    except ArithmeticError as error:
        raise ValueError(f"{text!r} is no number in quotes, such as '0.05'") from error
