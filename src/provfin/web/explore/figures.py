"""Owns how a figure reads to people: in words of scale, with its unit, a fall told from a rise by more than a colour.

The figure as it is printed is always there beside it. Refuses binary fractions: what is rounded is rounded from
decimals.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from babel.numbers import format_compact_decimal, format_decimal

from provfin.dataset import NAMESPACES
from provfin.queries import Query
from provfin.turtle import BASE
from provfin.web.explore.asking import ask_rows, restore_decimals
from provfin.web.lookup import Texts
from provfin.web.site import Site

# Measures that speak of a change, whose sign is always shown.
CHANGES = frozenset(
    ("yoy_growth", "growth_change_pp", "diff_pp", "share_change_pp", "yoy_change_abs", "mom_change_abs",
     "change_since_year_start", "rate_change_pp")
)  # fmt: skip
# From here on English speaks of millions; Chinese begins at ten thousand.
_LEAST_COMPACT: Mapping[str, int] = {"en": 1_000_000, "zh": 10_000}
# The Unicode CLDR has no longer form in Chinese.
_FORMS: Mapping[str, Literal["short", "long"]] = {"en": "long", "zh": "short"}
_MINUS = "\u2212"
_PERCENT = "percent"
_RATES = frozenset((_PERCENT, "percentage-point"))
_PURE = "pure-number"
_POINTS: Mapping[str, str] = {"en": "pp", "zh": "个百分点"}
_UNITS = Query(
    f"""PREFIX pf: <{NAMESPACES["pf"]}>
PREFIX skos: <{NAMESPACES["skos"]}>
SELECT ?unit ?base ?factor ?name (LANG(?name) AS ?language) WHERE {{
  ?unit a pf:Unit ; skos:prefLabel ?name ; pf:baseUnit ?base ; pf:factor ?factor .
}}"""
)


@dataclass(frozen=True)
class Unit:
    """A unit: its IRI, its names, its base unit's IRI, and how many of that it stands for."""

    iri: str
    names: Texts
    base: str
    factor: Decimal

    @property
    def code(self) -> str:
        """Its notation, as `hundred-million-cny`."""
        return self.iri.removeprefix(f"{BASE}unit/")


@dataclass(frozen=True)
class Shown:
    """A figure for people: its text, the figure with its unit as printed, and its direction (rise, fall or none)."""

    text: str
    exact: str
    direction: str = ""


class Units:
    """The units of a release, by IRI."""

    def __init__(self, units: Mapping[str, Unit]) -> None:
        self._units = units

    def __getitem__(self, iri: str) -> Unit:
        return self._units[iri]

    def show(self, value: Decimal, unit_iri: str, measure: str, language: str, decimals: int = 0) -> Shown:
        """Return how a value in a unit reads; `measure` is the code of its measure, as `yoy_growth`.

        `decimals` is how many decimal places are printed, where the value has lost those that are zero.
        """
        unit = self._units[unit_iri]
        value = restore_decimals(value, decimals)
        is_change = measure in CHANGES
        direction = ("rise" if value > 0 else "fall" if value < 0 else "") if is_change else ""
        exact = _join(_write(value, language, is_change), _name(unit, language, value), language)
        base = self._units.get(unit.base, unit)
        whole = value * unit.factor
        whole = whole.to_integral_value() if whole == whole.to_integral_value() else whole
        if not _is_scaled(unit, base, whole):
            return Shown(exact, exact, direction)
        is_large = abs(whole) >= _LEAST_COMPACT[language]
        text = _compact(whole, language, is_change) if is_large else _write(whole, language, is_change)
        return Shown(_join(text, _name(base, language, whole), language), exact, direction)

    def name(self, unit_iri: str, language: str) -> str:
        """Return the name of a unit as it stands behind a figure."""
        return _name(self._units[unit_iri], language, Decimal(0))


async def load_units(site: Site) -> Units:
    """Return the units of a release; ask for them by `Site.once`."""
    names: dict[str, dict[str, str]] = {}
    told: dict[str, tuple[str, Decimal]] = {}
    for row in await ask_rows(site, _UNITS):
        iri = row["unit"].text
        names.setdefault(iri, {})[row["language"].text] = row["name"].text
        told[iri] = (row["base"].text, row["factor"].number)
    return Units({iri: Unit(iri, names[iri], base, factor) for iri, (base, factor) in told.items()})


def _is_scaled(unit: Unit, base: Unit, whole: Decimal) -> bool:
    # What is counted or paid is told in words of scale; a rate, a price, a share keeps its unit.
    is_whole = whole == whole.to_integral_value()
    return is_whole and base.code not in _RATES and (unit.factor > 1 or abs(whole) >= min(_LEAST_COMPACT.values()))


def _write(value: Decimal, language: str, is_change: bool) -> str:
    places = max(0, -int(value.as_tuple().exponent))
    pattern = "#,##0" + ("." + "0" * places if places else "")
    return _sign(format_decimal(abs(value), pattern, locale=language), value, is_change)


def _compact(value: Decimal, language: str, is_change: bool) -> str:
    form = _FORMS[language]
    text = format_compact_decimal(abs(value), format_type=form, locale=language, fraction_digits=2)
    # In Chinese the word of scale belongs to the unit: 3.26 万亿元.
    number, scale = _split(text.replace("\u00a0", " "))
    return _sign(f"{number} {scale}".rstrip(), value, is_change)


def _split(text: str) -> tuple[str, str]:
    end = next((place for place, sign in enumerate(text) if sign not in "0123456789.,"), len(text))
    return text[:end], text[end:].strip()


def _sign(text: str, value: Decimal, is_change: bool) -> str:
    return f"{_MINUS}{text}" if value < 0 else f"+{text}" if is_change and value > 0 else text


def _join(text: str, name: str, language: str) -> str:
    if not name:
        return text
    if language == "en" and name[0].isdigit():
        return f"{text} × {name}"
    is_close = name[0] in "%‰" or (language == "zh" and text[-1] not in "0123456789")
    return f"{text}{name}" if is_close else f"{text} {name}"


def _name(unit: Unit, language: str, value: Decimal) -> str:
    if unit.code in (_PERCENT, _PURE):
        return "%" if unit.code == _PERCENT else ""
    if unit.code == "percentage-point":
        return _POINTS[language]
    # What stands in brackets tells units apart in a list.
    name = unit.names.get(language) or next(iter(unit.names.values()))
    plain = name.split(" (")[0]
    is_one = language == "en" and abs(value) == 1 and plain.isalpha()
    return plain.removesuffix("s") if is_one else plain
