"""Owns printed figures: their exact decimal value, their precision, the interval of numbers they can stand for.

Everything is `Decimal`; a float never appears, and no sum or product is cut to the 28 digits that decimals are reckoned
with by default. Refuses to guess: text that is not wholly a figure is no figure.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal, Inexact, InvalidOperation
from functools import cache

_FIGURE = re.compile(r"(?P<sign>[-+\u2212\u2013])?\s?(?P<digits>\d{1,3}(?:,\d{3})+|\d+)(?P<fraction>\.\d+)?")
_NOTE_MARKS = re.compile(r"[*⁰¹²³⁴⁵⁶⁷⁸⁹①-⑳]+$")
# https://www.w3.org/TR/xmlschema11-2/#decimal: neither an exponent nor a NaN, and the digits of ASCII alone.
_XSD_DECIMAL = re.compile(r"[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)")
_HALF = Decimal("0.5")
# Sums and products of decimals are decimals: https://docs.python.org/3/library/decimal.html#decimal-faq.
_EXACT = Context(prec=MAX_PREC, Emin=MIN_EMIN, Emax=MAX_EMAX, traps=[Inexact, InvalidOperation])
# Decimal digits a double always holds, and those of the exponents it is surely not beyond.
_DOUBLE_DIGITS, _DOUBLE_EXPONENT = 15, 290


@dataclass(frozen=True, slots=True)
class Figure:
    """A printed number: its signed value and how many decimals it is printed with."""

    value: Decimal
    decimals: int


@dataclass(frozen=True, slots=True)
class Interval:
    """The numbers a printed figure can stand for, from `lower` (included) to `upper` (excluded unless equal)."""

    lower: Decimal
    upper: Decimal


def fold_width(text: str) -> str:
    """Turn full-width letters, digits and signs into half-width ones, character for character.

    >>> fold_width("１２．５％（亿元）")
    '12.5%(亿元)'
    """
    return "".join(_fold_character(character) for character in text)


@cache
def _fold_character(character: str) -> str:
    folded = unicodedata.normalize("NFKC", character)
    return folded if len(folded) == 1 and unicodedata.east_asian_width(character) in "FW" else character


def strip_note_marks(text: str) -> str:
    """Cut footnote marks behind a figure.

    >>> strip_note_marks("12.5①")
    '12.5'
    """
    return _NOTE_MARKS.sub("", text).rstrip()


def parse_figure(text: str) -> Figure | None:
    """Read a whole printed number, with thousands separators, sign and full-width forms; None if it is not one.

    >>> parse_figure("-1,235.70")
    Figure(value=Decimal('-1235.70'), decimals=2)
    >>> parse_figure("12 个") is None
    True
    """
    match = _FIGURE.fullmatch(fold_width(text))
    if match is None:
        return None
    fraction = match["fraction"] or ""
    value = Decimal(match["digits"].replace(",", "") + fraction)
    negative = match["sign"] not in (None, "+")
    return Figure(value.copy_negate() if negative else value, max(len(fraction) - 1, 0))


def find_interval(value: Decimal, decimals: int, *, exact: bool = False) -> Interval:
    """Return what a figure printed with `decimals` places can stand for: half a unit of its last digit either way.

    >>> find_interval(Decimal("5.1"), 1)
    Interval(lower=Decimal('5.05'), upper=Decimal('5.15'))
    >>> find_interval(Decimal(74), 0, exact=True)
    Interval(lower=Decimal('74'), upper=Decimal('74'))
    """
    if exact:
        return Interval(value, value)
    return _reach(value, _EXACT.scaleb(_HALF, -decimals))


def _reach(value: Decimal, half: Decimal) -> Interval:
    return Interval(_EXACT.subtract(value, half), _EXACT.add(value, half))


def find_qualified_interval(value: Decimal, decimals: int, leeway: str) -> Interval:
    """Return what a figure printed with a word such as 超, 近 or 约 can stand for.

    `leeway` is `above`, `below` or `about`; the figure is then known to one unit of its last digit that is no zero.

    >>> find_qualified_interval(Decimal(235), 0, "above")
    Interval(lower=Decimal('235'), upper=Decimal('236'))
    >>> find_qualified_interval(Decimal(5000), 0, "below")
    Interval(lower=Decimal('4000'), upper=Decimal('5000'))
    """
    digits = write_decimal(_EXACT.scaleb(value.copy_abs(), decimals)).split(".")[0]
    zeros = len(digits) - len(digits.rstrip("0")) if value else 0
    step = _EXACT.scaleb(Decimal(1), zeros - decimals)
    if leeway == "above":
        return Interval(value, _EXACT.add(value, step))
    if leeway == "below":
        return Interval(_EXACT.subtract(value, step), value)
    return _reach(value, _EXACT.multiply(step, _HALF))


def has_empty_decimals(figures: list[Figure]) -> bool:
    """Tell whether a series is printed with a decimal place that never says anything (`2149.0`, `2083.0`).

    One figure may end in 0 by chance; two or more that differ hardly all do. Such a series is held to be whole.

    >>> has_empty_decimals([Figure(Decimal("2149.0"), 1), Figure(Decimal("2083.0"), 1)])
    True
    """
    differ = len({figure.value for figure in figures}) > 1
    return differ and all(figure.decimals > 0 and figure.value == int(figure.value) for figure in figures)


def write_decimal(value: Decimal) -> str:
    """Write a decimal plainly, never with an exponent, as xsd:decimal wants it.

    >>> write_decimal(Decimal("1E+8"))
    '100000000'
    """
    return format(value, "f")


def drop_empty_decimals(value: Decimal) -> Decimal:
    """Return an equal decimal without zeros behind its last digit.

    >>> drop_empty_decimals(Decimal("3261270000000.0")), drop_empty_decimals(Decimal("5.10"))
    (Decimal('3261270000000'), Decimal('5.1'))
    """
    text = write_decimal(value)
    return Decimal(text.rstrip("0").rstrip(".") if "." in text else text)


def multiply(value: Decimal, factor: Decimal) -> Decimal:
    """Return a product with all its digits, however many there are.

    >>> multiply(Decimal("1234567890123456789012345678901.5"), Decimal(10**8))
    Decimal('123456789012345678901234567890150000000.0')
    """
    return _EXACT.multiply(value, factor)


def read_decimal(text: str) -> Decimal | None:
    """Read an xsd:decimal (https://www.w3.org/TR/xmlschema11-2/#decimal) to the letter; None for any other text.

    >>> read_decimal("-0.10"), read_decimal("1_0"), read_decimal("NaN"), read_decimal("1E3")
    (Decimal('-0.10'), None, None, None)
    """
    return Decimal(text) if _XSD_DECIMAL.fullmatch(text) else None


def count_places(figures: Iterable[Decimal]) -> tuple[int, int]:
    """Return how many digits some figures need before the point, and how many behind it.

    >>> count_places([Decimal("-120.5"), Decimal("0.10"), Decimal("1E+3")])
    (4, 2)
    """
    before = behind = 0
    for figure in figures:
        before = max(before, figure.adjusted() + 1)
        behind = max(behind, -int(figure.as_tuple().exponent))
    return before, behind


def fits_double(figure: Decimal | int) -> bool:
    """Tell whether a binary fraction of 64 bits, as spreadsheets compute with, gives back every digit of a figure.

    >>> fits_double(Decimal("123456789012.345")), fits_double(Decimal("0.1234567890123456"))
    (True, False)
    """
    _, digits, exponent = Decimal(figure).as_tuple()
    significant = "".join(map(str, digits)).strip("0")
    return len(significant) <= _DOUBLE_DIGITS and len(digits) + abs(int(exponent)) < _DOUBLE_EXPONENT
