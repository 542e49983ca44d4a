"""Owns how an identity of the audit is written: in letters, in numbers, and as the interval its rounding leaves.

Numbers are written as people do; what is derived is told as an interval, its middle only as about. Refuses to
calculate: the intervals are those the audit found.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from babel.numbers import format_decimal

from provfin.accounts import Equation, Term

# Decimals that what is derived has beyond those printed: a sum needs none to be exact, its ends one.
_FURTHER, _FURTHER_OF_SUMS, _ENDS = 3, 0, 1
_MINUS = "\u2212"
_SCALED = Decimal(100)
_PERCENT = "%"
_SUMS = frozenset(("total", "ceiling"))


@dataclass(frozen=True)
class Line:
    """A step of arithmetic: what it is solved for, the formula in letters and in numbers, and what comes out."""

    letter: str
    relation: str
    letters: str
    numbers: str
    about: str
    low: str
    high: str
    unit: str
    is_solved: bool


def write_number(value: Decimal, language: str, places: int | None = None) -> str:
    """Return a number with its decimals, or with so many, as people write it.

    >>> write_number(Decimal("-1234.50"), "en"), write_number(Decimal("0.0516"), "zh", 3)
    ('−1,234.50', '0.052')
    """
    decimals = max(0, -int(value.as_tuple().exponent)) if places is None else places
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    text = format_decimal(abs(value), pattern, locale=language)
    return f"{_MINUS}{text}" if value < 0 and any(digit in "123456789" for digit in text) else text


def count_places(values: Sequence[Decimal]) -> int:
    """Return the most decimals that any of these has."""
    return max((max(0, -int(value.as_tuple().exponent)) for value in values), default=0)


def write_line(
    equation: Equation, letters: Mapping[str, str], values: Mapping[str, Decimal], unit: str, language: str
) -> Line:
    """Return an identity as a line: `letters` and `values` are by what `identify_term` makes of its terms.

    A term without a value has the middle of its bounds, written with more decimals than are printed.
    """
    names = [letters[identify_term(term)] for term in equation.terms]
    places = count_places([values[name] for term in equation.terms if (name := identify_term(term)) in values])
    written = [_write_term(term, values, places, language) for term in equation.terms]
    position = equation.solved if equation.solved is not None else 0
    solved = equation.terms[position]
    low, high = solved.bounds
    further = _FURTHER_OF_SUMS if equation.form in _SUMS and not _is_derived(equation, values) else _FURTHER
    exact, ends = places + further, places + max(further, _ENDS)
    return Line(
        letter=names[position],
        relation=_find_relation(equation),
        letters=_write_formula(equation, names),
        numbers=_write_formula(equation, written),
        about="" if low is None or high is None else write_number((low + high) / 2, language, exact),
        low="" if low is None else write_number(low, language, ends),
        high="" if high is None else write_number(high, language, ends),
        unit=unit if solved.is_amount else _PERCENT if _is_in_percent(equation) else "",
        is_solved=equation.solved is not None,
    )


def identify_term(term: Term) -> str:
    """Return what tells a term from the others of a finding: its observation, else its English name."""
    return term.observation or term.names["en"]


def _is_in_percent(equation: Equation) -> bool:
    """Tell whether what is solved for, where it is no amount, is told in per cent."""
    return equation.form == "proportion" or (equation.form == "product" and equation.scale == _SCALED)


def _is_derived(equation: Equation, values: Mapping[str, Decimal]) -> bool:
    """Tell whether a term that is not solved for is known only by its bounds."""
    others = (term for place, term in enumerate(equation.terms) if place != equation.solved)
    return any(identify_term(term) not in values for term in others)


def _write_term(term: Term, values: Mapping[str, Decimal], places: int, language: str) -> str:
    name = identify_term(term)
    if name in values:
        text = write_number(values[name], language)
    else:
        low, high = term.bounds
        known = [bound for bound in (low, high) if bound is not None]
        text = write_number(sum(known, Decimal(0)) / max(1, len(known)), language, places + _FURTHER)
    return f"({text})" if text.startswith(_MINUS) else text


def _find_relation(equation: Equation) -> str:
    if equation.form == "ceiling":
        return "≥" if not equation.solved else "≤"
    if equation.form in ("between", "mixture"):
        return "∈"
    return "="


def _write_formula(equation: Equation, terms: Sequence[str]) -> str:
    return _FORMS[equation.form](equation, terms)


def _write_total(equation: Equation, terms: Sequence[str]) -> str:
    first, parts = terms[0], list(zip(equation.signs, terms[1:], strict=True))
    if not equation.solved:
        return _add(parts)
    sign = parts[equation.solved - 1][0]
    others = [(-sign * other, name) for place, (other, name) in enumerate(parts, 1) if place != equation.solved]
    return _add([(sign, first), *others])


def _add(parts: Sequence[tuple[int, str]]) -> str:
    ordered = sorted(parts, key=lambda part: part[0] < 0)
    head = "" if ordered[0][0] > 0 else _MINUS
    return head + "".join(
        (f" {'+' if sign > 0 else _MINUS} " if place else "") + name for place, (sign, name) in enumerate(ordered)
    )


def _write_product(equation: Equation, terms: Sequence[str]) -> str:
    first, second, third = terms
    if equation.offset:
        rate = f"(1 + {third} ÷ 100)"
        solutions = f"{second} × {rate}", f"{first} ÷ {rate}", f"({first} ÷ {second} {_MINUS} 1) × 100"
    elif equation.scale == _SCALED:
        solutions = f"{second} × {third} ÷ 100", f"{first} ÷ {third} × 100", f"{first} ÷ {second} × 100"
    else:
        solutions = f"{second} × {third}", f"{first} ÷ {third}", f"{first} ÷ {second}"
    return solutions[equation.solved or 0]


def _write_proportion(equation: Equation, terms: Sequence[str]) -> str:
    """Write that the first grown by the second is the third grown by the fourth."""
    before, above, now, below = terms
    grown, wider = f"(1 + {above} ÷ 100)", f"(1 + {below} ÷ 100)"
    return (
        f"{now} × {wider} ÷ {grown}",
        f"({now} × {wider} ÷ {before} {_MINUS} 1) × 100",
        f"{before} × {grown} ÷ {wider}",
        f"({before} × {grown} ÷ {now} {_MINUS} 1) × 100",
    )[equation.solved or 0]


def _write_ceiling(equation: Equation, terms: Sequence[str]) -> str:
    if not equation.solved:
        return " + ".join(terms[1:])
    others = [(-1, name) for place, name in enumerate(terms[1:], 1) if place != equation.solved]
    return _add([(1, terms[0]), *others])


def _write_between(_equation: Equation, terms: Sequence[str]) -> str:
    return f"[{' … '.join(terms[1:])}]"


_FORMS: Mapping[str, Callable[[Equation, Sequence[str]], str]] = {
    "total": _write_total,
    "product": _write_product,
    "proportion": _write_proportion,
    "ceiling": _write_ceiling,
    "between": _write_between,
    "mixture": _write_between,
}
